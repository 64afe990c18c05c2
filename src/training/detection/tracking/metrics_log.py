"""The log of a run's metrics."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from detection.files import write_text, writing
from detection.tracking.metric_names import is_measured
from detection.tracking.tracking import Tracker


class MetricsLog:
    """Every metric of a run: in metrics.jsonl, one JSON object per line, and in MLflow.

    A new log starts with an empty file. A resumed one writes the lines of its checkpoint first, so that the file holds
    the whole run and no step twice.

    Args:
        path: metrics.jsonl; None for no file, in a process that is not the first of its run.
        tracker: The MLflow run; None logs to the file alone.
        measured: Identity of the images and settings that evaluations measure with.
        clock: Seconds since 1970, UTC.
    """

    def __init__(
        self,
        path: Path | None,
        tracker: Tracker | None,
        *,
        measured: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.history: list[dict[str, Any]] = []
        self._path = path
        self._tracker = tracker
        self._measured = measured
        self._clock = clock
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, "")

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Logs metrics after ``step`` optimizer steps."""
        line = {"step": step, "time": round(self._clock(), 3), **metrics}
        self.history.append(line)
        if self._path is not None:
            with writing(self._path), self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        self._track(line)

    def latest(self) -> dict[str, float]:
        """Returns the latest value of each metric."""
        values: dict[str, float] = {}
        for line in self.history:
            values.update(_metrics_of(line))
        return values

    def state_dict(self) -> dict[str, Any]:
        """Returns all lines, and the identity of what evaluations measured."""
        return {"history": json.dumps(self.history), "measured": self._measured}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restores the lines in the file, and in MLflow those that the run lacks.

        Evaluations of other test images, or with other settings, are left out: they are not results of this run.
        """
        self.history = json.loads(state["history"])
        if state.get("measured", "") != self._measured:
            kept = [{name: value for name, value in line.items() if not is_measured(name)} for line in self.history]
            self.history = [line for line in kept if _metrics_of(line)]
        if self._path is not None:
            write_text(self._path, "".join(json.dumps(line) + "\n" for line in self.history))
        for line in self.history:
            self._track(line)

    def _track(self, line: Mapping[str, Any]) -> None:
        if self._tracker is not None:
            self._tracker.log(_metrics_of(line), int(line["step"]), int(line["time"] * 1000))


def _metrics_of(line: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in line.items() if name not in ("step", "time")}
