from __future__ import annotations

import numpy as np
import pytest

from detection.evaluate.detections import GroundTruth
from detection.evaluate.proposals import best_overlaps, proposal_recall, warnings

_NAMES = {1: "cell", 2: "platelet", 3: "none"}


def test_proposal_recall_counts_objects_by_class_and_size() -> None:
    truths = {
        "a": GroundTruth([(0, 0, 10, 10), (0, 0, 100, 100), (200, 200, 240, 240)], [2, 1, 1]),
        "b": GroundTruth([(0, 0, 10, 10)], [2]),
    }
    # The first two objects are covered: by all of it, and by 0.81. The third overlaps by less than half.
    proposals = {"a": np.array([(0, 0, 10, 10), (0, 0, 90, 90), (200, 200, 220, 220.0)]), "b": np.zeros((0, 4))}

    recall = proposal_recall(truths, proposals, _NAMES)

    assert recall == {
        "proposal_recall": 0.5,
        "proposal_recall_cell": 0.5,
        "proposal_recall_platelet": 0.5,
        "proposal_recall_none": -1.0,
        "proposal_recall_small": 0.5,
        "proposal_recall_medium": 0.0,
        "proposal_recall_large": 1.0,
    }
    assert [line.split(";")[0] for line in warnings(recall, _NAMES)] == [
        "warning: only 0.50 of the objects of cell have a proposal",
        "warning: only 0.50 of the objects of platelet have a proposal",
    ]


def test_proposal_recall_is_absent_for_a_detector_of_one_stage() -> None:
    assert proposal_recall({"a": GroundTruth([], [])}, {}, _NAMES) == {}


def test_best_overlaps_gives_the_largest_iou_of_each_box() -> None:
    boxes = np.array([(0, 0, 4, 4), (10, 10, 12, 12.0)])

    assert best_overlaps(boxes, np.array([(0, 0, 4, 2), (2, 0, 4, 4), (50, 50, 60, 60.0)])).tolist() == [0.5, 0.0]
    assert best_overlaps(np.zeros((0, 4)), boxes).shape == (0,)
    assert best_overlaps(boxes, np.zeros((0, 4))) == pytest.approx([0, 0])
