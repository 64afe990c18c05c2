"""Sends metrics and tags to MLflow from a thread of its own, so that training never waits for a server."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from detection.errors import TrainingError
from detection.tracking.metric_names import mlflow_name
from detection.tracking.mlflow_client import METRICS_PER_BATCH, TAGS_PER_BATCH, Metric, MlflowClient, MlflowError

_GATHER_SECONDS = 1.0
_LONGEST_WAIT = 30.0
_CLOSE_SECONDS = 60.0


class Tracker:
    """Queues metrics and tags for one MLflow run; a thread sends them.

    A failure is reported and never ends training. A request that may succeed later is retried with growing pauses. A
    refused request is split into halves until the refused value is found, which is dropped and counted. Every wait is
    on a condition, so that closing ends it.

    A run that lost its node may have values that no checkpoint has, and may lack values that one has. Before the first
    metrics are sent, the thread reads up to which step the run has each metric. Later values are sent, earlier ones are
    skipped, so that no step is missing and none appears twice.

    Args:
        client: The server.
        run_id: The run that receives the metrics.
        say: Receives one warning per series of failures, from the sending thread.
        gather: Seconds during which metrics are collected for one request.
        first_pause: Seconds before the first retry; each further pause is twice as long, at most 30 s.
        close_seconds: Longest time in seconds that closing waits for the queue.
        is_new: Whether the run was just created and has no metrics.
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
        is_new: bool = True,
    ) -> None:
        self.run_id = run_id
        self._client = client
        self._say = say
        self._gather = gather
        self._first_pause = first_pause
        self._close_seconds = close_seconds
        self._logged: dict[str, int] | None = {} if is_new else None  # None: not read yet
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
        """Queues the metrics of one step. Values that are not finite are skipped: JSON cannot hold them.

        Args:
            metrics: Values by name.
            step: Optimizer steps done.
            timestamp: Milliseconds since 1970, UTC.
        """
        finite = [
            Metric(mlflow_name(key), float(value), timestamp, step)
            for key, value in metrics.items()
            if math.isfinite(value)
        ]
        with self._changed:
            self._metrics.extend(finite)
            self._changed.notify_all()

    def tag(self, tags: Mapping[str, str]) -> None:
        """Queues tags; a later value of the same key replaces the earlier one."""
        with self._changed:
            self._tags.update(tags)
            self._changed.notify_all()

    def close(self) -> None:
        """Waits until everything is sent or dropped, and reports how much was lost."""
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
        most = METRICS_PER_BATCH  # values of one request; fewer while a refused one is searched
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._metrics or self._tags)
                if not self._closing and most == METRICS_PER_BATCH:
                    self._changed.wait_for(lambda: self._closing, timeout=self._gather)
                metrics = [self._metrics[place] for place in range(min(most, len(self._metrics)))]
                room = TAGS_PER_BATCH if most == METRICS_PER_BATCH else most - len(metrics)
                tags = dict(list(self._tags.items())[: min(room, TAGS_PER_BATCH)])
                if not metrics and not tags:
                    return
            try:
                if metrics and self._logged is None:
                    self._logged = self._read_logged()
                new = [metric for metric in metrics if self._is_new(metric)]
                if new or tags:
                    self._client.log_batch(self.run_id, new, tags)
                pause, self._failing = self._first_pause, False
                most = min(2 * most, METRICS_PER_BATCH)
            except MlflowError as error:
                count = len(metrics) + len(tags)
                if error.refuses and count > 1 and time.monotonic() < self._deadline:
                    most = count // 2
                    continue
                self._report(error)
                if error.transient:
                    if not self._wait(pause):
                        return
                    pause = min(pause * 2, _LONGEST_WAIT)
                    continue
                self._lost += count
            with self._changed:
                for _ in metrics:
                    self._metrics.popleft()
                for key, value in tags.items():
                    if self._tags.get(key) == value:
                        del self._tags[key]

    def _read_logged(self) -> dict[str, int]:
        """Returns up to which step the run has each metric; nothing when the server does not say it."""
        try:
            return self._client.last_steps(self.run_id)
        except MlflowError as error:
            if error.transient:
                raise
            self._say(f"warning: MLflow: {error}; if this run is resumed, MLflow may have some steps twice")
            return {}

    def _is_new(self, metric: Metric) -> bool:
        last = (self._logged or {}).get(metric.key)
        return last is None or metric.step > last

    def _wait(self, seconds: float) -> bool:
        """Pauses before a retry; returns False when closing leaves no time for one."""
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
            after = "the request is retried" if error.transient else "the refused values are dropped"
            self._say(f"warning: MLflow: {error}; training continues and {after}")


@contextlib.contextmanager
def open_tracker(
    environment: Mapping[str, str], experiment: str, say: Callable[[str], None], clock: Callable[[], float] = time.time
) -> Iterator[Tracker | None]:
    """Opens the run that the MLFLOW_* variables name, or a new one; yields None without MLFLOW_TRACKING_URI.

    On leaving, everything queued is sent. A new run also gets its end status, FINISHED or FAILED; a run that was named
    is ended by its creator.

    Args:
        environment: Holds the MLFLOW_* variables.
        experiment: Experiment of a new run.
        say: Receives the warnings.
        clock: Seconds since 1970, UTC.

    Raises:
        TrainingError: MLFLOW_TRACKING_URI or the certificate cannot be used.
    """
    connection = _connect(environment, experiment, say, clock)
    if connection is None:
        yield None
        return
    client, run_id, is_new = connection
    tracker = Tracker(client, run_id, say, is_new=is_new)
    status = "FAILED"
    try:
        yield tracker
        status = "FINISHED"
    finally:
        tracker.close()
        if is_new:
            try:
                client.end_run(run_id, status, int(clock() * 1000))
            except MlflowError as error:
                say(f"warning: MLflow: {error}")


def _connect(
    environment: Mapping[str, str], experiment: str, say: Callable[[str], None], clock: Callable[[], float]
) -> tuple[MlflowClient, str, bool] | None:
    """Returns the client, the id of the run and whether the run is new; None when there is no server to log to."""
    uri = environment.get("MLFLOW_TRACKING_URI", "")
    if not uri:
        return None
    try:
        client = MlflowClient(
            uri, environment.get("MLFLOW_TRACKING_TOKEN"), environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
        )
    except (OSError, ValueError) as error:
        raise TrainingError(f"MLflow cannot be used: {error}") from error
    run_id = environment.get("MLFLOW_RUN_ID", "")
    if run_id:
        return client, run_id, False
    try:
        experiment_id = environment.get("MLFLOW_EXPERIMENT_ID") or client.experiment_id(experiment)
        return client, client.create_run(experiment_id, int(clock() * 1000)), True
    except MlflowError as error:
        say(f"warning: MLflow: {error}; the metrics are in metrics.jsonl only")
        return None
