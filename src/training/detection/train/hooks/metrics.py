"""Logs the training metrics at regular steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from detection.tracking.metric_names import SKIPPED
from detection.tracking.metrics_log import MetricsLog
from detection.train.hooks.hook import Hook, Step
from detection.train.hooks.timer import StepTimer


class TrainingMetrics(Hook):
    """Logs the mean of each loss over the steps since the last line, with the learning rate of the step itself.

    Args:
        log: Receives the lines.
        timer: Measures ``images_per_second``.
        every: Steps between two lines; at least 1. The last step of the run has a line too.
    """

    def __init__(self, log: MetricsLog, timer: StepTimer, *, every: int) -> None:
        self._log = log
        self._timer = timer
        self._every = every
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def after_step(self, step: Step) -> None:
        for name, value in step.metrics.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1
        if step.is_last or step.done % self._every == 0:
            means = {name: total / self._counts[name] for name, total in self._sums.items()}
            if SKIPPED in self._sums:  # the number of steps without an update, not their share
                means[SKIPPED] = self._sums[SKIPPED]
            means["learning_rate"] = step.metrics["learning_rate"]
            self._log.log(step.done, {**means, "images_per_second": self._timer.images_per_second})
            self._sums, self._counts = {}, {}

    def state_dict(self) -> dict[str, Any]:
        # Fractions as JSON, which gives back every bit: PyTorch 1.13 cannot read plain ones safely.
        return {"sums": json.dumps(self._sums), "counts": json.dumps(self._counts)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._sums = json.loads(state["sums"])
        self._counts = json.loads(state["counts"])


def log_interval(steps: int) -> int:
    """Returns the steps between two lines: about 100 lines in a short run, at most 5000 in a long one."""
    return max(1, min(50, steps // 100), -(-steps // 5000))
