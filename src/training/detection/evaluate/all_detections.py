"""COCO's metrics over more than 100 detections per class and image, for images of many objects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detection.evaluate.coco_evaluation import MAX_DETECTIONS, _interpolated_precision, _mean
from detection.evaluate.coco_matching import IOU_THRESHOLDS, Boxes, match
from detection.evaluate.detections import Detections, GroundTruth
from detection.tracking.metric_names import MOST_NAMES


def evaluate_all(
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    class_names: Mapping[int, str],
    limit: int,
) -> dict[str, float]:
    """Computes average precision and recall as COCO does, but over up to ``limit`` detections per class and image.

    Args:
        ground_truths: The objects of every image, by file name.
        detections: The detections by file name.
        class_names: Name of each label.
        limit: MAX_DETECTIONS. COCO's own twelve numbers count 100 detections, so nothing is computed up to 100.

    Returns:
        ``eval_mAP_max``, ``eval_AP50_max`` and ``eval_AR_max``, in [0, 1], or -1 without objects.
    """
    if limit <= MAX_DETECTIONS[-1]:
        return {}
    files, labels = sorted(ground_truths), np.array(sorted(class_names), dtype=np.int64)
    objects = Boxes.collect(files, ground_truths, labels)
    counted = Boxes.collect(files, detections, labels).highest_scores(limit)
    matched, ignored = match(objects, counted)
    precision = np.full((len(IOU_THRESHOLDS), 101, len(labels)), -1.0)
    recall = np.full((len(IOU_THRESHOLDS), len(labels)), -1.0)
    for column in range(len(labels)):
        object_count = np.count_nonzero((objects.classes == column) & ~objects.ignored)
        if object_count == 0:
            continue
        rows = np.flatnonzero(counted.classes == column)
        rows = rows[np.argsort(-counted.scores[rows], kind="stable")]
        counts = ~ignored[0][:, rows]
        right = matched[0][:, rows] & counts
        recall[:, column] = right.sum(axis=1) / object_count
        for threshold in range(len(IOU_THRESHOLDS)):
            precision[threshold, :, column] = _interpolated_precision(right[threshold], counts[threshold], object_count)
    return dict(zip(MOST_NAMES, (_mean(precision), _mean(precision[0]), _mean(recall))))
