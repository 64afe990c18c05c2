"""The command ``compare``: how much better or worse a run is than a baseline, and how certain that is.

It needs numpy alone: it runs on the machine of a pipeline, which has no PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detection.evaluate import binary_metrics
from detection.evaluate.coco_evaluation import evaluate_boxes
from detection.evaluate.comparison.compare_bootstrap import (
    Matches,
    average_precisions,
    detection_metrics,
    draw_weights,
    image_metrics,
    interval,
    object_weights,
)
from detection.evaluate.comparison.compare_files import RunBoxes, UnpairedError, check_pair, read_run
from detection.evaluate.coco_matching import Floats, Integers
from detection.files import write_text
from detection.tracking.metric_names import class_ap50

BETTER, WORSE, NOT_DISTINGUISHABLE = "better", "worse", "notDistinguishable"


def write_comparison(current: Path, baseline: Path, output: Path, *, resamples: int, seed: int) -> str:
    """Compares two runs and writes the result as JSON.

    Args:
        current: Artifacts folder of the run.
        baseline: Artifacts folder of the baseline.
        output: The file; its folder is created when missing.
        resamples: Number of resamples, at least 1.
        seed: Decides the resamples.

    Returns:
        One line that says what was found.
    """
    comparison = compare_runs(current, baseline, resamples=resamples, seed=seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_text(output, json.dumps(comparison, indent=2, allow_nan=False) + "\n")
    if not comparison["paired"]:
        return f"the runs cannot be paired: {comparison['reason']}"
    primary = comparison["metrics"]["eval_mAP"]
    return f"{comparison['images']} test images in both runs; eval_mAP: {primary['word'] or 'nothing to compare'}"


def compare_runs(current: Path, baseline: Path, *, resamples: int, seed: int) -> dict[str, Any]:
    """Compares two runs by a paired bootstrap over their test images.

    Returns:
        ``paired``, ``reason`` (null when they are paired), ``images``, ``resamples``, ``seed``, and ``metrics``: for
        each name ``value``, ``baseline``, ``difference``, the interval from ``low`` to ``high`` that holds 95 % of the
        resampled differences, and ``word``: better, worse or notDistinguishable. Where there is nothing to measure,
        all of these are null.
    """
    head = {"resamples": resamples, "seed": seed}
    try:
        runs = read_run(current, "the run"), read_run(baseline, "the baseline")
        check_pair(*runs)
        if not runs[0].files:
            raise UnpairedError("there are no test images")
    except UnpairedError as error:
        return {"paired": False, "reason": str(error), "images": 0, **head, "metrics": {}}
    weights = draw_weights(len(runs[0].files), resamples, seed)
    objects = object_weights(runs[0].objects, len(runs[0].class_names), weights)
    (values, resampled), (base_values, base_resampled) = (_measure(run, objects, weights) for run in runs)
    metrics = {
        name: _compare(values[name], base_values[name], resampled[name] - base_resampled[name]) for name in resampled
    }
    return {"paired": True, "reason": None, "images": len(runs[0].files), **head, "metrics": metrics}


def _measure(run: RunBoxes, objects: Integers, weights: Integers) -> tuple[Mapping[str, float], dict[str, Floats]]:
    """Returns the metrics of a run, number for number those of the trainer, and the same in every resample."""
    result, detections, matched, ignored = evaluate_boxes(run.objects, run.detections, run.class_names)
    actual, predicted = run.actual, run.predicted
    counts = (actual & predicted, ~actual & predicted, ~actual & ~predicted, actual & ~predicted)
    values = result.metrics() | binary_metrics.image_metrics(*(int(count.sum()) for count in counts))
    matches = Matches.of(detections, matched, ignored, len(run.class_names))
    names = {class_ap50(run.class_names[label]): place for place, label in enumerate(sorted(run.class_names))}
    resampled = detection_metrics(average_precisions(matches, objects, weights), names)
    return values, resampled | image_metrics(actual, predicted, weights)


def _compare(value: float, baseline: float, differences: Floats) -> dict[str, Any]:
    bounds = interval(differences)
    if value < 0 or baseline < 0 or bounds is None:
        return {
            "value": value if value >= 0 else None,
            "baseline": baseline if baseline >= 0 else None,
            "difference": None,
            "low": None,
            "high": None,
            "word": None,
        }
    low, high = bounds
    word = BETTER if low > 0 else WORSE if high < 0 else NOT_DISTINGUISHABLE
    return {
        "value": value,
        "baseline": baseline,
        "difference": value - baseline,
        "low": low,
        "high": high,
        "word": word,
    }
