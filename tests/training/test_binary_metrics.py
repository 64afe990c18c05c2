from __future__ import annotations

import numpy as np
import pytest

from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.detections import Detections, GroundTruth


def images(*pairs: tuple[int, list[float]]) -> tuple[dict[str, GroundTruth], dict[str, Detections]]:
    """Creates an image for each pair (number of objects, scores of the detections)."""
    truths, detections = {}, {}
    for number, (objects, scores) in enumerate(pairs):
        truths[f"{number}.png"] = GroundTruth([(0, 0, 9, 9)] * objects, [1] * objects)
        # Another class and place than the objects: neither matters here.
        detections[f"{number}.png"] = Detections([(50, 50, 60, 60)] * len(scores), [2] * len(scores), scores)
    return truths, detections


def test_evaluate_images_returns_counts_and_ratios() -> None:
    # tp 3, fp 1, tn 2, fn 2: precision 3/4, recall 3/5, accuracy 5/8, f1 = 2*3 / (2*3 + 1 + 2) = 2/3.
    metrics = evaluate_images(
        *images((1, [0.9]), (2, [0.1, 0.7]), (1, [0.5]), (0, [0.8, 0.9]), (0, []), (0, [0.2]), (1, []), (3, [0.4])), 0.5
    )
    assert metrics == {
        "binary_tp": 3.0, "binary_fp": 1.0, "binary_tn": 2.0, "binary_fn": 2.0,
        "binary_precision": 0.75, "binary_recall": 0.6, "binary_accuracy": 0.625, "binary_f1": pytest.approx(2 / 3),
    }  # fmt: skip


def test_evaluate_images_counts_a_score_at_the_threshold() -> None:
    assert evaluate_images(*images((1, [0.5])), 0.5)["binary_tp"] == 1
    assert evaluate_images(*images((1, [np.nextafter(0.5, 0)])), 0.5)["binary_fn"] == 1


def test_evaluate_images_treats_an_image_without_an_entry_as_without_detections() -> None:
    truths, _ = images((1, []), (0, []))
    metrics = evaluate_images(truths, {}, 0.0)
    assert (metrics["binary_fn"], metrics["binary_tn"]) == (1, 1)


def test_evaluate_images_returns_0_for_a_ratio_with_divisor_0() -> None:
    assert set(evaluate_images({}, {}, 0.5).values()) == {0.0}
    metrics = evaluate_images(*images((0, [])), 0.5)
    assert (metrics["binary_precision"], metrics["binary_recall"], metrics["binary_f1"]) == (0, 0, 0)
    assert metrics["binary_accuracy"] == 1


@pytest.mark.parametrize("seed", range(20))
def test_evaluate_images_counts_every_image_once_and_recall_falls_with_the_threshold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, detections = images(
        *((int(rng.integers(0, 3)), rng.random(rng.integers(0, 4)).tolist()) for _ in range(30))
    )
    recalls = []
    for threshold in (0.0, 0.3, 0.6, 0.9):
        metrics = evaluate_images(truths, detections, threshold)
        assert sum(metrics[f"binary_{name}"] for name in ("tp", "fp", "tn", "fn")) == 30
        recalls.append(metrics["binary_recall"])
    assert recalls == sorted(recalls, reverse=True)


def test_evaluate_images_returns_minus_1_for_ratios_when_every_image_has_an_object() -> None:
    metrics = evaluate_images(*images((1, [0.9]), (2, [])), 0.5)

    assert (metrics["binary_tp"], metrics["binary_fn"]) == (1, 1)
    assert {metrics[f"binary_{name}"] for name in ("precision", "recall", "accuracy", "f1")} == {-1.0}
