"""Evaluates predictions that exist as a file: those of another program, or corrected or filtered ones of this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from detection.evaluate.all_detections import evaluate_all
from detection.evaluate.analysis.analysis import analyse
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.foreign.results import read_predictions, shown_depth
from detection.evaluate.foreign.truth import Truth
from detection.evaluate.outputs import write_metrics, write_outputs

DEFAULT_EVAL_CONF = 0.5


def evaluate_predictions(
    predictions: Path, truth: Truth, output: Path, *, eval_conf: float | None, say: Callable[[str], None]
) -> Mapping[str, float]:
    """Evaluates predictions; writes metrics.json, evaluation.json, the tables and the plots. Needs no PyTorch.

    Args:
        predictions: COCO's results, or predictions.json.
        truth: The images, classes and objects.
        output: Receives the files; created when missing.
        eval_conf: Least score that counts in the image metrics, in [0, 1]; None for that of the ground truth, or 0.5.
        say: Receives the report.

    Returns:
        The metrics ``eval_*`` and ``binary_*``.

    Raises:
        TrainingError: The predictions cannot be read.
        FaultsError: They have faults; all are named.
    """
    stated = truth.eval_conf if truth.eval_conf is not None else DEFAULT_EVAL_CONF
    threshold = stated if eval_conf is None else eval_conf
    table, by_image = read_predictions(predictions, truth)
    say(f"{len(truth.names)} images, {len(truth.objects.groups)} objects, {len(table.groups)} predictions")
    for line in _ignored_lines(truth):
        say(line)
    analysis = analyse(truth.objects, table, truth.truths, by_image, truth.class_names, threshold)
    most = int(np.bincount(table.groups).max()) if len(table.groups) else 0
    metrics = {
        **analysis.coco.metrics(),
        **evaluate_all(truth.truths, by_image, truth.class_names, most),
        **evaluate_images(truth.truths, by_image, threshold),
    }
    for line in [*analysis.coco.summary_lines(), *analysis.lines()]:
        say(line)
    plots = write_outputs(
        output,
        analysis,
        history=[],
        ground_truths=truth.truths,
        detections=by_image,
        image_paths=truth.paths,
        orientations=truth.orientations,
        depth=shown_depth(predictions, truth),
    )
    write_metrics(output / "metrics.json", analysis.measured(metrics))
    say(f"{len(plots)} plots are written" if plots else "no plots are written: matplotlib is not installed")
    say(f"the evaluation is in {output}")
    return metrics


def _ignored_lines(truth: Truth) -> list[str]:
    crowds = int(truth.objects.crowd.sum())
    flagged = int(truth.objects.ignored.sum()) - crowds
    lines = [f"{crowds} of the objects are crowds (iscrowd)"] if crowds else []
    if flagged:
        lines.append(f"{flagged} of the objects do not count (ignore); pycocotools, which skips that flag, counts them")
    return lines
