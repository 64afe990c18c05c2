"""Computes COCO's box metrics from their definition, one box at a time, independently of the trainer's code.

The rules, per class and area range:
- Objects outside the range are ignored: detecting them is neither right nor wrong.
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

    ``ground_truths[file]`` is a list of (box, label), ``detections[file]`` one of (box, label, score), boxes xyxy.
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
        truth = [box for box, box_label in ground_truths[file] if box_label == label]
        found = [(box, score) for box, box_label, score in detections.get(file, []) if box_label == label]
        found = sorted(found, key=lambda detection: -detection[1])[:limit]
        free = list(range(len(truth)))
        objects += sum(_is_within(box, area) for box in truth)
        for box, score in found:
            choice = _best([i for i in free if _is_within(truth[i], area)], box, truth, threshold)
            if choice is not None:
                outcomes.append((score, True))
            else:
                choice = _best([i for i in free if not _is_within(truth[i], area)], box, truth, threshold)
                if choice is None and _is_within(box, area):
                    outcomes.append((score, False))
            if choice is not None:
                free.remove(choice)
    return [is_right for _, is_right in sorted(outcomes, key=lambda outcome: -outcome[0])], objects


def _best(choices, box, truth, threshold):
    best = None
    for index in choices:
        if _iou(box, truth[index]) >= threshold and (best is None or _iou(box, truth[index]) >= _iou(box, truth[best])):
            best = index
    return best


def _is_within(box, area) -> bool:
    low, high = AREAS[area]
    return low <= (box[2] - box[0]) * (box[3] - box[1]) <= high


def _iou(first, second) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    areas = (first[2] - first[0]) * (first[3] - first[1]) + (second[2] - second[0]) * (second[3] - second[1])
    return common / (areas - common)
