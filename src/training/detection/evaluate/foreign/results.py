"""Predictions of any program: COCO's results, a COCO document whose annotations have scores, or predictions.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detection.config.json_file import number, printable, read_json, shown
from detection.data.depth import Depth
from detection.evaluate.coco_matching import Boxes
from detection.evaluate.detections import Detections
from detection.evaluate.foreign.json_input import (
    BOX_RULE,
    Faults,
    box,
    entries,
    identifier,
    stated_depth,
)
from detection.evaluate.foreign.truth import Truth, read_categories

_RULE = "a list of predictions in COCO's results format, or an object with annotations that have a score"


class _Names:
    """What a file of predictions, or the file beside it, says about ids: image names and class names.

    ``predictions.json`` has ``predictions_images.json`` beside it, as training and ``predict`` write them.
    """

    def __init__(self, path: Path, document: Any, truth: Truth) -> None:
        beside = _beside(path)
        self._truth = truth
        self._by_name = {name: place for place, name in enumerate(truth.names)}
        self._labels = {name: label for label, name in truth.class_names.items()}
        self._images: dict[int | str, str] = {}
        self._classes: dict[int, str] = {}
        # Where the ground truth has ids, those count, whatever other file exists.
        if truth.places:
            return
        source = document if isinstance(document, dict) else None
        name = printable(path.name)
        if source is None and beside.is_file():
            source, name = read_json(beside, "an object with images and categories"), printable(beside.name)
        if not isinstance(source, dict):
            return
        faults = Faults(name)
        for place, entry in entries(source, "images", faults):
            key, file_name = identifier(entry.get("id", ...)), entry.get("file_name", ...)
            if key is None:
                faults.add(f".images[{place}].id", entry.get("id", ...), "a whole number or a text")
            elif not isinstance(file_name, str):
                faults.add(f".images[{place}].file_name", file_name, "a text")
            else:
                self._images[key] = file_name
        self._classes = read_categories(source, faults)
        faults.raise_any()

    def place(self, entry: Mapping[str, Any]) -> int | None:
        """Returns the place of the image of a prediction; None when the ground truth has no such image."""
        key, name = identifier(entry.get("image_id")), entry.get("file_name")
        if key is not None and key in self._truth.places:
            return self._truth.places[key]
        if not isinstance(name, str) and key is not None:
            name = self._images.get(key, key)
        return self._by_name.get(name) if isinstance(name, str) else None

    def label(self, entry: Mapping[str, Any]) -> int | None:
        """Returns the label of the class of a prediction; None when the ground truth has no such class."""
        key = identifier(entry.get("category_id"))
        if not isinstance(key, int):
            return None
        if self._classes:
            return self._labels.get(self._classes.get(key, ""))
        return key if key in self._truth.class_names else None


def shown_depth(path: Path, truth: Truth) -> Depth:
    """Returns the values that become black and white in pictures of deep images: those of the model that predicted.

    Args:
        path: The file of predictions; the file beside it states them. Without that file, those of the ground truth.
        truth: The images.

    Raises:
        TrainingError: The file beside the predictions cannot be read.
        FaultsError: What it states is no such pair.
    """
    beside = _beside(path)
    if not beside.is_file():
        return truth.depth
    document = read_json(beside, "an object with images and categories")
    faults = Faults(printable(beside.name))
    stated = stated_depth(document, faults) if isinstance(document, dict) else None
    faults.raise_any()
    return truth.depth if stated is None else stated.values


def read_predictions(path: Path, truth: Truth) -> tuple[Boxes, dict[str, Detections]]:
    """Reads predictions for the images of a ground truth.

    Args:
        path: The file.
        truth: The images and classes.

    Returns:
        The predictions of all images in one table, and the same by image name.

    Raises:
        TrainingError: The file cannot be read.
        FaultsError: Its content has faults; all are named.
    """
    document = read_json(path, _RULE)
    faults = Faults(printable(path.name))
    key = "annotations" if isinstance(document, dict) else ""
    if not isinstance(document, (dict, list)):
        faults.add("", document, _RULE)
        faults.raise_any()
    names = _Names(path, document, truth)
    classes = ", ".join(shown(name) for name in list(truth.class_names.values())[:10])
    if len(truth.class_names) > 10:
        classes += f" and {len(truth.class_names) - 10} more"
    image_rule = f"the id of one of the {len(truth.names)} images of the ground truth"
    if not truth.places:
        image_rule += f"; entries need file_name, or {printable(path.stem)}_images.json beside the file says the names"
    columns: list[tuple[int, tuple[float, float, float, float], int, float]] = []
    for row, entry in entries(document, key, faults):
        where = f".{key}[{row}]" if key else f"[{row}]"
        place, label = names.place(entry), names.label(entry)
        corners, score = box(entry.get("bbox", ...)), number(entry.get("score"))
        if place is None:
            faults.add(f"{where}.image_id", entry.get("image_id", entry.get("file_name", ...)), image_rule)
        if label is None:
            rule = f"the id of a class of the ground truth: {classes}"
            faults.add(f"{where}.category_id", entry.get("category_id", ...), rule)
        if corners is None:
            faults.add(f"{where}.bbox", entry.get("bbox", ...), BOX_RULE)
        if score is None:
            faults.add(f"{where}.score", entry.get("score", ...), "a finite number")
        if place is not None and label is not None and corners is not None and score is not None:
            columns.append((place, corners, label, score))
    faults.raise_any()

    columns.sort(key=lambda column: column[0])  # stable: of equal scores the earlier one counts as the higher
    image = np.array([column[0] for column in columns], dtype=np.int64)
    boxes = np.array([column[1] for column in columns], dtype=np.float64).reshape(-1, 4)
    label_column = np.array([column[2] for column in columns], dtype=np.int64)
    scores = np.array([column[3] for column in columns], dtype=np.float64)
    labels = np.array(sorted(truth.class_names), dtype=np.int64)
    table = Boxes.arrange(truth.names, labels, image, boxes[:, :2], boxes[:, 2:], label_column, scores)
    far = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    bounds = np.searchsorted(image, np.arange(len(truth.names) + 1))
    by_image = {
        name: Detections(far[low:high], label_column[low:high], scores[low:high])
        for name, low, high in zip(truth.names, bounds, bounds[1:])
        if high > low
    }
    return table, by_image


def _beside(path: Path) -> Path:
    """Returns the file that says which image and class an id means, where training or ``predict`` wrote one."""
    return path.with_name(f"{path.stem}_images.json")
