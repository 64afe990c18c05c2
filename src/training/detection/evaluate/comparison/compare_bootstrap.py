"""The paired bootstrap over test images: how much the difference between two runs depends on which images were tested.

A resample draws as many images as there are, with replacement. An image that is drawn twice counts twice, so a resample
is a whole weight per image. Matching looks at one image at a time and therefore does not depend on the weights: it is
done once, and a resample only sums weights in the order of the scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detection.processes.cores import core_count
from detection.evaluate.coco_evaluation import RECALL_THRESHOLDS
from detection.evaluate.coco_matching import Bools, Boxes, Floats, Integers

_INTERVAL = (0.025, 0.975)  # 95 % of the resamples
_LEAST_SHARE = 0.5  # of the resamples in which a metric must be defined
_ALL_AREAS = 0
_AP50, _AP75 = 0, 5  # places among the IoU thresholds
_AT_ONCE = 500  # resamples; keeps the arrays of a class in the processor's cache
_LONG = 1500  # right detections; from this number on, one search per resample is faster than a table

_Counts = NDArray[np.int32]  # half the size of Integers; a resample has fewer boxes than it can hold


@dataclass(frozen=True)
class Matches:
    """The detections of a run, matched with the objects.

    Attributes:
        image: (N,), place of each detection's image.
        classes: (N,), place of each detection's label.
        scores: (N,).
        right: (T, N), whether each detection is right at each IoU threshold.
        counts: (T, N), whether each detection is right or wrong at all.
    """

    image: Integers
    classes: Integers
    scores: Floats
    right: Bools
    counts: Bools

    @staticmethod
    def of(detections: Boxes, matched: Bools, ignored: Bools, class_count: int) -> Matches:
        """Selects what concerns objects of every size from what ``evaluate_boxes`` returned."""
        counts = ~ignored[_ALL_AREAS]
        return Matches(
            detections.groups // class_count,
            detections.classes,
            detections.scores,
            matched[_ALL_AREAS] & counts,
            counts,
        )


def draw_weights(images: int, resamples: int, seed: int) -> Integers:
    """Draws the resamples.

    Returns:
        (B, N), how often each of N images is in each of B resamples; each row sums to N. The same arguments give the
        same weights with every version of numpy.
    """
    random = np.random.RandomState(seed)  # its stream is frozen, unlike that of a Generator
    drawn = random.randint(0, images, size=(resamples, images)) + np.arange(resamples)[:, None] * images
    return np.bincount(drawn.ravel(), minlength=resamples * images).reshape(resamples, images)


def interval(values: Floats) -> tuple[float, float] | None:
    """Returns the bounds of what 95 % of the resamples give; None when fewer than half of them give a number.

    Args:
        values: (B,), a metric in each resample; NaN where there is nothing to measure.
    """
    known = values[~np.isnan(values)]
    if not len(known) or len(known) < _LEAST_SHARE * len(values):
        return None
    low, high = (float(bound) for bound in np.quantile(known, _INTERVAL))
    return low, high


def object_weights(objects: Boxes, class_count: int, weights: Integers) -> Integers:
    """Returns (B, K), the number of objects of each of K classes in each of B resamples."""
    counts = np.zeros((weights.shape[1], class_count))
    counting = ~objects.outside_areas()[_ALL_AREAS]
    np.add.at(counts, (objects.groups[counting] // class_count, objects.classes[counting]), 1)
    summed: Integers = np.rint(weights.astype(np.float64) @ counts).astype(np.int64)
    return summed


def average_precisions(matches: Matches, objects: Integers, weights: Integers) -> Floats:
    """Computes the average precision of every class in every resample.

    Args:
        matches: The matched detections of a run.
        objects: (B, K), the number of objects of each class in each resample.
        weights: (B, N), how often each image is in each resample.

    Returns:
        (B, K, T): one number in [0, 1] per resample, class and IoU threshold; NaN where a resample has no object of
        the class.
    """
    resamples, class_count = objects.shape
    small = weights.astype(np.int32)

    def of_class(column: int) -> Floats:
        defined = objects[:, column] > 0
        values = np.full((resamples, len(matches.right)), np.nan)
        if not defined.any():
            return values
        rows = np.flatnonzero(matches.classes == column)
        rows = rows[np.argsort(-matches.scores[rows], kind="stable")]
        # What follows the last right detection changes no precision that counts.
        rows = rows[: _last(matches.right[:, rows].any(axis=0)) + 1]
        for start in range(0, resamples, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            values[part] = _class_precisions(
                small[part][:, matches.image[rows]],
                objects[part, column],
                matches.right[:, rows],
                matches.counts[:, rows],
            )
        values[~defined] = np.nan
        return values

    # numpy leaves the interpreter to the other threads while it sums.
    with ThreadPoolExecutor(core_count(), thread_name_prefix="classes") as pool:
        return np.stack(list(pool.map(of_class, range(class_count))), axis=1)


def _last(flags: Bools) -> int:
    """Returns the place of the last flag that is set; -1 without one."""
    places = np.flatnonzero(flags)
    return int(places[-1]) if len(places) else -1


def detection_metrics(precisions: Floats, names: Mapping[str, int]) -> dict[str, Floats]:
    """Returns COCO's metrics in each of B resamples, by metric name; NaN where nothing can be measured.

    Args:
        precisions: (B, K, T), what ``average_precisions`` returned.
        names: The metric name of each class's average precision at IoU 0.5, with the place of the class.
    """
    by_name = {
        "eval_mAP": _mean_of_classes(precisions.mean(axis=2)),
        "eval_AP50": _mean_of_classes(precisions[:, :, _AP50]),
        "eval_AP75": _mean_of_classes(precisions[:, :, _AP75]),
    }
    return by_name | {name: precisions[:, column, _AP50] for name, column in names.items()}


def image_metrics(actual: Bools, predicted: Bools, weights: Integers) -> dict[str, Floats]:
    """Returns the four ratios of ``binary_metrics`` in each of B resamples, by metric name.

    Args:
        actual: (N,), whether each image has an object.
        predicted: (N,), whether each image is predicted to have one.
        weights: (B, N), how often each image is in each resample.
    """
    tp, fp = weights @ (actual & predicted), weights @ (~actual & predicted)
    fn = weights @ (actual & ~predicted)
    return {
        "binary_precision": _ratio(tp, tp + fp),
        "binary_recall": _ratio(tp, tp + fn),
        "binary_accuracy": _ratio(weights @ (actual == predicted), weights.sum(axis=1)),
        "binary_f1": _ratio(2 * tp, 2 * tp + fp + fn),
    }


def _class_precisions(weights: _Counts, objects: Integers, right: Bools, counts: Bools) -> Floats:
    """Computes the average precision of one class.

    Args:
        weights: (B, N), the weight of each detection, in order of score.
        objects: (B,), number of objects.
        right: (T, N), whether each detection is right.
        counts: (T, N), whether each detection is right or wrong at all.

    Returns:
        (B, T).
    """
    result = np.zeros((len(weights), len(right)))
    some = np.flatnonzero(right.any(axis=0))  # the precision rises at these alone
    if not len(some):
        return result
    all_count = bool(counts.all())
    seen = np.cumsum(weights, axis=1, dtype=np.int32)[:, some] if all_count else None
    some_weights = weights[:, some]
    reached = None if len(some) > _LONG else _ReachedRecalls(objects, int(some_weights.sum(axis=1).max()))
    for threshold in range(len(right)):
        at = np.flatnonzero(right[threshold, some])
        if not len(at):
            continue
        positives = np.cumsum(some_weights[:, at], axis=1, dtype=np.int32)
        total = seen if seen is not None else np.cumsum(weights * counts[threshold], axis=1, dtype=np.int32)[:, some]
        precision = positives / (total[:, at] + np.spacing(1))
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        if reached is None:
            result[:, threshold] = _search(positives, objects, envelope)
        else:
            recalls = reached.count(positives)
            recalls[:, 1:] -= recalls[:, :-1].copy()
            result[:, threshold] = np.einsum("bj,bj->b", recalls, envelope)
    return result / len(RECALL_THRESHOLDS)


class _ReachedRecalls:
    """A table of how many of the 101 recalls are reached with a number of right detections.

    Args:
        objects: (B,), number of objects in each resample.
        most: The highest number of right detections.
    """

    def __init__(self, objects: Integers, most: int) -> None:
        low, high = max(1, int(objects.min())), max(1, int(objects.max()))
        recalls = np.arange(most + 1) / np.arange(low, high + 1)[:, None]
        self._table = np.searchsorted(RECALL_THRESHOLDS, recalls, side="right").astype(np.float64).ravel()
        self._rows = ((np.maximum(objects, low) - low) * (most + 1))[:, None]

    def count(self, positives: _Counts) -> Floats:
        """Returns how many recalls are reached. Recall 0 is reached with the first right detection of any weight."""
        counted: Floats = self._table[self._rows + positives]
        return counted


def _search(positives: _Counts, objects: Integers, envelope: Floats) -> Floats:
    """Returns the sum of the precision at the 101 recalls in each resample, for many right detections."""
    sums = np.zeros(len(positives))
    for row, count in enumerate(objects):
        if count > 0:
            places = np.searchsorted(positives[row] / count, RECALL_THRESHOLDS, side="left")
            sums[row] = envelope[row, places[places < positives.shape[1]]].sum()
    return sums


def _mean_of_classes(values: Floats) -> Floats:
    """Returns the mean over the classes that a resample has objects of."""
    defined = ~np.isnan(values)
    counts = defined.sum(axis=1)
    sums = np.where(defined, values, 0).sum(axis=1)
    means: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def _ratio(part: Integers, whole: Integers) -> Floats:
    ratio: Floats = np.where(whole > 0, part / np.maximum(whole, 1), 0.0)
    return ratio
