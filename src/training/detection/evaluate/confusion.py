"""The confusion matrix of a detector, and its mistakes in one image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.detections import Detections, GroundTruth


def count_confusions(
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    labels: Sequence[int],
    *,
    threshold: float,
    iou: float,
) -> NDArray[np.int64]:
    """Pairs objects and detections, whatever their class, and counts the pairs.

    In each image the pair of highest IoU comes first, then the next of the unpaired, down to ``iou``. Of equal IoU, a
    pair of one class precedes a pair of two. Crowds and ignored objects do not count, nor do detections that pair
    with nothing else.

    Args:
        ground_truths: The objects of every image, by file name.
        detections: The detections by file name; an image without an entry has none.
        labels: All labels, in ascending order.
        threshold: Least score of a detection that counts, in [0, 1].
        iou: Least IoU of a pair, in (0, 1].

    Returns:
        (K + 1, K + 1): in row i and column j the number of objects of class i that are predicted as class j, classes in
        the order of ``labels``. The last column counts the missed objects, the last row the detections without an
        object.
    """
    counts = np.zeros((len(labels) + 1, len(labels) + 1), np.int64)
    for file, truth in ground_truths.items():
        truth, predicted, pairs = _pair(truth, detections.get(file), threshold=threshold, iou=iou)
        actual_class, predicted_class = np.searchsorted(labels, truth.labels), np.searchsorted(labels, predicted.labels)
        for row, column in pairs:
            counts[actual_class[row], predicted_class[column]] += 1
        for row in set(range(len(actual_class))) - {row for row, _ in pairs}:
            counts[actual_class[row], -1] += 1
        for column in set(range(len(predicted_class))) - {column for _, column in pairs}:
            counts[-1, predicted_class[column]] += 1
    return counts


@dataclass(frozen=True)
class ImageOutcome:
    """What the detector did in one image.

    Attributes:
        truth: The N objects that count.
        predicted: The M detections that count.
        missed: (N,), which objects are missed or get another class.
        wrong: (M,), which detections have no object of their class.
    """

    truth: GroundTruth
    predicted: Detections
    missed: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def image_outcome(truth: GroundTruth, detections: Detections | None, *, threshold: float, iou: float) -> ImageOutcome:
    """Returns which objects of one image are missed, and which detections are wrong, as ``count_confusions`` counts."""
    truth, predicted, pairs = _pair(truth, detections, threshold=threshold, iou=iou)
    missed, wrong = np.ones(len(truth.labels), bool), np.ones(len(predicted.labels), bool)
    for row, column in pairs:
        missed[row] = wrong[column] = truth.labels[row] != predicted.labels[column]
    return ImageOutcome(truth, predicted, missed, wrong)


def _pair(
    truth: GroundTruth, detections: Detections | None, *, threshold: float, iou: float
) -> tuple[GroundTruth, Detections, list[tuple[int, int]]]:
    """Returns the objects and the detections that count, and the pairs of their rows (object, detection)."""
    if detections is None:
        detections = Detections(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))
    predicted = detections.select(detections.scores >= threshold)
    counting = truth.counting()
    neutral, truth = truth.select(~counting), truth.select(counting)
    overlaps = _ious(truth.boxes, predicted.boxes)
    rows, columns = np.nonzero(overlaps >= iou)
    same = truth.labels[rows] == predicted.labels[columns]
    pairs: list[tuple[int, int]] = []
    free_rows, free_columns = set(rows.tolist()), set(columns.tolist())
    for index in np.lexsort((~same, -overlaps[rows, columns])):
        row, column = int(rows[index]), int(columns[index])
        if row in free_rows and column in free_columns:
            pairs.append((row, column))
            free_rows.remove(row)
            free_columns.remove(column)
    if len(neutral.labels):
        paired = np.isin(np.arange(len(predicted.labels)), [column for _, column in pairs])
        covered = _covered(neutral, predicted) >= iou
        same_class = neutral.labels[:, None] == predicted.labels
        kept = paired | ~(covered & same_class).any(axis=0)
        places = np.cumsum(kept) - 1
        predicted, pairs = predicted.select(kept), [(row, int(places[column])) for row, column in pairs]
    return truth, predicted, pairs


def _covered(neutral: GroundTruth, predicted: Detections) -> NDArray[np.float64]:
    """Returns, as (N, M), the IoU of ignored objects and detections; of a crowd the share of the detection in it."""
    overlaps = _ious(neutral.boxes, predicted.boxes)
    if neutral.crowd is not None and neutral.crowd.any():
        sides = np.minimum(neutral.boxes[:, None, 2:], predicted.boxes[None, :, 2:])
        sides = sides - np.maximum(neutral.boxes[:, None, :2], predicted.boxes[None, :, :2])
        areas = (predicted.boxes[:, 2:] - predicted.boxes[:, :2]).prod(axis=1)
        shares = np.maximum(sides, 0).prod(axis=2) / np.maximum(areas, np.finfo(float).tiny)
        overlaps = np.where(neutral.crowd[:, None], shares, overlaps)
    return overlaps


def _ious(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the IoU of each of N boxes with each of M boxes as (N, M)."""
    sides = np.minimum(first[:, None, 2:], second[None, :, 2:]) - np.maximum(first[:, None, :2], second[None, :, :2])
    common = np.maximum(sides, 0).prod(axis=2)
    areas = (first[:, 2:] - first[:, :2]).prod(axis=1)[:, None] + (second[:, 2:] - second[:, :2]).prod(axis=1)
    ious: NDArray[np.float64] = common / np.maximum(areas - common, np.finfo(float).tiny)
    return ious
