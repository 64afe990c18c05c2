from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference_coco
from seeds import seeds

from detection.evaluate.all_detections import evaluate_all
from detection.evaluate.coco_evaluation import evaluate
from detection.evaluate.detections import Detections, GroundTruth

HOLE = {1: "hole"}
EVERYWHERE = pytest.approx(1, abs=1e-12)


def truth(*boxes: tuple[float, ...], **flags: Any) -> GroundTruth:
    return GroundTruth(np.array(boxes, float), np.ones(len(boxes), np.int64), **flags)


def found(*boxes_and_scores: Any) -> Detections:
    boxes = np.array([box for box, _ in boxes_and_scores], float)
    return Detections(boxes, np.ones(len(boxes), np.int64), np.array([score for _, score in boxes_and_scores]))


def test_a_crowd_takes_any_number_of_detections_and_counts_neither_way() -> None:
    # The crowd covers both detections of 20 x 20 fully, although their IoU with its box is 400 / 40000. Without it they
    # would be wrong and halve the precision of the one object: right at rank 3, 1/3.
    objects = truth((300, 300, 340, 340), (0, 0, 200, 200), crowd=[False, True])
    detections = found(((0, 0, 20, 20), 0.9), ((50, 50, 70, 70), 0.8), ((300, 300, 340, 340), 0.7))

    metrics = evaluate({"a": objects}, {"a": detections}, HOLE).metrics()

    assert [metrics["eval_mAP"], metrics["eval_AR100"]] == [EVERYWHERE] * 2
    without = evaluate({"a": truth((300, 300, 340, 340))}, {"a": detections}, HOLE).metrics()
    assert without["eval_mAP"] == pytest.approx(1 / 3, abs=1e-12)
    # A crowd is no object that could be missed: AR 1 counts the best detection alone, which the crowd took.
    assert metrics["eval_AR1"] == 0


def test_half_of_a_detection_outside_a_crowd_is_at_the_first_threshold_alone() -> None:
    # 20 x 20 with 10 x 20 inside the crowd: 200 / 400 = 0.5. Matched at 0.5, so neutral; wrong at the nine others.
    objects = truth((300, 300, 340, 340), (0, 0, 100, 100), crowd=[False, True])
    detections = found(((90, 0, 110, 20), 0.9), ((300, 300, 340, 340), 0.8))

    metrics = evaluate({"a": objects}, {"a": detections}, HOLE).metrics()

    assert metrics["eval_AP50"] == EVERYWHERE
    assert metrics["eval_AP75"] == pytest.approx(0.5, abs=1e-12)
    assert metrics["eval_mAP"] == pytest.approx((1 + 9 * 0.5) / 10, abs=1e-12)


def test_an_object_that_counts_precedes_a_crowd_around_it() -> None:
    objects = truth((0, 0, 100, 100), (10, 10, 50, 50), crowd=[True, False])

    metrics = evaluate({"a": objects}, {"a": found(((10, 10, 50, 50), 0.9))}, HOLE).metrics()

    assert [metrics["eval_mAP"], metrics["eval_AR1"]] == [EVERYWHERE] * 2


def test_an_ignored_object_takes_one_detection_and_a_second_is_wrong() -> None:
    # Unlike a crowd it is one object: of two detections of it the better is neutral and the other wrong.
    objects = truth((300, 300, 340, 340), (0, 0, 40, 40), ignored=[False, True])
    twice = found(((0, 0, 40, 40), 0.9), ((0, 0, 40, 40), 0.8), ((300, 300, 340, 340), 0.7))
    once = found(((0, 0, 40, 40), 0.9), ((300, 300, 340, 340), 0.7))

    assert evaluate({"a": objects}, {"a": once}, HOLE).metrics()["eval_mAP"] == EVERYWHERE
    assert evaluate({"a": objects}, {"a": twice}, HOLE).metrics()["eval_mAP"] == pytest.approx(0.5, abs=1e-12)


def test_the_stated_area_decides_the_size_and_the_box_the_overlap() -> None:
    # A box of 40 x 40 = 1600 is medium, but its mask of 900 square pixels is small.
    metrics = evaluate({"a": truth((0, 0, 40, 40), areas=[900.0])}, {"a": found(((0, 0, 40, 40), 0.9))}, HOLE).metrics()

    assert metrics["eval_AP_small"] == EVERYWHERE
    assert metrics["eval_AP_medium"] == -1


def test_only_crowds_leave_nothing_to_measure() -> None:
    objects = {"a": truth((0, 0, 100, 100), crowd=[True])}
    detections = {"a": found(((200, 200, 220, 220), 0.9))}

    assert evaluate(objects, detections, HOLE).stats == (-1,) * 12
    assert set(evaluate_all(objects, detections, HOLE, 200).values()) == {-1}


def flags_of(truth: GroundTruth) -> Any:
    return np.asarray(truth.crowd), np.asarray(truth.ignored)


@pytest.mark.parametrize("seed", seeds(per_change=20, per_night=60))
def test_evaluate_equals_the_definition_with_crowds_ignored_objects_and_areas(seed: int) -> None:
    random = np.random.default_rng(seed)
    truths, detections = {}, {}
    for number in range(5):
        count = int(random.integers(0, 9))
        corners = random.uniform(0, 120, (count, 2))
        boxes = np.hstack([corners, corners + random.uniform(5, 110, (count, 2))])
        if seed % 2:
            boxes = np.round(boxes / 4) * 4
            boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 4)
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) * random.uniform(0.3, 1, count)
        labels = random.integers(1, 3, count)
        flags = random.random((2, count)) < 0.25
        copies = random.integers(0, count, int(random.integers(0, 20))) if count else np.zeros(0, int)
        guesses = boxes[copies] + random.normal(0, 4, (len(copies), 4)) * random.choice([0, 1, 3], (len(copies), 1))
        guesses[:, 2:] = np.maximum(guesses[:, 2:], guesses[:, :2] + 1)
        scores = np.round(random.random(len(copies)), 1 if seed % 2 else 6)
        truths[f"{number}.png"] = GroundTruth(boxes, labels, areas, *flags)
        detections[f"{number}.png"] = Detections(guesses, labels[copies] if count else [], scores)

    stats = evaluate(truths, detections, {1: "a", 2: "b"}).stats

    expected = reference_coco.twelve_numbers(
        {
            file: list(zip(t.boxes.tolist(), t.labels.tolist(), np.asarray(t.areas).tolist(), *flags_of(t)))
            for file, t in truths.items()
        },
        {file: list(zip(d.boxes.tolist(), d.labels.tolist(), d.scores.tolist())) for file, d in detections.items()},
        [1, 2],
    )
    assert stats == pytest.approx(expected, abs=1e-12)
