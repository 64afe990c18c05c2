from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import reference_coco
from seeds import seeds

from detection.evaluate.coco_evaluation import CocoResult, evaluate
from detection.evaluate.coco_matching import IOU_THRESHOLDS
from detection.evaluate.detections import Detections, GroundTruth

CLASSES = {1: "RBC", 2: "WBC", 5: "Platelets"}


def truth(*boxes: tuple[float, ...], label: int = 1) -> GroundTruth:
    return GroundTruth(boxes, [label] * len(boxes))


def found(*boxes_and_scores: Any, label: int = 1) -> Detections:
    return Detections(
        [box for box, _ in boxes_and_scores], [label] * len(boxes_and_scores), [score for _, score in boxes_and_scores]
    )


def random_images(
    rng: np.random.Generator, *, whole_pixels: bool = False, most: int = 8, images: int = 6
) -> tuple[dict[str, GroundTruth], dict[str, Detections]]:
    """Creates objects of all areas and detections near and far; whole pixels also give equal scores and IoUs."""
    truths, detections = {}, {}
    for number in range(images):
        objects = int(rng.integers(0, most + 1))
        corners = rng.uniform(0, 200, (objects, 2))
        boxes = np.hstack(
            [corners, corners + rng.uniform(4, 40 * 1.4 ** rng.integers(0, 5, (objects, 1)), (objects, 2))]
        )
        labels = rng.choice(list(CLASSES), objects)
        copies = rng.integers(0, objects, int(rng.integers(0, 3 * most))) if objects else np.zeros(0, int)
        guesses = boxes[copies] + rng.normal(0, 4, (len(copies), 4)) * rng.choice([0, 0.3, 1, 3], (len(copies), 1))
        guesses[:, 2:] = np.maximum(guesses[:, 2:], guesses[:, :2] + 1)
        guess_labels = np.where(rng.random(len(copies)) < 0.85, labels[copies], rng.choice(list(CLASSES), len(copies)))
        scores = rng.random(len(copies))
        if whole_pixels:
            boxes[:, 2:] += 1
            boxes, guesses, scores = np.round(boxes / 4) * 4, np.round(guesses / 4) * 4, np.round(scores, 1)
        truths[f"{number}.png"] = GroundTruth(boxes, labels)
        detections[f"{number}.png"] = Detections(guesses, guess_labels, scores)
    return truths, detections


def reference(truths: dict[str, GroundTruth], detections: dict[str, Detections]) -> list[float]:
    return reference_coco.twelve_numbers(
        {file: list(zip(t.boxes.tolist(), t.labels.tolist())) for file, t in truths.items()},
        {file: list(zip(d.boxes.tolist(), d.labels.tolist(), d.scores.tolist())) for file, d in detections.items()},
        sorted(CLASSES),
    )


def assert_same(first: CocoResult, second: CocoResult) -> None:
    assert first.stats == second.stats
    assert first.metrics() == second.metrics()


def test_evaluate_averages_51_of_101_recalls_when_one_of_two_objects_is_detected() -> None:
    # Recall ends at 1/2 with precision 1, so the recalls 0, 0.01, … 0.50 have precision 1: 51 of 101.
    result = evaluate(
        {"a": truth((0, 0, 40, 40), (100, 100, 140, 140))}, {"a": found(((0, 0, 40, 40), 0.9))}, {1: "hole"}
    )
    metrics = result.metrics()
    assert metrics["eval_mAP"] == pytest.approx(51 / 101, abs=1e-15)
    assert metrics["eval_AR1"] == metrics["eval_AR100"] == 0.5
    # 40 x 40 = 1600 is between 32² and 96²: medium alone.
    assert metrics["eval_AP_medium"] == pytest.approx(51 / 101, abs=1e-15)
    assert metrics["eval_AP_small"] == metrics["eval_AP_large"] == metrics["eval_AR_small"] == -1


def test_evaluate_halves_precision_when_a_wrong_detection_has_the_higher_score() -> None:
    # In order of score: wrong (precision 0), right (precision 1/2, recall 1): 1/2 at every recall.
    result = evaluate(
        {"a": truth((0, 0, 40, 40))}, {"a": found(((200, 200, 240, 240), 0.9), ((0, 0, 40, 40), 0.8))}, {1: "hole"}
    )
    assert result.metrics()["eval_mAP"] == pytest.approx(0.5, abs=1e-12)
    assert result.metrics()["eval_AR1"] == 0  # the one detection counted is the wrong one
    assert result.metrics()["eval_AR10"] == 1


