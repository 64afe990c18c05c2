from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from detection.tracking.tracking import Tracker


class MetricsLog:
    """Every metric of a run: a line a step in metrics.jsonl, and the same to MLflow.

    A resumed run writes the file anew, with what the checkpoint remembers, so that it is whole and holds no step twice.

    Args:
        path: metrics.jsonl.
        tracker: MLflow; None keeps to the file.
        history: Lines from before, oldest first.
        logged_run: MLflow run that has these lines already; another one is sent them again.
    """

    def __init__(
        self,
        path: Path,
        tracker: Tracker | None,
        *,
        history: Sequence[Mapping[str, Any]] = (),
        logged_run: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.history: list[dict[str, Any]] = [dict(line) for line in history]
        self._path = path
        self._tracker = tracker
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in self.history), encoding="utf-8")
        if tracker is not None and tracker.run_id != logged_run:
            for line in self.history:
                self._track(line)

    @property
    def run_id(self) -> str:
        """MLflow run that has every line so far; empty without MLflow."""
        return self._tracker.run_id if self._tracker is not None else ""

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Logs metrics after ``step`` optimizer steps."""
        line = {"step": step, "time": round(self._clock(), 3), **metrics}
        self.history.append(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._tracker is not None:
            self._track(line)

    def _track(self, line: Mapping[str, Any]) -> None:
        assert self._tracker is not None
        metrics = {key: value for key, value in line.items() if key not in ("step", "time")}
        self._tracker.log(metrics, int(line["step"]), int(line["time"] * 1000))
