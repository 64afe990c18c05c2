from __future__ import annotations

import numpy as np
import pytest

from detection.evaluate.all_detections import evaluate_all
from detection.evaluate.coco_evaluation import evaluate
from detection.evaluate.detections import Detections, GroundTruth


def _perfect(count: int) -> tuple[dict[str, GroundTruth], dict[str, Detections]]:
    places = np.arange(count, dtype=np.float64)[:, None] * 20
    boxes = np.concatenate([places, places * 0, places + 10, places * 0 + 10], axis=1)
    labels = np.ones(count, dtype=np.int64)
    return {"a": GroundTruth(boxes, labels)}, {"a": Detections(boxes, labels, np.linspace(1, 0.5, count))}


def test_evaluate_all_scores_200_perfect_detections_beside_cocos_100() -> None:
    truths, detections = _perfect(200)

    assert evaluate(truths, detections, {1: "x"}).stats[0] == pytest.approx(0.505, abs=1e-3)
    assert evaluate_all(truths, detections, {1: "x"}, 200) == {
        "eval_mAP_max": pytest.approx(1), "eval_AP50_max": pytest.approx(1), "eval_AR_max": 1.0,
    }  # fmt: skip
    assert evaluate_all(truths, detections, {1: "x"}, 150)["eval_AR_max"] == 0.75


def test_evaluate_all_equals_coco_where_no_image_has_more_than_100() -> None:
    truths, detections = _perfect(60)

    found = evaluate_all(truths, detections, {1: "x", 2: "y"}, 101)

    stats = evaluate(truths, detections, {1: "x", 2: "y"}).stats
    assert list(found.values()) == [stats[0], stats[1], stats[8]]
    assert evaluate_all(truths, detections, {1: "x"}, 100) == {}
