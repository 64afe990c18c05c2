"""Computes how certain the metrics of one model are: an interval of each, by a bootstrap over the test images.

The resamples and their metrics are computed as in the comparison of two runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from detection.evaluate.coco_matching import Bools, Boxes
from detection.evaluate.comparison.compare_bootstrap import (
    Matches,
    average_precisions,
    detection_metrics,
    draw_weights,
    image_metrics,
    interval,
    object_weights,
)
from detection.tracking.metric_names import class_ap50

RESAMPLES = 1000
SEED = 0


def metric_intervals(
    objects: Boxes,
    detections: Boxes,
    matched: Bools,
    ignored: Bools,
    class_names: Mapping[int, str],
    actual: Bools,
    predicted: Bools,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, tuple[float, float]]:
    """Returns the 95 % interval of each metric over resamples of the test images, by metric name.

    Args:
        objects: The objects of all images.
        detections: The detections that count, as ``evaluate_boxes`` returned them.
        matched: Which of them are matched, as ``evaluate_boxes`` returned it.
        ignored: Which of them count neither way, as ``evaluate_boxes`` returned it.
        class_names: Name of each label.
        actual: (N,), whether each of N images has an object.
        predicted: (N,), whether each image is predicted to have one.
        resamples: Number of resamples, at least 1.
        seed: Decides them, from 0 to 2³² - 1.

    Returns:
        Low and high of ``eval_mAP``, ``eval_AP50``, ``eval_AP75``, ``eval_AP50_<class>`` and the four image ratios; a
        metric without anything to measure is left out.
    """
    if not len(actual):
        return {}
    weights = draw_weights(len(actual), resamples, seed)
    counts = object_weights(objects, len(class_names), weights)
    matches = Matches.of(detections, matched, ignored, len(class_names))
    names = {class_ap50(class_names[label]): place for place, label in enumerate(sorted(class_names))}
    resampled = detection_metrics(average_precisions(matches, counts, weights), names)
    if not actual.all():  # otherwise the ratios are -1, as binary_metrics says
        resampled |= image_metrics(actual, predicted, weights)
    bounds = {name: interval(values) for name, values in resampled.items()}
    return {name: found for name, found in bounds.items() if found is not None}
