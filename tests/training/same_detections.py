"""Compares what two programs, or two batches, detect by the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np

_PIXELS, _SCORE = 0.05, 1e-4
_OVERLAP, _NEAR_SCORE = 0.5, 0.01


def assert_same_detections(found: Any, expected: Any, *, least: int = 1) -> None:
    """Compares detections: their ``boxes`` (n, 4) in pixels, ``labels`` (n) and ``scores`` (n), in any order.

    A box may differ by 0.05 pixels and a score by 1e-4: the order of additions within a convolution depends on the
    program, the batch and the processor. Where two proposals of random weights are nearly equal, that noise decides
    which of them is kept. So one detection in ten, and always two, may be such a neighbour: of the same label, with an
    overlap of one half and a score that differs by 0.01. It may also be the last one, where the other list ends.
    """
    ours, theirs = _parts(found), _parts(expected)
    allowed = max(2, len(theirs[0]) // 10)
    assert len(theirs[0]) >= least and abs(len(ours[0]) - len(theirs[0])) <= allowed
    for first, second in ((ours, theirs), (theirs, ours)):
        single = ~_pairs(first, second)
        assert single.sum() <= allowed, f"{single.sum()} of {len(single)} detections are not found by the other"
        is_last = first[2] <= second[2].min(initial=1) + _SCORE
        assert (_has_neighbour(first, second) | is_last)[single].all(), first[0][single]


def _parts(detections: Any) -> tuple[Any, Any, Any]:
    boxes, labels, scores = (np.asarray(detections[name]) for name in ("boxes", "labels", "scores"))
    return boxes.reshape(-1, 4), labels, scores


def _pairs(first: tuple[Any, Any, Any], second: tuple[Any, Any, Any]) -> Any:
    """Marks those of the first that have an equal one in the second, each of which is used once."""
    boxes, labels, scores = second
    free, paired = np.ones(len(scores), bool), np.zeros(len(first[2]), bool)
    for row, (box, label, score) in enumerate(zip(*first)):
        distances = np.maximum(np.abs(boxes - box).max(axis=1) / _PIXELS, np.abs(scores - score) / _SCORE)
        distances = np.where(free & (labels == label), distances, np.inf)
        if distances.min(initial=np.inf) <= 1:
            free[distances.argmin()], paired[row] = False, True
    return paired


def _has_neighbour(first: tuple[Any, Any, Any], second: tuple[Any, Any, Any]) -> Any:
    (boxes, labels, scores), (others, other_labels, other_scores) = first, second
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(these[:, 2:] - these[:, :2], axis=1) for these in (boxes, others)]
    overlap = shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-9)
    near = np.abs(scores[:, None] - other_scores[None]) <= _NEAR_SCORE
    return ((overlap >= _OVERLAP) & near & (labels[:, None] == other_labels[None])).any(axis=1)
