from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_compare import CLASSES, make_images

from detection.evaluate.analysis.analysis import Analysis, analyse_files
from detection.evaluate.analysis.intervals import metric_intervals
from detection.evaluate.analysis.tables import write_tables
from detection.evaluate.analysis.thresholds import ScoreCurve, calibration
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.coco_evaluation import evaluate, evaluate_boxes
from detection.evaluate.coco_matching import Boxes
from detection.evaluate.confusion import count_confusions, image_outcome
from detection.evaluate.detections import Detections, GroundTruth

HOLE = {1: "hole"}
INTERVAL_NAMES = {
    "eval_mAP",
    "eval_AP50",
    "eval_AP75",
    "binary_precision",
    "binary_recall",
    "binary_accuracy",
    "binary_f1",
}


def analysis_of(seed: int, images: int, **options: Any) -> Analysis:
    return analyse_files(*make_images(seed, images, hit=0.8, **options), CLASSES, 0.5)


def curve(*scores_and_right: tuple[float, bool], objects: int) -> ScoreCurve:
    scores, right = zip(*scores_and_right)
    return ScoreCurve("hole", objects, np.array(scores, float), np.array(right, bool))


def test_intervals_hold_the_metrics_and_follow_from_the_seed() -> None:
    truths, detections = make_images(1, 60, hit=0.8)
    metrics = evaluate(truths, detections, CLASSES).metrics() | evaluate_images(truths, detections, 0.5)

    first, second = (analyse_files(truths, detections, CLASSES, 0.5).intervals for _ in range(2))

    assert first == second
    assert set(first) == INTERVAL_NAMES | {f"eval_AP50_{name}" for name in CLASSES.values()}
    assert all(low <= metrics[name] <= high and low < high for name, (low, high) in first.items())


def test_an_interval_is_narrower_over_more_images() -> None:
    (low, high), (few_low, few_high) = (analysis_of(2, count).intervals["eval_mAP"] for count in (400, 40))
    assert high - low < 0.5 * (few_high - few_low)


def test_metrics_without_anything_to_measure_have_no_interval() -> None:
    truths = {"a": GroundTruth([[0, 0, 9, 9]], [1]), "b": GroundTruth([[0, 0, 9, 9]], [1])}

    intervals = analyse_files(truths, {}, {1: "hole", 2: "crack"}, 0.5).intervals

    # No image without an object, so the image ratios are -1; and no crack.
    assert set(intervals) == {"eval_mAP", "eval_AP50", "eval_AP75", "eval_AP50_hole"}
    assert analyse_files({}, {}, HOLE, 0.5).intervals == {}


@pytest.mark.slow
@pytest.mark.night
def test_the_interval_covers_the_value_of_the_population_in_90_to_99_of_100_seeds() -> None:
    # What a metric is over all images that could be drawn: measured on very many of them.
    truths, detections = make_images(901, 20_000, hit=0.7, classes=1)
    population = evaluate(truths, detections, HOLE).metrics() | evaluate_images(truths, detections, 0.5)
    names = ("eval_mAP", "eval_AP50", "eval_AP50_hole", "binary_f1")
    covered = dict.fromkeys(names, 0)
    for seed in range(100):
        truths, detections = make_images(seed, 150, hit=0.7, classes=1)
        files, labels = sorted(truths), np.array([1])
        objects = Boxes.collect(files, truths, labels)
        _, counted, matched, ignored = evaluate_boxes(objects, Boxes.collect(files, detections, labels), HOLE)
        actual = np.array([len(truths[file].labels) > 0 for file in files])
        predicted = np.array([bool((detections[file].scores >= 0.5).any()) for file in files])
        found = metric_intervals(objects, counted, matched, ignored, HOLE, actual, predicted, resamples=400, seed=seed)
        for name in names:
            covered[name] += found[name][0] <= population[name] <= found[name][1]

    assert all(90 <= count <= 99 for count in covered.values()), covered


def test_a_score_curve_gives_precision_recall_and_f1_at_each_threshold() -> None:
    # Right, wrong, right, of 4 objects.
    found = curve((0.9, True), (0.8, False), (0.6, True), objects=4)

    precision, recall, f1 = found.at(np.array([0.0, 0.6, 0.7, 0.9, 0.95]))

    assert precision == pytest.approx([2 / 3, 2 / 3, 1 / 2, 1, 0])
    assert recall == pytest.approx([2 / 4, 2 / 4, 1 / 4, 1 / 4, 0])
    assert f1 == pytest.approx([4 / 7, 4 / 7, 2 / 6, 2 / 5, 0])


@pytest.mark.parametrize(
    ("found", "best"),
    [
        # F1 2/5, 2/6, 4/7, 4/8: the best counts down to 0.6; halfway to 0.3 is 0.45.
        (curve((0.9, True), (0.8, False), (0.6, True), (0.3, False), objects=4), 0.45),
        (curve((0.9, True), objects=1), 0.45),  # nothing below: halfway to 0
        (curve((0.5, True), (0.5, False), (0.2, False), objects=1), 0.35),  # equal scores count together
        (curve((0.50001, True), (0.5, False), objects=1), (0.50001 + 0.5) / 2),  # too close for few digits
        (curve((0.9, True), (0.8, True), (0.7, False), (0.6, False), objects=2), 0.75),
        (curve((0.9, False), objects=3), None),
    ],
)
def test_the_suggested_threshold_is_halfway_below_the_last_score_of_the_best_f1(
    found: ScoreCurve, best: float | None
) -> None:
    assert found.best() == pytest.approx(best)
    assert found.document()["eval_conf"] == found.best()


