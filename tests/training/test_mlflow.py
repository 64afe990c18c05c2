from __future__ import annotations

import contextlib
import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from detection.errors import TrainingError
from detection.tracking.mlflow_client import MlflowClient, MlflowError
from detection.tracking.tracking import Tracker, open_tracker


class _Server(ThreadingHTTPServer):
    """Responds to each request with the next of ``answers`` for its path, or with 200 and an empty object."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, str | None, Any]] = []
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.refused = ""
        self.statuses: list[int] = []

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def bodies(self, path: str) -> list[Any]:
        return [body for _, found, _, body in self.requests if found.endswith(path)]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.requests.append((self.command, self.path, self.headers.get("Authorization"), body))
        name = self.path.partition("?")[0].rpartition("/mlflow/")[2]
        waiting = self.server.answers.get(name, [])
        status, answer = waiting.pop(0) if waiting else (200, {})
        if self.server.refused and f'"{self.server.refused}"' in json.dumps(body):
            status, answer = 400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "bad key"}
        self.server.statuses.append(status)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Writes nothing: the test's output stays clean."""


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _tracker(server: _Server, said: list[str], *, is_new: bool = True, **options: float) -> Tracker:
    return Tracker(
        MlflowClient(server.uri, "secret"),
        "run-1",
        said.append,
        gather=0,
        is_new=is_new,
        **{"first_pause": 0.001, **options},
    )


def test_tracker_sends_exactly_this_request(server: _Server) -> None:
    said: list[str] = []
    tracker = _tracker(server, said)
    tracker.log({"train_loss": 0.5, "learning_rate": 0.01}, step=20, timestamp=1700000000000)
    tracker.close()

    assert server.requests == [
        (
            "POST",
            "/api/2.0/mlflow/runs/log-batch",
            "Bearer secret",
            {
                "run_id": "run-1",
                "metrics": [
                    {"key": "train_loss", "value": 0.5, "timestamp": 1700000000000, "step": 20},
                    {"key": "learning_rate", "value": 0.01, "timestamp": 1700000000000, "step": 20},
                ],
                "params": [],
                "tags": [],
            },
        )
    ]
    assert said == []


def test_tracker_respects_the_limits_of_a_batch(server: _Server) -> None:
    tracker = _tracker(server, [])
    tracker.log({f"m{number}": 1.0 for number in range(2500)}, step=1, timestamp=1)
    tracker.tag({f"t{number}": "x" * 6000 for number in range(150)})
    tracker.close()

    batches = server.bodies("log-batch")
    assert max(len(batch["metrics"]) for batch in batches) == 1000
    assert max(len(batch["tags"]) for batch in batches) <= 100
    assert [metric["key"] for batch in batches for metric in batch["metrics"]] == [
        f"m{number}" for number in range(2500)
    ]
    assert sorted(tag["key"] for batch in batches for tag in batch["tags"]) == sorted(
        f"t{number}" for number in range(150)
    )
    assert {len(tag["value"]) for batch in batches for tag in batch["tags"]} == {5000}


def test_tracker_skips_values_that_json_cannot_hold(server: _Server) -> None:
    tracker = _tracker(server, [])
    tracker.log({"a": math.nan, "b": math.inf, "c": 1.0}, step=1, timestamp=1)
    tracker.close()

    assert [metric["key"] for batch in server.bodies("log-batch") for metric in batch["metrics"]] == ["c"]


def test_tracker_retries_and_warns_once(server: _Server) -> None:
    server.answers["runs/log-batch"] = [
        (503, {}),
        (429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}),
    ]
    said: list[str] = []
    tracker = _tracker(server, said)
    tracker.log({"train_loss": 0.5}, step=1, timestamp=1)
    tracker.close()

    assert len(server.bodies("log-batch")) == 3
    assert said == [
        f"warning: MLflow: POST {server.uri}/api/2.0/mlflow/runs/log-batch returned 503 Service Unavailable; "
        "training continues and the request is retried"
    ]


