"""Which object was found as what: the confusion matrix of a detector, and the mistakes in one image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detection.evaluate.coco_evaluation import Detections, GroundTruth


def count_confusions(
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    labels: Sequence[int],
    *,
    threshold: float,
    iou: float,
) -> np.ndarray:
    """Pairs objects and detections, whatever their class, and counts the pairs.

    In each image the pair of highest IoU goes first, then the best of what is left, down to ``iou``; of equal IoU one
    class on both sides goes before two.

    Returns:
        int64 (K + 1, K + 1): in row i and column j the objects of class i found as class j, classes in the order of
        ``labels``. The last column counts the objects not found, the last row the detections without an object.
    """
    labels = np.asarray(labels)
    counts = np.zeros((len(labels) + 1, len(labels) + 1), np.int64)
    for file, truth in ground_truths.items():
        found, pairs = _pair(truth, detections.get(file), threshold=threshold, iou=iou)
        is_label, as_label = np.searchsorted(labels, truth.labels), np.searchsorted(labels, found.labels)
        for row, column in pairs:
            counts[is_label[row], as_label[column]] += 1
        for row in set(range(len(is_label))) - {row for row, _ in pairs}:
            counts[is_label[row], -1] += 1
        for column in set(range(len(as_label))) - {column for _, column in pairs}:
            counts[-1, as_label[column]] += 1
    return counts


def image_mistakes(
    truth: GroundTruth, detections: Detections | None, *, threshold: float, iou: float
) -> tuple[int, int]:
    """The objects of one image not found as what they are, and the detections that are wrong."""
    found, pairs = _pair(truth, detections, threshold=threshold, iou=iou)
    right = sum(truth.labels[row] == found.labels[column] for row, column in pairs)
    return len(truth.labels) - int(right), len(found.labels) - int(right)


def _pair(
    truth: GroundTruth, detections: Detections | None, *, threshold: float, iou: float
) -> tuple[Detections, list[tuple[int, int]]]:
    """The detections that count, and the (object, detection) rows that belong together."""
    if detections is None:
        detections = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0))
    counts = detections.scores >= threshold
    found = Detections(detections.boxes[counts], detections.labels[counts], detections.scores[counts])
    overlaps = _ious(truth.boxes, found.boxes)
    rows, columns = np.nonzero(overlaps >= iou)
    same = truth.labels[rows] == found.labels[columns]
    pairs: list[tuple[int, int]] = []
    free_rows, free_columns = set(rows.tolist()), set(columns.tolist())
    for index in np.lexsort((~same, -overlaps[rows, columns])):
        row, column = int(rows[index]), int(columns[index])
        if row in free_rows and column in free_columns:
            pairs.append((row, column))
            free_rows.remove(row)
            free_columns.remove(column)
    return found, pairs


def _ious(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU of each box of the first with each of the second, float64 (N, M)."""
    sides = np.minimum(first[:, None, 2:], second[None, :, 2:]) - np.maximum(first[:, None, :2], second[None, :, :2])
    common = np.maximum(sides, 0).prod(axis=2)
    areas = (first[:, 2:] - first[:, :2]).prod(axis=1)[:, None] + (second[:, 2:] - second[:, :2]).prod(axis=1)
    return common / np.maximum(areas - common, np.finfo(float).tiny)