@pytest.mark.parametrize("seed", range(20))
def test_no_threshold_has_a_higher_f1_than_the_suggested_one(seed: int) -> None:
    for found in analysis_of(seed, 30).curves:
        best = found.best()
        assert best is not None
        reached = found.at(np.array([best]))[2][0]
        assert reached == pytest.approx(found.at(np.append(found.scores, np.linspace(0, 1, 500)))[2].max(), abs=1e-12)


def test_calibration_compares_scores_with_the_share_that_is_right() -> None:
    found = calibration(curve((0.95, True), (0.91, False), (0.31, True), (0.3, False), objects=9))

    # (0.9, 1]: mean score 0.93, half right. (0.3, 0.4]: 0.31, right. (0.2, 0.3]: 0.3, wrong.
    assert found.counts.tolist() == [0, 0, 1, 1, 0, 0, 0, 0, 0, 2]
    assert found.mean_scores[[2, 3, 9]] == pytest.approx([0.3, 0.31, 0.93])
    assert found.shares[[2, 3, 9]] == pytest.approx([0, 1, 0.5])
    assert found.error == pytest.approx((0.3 + 0.69 + 2 * 0.43) / 4)
    assert calibration(ScoreCurve(None, 0, np.zeros(0), np.zeros(0, bool))).error == -1


def test_recall_by_size_counts_each_object_in_its_range() -> None:
    truths = {
        "a": GroundTruth([[0, 0, 10, 10], [50, 50, 90, 90], [100, 0, 110, 10]], [1, 1, 1]),
        "b": GroundTruth([[0, 0, 500, 500], [0, 0, 40, 40]], [1, 1], areas=[250_000, 144], ignored=[True, False]),
    }
    predictions = {"a": Detections([[0, 0, 10, 10], [50, 50, 90, 90]], [1, 1], [0.9, 0.4])}

    rows = analyse_files(truths, predictions, HOLE, 0.5).sizes.rows()

    # Sides 10, 10 and 12 (the stated area is 144); 40. The prediction of score 0.4 does not count.
    assert rows == [(8, 16, 3, 1, 1 / 3), (32, 64, 1, 0, 0)]


def test_crowds_are_neither_missed_nor_wrong_in_the_confusion_matrix() -> None:
    truths = {"a": GroundTruth([[0, 0, 100, 100], [200, 0, 220, 20]], [1, 1], crowd=[True, False])}
    predictions = {
        "a": Detections(
            [[0, 0, 20, 20], [50, 50, 70, 70], [200, 0, 220, 20], [50, 50, 70, 70]], [1, 1, 1, 2], [0.9] * 4
        )
    }

    counts = count_confusions(truths, predictions, [1, 2], threshold=0.5, iou=0.5)

    # The two detections inside the crowd are neutral; that of the other class is wrong.
    assert counts.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    outcome = image_outcome(truths["a"], predictions["a"], threshold=0.5, iou=0.5)
    assert (outcome.missed.tolist(), outcome.wrong.tolist()) == ([False], [False, True])


def test_tables_hold_the_curves_and_the_matrix(tmp_path: Path) -> None:
    names = {1: "人", 2: 'a "b", c', 3: "Benzene(C6H6)"}
    truths, detections = make_images(3, 40, hit=0.8)
    renumber = {1: 1, 2: 2, 5: 3}
    truths = {file: GroundTruth(t.boxes, [renumber[label] for label in t.labels]) for file, t in truths.items()}
    detections = {
        file: Detections(d.boxes, [renumber[label] for label in d.labels], d.scores) for file, d in detections.items()
    }
    analysis = analyse_files(truths, detections, names, 0.5)

    written = write_tables(tmp_path, analysis)

    tables = {path.name: list(csv.reader(path.open(encoding="utf-8", newline=""))) for path in written}
    assert {row[0] for row in tables["precision_recall.csv"][1:]} == set(names.values())
    matrix = tables["confusion_matrix.csv"]
    assert matrix[0] == ["actual / predicted", *names.values(), "background"]
    assert [[int(cell) for cell in row[1:]] for row in matrix[1:]] == analysis.confusion.tolist()
    assert len(tables["f1_curves.csv"]) == 1 + 4 * 101
    best = {row[0]: float(row[1]) for row in tables["suggested_eval_conf.csv"][1:]}
    assert best == {curve.name or "all classes": pytest.approx(curve.best()) for curve in analysis.curves}
    intervals = {row[0]: [float(row[1]), float(row[2])] for row in tables["intervals.csv"][1:]}
    assert set(intervals) == set(analysis.intervals)
    assert intervals["eval_mAP"] == pytest.approx(analysis.intervals["eval_mAP"])
    assert tables["recall_by_size.csv"][0] == ["size_from", "size_to", "objects", "detected", "recall"]
    assert sum(int(row[3]) for row in tables["calibration.csv"][1:] if row[0] == "all classes") == len(
        analysis.curves[-1].scores
    )


def test_metrics_json_is_strict_json_with_intervals_and_suggestions() -> None:
    analysis = analysis_of(4, 30)

    document = json.loads(json.dumps(analysis.measured({"eval_mAP": 0.5}), allow_nan=False))

    assert document["eval_mAP"] == 0.5
    assert document["intervals"]["metrics"]["eval_mAP"]["low"] < document["intervals"]["metrics"]["eval_mAP"]["high"]
    assert [entry["name"] for entry in document["suggested_eval_conf"]["classes"]] == list(CLASSES.values())
    assert 0 < document["suggested_eval_conf"]["all"]["f1"] <= 1
    assert not math.isnan(analysis.calibration_error())
