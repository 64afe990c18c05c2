"""Measures how fast training runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from detection.train.hooks.hook import Hook, Step


class StepTimer(Hook):
    """Measures the seconds that this process spends on steps, including the wait for batches.

    It is the first hook of a loop, so that the work of the other hooks (evaluations, checkpoints) is not counted.

    Args:
        batch_size: Images per step.
        clock: Seconds from any fixed time on.
    """

    def __init__(self, batch_size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = 0.0
        self.steps = 0
        self._batch_size = batch_size
        self._clock = clock
        self._started = clock()

    @property
    def seconds_per_step(self) -> float:
        """Returns the mean seconds per step; 0 before the first."""
        return self.seconds / max(1, self.steps)

    @property
    def images_per_second(self) -> float:
        """Returns the images trained on per second."""
        return self.steps * self._batch_size / max(self.seconds, 1e-9)

    def before_step(self, done: int) -> None:
        self._started = self._clock()

    def after_step(self, step: Step) -> None:
        self.seconds += self._clock() - self._started
        self.steps += 1
