"""Reads the ground truth and the predictions that a run left in its artifacts folder."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detection.evaluate.coco_matching import Bools, Boxes, Floats, Integers

GROUND_TRUTH = "outputs/ground_truth.json"
PREDICTIONS = "outputs/predictions.json"

# The errors that reading a file of another shape, or one that a job damaged on purpose, causes.
_FAULTS = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


class UnpairedError(Exception):
    """The two runs cannot be paired. The message is one sentence that says why."""


@dataclass(frozen=True)
class RunBoxes:
    """The test images of a run with their objects and detections.

    Attributes:
        files: Name of each of the N test images, sorted.
        class_names: Name of each label.
        objects: The objects of all images.
        detections: The detections of all images.
        actual: (N,), whether each image has an object.
        predicted: (N,), whether each image has a detection of at least the run's EVAL_CONF.
    """

    files: tuple[str, ...]
    class_names: Mapping[int, str]
    objects: Boxes
    detections: Boxes
    actual: Bools
    predicted: Bools


def read_run(folder: Path, name: str) -> RunBoxes:
    """Reads the test images of a run.

    Args:
        folder: The artifacts folder of the run.
        name: What messages call the run, such as ``the baseline``.

    Raises:
        UnpairedError: A file is missing or cannot be read.
    """
    truth = _read(folder, GROUND_TRUTH, name)
    predictions = _read(folder, PREDICTIONS, name)
    try:
        class_names = {int(entry["id"]): str(entry["name"]) for entry in truth["categories"]}
        labels = np.array(sorted(class_names), dtype=np.int64)
        names = {int(entry["id"]): str(entry["file_name"]) for entry in truth["images"]}
        files = tuple(sorted(names.values()))
        if len(set(files)) != len(files):
            raise ValueError("two images have one name")
        threshold = float(truth["info"]["eval_conf"])
        if not math.isfinite(threshold):
            raise ValueError(f"eval_conf is {threshold}")
        places = _places(names)
        objects, actual = _table(truth["annotations"], files, labels, places, threshold=None)
    except _FAULTS as error:
        raise UnpairedError(_broken(GROUND_TRUTH, name, error)) from error
    try:
        detections, predicted = _table(predictions, files, labels, places, threshold=threshold)
    except _FAULTS as error:
        raise UnpairedError(_broken(PREDICTIONS, name, error)) from error
    return RunBoxes(files, class_names, objects, detections, actual, predicted)


def check_pair(current: RunBoxes, baseline: RunBoxes) -> None:
    """Checks that two runs were evaluated on the same images with the same ground truth and classes.

    Raises:
        UnpairedError: They were not.
    """
    if current.class_names != baseline.class_names:
        ours, theirs = set(current.class_names.values()), set(baseline.class_names.values())
        if ours == theirs:
            raise UnpairedError("the classes differ: the same names have other ids")
        differences = [*_listed("only the run has", ours - theirs), *_listed("only the baseline has", theirs - ours)]
        raise UnpairedError(f"the classes differ: {', and '.join(differences)}")
    if current.files != baseline.files:
        ours, theirs = set(current.files), set(baseline.files)
        raise UnpairedError(
            f"the test sets differ: the run has {len(ours)} images and the baseline {len(theirs)}, "
            f"of which {len(ours & theirs)} are the same"
        )
    first, second = _rows(current.objects), _rows(baseline.objects)
    if first.shape != second.shape or not np.array_equal(first, second):
        raise UnpairedError(
            f"the test sets differ: the ground truth of the same {len(current.files)} images has changed "
            f"({len(first)} objects, {len(second)} in the baseline)"
        )


def _read(folder: Path, path: str, name: str) -> Any:
    try:
        return json.loads((folder / path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnpairedError(f"{name} has no {path}") from error
    except _FAULTS as error:
        raise UnpairedError(_broken(path, name, error)) from error


def _places(names: Mapping[int, str]) -> dict[int, int]:
    """Returns the place of each image, by its id, in the order of the names."""
    order = sorted(names, key=lambda number: names[number])
    return {number: place for place, number in enumerate(order)}


def _table(
    entries: Any, files: tuple[str, ...], labels: Integers, places: Mapping[int, int], *, threshold: float | None
) -> tuple[Boxes, Bools]:
    """Converts COCO's annotations or results to a table of boxes.

    Args:
        entries: The annotations or results.
        files: The image names.
        labels: All labels, in ascending order.
        places: Place of each image by its id.
        threshold: Least score with which a box marks its image; None for objects, which have no score.

    Returns:
        The table, and for each image whether a box marks it.
    """
    if not isinstance(entries, list):
        raise ValueError("it must hold a list")
    image = np.array([places[entry["image_id"]] for entry in entries], dtype=np.int64)
    boxes = np.array([entry["bbox"] for entry in entries], dtype=np.float64).reshape(-1, 4)
    label = np.array([entry["category_id"] for entry in entries], dtype=np.int64)
    if len(boxes) != len(entries):
        raise ValueError("a bbox must hold four numbers")
    if threshold is None:
        scores = np.zeros(len(entries))
        marking = np.ones(len(entries), bool)
    else:
        scores = np.array([entry["score"] for entry in entries], dtype=np.float64)
        marking = scores >= threshold
    marked = np.zeros(len(files), bool)
    marked[image[marking]] = True
    return Boxes.arrange(files, labels, image, boxes[:, :2], boxes[:, 2:], label, scores), marked


def _rows(objects: Boxes) -> Floats:
    """Returns (N, 5), group and box of each object, in an order that does not depend on that of the file."""
    rows = np.column_stack([objects.groups, objects.corners, objects.far_corners])
    ordered: Floats = rows[np.lexsort(rows.T[::-1])]
    return ordered


def _broken(path: str, name: str, error: Exception) -> str:
    first_line = (str(error).splitlines() or [""])[0][:200]
    return f"{path} of {name} cannot be read: {type(error).__name__}: {first_line}"


def _listed(what: str, names: set[str]) -> list[str]:
    shown = ", ".join(name[:60] for name in sorted(names)[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"{what} {shown}{more}"] if names else []
