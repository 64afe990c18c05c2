"""The lines that a run writes for people."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO


# All control characters but tab and line feed, and those that change the reading direction.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Returns a text whose characters cannot control a terminal: names and values of a dataset may hold any."""
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


class Console:
    """Writes what a run reports, line by line. In a terminal, progress is one line that is rewritten.

    Args:
        stream: Receives the text; standard output by default.
        clock: Seconds since any fixed time.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream if stream is not None else sys.stdout
        self.clock = clock
        self.is_terminal = self.stream.isatty()
        self._open = 0  # characters of a line that is still being rewritten
        self._lock = threading.RLock()  # the thread that sends metrics writes lines too

    def say(self, text: str) -> None:
        """Writes one or more lines that stay."""
        with self._lock:
            if self._open:
                self.stream.write("\n")
                self._open = 0
            self.stream.write(harmless(text) + "\n")
            self.stream.flush()

    def rewrite(self, text: str) -> None:
        """Writes a line that the next call replaces in a terminal, and that stays elsewhere."""
        if not self.is_terminal:
            self.say(text)
            return
        with self._lock:
            shown = harmless(text)
            self.stream.write("\r" + shown.ljust(self._open))
            self.stream.flush()
            self._open = max(self._open, len(shown))


class SilentConsole(Console):
    """Writes nothing: the console of a process that is not the first of its run."""

    def say(self, text: str) -> None:
        """Drops the lines."""

    def rewrite(self, text: str) -> None:
        """Drops the line."""


def duration(seconds: float) -> str:
    """Returns seconds as m:ss or h:mm:ss."""
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
