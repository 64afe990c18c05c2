"""Chooses the best weights of a run by the validation split, and ends training when they no longer improve."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluator
from detection.tracking.metric_names import validation
from detection.tracking.metrics_log import MetricsLog
from detection.train.hooks.hook import Hook, Step
from detection.train.trainer import Trainer


class BestWeights(Hook):
    """Evaluates on the validation split at regular steps and at the last, and keeps the best weights so far.

    Args:
        evaluator: Evaluates on the validation split.
        trainer: Its model, or the average of its weights, is evaluated.
        log: Receives the metrics, each under its name for the validation split.
        say: Receives a line for each evaluation.
        every: RUN_PARAMS.EVAL_EVERY: steps between two evaluations; 0 for the last step alone.
        metric: RUN_PARAMS.BEST_METRIC.
        patience: RUN_PARAMS.PATIENCE: evaluations without a better metric that end training; 0 for none.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        trainer: Trainer,
        log: MetricsLog,
        say: Callable[[str], None],
        *,
        every: int,
        metric: str,
        patience: int,
    ) -> None:
        self.step = 0
        self.weights: dict[str, Tensor] = {}
        self.has_ended = False
        self._value = float("-inf")
        self._since = 0
        self._evaluator = evaluator
        self._trainer = trainer
        self._log = log
        self._say = say
        self._every = every
        self._metric = metric
        self._patience = patience

    def after_step(self, step: Step) -> None:
        due = self._every > 0 and step.done % self._every == 0
        if not due and not step.is_last:
            return
        model = self._trainer.best_model
        metrics = self._evaluator.evaluate(model).metrics
        if self._metric not in metrics:
            known = ", ".join(name for name in metrics if name.startswith("eval_"))
            raise TrainingError(f"RUN_PARAMS.BEST_METRIC is {self._metric!r}; it must be one of {known}.")
        value = metrics[self._metric]
        self._log.log(step.done, {validation(name): number for name, number in metrics.items()})
        better = value > self._value
        if better:
            self._value, self.step, self._since = value, step.done, 0
            self.weights = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
        else:
            self._since += 1
        note = "the best so far" if better else f"the best is {self._value:.4f} after step {self.step}"
        self._say(f"validation after step {step.done}: {self._metric} {value:.4f}, {note}")
        if self._patience and self._since >= self._patience and not step.is_last:
            self._say(f"training ends: {self._since} evaluations gave no better {self._metric} (RUN_PARAMS.PATIENCE)")
            self.has_ended = step.ends_early = True

    def state_dict(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "value": json.dumps(self._value),
            "since": self._since,
            "ended": int(self.has_ended),
            "weights": self.weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.step = int(state["step"])
        self._value = json.loads(state["value"])
        self._since = int(state["since"])
        self.has_ended = bool(state["ended"])
        self.weights = dict(state["weights"])
