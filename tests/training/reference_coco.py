"""Computes COCO's box metrics from their definition, one box at a time, independently of the trainer's code.

The rules, per class and area range:
- Objects outside the range are ignored: detecting them is neither right nor wrong. So are crowds and flagged objects.
- A crowd is never used up, and its IoU with a detection is the share of the detection that it covers.
- Per image, the 100 detections of highest score count. In order of score, each takes the free object of highest IoU, if
  that IoU reaches the threshold; an ignored object only when no other does.
- A detection that took an ignored object is ignored. So is one that took none and is outside the range.
- The detections of all images are ordered by score. Precision at a recall is the highest at that recall or beyond.
- AP is the mean precision at recall 0, 0.01, … 1 over IoU thresholds and classes. AR is the mean final recall.
"""

from __future__ import annotations

import numpy as np

# As pycocotools computes 0.5, 0.55, … and 0, 0.01, …: threshold 57 is 0.5700000000000001, which a recall of 57 of 100
# objects does not reach.
THRESHOLDS = np.linspace(0.5, 0.95, 10).tolist()
RECALLS = np.linspace(0, 1, 101).tolist()
AREAS = {"all": (0, 1e10), "small": (0, 1024), "medium": (1024, 9216), "large": (9216, 1e10)}


def twelve_numbers(ground_truths: dict, detections: dict, labels: list) -> list:
    """Returns the twelve COCO numbers.

    ``ground_truths[file]`` is a list of (box, label) or (box, label, area, crowd, ignored), ``detections[file]`` one of
    (box, label, score), boxes xyxy.
    """
    return [
        _average_precision(ground_truths, detections, labels, THRESHOLDS, "all"),
        _average_precision(ground_truths, detections, labels, [0.5], "all"),
        _average_precision(ground_truths, detections, labels, [THRESHOLDS[5]], "all"),
        *(
            _average_precision(ground_truths, detections, labels, THRESHOLDS, area)
            for area in ("small", "medium", "large")
        ),
        *(_average_recall(ground_truths, detections, labels, "all", limit) for limit in (1, 10, 100)),
        *(_average_recall(ground_truths, detections, labels, area, 100) for area in ("small", "medium", "large")),
    ]


def _average_precision(ground_truths, detections, labels, thresholds, area) -> float:
    precisions = []
    for label in labels:
        for threshold in thresholds:
            outcomes, objects = _outcomes(ground_truths, detections, label, threshold, area, 100)
            if objects == 0:
                continue
            points, right, wrong = [], 0, 0
            for is_right in outcomes:
                right, wrong = right + is_right, wrong + (not is_right)
                points.append((right / objects, right / (right + wrong)))
            for recall in RECALLS:
                precisions.append(max((p for r, p in points if r >= recall), default=0.0))
    return sum(precisions) / len(precisions) if precisions else -1


def _average_recall(ground_truths, detections, labels, area, limit) -> float:
    recalls = []
    for label in labels:
        for threshold in THRESHOLDS:
            outcomes, objects = _outcomes(ground_truths, detections, label, threshold, area, limit)
            if objects > 0:
                recalls.append(sum(outcomes) / objects)
    return sum(recalls) / len(recalls) if recalls else -1


def _outcomes(ground_truths, detections, label, threshold, area, limit) -> tuple:
    """Returns whether each detection that counts is right, in order of score, and the number of objects."""
    outcomes, objects = [], 0
    for file in sorted(ground_truths):
        truth = [_Object(*entry) for entry in ground_truths[file] if entry[1] == label]
        found = [(box, score) for box, box_label, score in detections.get(file, []) if box_label == label]
        found = sorted(found, key=lambda detection: -detection[1])[:limit]
        free = list(range(len(truth)))
        objects += sum(item.counts(area) for item in truth)
        for box, score in found:
            choice = _best([i for i in free if truth[i].counts(area)], box, truth, threshold)
            if choice is not None:
                outcomes.append((score, True))
            else:
                choice = _best([i for i in free if not truth[i].counts(area)], box, truth, threshold)
                if choice is None and _is_within(_area(box), area):
                    outcomes.append((score, False))
            if choice is not None and not truth[choice].crowd:
                free.remove(choice)
    return [is_right for _, is_right in sorted(outcomes, key=lambda outcome: -outcome[0])], objects


class _Object:
    def __init__(self, box, label, area=None, crowd=False, ignored=False) -> None:
        self.box, self.area, self.crowd = box, _area(box) if area is None else area, crowd
        self.ignored = ignored or crowd

    def counts(self, area) -> bool:
        return not self.ignored and _is_within(self.area, area)

    def overlap(self, box) -> float:
        width = min(self.box[2], box[2]) - max(self.box[0], box[0])
        height = min(self.box[3], box[3]) - max(self.box[1], box[1])
        if width <= 0 or height <= 0:
            return 0.0
        common = width * height
        return common / (_area(box) if self.crowd else _area(self.box) + _area(box) - common)


def _best(choices, box, truth, threshold):
    best = None
    for index in choices:
        overlap = truth[index].overlap(box)
        if overlap >= threshold and (best is None or overlap >= truth[best].overlap(box)):
            best = index
    return best


def _area(box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_within(size, area) -> bool:
    low, high = AREAS[area]
    return low <= size <= high
