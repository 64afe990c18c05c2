"""Metrics of whether an image has an object at all, which is what a user of the detector acts on."""

from __future__ import annotations

from collections.abc import Mapping

from detection.evaluate.detections import Detections, GroundTruth


def evaluate_images(
    ground_truths: Mapping[str, GroundTruth], detections: Mapping[str, Detections], threshold: float
) -> dict[str, float]:
    """Counts the images that are classified rightly and wrongly, whatever the class and place of the detections.

    An image is actually positive when it has an object. It is predicted positive when it has a detection with a score
    of at least ``threshold``.

    Args:
        ground_truths: The objects of every image, by file name.
        detections: The detections by file name; an image without an entry has none.
        threshold: Least score that counts, in [0, 1].

    Returns:
        ``binary_tp``, ``binary_fp``, ``binary_tn`` and ``binary_fn``, numbers of images; ``binary_precision``,
        ``binary_recall``, ``binary_accuracy`` and ``binary_f1``, in [0, 1]. A ratio with the divisor 0, such as the
        precision without a positive prediction, is 0. Where every image has an object, the four ratios are -1: a
        detector that finds anything anywhere would have them all at 1.
    """
    tp = fp = tn = fn = 0
    for file, truth in ground_truths.items():
        actual = len(truth.labels) > 0
        predicted = file in detections and bool((detections[file].scores >= threshold).any())
        tp += actual and predicted
        fp += not actual and predicted
        tn += not actual and not predicted
        fn += actual and not predicted
    return image_metrics(tp, fp, tn, fn)


def image_metrics(tp: int, fp: int, tn: int, fn: int) -> dict[str, float]:
    """Returns the metrics of counts of images, as ``evaluate_images`` does."""
    counts = {
        "binary_tp": float(tp),
        "binary_fp": float(fp),
        "binary_tn": float(tn),
        "binary_fn": float(fn),
    }
    ratios = {
        "binary_precision": _ratio(tp, tp + fp),
        "binary_recall": _ratio(tp, tp + fn),
        "binary_accuracy": _ratio(tp + tn, tp + fp + tn + fn),
        "binary_f1": _ratio(2 * tp, 2 * tp + fp + fn),
    }
    has_negatives = tn + fp > 0
    return {**counts, **(ratios if has_negatives or not tp + fn else dict.fromkeys(ratios, -1.0))}


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
