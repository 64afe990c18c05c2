"""Random losses of the node: a run that is stopped or killed, and resumed, trains the same as an undisturbed one.

DRILLS is the number of drills; each has its own seed. A short run has two.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

pytestmark = pytest.mark.slow

_STEPS = 12
_SOURCES = Path(__file__).resolve().parents[2] / "src" / "training"

# Sends a signal to itself once a step is logged, as if the node were taken away then.
_DRIVER = """
import os, sys
from detection.cli import main
from detection.tracking.metrics_log import MetricsLog

at, number = int(sys.argv[1]), int(sys.argv[2])
log = MetricsLog.log


def log_and_stop(self, step, metrics):
    log(self, step, metrics)
    if step == at:
        os.kill(os.getpid(), number)


MetricsLog.log = log_and_stop
sys.exit(main(sys.argv[3:]))
"""


def _train(
    config: Path, data: Path, folder: Path, *, at: int = -1, number: int = 0
) -> subprocess.CompletedProcess[str]:
    arguments = ["train", "--exp-config", str(config), "--data", str(data), "--output", str(folder / "outputs")]
    return subprocess.run(
        [sys.executable, "-c", _DRIVER, str(at), str(number), *arguments, "--checkpoints", str(folder / "checkpoints")],
        env={**os.environ, "PYTHONPATH": str(_SOURCES), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _lines(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "outputs" / "metrics.jsonl").read_text().splitlines()]
    timed = ("time", "images_per_second")
    return [{name: value for name, value in line.items() if name not in timed} for line in lines]


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
    result = _train(folder / "exp_config.json", demo_data, folder)
    assert result.returncode == 0, result.stdout
    return folder


@pytest.mark.parametrize("seed", range(int(os.environ.get("DRILLS", "2"))))
def test_a_run_that_loses_its_node_ends_with_the_weights_and_metrics_of_an_undisturbed_one(
    seed: int, whole: Path, demo_data: Path, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    config = json.loads((whole / "exp_config.json").read_text())
    every = config["RUN_PARAMS"]["CHECKPOINT_EVERY"] = chance.randint(1, 4)
    file = tmp_path / "exp_config.json"
    file.write_text(json.dumps(config))

    said, done = "", 0
    for at in sorted(chance.sample(range(1, _STEPS), chance.randint(1, 3))):
        number = chance.choice((signal.SIGTERM, signal.SIGKILL))
        result = _train(file, demo_data, tmp_path, at=at, number=number)
        assert result.returncode != 0, result.stdout
        said += result.stdout
        checkpoints = sorted((tmp_path / "checkpoints").glob("*.ckpt"))
        assert len(checkpoints) <= 2
        done = at if number == signal.SIGTERM else max(done, (at - 1) // every * every)
        if len(checkpoints) == 2 and chance.random() < 0.3:
            checkpoints[-1].write_bytes(checkpoints[-1].read_bytes()[:-10])
            done = int(checkpoints[0].stem.rpartition("-")[2])

    result = _train(file, demo_data, tmp_path)

    assert result.returncode == 0, said + result.stdout
    assert (f"resuming from the checkpoint after step {done}\n" in result.stdout) == (done > 0), said + result.stdout
    assert _lines(tmp_path) == _lines(whole)
    expected, found = _weights(whole), _weights(tmp_path)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
