"""Reads the ground truth and the predictions that a run left in its artifacts folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detection.config.json_file import load_json, number, shown
from detection.evaluate.coco_matching import Bools, Boxes, Floats, Integers
from detection.evaluate.foreign.json_input import BOX_RULE, box, identifier

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
        class_names = _named(truth["categories"], "categories", "name")
        labels = np.array(sorted(class_names), dtype=np.int64)
        names = _named(truth["images"], "images", "file_name")
        files = tuple(sorted(names.values()))
        threshold = number(truth["info"]["eval_conf"])
        if threshold is None or not 0 <= threshold <= 1:
            raise ValueError(f"info.eval_conf is {shown(truth['info']['eval_conf'])}; it must be from 0 to 1")
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
        return load_json(folder / path)
    except ValueError as error:
        if not (folder / path).exists():
            raise UnpairedError(f"{name} has no {path}") from error
        raise UnpairedError(_broken(path, name, error)) from error


def _named(entries: Any, key: str, name: str) -> dict[int, str]:
    """Returns the names of the categories or images by their ids.

    Raises:
        ValueError: An id or a name is missing, of another type, or that of an earlier entry.
    """
    found: dict[int, str] = {}
    if not isinstance(entries, list):
        raise ValueError(f"{key} is {shown(entries)}; it must be a list")
    for place, entry in enumerate(entries):
        number_of, text = (entry.get("id"), entry.get(name)) if isinstance(entry, dict) else (None, None)
        if (
            type(number_of) is not int
            or not isinstance(text, str)
            or number_of in found
            or not -(2**62) < number_of < 2**62
        ):
            raise ValueError(f"{key}[{place}] is {shown(entry)}; it must have an id and a {name} of its own")
        found[number_of] = text
    if len(set(found.values())) != len(found):
        raise ValueError(f"two of {key} have one {name}")
    return found


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
    known = set(labels.tolist())
    rows = [
        _row(entry, f"[{place}]", places, known, has_score=threshold is not None) for place, entry in enumerate(entries)
    ]
    image = np.array([row[0] for row in rows], dtype=np.int64)
    boxes = np.array([row[1] for row in rows], dtype=np.float64).reshape(-1, 4)
    label = np.array([row[2] for row in rows], dtype=np.int64)
    scores = np.array([row[3] for row in rows], dtype=np.float64)
    marking = np.ones(len(rows), bool) if threshold is None else scores >= threshold
    marked = np.zeros(len(files), bool)
    marked[image[marking]] = True
    return Boxes.arrange(files, labels, image, boxes[:, :2], boxes[:, 2:], label, scores), marked


def _row(
    entry: Any, where: str, places: Mapping[int, int], known: set[int], *, has_score: bool
) -> tuple[int, tuple[float, float, float, float], int, float]:
    """Returns place of the image, box, label and score of an entry.

    Raises:
        ValueError: One of them is missing or not valid.
    """
    if not isinstance(entry, dict):
        raise ValueError(f"{where} is {shown(entry)}; it must be an object")
    image, label = identifier(entry.get("image_id")), identifier(entry.get("category_id"))
    corners, score = box(entry.get("bbox")), number(entry.get("score")) if has_score else 0.0
    if not isinstance(image, int) or image not in places:
        raise ValueError(f"{where}.image_id is {shown(entry.get('image_id'))}; it must be the id of one of the images")
    if not isinstance(label, int) or label not in known:
        raise ValueError(f"{where}.category_id is {shown(entry.get('category_id'))}; it must be the id of a category")
    if corners is None:
        raise ValueError(f"{where}.bbox is {shown(entry.get('bbox'))}; it must be {BOX_RULE}")
    if score is None:
        raise ValueError(f"{where}.score is {shown(entry.get('score'))}; it must be a finite number")
    return places[image], corners, label, score


def _rows(objects: Boxes) -> Floats:
    """Returns (N, 5), group and box of each object, in an order that does not depend on that of the file."""
    rows = np.column_stack([objects.groups, objects.corners, objects.far_corners])
    ordered: Floats = rows[np.lexsort(rows.T[::-1])]
    return ordered


def _broken(path: str, name: str, error: Exception) -> str:
    first_line = (str(error).splitlines() or [""])[0][:200]
    kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
    return f"{path} of {name} cannot be read: {kind}{first_line}"


def _listed(what: str, names: set[str]) -> list[str]:
    shown = ", ".join(name[:60] for name in sorted(names)[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"{what} {shown}{more}"] if names else []
