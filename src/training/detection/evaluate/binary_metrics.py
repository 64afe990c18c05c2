"""Metrics of the question "does this image hold an object at all?", which is what a user of the detector acts on."""

from __future__ import annotations

from collections.abc import Mapping

from detection.evaluate.coco_evaluation import Detections, GroundTruth


def evaluate_images(
    ground_truths: Mapping[str, GroundTruth], detections: Mapping[str, Detections], threshold: float
) -> dict[str, float]:
    """Counts images right and wrong, whatever the class and place of what was found.

    An image is positive when it holds an object, and found positive when a detection in it has a score of at least
    ``threshold``.

    Args:
        ground_truths: The objects of every image, by file name.
        detections: The detections by file name; an image that is left out has none.
        threshold: Least score that counts, in [0, 1].

    Returns:
        ``binary_tp``, ``binary_fp``, ``binary_tn`` and ``binary_fn``, numbers of images; ``binary_precision``,
        ``binary_recall``, ``binary_accuracy`` and ``binary_f1``, in [0, 1]. A ratio without anything to divide by
        (the precision when nothing was found) is 0.
    """
    tp = fp = tn = fn = 0
    for file, truth in ground_truths.items():
        positive = len(truth.labels) > 0
        found = file in detections and bool((detections[file].scores >= threshold).any())
        tp += positive and found
        fp += not positive and found
        tn += not positive and not found
        fn += positive and not found
    return {
        "binary_tp": float(tp),
        "binary_fp": float(fp),
        "binary_tn": float(tn),
        "binary_fn": float(fn),
        "binary_precision": _ratio(tp, tp + fp),
        "binary_recall": _ratio(tp, tp + fn),
        "binary_accuracy": _ratio(tp + tn, tp + fp + tn + fn),
        "binary_f1": _ratio(2 * tp, 2 * tp + fp + fn),
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
