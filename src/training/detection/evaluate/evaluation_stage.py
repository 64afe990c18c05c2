"""The stage that evaluates the trained model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from detection.evaluate.analysis.analysis import Analysis
from detection.evaluate.evaluation import Evaluator
from detection.tracking.metrics_log import MetricsLog


def evaluate_final(
    evaluator: Evaluator, model: nn.Module, log: MetricsLog, step: int, output: Path, say: Callable[[str], None]
) -> Analysis:
    """Evaluates the trained model, logs the metrics, and writes the predictions and the plots.

    Args:
        evaluator: Evaluates on the test split.
        model: The trained model.
        log: Receives the metrics; its history is plotted.
        step: Optimizer steps done.
        output: Receives the files.
        say: Receives the report.

    Returns:
        Intervals, suggested thresholds and curves of the test split.
    """
    evaluation = evaluator.evaluate(model)
    for line in evaluator.report(evaluation):
        say(line)
    log.log(step, evaluation.metrics)
    analysis = evaluator.analyse(evaluation)
    for line in analysis.lines():
        say(line)
    plots = evaluator.write(output, evaluation, analysis, log.history)
    say("predictions.json is written")
    say(f"{len(plots)} plots are written" if plots else "no plots are written: matplotlib is not installed")
    return analysis
