"""Compares the time of the trainer's COCO evaluation with that of the same metrics computed one box at a time.

Both get the same images in the same run and must agree to 1e-12. They take turns, so that other work of the machine
affects both. The last line of output is one JSON object; its seconds are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src" / "training"), str(ROOT / "tests" / "training")]

import numpy as np  # noqa: E402
import reference_coco  # noqa: E402

from detection.evaluate.coco_evaluation import evaluate  # noqa: E402
from detection.evaluate.detections import Detections, GroundTruth  # noqa: E402

CLASS_NAMES = {1: "pothole", 2: "crack", 3: "patch"}


def make_images(count: int, seed: int = 7) -> tuple[dict[str, GroundTruth], dict[str, Detections]]:
    """Creates images with 0 to 7 objects of 8 to 250 pixels and 100 detections, half near an object, half anywhere."""
    rng = np.random.default_rng(seed)
    truths, detections = {}, {}
    for number in range(count):
        corners = rng.uniform(0, 500, (int(rng.integers(0, 8)), 2))
        boxes = np.hstack([corners, corners + rng.uniform(8, 250, corners.shape)])
        labels = rng.integers(1, 4, len(boxes))
        corners = rng.uniform(0, 500, (100, 2))
        guesses = np.hstack([corners, corners + rng.uniform(8, 250, corners.shape)])
        guess_labels = rng.integers(1, 4, 100)
        if len(boxes):
            near = rng.integers(0, len(boxes), 50)
            guesses[:50], guess_labels[:50] = boxes[near] + rng.uniform(-3, 3, (50, 4)), labels[near]
        truths[f"{number:05d}.png"] = GroundTruth(boxes, labels)
        detections[f"{number:05d}.png"] = Detections(guesses, guess_labels, rng.random(100))
    return truths, detections


def seconds(action: Callable[[], object]) -> float:
    """Returns the seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60, help="images of 100 detections each (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turns (default: %(default)s)")
    parser.add_argument(
        "--many", type=int, default=5000, help="images for the run without the baseline (default: %(default)s)"
    )
    arguments = parser.parse_args()

    truths, detections = make_images(arguments.images)
    plain_truths = {file: list(zip(t.boxes.tolist(), t.labels.tolist())) for file, t in truths.items()}
    plain_detections = {
        file: list(zip(d.boxes.tolist(), d.labels.tolist(), d.scores.tolist())) for file, d in detections.items()
    }
    ours: list[float] = []
    baseline: list[float] = []
    results: dict[str, list[float]] = {}
    for run in range(1, arguments.runs + 1):
        ours.append(seconds(lambda: results.update(ours=evaluate(truths, detections, CLASS_NAMES).stats)))
        baseline.append(
            seconds(
                lambda: results.update(
                    baseline=reference_coco.twelve_numbers(plain_truths, plain_detections, sorted(CLASS_NAMES))
                )
            )
        )
        print(f"run {run} of {arguments.runs}: ours {ours[-1]:.4f} s, baseline {baseline[-1]:.3f} s", flush=True)
    if not np.allclose(results["ours"], results["baseline"], rtol=0, atol=1e-12):
        raise SystemExit(f"the two disagree:\n  ours     {results['ours']}\n  baseline {results['baseline']}")

    many = make_images(arguments.many)
    many_s = statistics.median(seconds(lambda: evaluate(*many, CLASS_NAMES)) for _ in range(arguments.runs))
    ours_s, baseline_s = statistics.median(ours), statistics.median(baseline)
    print(
        json.dumps(
            {
                "name": "evaluate",
                "ours_s": round(ours_s, 5),
                "baseline_s": round(baseline_s, 4),
                "ratio": round(baseline_s / ours_s, 1),
                "images": arguments.images,
                "detections": 100 * arguments.images,
                "many_s": round(many_s, 3),
                "many_images": arguments.many,
            }
        )
    )


if __name__ == "__main__":
    main()