def test_evaluate_interpolates_precision_of_right_wrong_right() -> None:
    # Precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1. Interpolated: 1 up to recall 0.50 (51 points), then 2/3 (50 points).
    result = evaluate(
        {"a": truth((0, 0, 40, 40), (100, 0, 140, 40))},
        {"a": found(((0, 0, 40, 40), 0.9), ((0, 100, 40, 140), 0.8), ((100, 0, 140, 40), 0.7))},
        {1: "hole"},
    )
    assert result.metrics()["eval_AP50"] == pytest.approx((51 + 50 * 2 / 3) / 101, abs=1e-12)


def test_evaluate_averages_over_the_thresholds_that_the_overlap_reaches() -> None:
    # 10 x 10 against 10 x 8 inside it: IoU 80 / 100 = 0.8, which reaches 0.5, 0.55, … 0.8: 7 of 10 thresholds, since
    # the seventh, as numpy spaces them, is not above 0.8.
    assert IOU_THRESHOLDS[6] <= 0.8
    result = evaluate({"a": truth((0, 0, 10, 10))}, {"a": found(((0, 0, 10, 8), 0.9))}, {1: "hole"})
    assert result.metrics()["eval_mAP"] == pytest.approx(0.7, abs=1e-12)
    assert result.metrics()["eval_AP75"] == pytest.approx(1, abs=1e-12)


def test_evaluate_adds_no_extra_pixel_to_the_sides_of_a_box() -> None:
    # 10 x 10 against 10 x 5: 50 / 100 = 0.5 exactly. With sides of one pixel more it would be 66 / 121 = 0.545.
    half = evaluate({"a": truth((0, 0, 10, 10))}, {"a": found(((0, 0, 10, 5), 0.9))}, {1: "hole"})
    assert half.metrics()["eval_mAP"] == pytest.approx(0.1, abs=1e-12)
    touching = evaluate({"a": truth((0, 0, 10, 10))}, {"a": found(((10, 0, 20, 10), 0.9))}, {1: "hole"})
    assert touching.metrics()["eval_AP50"] == 0


def test_evaluate_counts_a_second_detection_of_an_object_as_wrong() -> None:
    # Right, wrong (the object is taken), right.
    result = evaluate(
        {"a": truth((0, 0, 40, 40), (100, 0, 140, 40))},
        {"a": found(((0, 0, 40, 40), 0.9), ((0, 0, 40, 40), 0.8), ((100, 0, 140, 40), 0.7))},
        {1: "hole"},
    )
    assert result.metrics()["eval_AP50"] == pytest.approx((51 + 50 * 2 / 3) / 101, abs=1e-12)


def test_evaluate_ignores_objects_outside_the_area_range() -> None:
    # Small: the object of 20 x 20 = 400. The detection of the large one (100 x 100 = 10000 > 9216) took an object that
    # is ignored; the wrong one of 50 x 50 = 2500 is outside the range itself. So the small one alone counts: AP 1.
    # Medium (1024 … 9216): no object, so -1. All: right, wrong, right.
    result = evaluate(
        {"a": truth((0, 0, 20, 20), (100, 100, 200, 200))},
        {"a": found(((100, 100, 200, 200), 0.9), ((30, 30, 80, 80), 0.8), ((0, 0, 20, 20), 0.7))},
        {1: "hole"},
    )
    metrics = result.metrics()
    assert metrics["eval_AP_small"] == pytest.approx(1, abs=1e-12)
    assert metrics["eval_AP_medium"] == -1
    assert metrics["eval_AP_large"] == pytest.approx(1, abs=1e-12)
    assert metrics["eval_AP50"] == pytest.approx((51 + 50 * 2 / 3) / 101, abs=1e-12)


def test_evaluate_prefers_an_object_that_counts_to_an_ignored_one_of_higher_overlap() -> None:
    # The detection is 30 x 36 = 1080. It covers the medium object of 30 x 36 fully (IoU 1) and the small one of 30 x 30
    # = 900 by 900 / 1080 = 0.83. For small, the small one counts and is taken up to 0.8: AP_small 7 / 10.
    result = evaluate({"a": truth((0, 0, 30, 36), (0, 0, 30, 30))}, {"a": found(((0, 0, 30, 36), 0.9))}, {1: "hole"})
    assert result.metrics()["eval_AP_small"] == pytest.approx(0.7, abs=1e-12)
    assert result.metrics()["eval_AP_medium"] == pytest.approx(1, abs=1e-12)


