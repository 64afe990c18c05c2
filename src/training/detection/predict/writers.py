"""Writes predictions in the formats of other programs: COCO's JSON, the dataset's CSV, Pascal VOC and YOLO."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import escape

from detection.data.dataset_faults import least_side
from detection.data.depth import Depth, depth_document
from detection.predict.journal import Prediction, write_atomically

CSV_COLUMNS = ("filename", "width", "height", "xmin", "ymin", "xmax", "ymax", "class", "score")
_DIGITS = 3
_LONGEST_NAME = 255  # bytes

Names = Mapping[int, str]
Box = tuple[float, float, float, float]


def write_json(folder: Path, predictions: Sequence[Prediction], class_names: Names, depth: Depth = None) -> list[Path]:
    """Writes predictions.json in COCO's results format with all digits, and predictions_images.json about its ids.

    The second also holds the values that the model takes for black and white in images of more than 8 bits.
    """
    results = [
        {
            "image_id": number,
            "category_id": int(label),
            "bbox": [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])],
            "score": float(score),
        }
        for number, entry in enumerate(predictions, start=1)
        for box, label, score in zip(entry.detections.boxes, entry.detections.labels, entry.detections.scores)
    ]
    images = {
        "info": {"depth": depth_document(depth)},
        "images": [
            {"id": number, "file_name": entry.name, "width": entry.width, "height": entry.height}
            for number, entry in enumerate(predictions, start=1)
        ],
        "categories": [{"id": label, "name": name} for label, name in class_names.items()],
    }
    write_atomically(folder / "predictions.json", json.dumps(results).encode("ascii"))
    write_atomically(folder / "predictions_images.json", json.dumps(images).encode("ascii"))
    return [folder / "predictions.json", folder / "predictions_images.json"]


def write_csv(folder: Path, predictions: Sequence[Prediction], class_names: Names) -> list[Path]:
    """Writes predictions.csv: the columns of a dataset, with the size of the image and the score.

    An image without a prediction has a row without a box, as in a dataset. Width and height are those of the upright
    image, so that the boxes belong to it whatever its EXIF orientation.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for entry in predictions:
        head = (entry.name, entry.width, entry.height)
        rows = list(_boxes(entry))
        for box, label, score in rows:
            writer.writerow((*head, *map(_text, box), class_names[label], f"{score:.6g}"))
        if not rows:
            writer.writerow((*head, "", "", "", "", "", ""))
    write_atomically(folder / "predictions.csv", text.getvalue().encode("utf-8"))
    return [folder / "predictions.csv"]


def write_voc(folder: Path, predictions: Sequence[Prediction], class_names: Names) -> list[Path]:
    """Writes voc/…/NAME.xml for each image in Pascal VOC's format. The score is in the element ``confidence``."""
    paths = output_names(predictions, ".xml")
    for entry in predictions:
        name = PurePosixPath(entry.name)
        objects = "".join(
            f"  <object>\n    <name>{_xml(class_names[label])}</name>\n    <confidence>{score:.6g}</confidence>\n"
            f"    <bndbox><xmin>{_text(box[0])}</xmin><ymin>{_text(box[1])}</ymin><xmax>{_text(box[2])}</xmax>"
            f"<ymax>{_text(box[3])}</ymax></bndbox>\n  </object>\n"
            for box, label, score in _boxes(entry)
        )
        parent = _xml(str(name.parent)) if str(name.parent) != "." else ""
        content = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<annotation>\n  <folder>{parent}</folder>\n'
            f"  <filename>{_xml(name.name)}</filename>\n"
            f"  <size><width>{entry.width}</width><height>{entry.height}</height><depth>3</depth></size>\n"
            f"{objects}</annotation>\n"
        )
        write_atomically(folder / "voc" / paths[entry.name], content.encode("utf-8"))
    return [folder / "voc"]


def write_yolo(folder: Path, predictions: Sequence[Prediction], class_names: Names) -> list[Path]:
    """Writes yolo/labels/…/NAME.txt for each image, and yolo/data.yaml with the class names, from 0.

    A line has the class, the middle and the sides of the box as shares of the image, and the score.
    """
    paths = output_names(predictions, ".txt")
    places = {label: place for place, label in enumerate(sorted(class_names))}
    for entry in predictions:
        lines = []
        for box, label, score in _boxes(entry):
            middle = (box[0] + box[2]) / 2 / entry.width, (box[1] + box[3]) / 2 / entry.height
            sides = (box[2] - box[0]) / entry.width, (box[3] - box[1]) / entry.height
            shares = " ".join(f"{value:.9g}" for value in (*middle, *sides))
            lines.append(f"{places[label]} {shares} {score:.6g}\n")
        write_atomically(folder / "yolo" / "labels" / paths[entry.name], "".join(lines).encode("ascii"))
    # A JSON text is a YAML scalar, whatever its letters.
    names = "".join(f"  {places[label]}: {json.dumps(name)}\n" for label, name in sorted(class_names.items()))
    write_atomically(folder / "yolo" / "data.yaml", f"nc: {len(class_names)}\nnames:\n{names}".encode("ascii"))
    return [folder / "yolo"]


WRITERS: Mapping[str, Callable[[Path, Sequence[Prediction], Names], list[Path]]] = {
    "json": write_json,
    "csv": write_csv,
    "voc": write_voc,
    "yolo": write_yolo,
}
"""The writer of each value of ``--format``."""


def output_names(predictions: Sequence[Prediction], suffix: str) -> dict[str, str]:
    """Returns the file of each image: its name with another suffix, or with one more where two would be the same."""
    plain = {entry.name: fitting(PurePosixPath(entry.name).with_suffix(suffix)) for entry in predictions}
    # Some file systems ignore letter case.
    counts = Counter(path.lower() for path in plain.values())
    return {
        name: path if counts[path.lower()] == 1 else fitting(PurePosixPath(name + suffix))
        for name, path in plain.items()
    }


def fitting(path: PurePosixPath) -> str:
    """Returns a path whose last part is no longer than file systems allow; a hash takes the place of what is cut."""
    name = path.name.encode("utf-8")
    if len(name) > _LONGEST_NAME:
        stem = name[: _LONGEST_NAME - 40].decode("utf-8", "ignore")
        path = path.with_name(f"{stem}-{hashlib.sha256(name).hexdigest()[:16]}{path.suffix[:16]}")
    return str(path)


def _boxes(entry: Prediction) -> Iterator[tuple[Box, int, float]]:
    """Yields the boxes inside the image, rounded, without those that have no area: a dataset could not hold them."""
    least = least_side((entry.width, entry.height))
    for box, label, score in zip(entry.detections.boxes, entry.detections.labels, entry.detections.scores):
        left, right = (round(min(max(float(x), 0), entry.width), _DIGITS) for x in (box[0], box[2]))
        top, bottom = (round(min(max(float(y), 0), entry.height), _DIGITS) for y in (box[1], box[3]))
        if right - left >= least and bottom - top >= least:
            yield (left, top, right, bottom), int(label), float(score)


def _text(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")


def _xml(text: str) -> str:
    """Returns a text for XML 1.0, which cannot hold control characters."""
    kept = "".join(letter if letter.isprintable() or letter in "\t\n" else "\ufffd" for letter in text)
    return escape(kept)
