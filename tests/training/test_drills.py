"""Random losses of the node: a run that is stopped or killed, and resumed, trains the same as an undisturbed one.

Each drill has its own seed. A change runs the first one, the nightly run (NIGHTLY=true) twenty, SEED=N that one.
"""

from __future__ import annotations

import json
import random
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from copied_processes import Program, run_programs
from seeds import seeds
from short_runs import WITHOUT_PLOTS_AND_EXPORTS

pytestmark = pytest.mark.slow

_STEPS = 12
_TIMED = ("time", "images_per_second")

# Once a step is logged, sends itself what a node that is taken away sends: TERM, and KILL after the grace in seconds.
# With a negative grace it is KILL at once.
_DRIVER = f"""{WITHOUT_PLOTS_AND_EXPORTS}
import os, signal, sys, threading
from detection.cli import main
from detection.tracking.metrics_log import MetricsLog

at, grace = int(sys.argv[1]), float(sys.argv[2])
log = MetricsLog.log
lost = []


def log_and_lose_the_node(self, step, metrics):
    log(self, step, metrics)
    if step == at and not lost:
        lost.append(step)  # an evaluation logs the same step again
        if grace >= 0:
            timer = threading.Timer(grace, os.kill, (os.getpid(), signal.SIGKILL))
            timer.daemon = True
            timer.start()
        os.kill(os.getpid(), signal.SIGTERM if grace >= 0 else signal.SIGKILL)


MetricsLog.log = log_and_lose_the_node
sys.exit(main(sys.argv[3:]))
"""
_NO_GRACE = -1.0
_LONG_GRACE = 600.0


class _Mlflow(ThreadingHTTPServer):
    """Keeps the values of one run as MLflow does, in the order of arrival."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.points: list[dict[str, Any]] = []

    def values(self) -> list[tuple[int, str, float]]:
        """Returns step, name and value of every point, without those that measure the time."""
        return sorted(
            (point["step"], point["key"], point["value"]) for point in self.points if point["key"] not in _TIMED
        )


class _Handler(BaseHTTPRequestHandler):
    server: _Mlflow

    def do_GET(self) -> None:
        latest: dict[str, dict[str, Any]] = {}
        for point in self.server.points:
            if point["step"] >= latest.get(point["key"], point)["step"]:
                latest[point["key"]] = point
        assert urllib.parse.urlsplit(self.path).path.endswith("/runs/get")
        self._answer({"run": {"info": {"run_id": "drill"}, "data": {"metrics": list(latest.values())}}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.points.extend(body["metrics"])
        self._answer({})

    def log_message(self, format: str, *args: Any) -> None:
        """Writes nothing: the test's output stays clean."""

    def _answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def mlflow() -> Iterator[_Mlflow]:
    with _Mlflow() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _train(
    config: Path, data: Path, folder: Path, server: _Mlflow | None = None, *, at: int = -1, grace: float = _LONG_GRACE
) -> tuple[int, str]:
    """Returns the exit code and the output."""
    arguments = ["train", "--exp-config", str(config), "--data", str(data), "--output", str(folder / "outputs")]
    tracking = (
        {}
        if server is None
        else {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{server.server_port}", "MLFLOW_RUN_ID": "drill"}
    )
    arguments = [str(at), str(grace), *arguments, "--checkpoints", str(folder / "checkpoints")]
    (ended,) = run_programs(Program(_DRIVER, arguments, tracking))
    return ended


def _lines(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "outputs" / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in _TIMED} for line in lines]


def _values(folder: Path) -> list[tuple[int, str, float]]:
    """Returns step, name and value of every metric of metrics.jsonl, without those that measure the time."""
    return sorted(
        (line["step"], name, value) for line in _lines(folder) for name, value in line.items() if name != "step"
    )


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = torch.load(folder / "outputs" / "final_model" / "model.pth")
    return weights


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, demo_data: Path) -> Path:
    """Trains without disturbance; returns the folder, which also holds the exp_config."""
    folder = tmp_path_factory.mktemp("whole")
    config = {
        "ENV_CONFIG_FILE": "local_config.json",
        "EXP_NAME": "drill",
        "COMPUTE_NAME": "local",
        "DATA_MOUNT": "demo_data",
        "IMAGE_TYPE": "pothole",
        "RUN_PARAMS": {"STEPS": _STEPS, "BATCH_SIZE": 2, "WARMUP_STEPS": 2, "EVAL_EVERY": 5, "EMA": 0.9},
        "MODEL_PARAMS": {"BASE_MODEL": "faster_rcnn_tiny", "IMAGE_SIZE": 64, "FIRST_STAGE": {"MAX_PROPOSALS": 20}},
    }
    (folder / "exp_config.json").write_text(json.dumps(config))
    code, output = _train(folder / "exp_config.json", demo_data, folder)
    assert code == 0, output
    return folder


@pytest.mark.parametrize("seed", seeds(per_change=1, per_night=20))
def test_a_run_that_loses_its_node_ends_with_the_weights_and_metrics_of_an_undisturbed_one(
    seed: int, whole: Path, demo_data: Path, tmp_path: Path, mlflow: _Mlflow
) -> None:
    chance = random.Random(seed)
    config = json.loads((whole / "exp_config.json").read_text())
    every = config["RUN_PARAMS"]["CHECKPOINT_EVERY"] = chance.randint(1, 4)
    file = tmp_path / "exp_config.json"
    file.write_text(json.dumps(config))

    said, done = "", 0
    for at in sorted(chance.sample(range(1, _STEPS), chance.randint(1, 3))):
        # A short grace may end before, while or after the last checkpoint is written.
        grace = chance.choice((_NO_GRACE, chance.uniform(0, 0.3), _LONG_GRACE))
        code, output = _train(file, demo_data, tmp_path, mlflow, at=at, grace=grace)
        assert code != 0, output
        said += f"lost after step {at} with a grace of {grace} s\n{output}"
        checkpoints = sorted((tmp_path / "checkpoints").glob("*.ckpt"))
        assert len(checkpoints) <= 3 if 0 <= grace < _LONG_GRACE else len(checkpoints) <= 2, said
        periodic = max(done, (at - 1) // every * every)
        done = int(checkpoints[-1].stem.rpartition("-")[2]) if checkpoints else 0
        expected = {_NO_GRACE: [periodic], _LONG_GRACE: [at]}.get(grace, [periodic, at])
        assert done in expected, said
        if len(checkpoints) >= 2 and chance.random() < 0.3:
            checkpoints[-1].write_bytes(checkpoints[-1].read_bytes()[:-10])
            done = int(checkpoints[-2].stem.rpartition("-")[2])

    code, output = _train(file, demo_data, tmp_path, mlflow)

    assert code == 0, said + output
    assert (f"resuming from the checkpoint after step {done}\n" in output) == (done > 0), said + output
    assert _lines(tmp_path) == _lines(whole)
    assert mlflow.values() == _values(whole), said + output
    expected_weights, found = _weights(whole), _weights(tmp_path)
    assert expected_weights.keys() == found.keys()
    assert all(torch.equal(expected_weights[name], found[name]) for name in found)
