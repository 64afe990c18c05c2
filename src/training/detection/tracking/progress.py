from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 5.0


class Console:
    """What the run says, line by line; a terminal gets progress on one line that is rewritten."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream if stream is not None else sys.stdout
        self.clock = clock
        self.is_terminal = self.stream.isatty()
        self._open = 0  # characters of a line that is still being rewritten
        self._lock = threading.RLock()  # the thread that sends metrics speaks too

    def say(self, text: str) -> None:
        """Writes lines that stay."""
        with self._lock:
            if self._open:
                self.stream.write("\n")
                self._open = 0
            self.stream.write(text + "\n")
            self.stream.flush()

    def rewrite(self, text: str) -> None:
        """Writes a line that the next call replaces in a terminal, and that stays elsewhere."""
        if not self.is_terminal:
            self.say(text)
            return
        with self._lock:
            self.stream.write("\r" + text.ljust(self._open))
            self.stream.flush()
            self._open = max(self._open, len(text))


class StepProgress:
    """Says how training goes: steps done of all, loss, learning rate, images a second and the time left.

    Args:
        console: Where to.
        first: Steps done before; ``steps`` is all of them.
        batch_size: Images per step.
    """

    def __init__(self, console: Console, *, first: int, steps: int, batch_size: int) -> None:
        self._console = console
        self._steps = steps
        self._batch_size = batch_size
        self._first = first
        self._start = self._shown_at = console.clock()
        self._paused = 0.0
        self._losses: list[float] = []

    @property
    def seconds(self) -> float:
        """Seconds of training so far, evaluations and checkpoints left out."""
        return self._console.clock() - self._start - self._paused

    def pause(self, seconds: float) -> None:
        """Leaves out time that was not spent on steps."""
        self._paused += seconds

    def rate(self, done: int) -> float:
        """Returns images per second since the start."""
        return (done - self._first) * self._batch_size / max(self.seconds, 1e-9)

    def step(self, done: int, loss: float, learning_rate: float) -> None:
        """Takes note of one step; shows a line when it is time, and at the first and the last step."""
        self._losses.append(loss)
        now = self._console.clock()
        patience = _TERMINAL_SECONDS if self._console.is_terminal else _LOG_SECONDS
        if done not in (self._first + 1, self._steps) and now - self._shown_at < patience:
            return
        self._shown_at = now
        mean = sum(self._losses) / len(self._losses)
        self._losses.clear()
        left = (self._steps - done) * self.seconds / max(1, done - self._first)
        self._console.rewrite(
            f"step {done}/{self._steps}  loss {mean:.3f}  lr {learning_rate:.4f}  "
            f"{self.rate(done):.1f} images/s  left {duration(left)}"
        )


def duration(seconds: float) -> str:
    """Writes seconds as m:ss or h:mm:ss."""
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
