"""The least score at which a detection should count: precision, recall and F1 of each class over the scores.

All is measured at IoU 0.5, on the detections that COCO counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detection.evaluate.coco_matching import Bools, Boxes, Floats, Integers

ALL_CLASSES = "all classes"
_AT_IOU_50 = _ALL_AREAS = 0
_BINS = 10
CURVE_THRESHOLDS: Floats = np.linspace(0, 1, 101)
"""The scores at which curves are sampled."""


@dataclass(frozen=True)
class ScoreCurve:
    """Precision, recall and F1 of one class, or of all together, as a function of the least score that counts.

    Attributes:
        name: The class; None for all together.
        objects: Number of objects.
        scores: (N,), the scores of its detections, in descending order.
        right: (N,), whether each is right.
    """

    name: str | None
    objects: int
    scores: Floats
    right: Bools

    def at(self, thresholds: Floats) -> tuple[Floats, Floats, Floats]:
        """Returns precision, recall and F1 for each least score; precision is 0 where no detection counts."""
        counts = np.searchsorted(-self.scores, -thresholds, side="right")
        right = np.concatenate([[0], np.cumsum(self.right)])[counts]
        return (
            right / np.maximum(counts, 1),
            right / max(self.objects, 1),
            2 * right / np.maximum(counts + self.objects, 1),
        )

    def best(self) -> float | None:
        """Returns the least score of the highest F1; None when no detection is right.

        It is halfway between the last score that counts and the next lower one, because both give the same result. Of
        equal F1 the higher score is chosen: fewer detections are as good.
        """
        if not self.right.any():
            return None
        last = np.flatnonzero(np.append(self.scores[1:] != self.scores[:-1], True))  # equal scores count together
        f1 = 2 * np.cumsum(self.right)[last] / (last + 1 + self.objects)
        place = int(last[np.argmax(f1)])
        lower = self.scores[place + 1] if place + 1 < len(self.scores) else 0.0
        middle = float((self.scores[place] + lower) / 2)
        # Rounded to few digits where that keeps the threshold between the two scores.
        short = next((round(middle, digits) for digits in (2, 3, 4) if lower < round(middle, digits)), middle)
        return short if short <= self.scores[place] else middle

    def document(self) -> dict[str, float | int | None]:
        """Returns the suggested threshold, with precision, recall and F1 there; null without a right detection."""
        best = self.best()
        if best is None:
            return {"eval_conf": None, "f1": None, "precision": None, "recall": None, "objects": self.objects}
        precision, recall, f1 = (float(values[0]) for values in self.at(np.array([best])))
        return {"eval_conf": best, "f1": f1, "precision": precision, "recall": recall, "objects": self.objects}


def score_curves(
    objects: Boxes, detections: Boxes, matched: Bools, ignored: Bools, class_names: Mapping[int, str]
) -> list[ScoreCurve]:
    """Returns the curve of each class in the order of the labels, then that of all classes together.

    Args:
        objects: The objects of all images.
        detections: The detections that count, as ``evaluate_boxes`` returned them.
        matched: Which of them are matched, as ``evaluate_boxes`` returned it.
        ignored: Which of them count neither way, as ``evaluate_boxes`` returned it.
        class_names: Name of each label.
    """
    counts = ~ignored[_ALL_AREAS, _AT_IOU_50]
    right = matched[_ALL_AREAS, _AT_IOU_50] & counts
    counting = ~objects.outside_areas()[_ALL_AREAS]

    def curve(name: str | None, of_class: Bools, rows: Bools) -> ScoreCurve:
        chosen = np.flatnonzero(counts & rows)
        chosen = chosen[np.argsort(-detections.scores[chosen], kind="stable")]
        return ScoreCurve(name, int((counting & of_class).sum()), detections.scores[chosen], right[chosen])

    curves = [
        curve(class_names[label], objects.classes == column, detections.classes == column)
        for column, label in enumerate(sorted(class_names))
    ]
    return [*curves, curve(None, np.ones(len(counting), bool), np.ones(len(counts), bool))]


@dataclass(frozen=True)
class Calibration:
    """Whether a score of 0.8 means that 8 of 10 such detections are right.

    Attributes:
        edges: (B + 1,), the bounds of B ranges of the score.
        counts: (B,), number of detections in each range, the upper bound included.
        mean_scores: (B,), their mean score; NaN without a detection.
        shares: (B,), the share of them that is right; NaN without a detection.
        error: Expected calibration error: the mean distance of score and share, weighted by the detections; -1 without
            any.
    """

    edges: Floats
    counts: Integers
    mean_scores: Floats
    shares: Floats
    error: float


def calibration(curve: ScoreCurve) -> Calibration:
    """Returns how the scores of a curve agree with the share that is right, in ten ranges of the score."""
    edges = np.linspace(0, 1, _BINS + 1)
    places = np.clip(np.ceil(curve.scores * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    counts = np.bincount(places, minlength=_BINS)
    with np.errstate(invalid="ignore"):
        scores = np.bincount(places, curve.scores, _BINS) / counts
        shares = np.bincount(places, curve.right, _BINS) / counts
    known = counts > 0
    gaps = np.abs(scores - shares)[known] * counts[known]
    return Calibration(edges, counts, scores, shares, float(gaps.sum() / counts.sum()) if known.any() else -1.0)
