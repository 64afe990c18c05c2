"""All that is known of the predictions for one split, as reports, tables and plots use it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.analysis.intervals import RESAMPLES, SEED, metric_intervals
from detection.evaluate.analysis.thresholds import ALL_CLASSES, ScoreCurve, calibration, score_curves
from detection.evaluate.coco_evaluation import CocoResult, evaluate_boxes
from detection.evaluate.coco_matching import Boxes, Floats, Integers
from detection.evaluate.confusion import count_confusions, image_outcome
from detection.evaluate.detections import Detections, GroundTruth

MATCH_IOU = 0.5
"""Least IoU of a correct prediction in the confusion matrix and in the pictures of the worst images."""

SIZE_EDGES = (0.0, 8.0, 16.0, 32.0, 64.0, 96.0, 192.0, 384.0, math.inf)
"""Bounds of the ranges of object size, the root of the area in pixels; COCO's own bounds 32 and 96 are among them."""

_MOST_NAMED = 11  # classes in a line of the log, all together included


@dataclass(frozen=True)
class SizeRecall:
    """The number of objects in each range of SIZE_EDGES, and how many of them are detected.

    Attributes:
        objects: (S,), number of objects.
        detected: (S,), number of those that a detection of their class with a score of at least EVAL_CONF matches at an
            IoU of 0.5.
    """

    objects: Integers
    detected: Integers

    def rows(self) -> list[tuple[float, float, int, int, float]]:
        """Returns low, high, objects, detected and recall of each range that has objects."""
        return [
            (low, high, int(objects), int(detected), float(detected / objects))
            for low, high, objects, detected in zip(SIZE_EDGES, SIZE_EDGES[1:], self.objects, self.detected)
            if objects
        ]


@dataclass(frozen=True)
class Analysis:
    """What the predictions for a split show besides its metrics.

    Attributes:
        images: Number of images.
        class_names: Name of each label.
        eval_conf: EVAL_CONF, the least score of a prediction that counts in the confusion matrix and by size.
        coco: COCO's numbers and curves.
        intervals: Low and high of each metric's 95 % interval.
        curves: Precision, recall and F1 over the scores: each class in the order of the labels, then all together.
        confusion: (K + 1, K + 1), as ``count_confusions`` returns it.
        sizes: Recall by size.
    """

    images: int
    class_names: Mapping[int, str]
    eval_conf: float
    coco: CocoResult
    intervals: Mapping[str, tuple[float, float]]
    curves: tuple[ScoreCurve, ...]
    confusion: Integers
    sizes: SizeRecall

    def interval_document(self) -> dict[str, Any]:
        """Returns the intervals as metrics.json and evaluation.json hold them."""
        return {name: {"low": low, "high": high} for name, (low, high) in self.intervals.items()}

    def suggestions(self) -> dict[str, Any]:
        """Returns the suggested EVAL_CONF of all classes together, and of each class."""
        *classes, together = self.curves
        return {
            "all": together.document(),
            "classes": [{"name": curve.name, **curve.document()} for curve in classes],
        }

    def measured(self, metrics: Mapping[str, float]) -> dict[str, Any]:
        """Returns the content of metrics.json: the metrics, their intervals, and the suggested EVAL_CONF."""
        return {
            **metrics,
            "intervals": {"share": 0.95, "resamples": RESAMPLES, "seed": SEED, "metrics": self.interval_document()},
            "suggested_eval_conf": self.suggestions(),
        }

    def lines(self) -> list[str]:
        """Returns the intervals of the main metrics and the suggested EVAL_CONF, one line each."""
        shown = [
            f"{name} {low:.3f} to {high:.3f}"
            for name in ("eval_mAP", "eval_AP50", "binary_f1")
            if name in self.intervals
            for low, high in [self.intervals[name]]
        ]
        lines = [f"95 % intervals over {self.images} images: {', '.join(shown)}"] if shown else []
        suggested = [
            f"{curve.name if curve.name is not None else ALL_CLASSES} {best:g}"
            for curve in (self.curves[-1], *self.curves[:-1])
            for best in [curve.best()]
            if best is not None
        ]
        if suggested:
            lines.append(f"EVAL_CONF of the best F1: {', '.join(suggested[:_MOST_NAMED])}{_more(suggested)}")
        return lines

    def calibration_error(self) -> float:
        """Returns the expected calibration error of all classes together, in [0, 1]; -1 without detections."""
        return calibration(self.curves[-1]).error


def analyse(
    objects: Boxes,
    detections: Boxes,
    truths: Mapping[str, GroundTruth],
    predictions: Mapping[str, Detections],
    class_names: Mapping[int, str],
    eval_conf: float,
) -> Analysis:
    """Analyses the predictions for a split.

    Args:
        objects: The objects of all images, in one table.
        detections: The detections of all images, in one table.
        truths: The same objects by file name.
        predictions: The same detections by file name.
        class_names: Name of each label.
        eval_conf: Least score of a prediction that counts.
    """
    coco, counted, matched, ignored = evaluate_boxes(objects, detections, class_names)
    actual, predicted = presence(truths, predictions, eval_conf)
    return Analysis(
        images=len(truths),
        class_names=dict(class_names),
        eval_conf=eval_conf,
        coco=coco,
        intervals=metric_intervals(objects, counted, matched, ignored, class_names, actual, predicted),
        curves=tuple(score_curves(objects, counted, matched, ignored, class_names)),
        confusion=count_confusions(truths, predictions, sorted(class_names), threshold=eval_conf, iou=MATCH_IOU),
        sizes=_recall_by_size(truths, predictions, eval_conf),
    )


def analyse_files(
    truths: Mapping[str, GroundTruth],
    predictions: Mapping[str, Detections],
    class_names: Mapping[int, str],
    eval_conf: float,
) -> Analysis:
    """Analyses objects and detections that are given by file name alone."""
    files, labels = sorted(truths), np.array(sorted(class_names), dtype=np.int64)
    tables = (Boxes.collect(files, truths, labels), Boxes.collect(files, predictions, labels))
    return analyse(*tables, truths, predictions, class_names, eval_conf)


def presence(
    truths: Mapping[str, GroundTruth], predictions: Mapping[str, Detections], eval_conf: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns for each image, in the order of the names, whether it has an object, and whether one is predicted."""
    files = sorted(truths)
    actual = np.array([len(truths[file].labels) > 0 for file in files], bool)
    predicted = np.array(
        [file in predictions and bool((predictions[file].scores >= eval_conf).any()) for file in files], bool
    )
    return actual, predicted


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _MOST_NAMED} more classes" if len(names) > _MOST_NAMED else ""


def _recall_by_size(
    truths: Mapping[str, GroundTruth], predictions: Mapping[str, Detections], eval_conf: float
) -> SizeRecall:
    sizes: list[Floats] = [np.zeros(0)]
    found: list[NDArray[np.bool_]] = [np.zeros(0, bool)]
    for file, truth in truths.items():
        outcome = image_outcome(truth, predictions.get(file), threshold=eval_conf, iou=MATCH_IOU)
        areas = outcome.truth.areas
        if areas is None:
            areas = (outcome.truth.boxes[:, 2:] - outcome.truth.boxes[:, :2]).prod(axis=1)
        sizes.append(np.sqrt(np.maximum(areas, 0)))
        found.append(~outcome.missed)
    places = np.searchsorted(SIZE_EDGES, np.concatenate(sizes), side="right") - 1
    count = len(SIZE_EDGES) - 1
    return SizeRecall(np.bincount(places, minlength=count), np.bincount(places[np.concatenate(found)], minlength=count))
