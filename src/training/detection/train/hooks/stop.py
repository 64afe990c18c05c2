"""Ends training after the current step when a signal asks for it."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

from detection.train.hooks.hook import Hook, Step


class StopOnSignal(Hook):
    """Receives SIGTERM and SIGINT while it is entered, and stops training after the step that is running.

    A preempted node and a cancelled job send SIGTERM; Ctrl-C sends SIGINT. A second signal has its usual effect.
    """

    def __init__(self) -> None:
        self._received = ""
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
        step.stop_reason = step.stop_reason or self._received

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received = signal.Signals(number).name
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous.clear()