def test_tracker_retries_with_the_same_timestamps_so_that_a_store_ignores_what_it_has(server: _Server) -> None:
    server.answers["runs/log-batch"] = [(503, {}), (503, {})]
    tracker = _tracker(server, [])
    tracker.log({"train_loss": 0.5, "learning_rate": 0.1}, step=1, timestamp=1700000000001)
    tracker.log({"train_loss": 0.4}, step=2, timestamp=1700000000002)
    tracker.close()

    sent = [[tuple(metric.values()) for metric in batch["metrics"]] for batch in server.bodies("log-batch")]
    whole = [
        ("train_loss", 0.5, 1700000000001, 1),
        ("learning_rate", 0.1, 1700000000001, 1),
        ("train_loss", 0.4, 1700000000002, 2),
    ]
    assert len(sent) == 3
    assert all(batch == whole[: len(batch)] for batch in sent)
    assert sent[-1] == whole


def test_tracker_drops_what_the_server_refuses_and_counts_it(server: _Server) -> None:
    server.answers["runs/log-batch"] = [(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "bad key"})] * 3
    said: list[str] = []
    tracker = _tracker(server, said)
    tracker.log({"a": 1.0, "b": 2.0}, step=1, timestamp=1)
    tracker.close()

    assert said == [
        f"warning: MLflow: POST {server.uri}/api/2.0/mlflow/runs/log-batch returned 400 Bad Request: "
        "INVALID_PARAMETER_VALUE: bad key; training continues and the refused values are dropped",
        "MLflow lacks 2 metrics and tags of this run; metrics.jsonl holds all of them",
    ]


def test_tracker_loses_only_the_metric_that_the_server_refuses(server: _Server) -> None:
    server.refused = "m17"
    said: list[str] = []
    tracker = _tracker(server, said)
    tracker.log({f"m{number}": 1.0 for number in range(40)}, step=1, timestamp=1)
    tracker.tag({"steps": "6"})
    tracker.close()

    taken = [batch for batch, status in zip(server.bodies("log-batch"), server.statuses) if status == 200]
    assert [metric["key"] for batch in taken for metric in batch["metrics"]] == [
        f"m{number}" for number in range(40) if number != 17
    ]
    assert [tag["key"] for batch in taken for tag in batch["tags"]] == ["steps"]
    assert said[-1] == "MLflow lacks 1 metrics and tags of this run; metrics.jsonl holds all of them"


def test_tracker_sends_class_names_of_any_signs_under_names_that_mlflow_takes(server: _Server) -> None:
    tracker = _tracker(server, [])
    tracker.log({"eval_AP50_Träger [links]: 5 %": 0.5}, step=1, timestamp=1)
    tracker.close()

    assert [metric["key"] for metric in server.bodies("log-batch")[0]["metrics"]] == [
        "eval_AP50_Träger _0x5b_links_0x5d__0x3a_ 5 _0x25_"
    ]


def test_tracker_closes_when_the_server_stays_unavailable(server: _Server) -> None:
    server.answers["runs/log-batch"] = [(500, {})] * 100000
    said: list[str] = []
    tracker = _tracker(server, said, close_seconds=0.05)
    tracker.log({"a": 1.0}, step=1, timestamp=1)
    tracker.close()

    assert said[-1] == "MLflow lacks 1 metrics and tags of this run; metrics.jsonl holds all of them"


def test_mlflow_client_uses_https_for_azureml_addresses() -> None:
    client = MlflowClient("azureml://127.0.0.1:1/mlflow/v1.0/subscriptions/s")

    with pytest.raises(
        MlflowError, match="^POST https://127.0.0.1:1/mlflow/v1.0/subscriptions/s/api/2.0/mlflow/runs/update failed: "
    ) as caught:
        client.end_run("r", "FINISHED", 1)
    assert caught.value.transient


def test_open_tracker_logs_to_the_run_it_is_given_and_does_not_end_it(server: _Server) -> None:
    environment = {"MLFLOW_TRACKING_URI": server.uri + "/", "MLFLOW_TRACKING_TOKEN": "t", "MLFLOW_RUN_ID": "job-7"}

    with open_tracker(environment, "small", print) as tracker:
        assert tracker is not None
        tracker.tag({"steps": "6"})

    assert [path for _, path, _, _ in server.requests] == ["/api/2.0/mlflow/runs/log-batch"]
    assert server.bodies("log-batch")[0]["run_id"] == "job-7"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED"])
