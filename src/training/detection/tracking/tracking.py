"""Sends metrics and tags to MLflow beside the training, never in its way."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from detection.errors import TrainingError
from detection.tracking.mlflow_client import METRICS_PER_BATCH, TAGS_PER_BATCH, Metric, MlflowClient, MlflowError

_GATHER_SECONDS = 1.0
_LONGEST_WAIT = 30.0
_CLOSE_SECONDS = 60.0


class Tracker:
    """A queue to one MLflow run, emptied by a thread.

    A failure is said and never ends the training: what may work later is sent again, with growing pauses; what the
    server refuses is given up and counted. Waiting happens on a condition, so that closing wakes it.

    Args:
        client: The server.
        run_id: The run that is logged to.
        say: Told about failures, from another thread, once for each spell of them.
        gather: Seconds to gather metrics before they are sent in one request.
        close_seconds: Longest time that closing waits for the queue.
    """

    def __init__(
        self,
        client: MlflowClient,
        run_id: str,
        say: Callable[[str], None],
        *,
        gather: float = _GATHER_SECONDS,
        first_pause: float = 1.0,
        close_seconds: float = _CLOSE_SECONDS,
    ) -> None:
        self.run_id = run_id
        self._client = client
        self._say = say
        self._gather = gather
        self._first_pause = first_pause
        self._close_seconds = close_seconds
        self._metrics: deque[Metric] = deque()
        self._tags: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._deadline = math.inf
        self._lost = 0
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="mlflow", daemon=True)
        self._thread.start()

    def log(self, metrics: Mapping[str, float], step: int, timestamp: int) -> None:
        """Queues metrics of one step; values that are not finite are left out, since JSON has no word for them."""
        found = [Metric(key, float(value), timestamp, step) for key, value in metrics.items() if math.isfinite(value)]
        with self._changed:
            self._metrics.extend(found)
            self._changed.notify_all()

    def tag(self, tags: Mapping[str, str]) -> None:
        """Queues tags; a later value of the same key wins."""
        with self._changed:
            self._tags.update(tags)
            self._changed.notify_all()

    def close(self) -> None:
        """Waits until everything is sent, or given up; says how much was lost."""
        with self._changed:
            self._closing = True
            self._deadline = time.monotonic() + self._close_seconds
            self._changed.notify_all()
        self._thread.join()
        lost = self._lost + len(self._metrics) + len(self._tags)
        if lost:
            self._say(f"MLflow lacks {lost} metrics and tags of this run; metrics.jsonl holds all of them")

    def _run(self) -> None:
        pause = self._first_pause
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._metrics or self._tags)
                if not self._closing:
                    self._changed.wait_for(lambda: self._closing, timeout=self._gather)
                metrics = [self._metrics[place] for place in range(min(METRICS_PER_BATCH, len(self._metrics)))]
                tags = dict(list(self._tags.items())[:TAGS_PER_BATCH])
                if not metrics and not tags:
                    return
            try:
                self._client.log_batch(self.run_id, metrics, tags)
                pause, self._failing = self._first_pause, False
            except MlflowError as error:
                self._report(error)
                if error.transient:
                    if not self._wait(pause):
                        return
                    pause = min(pause * 2, _LONGEST_WAIT)
                    continue
                self._lost += len(metrics) + len(tags)
            with self._changed:
                for _ in metrics:
                    self._metrics.popleft()
                for key, value in tags.items():
                    if self._tags.get(key) == value:
                        del self._tags[key]

    def _wait(self, seconds: float) -> bool:
        """Pauses before the next try; returns False when closing leaves no time for one."""
        with self._changed:
            if not self._closing:
                self._changed.wait_for(lambda: self._closing, timeout=seconds)
                return True
            left = self._deadline - time.monotonic()
            if left <= 0:
                return False
            self._changed.wait_for(lambda: False, timeout=min(seconds, left))
            return True

    def _report(self, error: MlflowError) -> None:
        if not self._failing:
            self._failing = True
            after = "it is tried again" if error.transient else "what was refused is left out"
            self._say(f"warning: MLflow: {error}; training goes on and {after}")


def open_tracker(
    environment: Mapping[str, str], experiment: str, say: Callable[[str], None], clock: Callable[[], float] = time.time
) -> tuple[Tracker | None, Callable[[str], None]]:
    """Opens the run that the MLFLOW_* variables name, or a new one; without MLFLOW_TRACKING_URI there is none.

    Returns:
        The tracker, and what to call with FINISHED, FAILED or KILLED at the end: a run that was named is ended by
        whoever made it, so that for it the call only closes the tracker.
    """
    uri = environment.get("MLFLOW_TRACKING_URI", "")
    if not uri:
        return None, lambda status: None
    try:
        client = MlflowClient(
            uri, environment.get("MLFLOW_TRACKING_TOKEN"), environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
        )
    except (OSError, ValueError) as error:
        raise TrainingError(f"MLflow cannot be used: {error}") from error
    run_id = environment.get("MLFLOW_RUN_ID", "")
    made = not run_id
    try:
        if made:
            experiment_id = environment.get("MLFLOW_EXPERIMENT_ID") or client.experiment_id(experiment)
            run_id = client.create_run(experiment_id, int(clock() * 1000))
    except MlflowError as error:
        say(f"warning: MLflow: {error}; the metrics are only in metrics.jsonl")
        return None, lambda status: None
    tracker = Tracker(client, run_id, say)

    def close(status: str) -> None:
        tracker.close()
        if made:
            try:
                client.end_run(run_id, status, int(clock() * 1000))
            except MlflowError as error:
                say(f"warning: MLflow: {error}")

    return tracker, close
