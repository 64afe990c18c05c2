from __future__ import annotations

import os
import random
import signal
from types import FrameType, TracebackType
from typing import Any

import numpy as np
import torch


def available_cores() -> int:
    """Returns the cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare_device(seed: int) -> torch.device:
    """Seeds every source of chance, gives PyTorch all cores (Debian's starts with one), picks a GPU if there is one."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_num_threads(available_cores())
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def describe(device: torch.device) -> str:
    """Says in words what a device is."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (PyTorch {torch.__version__})"
    return f"CPU, {torch.get_num_threads()} threads (PyTorch {torch.__version__})"


class StopRequest:
    """Notes SIGTERM and SIGINT while it is entered, so that the step at work is finished and kept.

    A preempted node and a cancelled job send SIGTERM, Ctrl-C sends SIGINT. A second signal acts as it always does.
    """

    def __init__(self) -> None:
        self.name = ""
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.name = signal.Signals(number).name
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
