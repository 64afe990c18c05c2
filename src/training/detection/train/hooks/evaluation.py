"""Evaluates the model while it trains."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from detection.evaluate.evaluation import Evaluator
from detection.tracking.metrics_log import MetricsLog
from detection.train.hooks.hook import Hook, Step


class PeriodicEvaluation(Hook):
    """Evaluates the model at regular steps and logs what it measures. The last step is left to the evaluation stage.

    Args:
        evaluator: Evaluates on the test split.
        model: The model in training; its mode stays the same.
        log: Receives the metrics.
        say: Receives the report, line by line.
        every: RUN_PARAMS.EVAL_EVERY: steps between two evaluations; 0 for none.
    """

    def __init__(
        self, evaluator: Evaluator, model: nn.Module, log: MetricsLog, say: Callable[[str], None], *, every: int
    ) -> None:
        self._evaluator = evaluator
        self._model = model
        self._log = log
        self._say = say
        self._every = every

    def after_step(self, step: Step) -> None:
        if step.is_last or not self._every or step.done % self._every:
            return
        evaluation = self._evaluator.evaluate(self._model)
        for line in self._evaluator.report(evaluation):
            self._say(line)
        self._log.log(step.done, evaluation.metrics)
