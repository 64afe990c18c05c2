"""Ends training after the current step when the process receives a signal."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

from detection.processes.group import ALONE, Group
from detection.train.hooks.hook import Hook, Step


class StopOnSignal(Hook):
    """Receives SIGTERM and SIGINT while it is entered, and stops training after the current step.

    A preempted node and a cancelled job send SIGTERM; Ctrl-C sends SIGINT. A second signal has its usual effect. A
    signal to one process of a run stops all of them after the same step.

    Args:
        group: The processes of the run.
    """

    def __init__(self, group: Group = ALONE) -> None:
        self._group = group
        self._received = 0
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> StopOnSignal:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def after_step(self, step: Step) -> None:
        # Read once per step: a signal that arrives while the hooks after this one act stops training at the next step.
        (number,) = self._group.largest([self._received])
        step.stop_reason = step.stop_reason or (signal.Signals(number).name if number else "")

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous.clear()
