"""Export-Dataset: converts a dataset in the datastore layout to COCO or YOLO."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from detection.config.settings import Settings
from detection.data.datasets import Dataset, ImageRecord
from detection.data.pictures import ENDINGS
from detection.errors import FaultsError, TrainingError
from detection.files import write_text

FORMATS = ("coco", "yolo")


def export_data(dataset: Dataset, output: Path, form: str, say: Callable[[str], None]) -> None:
    """Exports the splits with their images: ``train``, ``test``, and ``val`` where the dataset has a validation split.

    COCO: ``images/{split}`` and ``annotations/instances_{split}.json``. YOLO: ``images/{split}``, ``labels/{split}``
    and data.yaml, whose ``val`` is the test split where there is no validation split. An image whose EXIF orientation
    is applied is copied as it is; both formats mean the upright one.

    Args:
        dataset: The dataset.
        output: Receives the files; created when missing, and otherwise empty.
        form: One of FORMATS.
        say: Receives the summary.

    Raises:
        TrainingError: The format is unknown, or the folder holds something.
        FaultsError: YOLO would lose labels of images with such names; nothing is written.
    """
    if form not in FORMATS:
        raise TrainingError(f"--format is {form}; it must be one of {', '.join(FORMATS)}.")
    if output.exists() and any(output.iterdir()):
        raise TrainingError(f"{output} holds files; an export needs an empty folder: --to=FOLDER.")
    splits = {"train": dataset.train, "test": dataset.test}
    if dataset.validation:
        splits["val"] = dataset.validation
    if form == "yolo":
        faults = [fault for records in splits.values() for fault in _yolo_faults(records)]
        if faults:
            raise FaultsError("these images cannot be exported to YOLO", faults)
    for split, records in splits.items():
        for record in records:
            target = output / "images" / split / record.file_name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(record.path, target)
        if form == "coco":
            _write_coco(output / "annotations" / f"instances_{split}.json", records, dataset.class_names)
        else:
            for record in records:
                _write_yolo(output / "labels" / split, record)
    if form == "yolo":
        names = [
            f"  {label - 1}: {json.dumps(name, ensure_ascii=False)}" for label, name in dataset.class_names.items()
        ]
        val = "val" if dataset.validation else "test"
        lines = ["path: .", "train: images/train", f"val: images/{val}", "test: images/test", "names:", *names]
        write_text(output / "data.yaml", "\n".join(lines) + "\n")
    validation = f", {len(dataset.validation)} validation" if dataset.validation else ""
    say(f"{form}: {len(dataset.train)} training{validation} and {len(dataset.test)} test images in {output}")


def read_for_export(settings: Settings, data: Path, say: Callable[[str], None]) -> Dataset:
    """Reads the dataset of an experiment, with its validation split: a file of its own, or the images held out.

    Raises:
        FaultsError: The dataset cannot be used; every fault is named.
    """
    from detection.data.data_stage import read_or_fail
    from detection.data.validation import with_held_out

    return with_held_out(read_or_fail(settings, data, say), settings.validation, settings.run.seed)


def _write_coco(path: Path, records: Sequence[ImageRecord], class_names: Mapping[int, str]) -> None:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for record in records:
        images.append(
            {"id": len(images) + 1, "file_name": record.file_name, "width": record.width, "height": record.height}
        )
        for (xmin, ymin, xmax, ymax), label in zip(record.boxes, record.labels):
            width, height = xmax - xmin, ymax - ymin
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": len(images),
                    "category_id": label,
                    "bbox": [xmin, ymin, width, height],
                    "area": width * height,
                    "iscrowd": 0,
                }
            )
    categories = [{"id": label, "name": name} for label, name in class_names.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"images": images, "annotations": annotations, "categories": categories}
    write_text(path, json.dumps(document, ensure_ascii=False) + "\n")


def _yolo_faults(records: Sequence[ImageRecord]) -> list[str]:
    """Returns the images of a split whose labels YOLO would not find, or would take for those of another."""
    faults: list[str] = []
    first: dict[PurePosixPath, str] = {}
    for record in records:
        name = PurePosixPath(record.file_name)
        other = first.setdefault(name.with_suffix(".txt"), record.file_name)
        if name.suffix.lower() not in ENDINGS:
            faults.append(f"image '{name}' has no ending of a picture; YOLO finds pictures by it: rename the image.")
        elif other != record.file_name:
            faults.append(f"images '{other}' and '{name}' have one label file in YOLO; rename one of them.")
    return faults


def _write_yolo(folder: Path, record: ImageRecord) -> None:
    lines = []
    for (xmin, ymin, xmax, ymax), label in zip(record.boxes, record.labels):
        x, y = (xmin + xmax) / 2 / record.width, (ymin + ymax) / 2 / record.height
        width, height = (xmax - xmin) / record.width, (ymax - ymin) / record.height
        lines.append(f"{label - 1} {x!r} {y!r} {width!r} {height!r}\n")
    target = folder / PurePosixPath(record.file_name).with_suffix(".txt")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, "".join(lines))
