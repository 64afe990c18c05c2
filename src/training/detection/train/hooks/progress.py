"""Shows the progress of training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from detection.tracking.progress import Console, duration
from detection.train.hooks.hook import Hook, Step
from detection.train.hooks.timer import StepTimer

_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 5.0


class Progress(Hook):
    """Shows a line with steps done, loss, learning rate, images per second and ETA.

    A line appears after the first and the last step of this process, and in between every 5 s in a log or every 0.2 s
    in a terminal. Its loss is the mean since the line before it, also in a resumed run.

    Args:
        console: Receives the lines.
        timer: Measures the rate; it must act before this hook.
    """

    def __init__(self, console: Console, timer: StepTimer) -> None:
        self._console = console
        self._timer = timer
        self._shown_at: float | None = None
        self._losses: list[float] = []

    def after_step(self, step: Step) -> None:
        if "train_loss" in step.metrics:  # a step that was skipped has none
            self._losses.append(step.metrics["train_loss"])
        now = self._console.clock()
        interval = _TERMINAL_SECONDS if self._console.is_terminal else _LOG_SECONDS
        if not step.is_last and self._shown_at is not None and now - self._shown_at < interval:
            return
        self._shown_at = now
        loss = sum(self._losses) / len(self._losses) if self._losses else float("nan")
        self._losses.clear()
        remaining = (step.steps - step.done) * self._timer.seconds_per_step
        self._console.rewrite(
            f"step {step.done}/{step.steps}  loss {loss:.3f}  lr {step.metrics['learning_rate']:.4f}  "
            f"{self._timer.images_per_second:.1f} images/s  ETA {duration(remaining)}"
        )

    def state_dict(self) -> dict[str, Any]:
        return {"losses": json.dumps(self._losses)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._losses = json.loads(state["losses"])
