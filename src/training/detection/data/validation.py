"""The validation split: training images that are held out for choosing the best weights."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from detection.config.settings import Settings
from detection.data.dataset_csv import Row, read_csv
from detection.data.dataset_faults import RowChecks, empty_file
from detection.data.dataset_hash import dataset_hash
from detection.data.datasets import Dataset, ImageRecord
from detection.data.image_sizes import ImageSizes
from detection.errors import FaultsError

_FAULTS = "the validation split has faults"
NO_FILE = "none"
"""Value of DATA.VALIDATION_CSV that names no file."""

# Roboflow gives the augmented copies of one image names that are equal up to this part.
_COPY = re.compile(r"\.rf\.[0-9a-f]+(?=\.[^.]+$)")


def hold_out(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset | None]:
    """Splits the training images in two.

    Copies of one image stay together: files whose names are equal but for ``.rf.`` and a hash. A group is not held out
    when a class would have no other image. What is held out follows from the names and the seed alone.

    Args:
        dataset: The dataset.
        share: DATA.VALIDATION, from 0 to 0.9.
        seed: RUN_PARAMS.SEED.

    Returns:
        The dataset without the images held out, and the dataset with them in place of the test split; None for a share
        of 0, or when no image can be held out.
    """
    if share == 0:
        return dataset, None
    groups: dict[str, list[ImageRecord]] = {}
    for record in dataset.train:
        groups.setdefault(_COPY.sub("", record.file_name), []).append(record)
    remaining = Counter(label for record in dataset.train for label in set(record.labels))
    wanted = round(share * len(dataset.train))
    held: set[str] = set()
    for name in sorted(groups, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()):
        taken = Counter(label for record in groups[name] for label in set(record.labels))
        fits = len(held) + len(groups[name]) <= wanted
        if fits and all(remaining[label] > count for label, count in taken.items()):
            remaining -= taken
            held.update(record.file_name for record in groups[name])
    if not held:
        return dataset, None
    kept = tuple(record for record in dataset.train if record.file_name not in held)
    chosen = tuple(record for record in dataset.train if record.file_name in held)
    return replace(dataset, train=kept), replace(dataset, train=kept, test=chosen)


def read_validation(
    settings: Settings, data: Path, dataset: Dataset, say: Callable[[str], None]
) -> tuple[Dataset, Dataset]:
    """Reads the validation split of DATA.VALIDATION_CSV.

    Args:
        settings: The exp_config, whose VALIDATION_CSV names a file.
        data: The data folder.
        dataset: The training and the test split.
        say: Receives a line about the split, and one for each row that is dropped.

    Returns:
        The dataset, and the dataset with the validation split in place of the test split, whose hash is that of the
        validation split. Where bad rows are dropped, an image of several splits stays in the test split, else in the
        validation split.

    Raises:
        FaultsError: The file does not exist or has faults, or one of its images is in another split.
    """
    place = f"{settings.image_type}/datasets/{settings.validation_csv}"
    path, images = data / place, data / settings.image_type / "images"
    if not path.is_file():
        rule = f"DATA.VALIDATION_CSV must name a file in {settings.image_type}/datasets or be {NO_FILE}."
        raise FaultsError(_FAULTS, [f"{place} does not exist; {rule}"])
    file = read_csv(path, place, settings.image_type)
    sizes = ImageSizes(images, settings.image_type, applies_exif=settings.exif == "apply")
    sizes.state({row.file_name: row.stated for row in reversed(file.rows) if row.stated is not None})
    checks = RowChecks(sizes, settings.clip_pixels if settings.on_bad_rows == "clip" else 0)
    labels = {name: label for label, name in dataset.class_names.items()}
    tested = {record.file_name for record in dataset.test}
    trained = {record.file_name for record in dataset.train}
    row_faults = [(fault.line, fault.text) for fault in checks.faults({"test": file})["test"]]
    for row in file.rows:
        if row.class_name and row.class_name not in labels:
            row_faults.append(
                (row.line, f"class '{row.class_name}' is not in {dataset.train_csv}; it must be in both.")
            )
        for split, names in ((dataset.test_csv, tested), (dataset.train_csv, trained)):
            if row.file_name in names and (split == dataset.test_csv or settings.on_bad_rows != "drop"):
                text = f"image '{row.file_name}' is also in {split}; an image must be in one split."
                row_faults.append((row.line, text))
    lines = [f"{place}({line}): {text}" for line, text in sorted(row_faults)]
    if file.faults or (lines and settings.on_bad_rows != "drop"):
        raise FaultsError(_FAULTS, [*file.faults, *lines])
    for line in lines:
        say(f"dropped: {line}")
    rows = [row for row in checks._good(file.rows) if row.file_name not in tested]
    rows = [row for row in rows if not row.class_name or row.class_name in labels]
    if not rows:
        raise FaultsError(_FAULTS, [empty_file(place)])
    chosen = _records(rows, checks, sizes, labels, dataset.train[0], images)
    held = {record.file_name for record in chosen}
    say(f"{place}: {len(chosen)} images, by which the best weights are chosen")
    rest = replace(dataset, train=tuple(record for record in dataset.train if record.file_name not in held))
    return rest, replace(rest, test=chosen, hash=dataset_hash({"validation": rows}, images))


def _records(
    rows: Sequence[Row],
    checks: RowChecks,
    sizes: ImageSizes,
    labels: Mapping[str, int],
    like: ImageRecord,
    images: Path,
) -> tuple[ImageRecord, ...]:
    """Returns the images of rows without faults. What the rows do not say is taken from the record ``like``."""
    by_image: dict[str, list[Row]] = {}
    for row in rows:
        by_image.setdefault(row.file_name, []).append(row)
    records = []
    for name, group in by_image.items():
        width, height = sizes.size(name) or (0, 0)  # every row kept has an image with a size
        boxed = [(box, labels[row.class_name]) for row in group if (box := checks.clipped(row)) is not None]
        records.append(
            replace(
                like,
                file_name=name,
                path=images / name,
                width=width,
                height=height,
                boxes=tuple(box for box, _ in boxed),
                labels=tuple(label for _, label in boxed),
                orientation=sizes.orientation(name),
            )
        )
    return tuple(records)