def test_evaluate_counts_an_object_on_the_border_of_two_area_ranges_in_both() -> None:
    result = evaluate({"a": truth((0, 0, 32, 32))}, {"a": found(((0, 0, 32, 32), 0.9))}, {1: "hole"})
    assert result.metrics()["eval_AP_small"] == result.metrics()["eval_AP_medium"] == pytest.approx(1, abs=1e-12)


def test_evaluate_matches_the_later_of_two_objects_with_equal_overlap() -> None:
    # The first detection, 30 x 20 = 600, covers both objects of 20 x 20 = 400 with an IoU of 400 / 600 each, and takes
    # the second. The exact detection of the second is then wrong: its IoU with the first object is 200 / 600. If the
    # first object were taken, both detections would be right and AP50 would be 1.
    objects = truth((0, 0, 20, 20), (10, 0, 30, 20))
    result = evaluate({"a": objects}, {"a": found(((0, 0, 30, 20), 0.9), ((10, 0, 30, 20), 0.8))}, {1: "hole"})
    assert result.metrics()["eval_AP50"] == pytest.approx(51 / 101, abs=1e-12)


def test_evaluate_counts_100_detections_per_image_and_class() -> None:
    # The right detection has the 101st score of its image, then the 100th.
    wrong = [((500, 500, 510, 510), 1 - 0.001 * step) for step in range(100)]
    late = found(*wrong, ((0, 0, 40, 40), 0.1))
    assert evaluate({"a": truth((0, 0, 40, 40))}, {"a": late}, {1: "hole"}).metrics()["eval_AR100"] == 0
    in_time = found(*wrong[1:], ((0, 0, 40, 40), 0.1))
    assert evaluate({"a": truth((0, 0, 40, 40))}, {"a": in_time}, {1: "hole"}).metrics()["eval_AR100"] == 1


def test_evaluate_orders_equal_scores_by_image_name_then_as_given() -> None:
    objects = {"a": truth((0, 0, 40, 40)), "b": truth()}
    right, wrong = ((0, 0, 40, 40), 0.5), ((100, 100, 140, 140), 0.5)
    first = evaluate(objects, {"a": found(right), "b": found(wrong)}, {1: "hole"})
    assert first.metrics()["eval_AP50"] == pytest.approx(1, abs=1e-12)
    swapped = evaluate({"a": objects["b"], "b": objects["a"]}, {"a": found(wrong), "b": found(right)}, {1: "hole"})
    assert swapped.metrics()["eval_AP50"] == pytest.approx(0.5, abs=1e-12)
    assert evaluate(objects, {"a": found(wrong, right)}, {1: "hole"}).metrics()["eval_AP50"] == pytest.approx(0.5)


def test_evaluate_excludes_a_class_without_objects_from_the_mean() -> None:
    result = evaluate(
        {"a": truth((0, 0, 40, 40))},
        {"a": Detections([(0, 0, 40, 40), (0, 0, 9, 9)], [1, 2], [0.9, 0.8])},
        {1: "hole", 2: "crack"},
    )
    assert result.metrics()["eval_mAP"] == pytest.approx(1, abs=1e-12)
    assert result.metrics()["eval_AP50_crack"] == -1
    assert [len(part) for part in result.precision_recall(2)] == [0, 0]


def test_summary_lines_have_the_wording_of_pycocotools() -> None:
    result = evaluate(
        {"a": truth((0, 0, 40, 40), (100, 100, 140, 140))}, {"a": found(((0, 0, 40, 40), 0.9))}, {1: "hole"}
    )
    assert result.summary_lines() == [
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.505",
        " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.505",
        " Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ] = 0.505",
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000",
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.505",
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.500",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ] = 0.500",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.500",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.500",
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000",
    ]


def test_metrics_have_these_names() -> None:
    names = list(evaluate({}, {}, CLASSES).metrics())
    assert names == [
        "eval_mAP", "eval_AP50", "eval_AP75", "eval_AP_small", "eval_AP_medium", "eval_AP_large",
        "eval_AR1", "eval_AR10", "eval_AR100", "eval_AR_small", "eval_AR_medium", "eval_AR_large",
        "eval_AP50_RBC", "eval_AP50_WBC", "eval_AP50_Platelets",
    ]  # fmt: skip