def test_open_tracker_creates_a_run_and_ends_it_when_none_is_named(status: str, server: _Server) -> None:
    server.answers = {
        "experiments/get-by-name": [(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})],
        "experiments/create": [(200, {"experiment_id": "12"})],
        "runs/create": [(200, {"run": {"info": {"run_id": "new"}}})],
    }

    with contextlib.suppress(TrainingError):
        with open_tracker({"MLFLOW_TRACKING_URI": server.uri}, "a b", print, clock=lambda: 5.0) as tracker:
            assert tracker is not None and tracker.run_id == "new"
            if status == "FAILED":
                raise TrainingError("the dataset has 1 fault")

    assert [(method, path, authorization) for method, path, authorization, _ in server.requests] == [
        ("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=a+b", None),
        ("POST", "/api/2.0/mlflow/experiments/create", None),
        ("POST", "/api/2.0/mlflow/runs/create", None),
        ("POST", "/api/2.0/mlflow/runs/update", None),
    ]
    assert server.bodies("runs/create") == [{"experiment_id": "12", "start_time": 5000, "tags": []}]
    assert server.bodies("runs/update") == [{"run_id": "new", "status": status, "end_time": 5000}]


def test_open_tracker_yields_none_when_no_run_can_be_created(server: _Server) -> None:
    server.answers["experiments/get-by-name"] = [(401, {"error": {"code": "UserError", "message": "token expired"}})]
    said: list[str] = []

    with open_tracker({"MLFLOW_TRACKING_URI": server.uri}, "x", said.append) as tracker:
        assert tracker is None

    assert said == [
        f"warning: MLflow: GET {server.uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=x returned "
        "401 Unauthorized: UserError: token expired; the metrics are in metrics.jsonl only"
    ]


def test_open_tracker_yields_none_without_an_address() -> None:
    with open_tracker({}, "x", print) as tracker:
        assert tracker is None


def test_open_tracker_fails_when_the_address_has_another_scheme() -> None:
    with pytest.raises(TrainingError, match="MLFLOW_TRACKING_URI is 'file:///tmp/runs'; it must begin with https://"):
        with open_tracker({"MLFLOW_TRACKING_URI": "file:///tmp/runs"}, "x", print):
            pass


def test_tracker_sends_the_steps_that_a_resumed_run_lacks_and_no_other(server: _Server) -> None:
    has = [
        {"key": "loss", "value": 0.5, "timestamp": 1, "step": 4},
        {"key": "rate", "value": 1, "timestamp": 1, "step": 3},
    ]
    server.answers["runs/get"] = [(503, {}), (200, {"run": {"info": {"run_id": "run-1"}, "data": {"metrics": has}}})]
    said: list[str] = []
    tracker = _tracker(server, said, is_new=False)
    tracker.log({"images": 8.0}, step=0, timestamp=1)
    for step in (2, 3, 4, 5):
        tracker.log({"loss": 1.0 / step, "rate": 1.0}, step=step, timestamp=step)
    tracker.close()

    sent = [(metric["key"], metric["step"]) for batch in server.bodies("log-batch") for metric in batch["metrics"]]
    assert sent == [("images", 0), ("rate", 4), ("loss", 5), ("rate", 5)]
    assert len(server.bodies("runs/get?run_id=run-1")) == 2
    assert len(said) == 1 and "503" in said[0]


@pytest.mark.parametrize("answer", [(404, {"error_code": "RESOURCE_DOES_NOT_EXIST"}), (200, {"run": 3})])
def test_tracker_sends_everything_when_the_server_does_not_say_what_it_has(answer: Any, server: _Server) -> None:
    server.answers["runs/get"] = [answer]
    said: list[str] = []
    tracker = _tracker(server, said, is_new=False)
    tracker.log({"loss": 1.0}, step=1, timestamp=1)
    tracker.close()

    assert [len(batch["metrics"]) for batch in server.bodies("log-batch")] == [1]
    assert len(said) == 1 and said[0].endswith("; if this run is resumed, MLflow may have some steps twice")