def test_evaluate_returns_minus_1_without_objects_and_0_without_detections() -> None:
    assert set(evaluate({}, {}, CLASSES).metrics().values()) == {-1}
    assert set(evaluate({"a": truth()}, {"a": found(((0, 0, 9, 9), 0.5))}, CLASSES).metrics().values()) == {-1}
    nothing = evaluate({"a": truth((0, 0, 40, 40))}, {}, {1: "hole"}).metrics()
    assert nothing["eval_mAP"] == nothing["eval_AR100"] == nothing["eval_AP50_hole"] == 0


@pytest.mark.parametrize("whole_pixels", [False, True])
@pytest.mark.parametrize("seed", seeds(per_change=20, per_night=60))
def test_evaluate_equals_the_reference(seed: int, whole_pixels: bool) -> None:
    truths, detections = random_images(np.random.default_rng(seed), whole_pixels=whole_pixels)
    assert evaluate(truths, detections, CLASSES).stats == pytest.approx(reference(truths, detections), abs=1e-12)


@pytest.mark.parametrize("seed", [0, 1, pytest.param(2, marks=pytest.mark.night)])
def test_evaluate_equals_the_reference_when_more_than_100_detections_crowd_an_image(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    truths, detections = random_images(rng, whole_pixels=seed == 0, most=20, images=3)
    for file, few in detections.items():
        boxes = np.repeat(few.boxes, 20, axis=0)
        boxes[:, 2:] += rng.integers(0, 9, (len(boxes), 2))
        detections[file] = Detections(boxes, np.repeat(few.labels, 20), np.round(rng.random(len(boxes)), 2))
    assert max(np.bincount(d.labels, minlength=1).max() for d in detections.values()) > 100
    assert evaluate(truths, detections, CLASSES).stats == pytest.approx(reference(truths, detections), abs=1e-12)


def test_evaluate_equals_the_reference_when_recall_is_a_threshold() -> None:
    # 57 of 100 objects are detected: recall 0.57, and numpy's threshold 57 is 0.5700000000000001.
    boxes = [(50 * i, 0, 50 * i + 40, 40) for i in range(100)]
    truths, detections = {"a": truth(*boxes)}, {"a": found(*((box, 1 - i / 1000) for i, box in enumerate(boxes[:57])))}
    result = evaluate(truths, detections, CLASSES)
    assert result.stats == pytest.approx(reference(truths, detections), abs=1e-12)
    assert result.stats[0] == pytest.approx(57 / 101, abs=1e-12)  # steps 0 … 56


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_returns_1_for_perfect_detections(seed: int) -> None:
    truths, _ = random_images(np.random.default_rng(seed))
    detections = {file: Detections(t.boxes, t.labels, np.full(len(t.labels), 0.5)) for file, t in truths.items()}
    metrics = evaluate(truths, detections, CLASSES).metrics()
    assert metrics["eval_mAP"] == pytest.approx(1, abs=1e-12)
    for name, value in metrics.items():
        assert name == "eval_AR1" or value in (-1, pytest.approx(1, abs=1e-12)), name


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_ignores_the_order_of_images_and_detections(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, detections = random_images(rng)
    shuffled = {}
    for file in rng.permutation(list(detections)):
        order = rng.permutation(len(detections[file].scores))
        shuffled[str(file)] = Detections(
            *(getattr(detections[file], name)[order] for name in ("boxes", "labels", "scores"))
        )
    expected = evaluate(truths, detections, CLASSES)
    assert_same(evaluate(dict(reversed(truths.items())), shuffled, CLASSES), expected)


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_ignores_which_labels_the_classes_have(seed: int) -> None:
    truths, detections = random_images(np.random.default_rng(seed))
    new = np.array([0, 9, 3, 0, 0, 1])
    renumbered = evaluate(
        {file: GroundTruth(t.boxes, new[t.labels]) for file, t in truths.items()},
        {file: Detections(d.boxes, new[d.labels], d.scores) for file, d in detections.items()},
        {int(new[label]): name for label, name in CLASSES.items()},
    )
    # The classes are summed in another order, so that the last bits may differ.
    assert renumbered.metrics() == pytest.approx(evaluate(truths, detections, CLASSES).metrics(), abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_depends_on_the_order_of_the_scores_alone(seed: int) -> None:
    truths, detections = random_images(np.random.default_rng(seed), whole_pixels=True)
    logits = {file: Detections(d.boxes, d.labels, 7 * d.scores**3 - 40) for file, d in detections.items()}
    assert_same(evaluate(truths, logits, CLASSES), evaluate(truths, detections, CLASSES))


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_keeps_the_numbers_of_all_areas_when_boxes_are_scaled(seed: int) -> None:
    truths, detections = random_images(np.random.default_rng(seed), whole_pixels=True)
    scaled = evaluate(
        {file: GroundTruth(t.boxes * 4, t.labels) for file, t in truths.items()},
        {file: Detections(d.boxes * 4, d.labels, d.scores) for file, d in detections.items()},
        CLASSES,
    ).stats
    stats = evaluate(truths, detections, CLASSES).stats
    assert [scaled[i] for i in (0, 1, 2, 6, 7, 8)] == [stats[i] for i in (0, 1, 2, 6, 7, 8)]


@pytest.mark.parametrize("seed", range(10))
def test_evaluate_never_rises_with_a_wrong_detection_of_the_lowest_score(seed: int) -> None:
    truths, detections = random_images(np.random.default_rng(seed))
    before = evaluate(truths, detections, CLASSES).metrics()
    for file, extra in detections.items():
        detections[file] = Detections(
            np.vstack([extra.boxes, [[900, 900, 950, 950]]]), [*extra.labels, 1], [*extra.scores, -1.0]
        )
    after = evaluate(truths, detections, CLASSES).metrics()
    assert all(after[name] <= before[name] for name in before)


@pytest.mark.parametrize("seed", range(20))
def test_evaluate_keeps_the_order_of_related_numbers(seed: int) -> None:
    truths, detections = random_images(np.random.default_rng(seed))
    metrics = evaluate(truths, detections, CLASSES).metrics()
    assert metrics["eval_AR1"] <= metrics["eval_AR10"] <= metrics["eval_AR100"]
    assert metrics["eval_AP75"] <= metrics["eval_AP50"] and metrics["eval_mAP"] <= metrics["eval_AP50"]
    assert all(value == -1 or 0 <= value <= 1 for value in metrics.values())


@pytest.mark.parametrize("seed", range(10))
def test_precision_recall_returns_the_curve_whose_mean_is_ap50(seed: int) -> None:
    result = evaluate(*random_images(np.random.default_rng(seed)), CLASSES)
    for label, name in CLASSES.items():
        recall, precision = result.precision_recall(label)
        if len(recall) == 0:
            assert result.metrics()[f"eval_AP50_{name}"] == -1
            continue
        assert len(recall) == 101 and recall[0] == 0 and recall[-1] == 1
        assert (np.diff(precision) <= 0).all()
        assert math.fsum(precision) / 101 == pytest.approx(result.metrics()[f"eval_AP50_{name}"], abs=1e-12)


@pytest.mark.parametrize(
    ("detections", "message"),
    [
        ({"b": found(((0, 0, 9, 9), 0.5))}, "1 images with detections are not in the ground truth, the first 'b'"),
        ({"a": found(((0, 0, 9, 9), 0.5), label=4)}, r"image 'a' has label 4; it must be one of \[1, 2, 5\]"),
        ({"a": found(((0, 0, 9, 9), math.nan))}, "image 'a' has box .* of score nan; both must be finite"),
        ({"a": found(((0, 0, math.inf, 9), 0.5))}, "image 'a' has box .*inf.* of score 0.5; both must be finite"),
    ],
)
def test_evaluate_fails_on_bad_detections(detections: dict[str, Detections], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate({"a": truth((0, 0, 9, 9))}, detections, CLASSES)


def test_detections_fail_when_their_arrays_have_different_lengths() -> None:
    with pytest.raises(ValueError, match=r"scores has shape \(1,\); it must be \(2,\), one row per label"):
        Detections([(0, 0, 9, 9)] * 2, [1, 1], [0.5])


def test_precision_recall_fails_for_an_unknown_label() -> None:
    with pytest.raises(KeyError):
        evaluate({}, {}, CLASSES).precision_recall(3)
