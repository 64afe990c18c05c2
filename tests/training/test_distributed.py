"""Runs of several processes, which compute what one process computes on the whole batches."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from copied_processes import Program, run_programs
from short_runs import WITHOUT_PLOTS_AND_EXPORTS

from detection.errors import TrainingError
from detection.processes.group import Group
from detection.processes.place import Place, read_place

_STEPS = 6

# Trains on the arguments; a process can be told to end itself after a step.
_DRIVER = f"""{WITHOUT_PLOTS_AND_EXPORTS}
import os, sys
from detection.cli import main
from detection.processes.leaving import leave
from detection.train.hooks.timer import StepTimer

rank, at, number = (int(text) for text in sys.argv[1:4])
after_step = StepTimer.after_step


def end(self, step):
    after_step(self, step)
    if step.done == at and int(os.environ.get("RANK", "0")) == rank:
        if number == 0:
            from detection.errors import TrainingError
            raise TrainingError("image 'a.png' cannot be decoded")
        os.kill(os.getpid(), number)


StepTimer.after_step = end
leave(main(sys.argv[4:]))
"""


def _config(folder: Path, changes: dict[str, Any], model: dict[str, Any] | None = None) -> Path:
    document: dict[str, Any] = {
        "ENV_CONFIG_FILE": "local_config.json",
        "EXP_NAME": "distributed",
        "COMPUTE_NAME": "local",
        "DATA_MOUNT": "demo_data",
        "IMAGE_TYPE": "pothole",
        "RUN_PARAMS": {"STEPS": _STEPS, "WARMUP_STEPS": 2, "EVAL_EVERY": 3, "EMA": 0.9, **changes},
        "DATA": {"VALIDATION": 0.25},
        "MODEL_PARAMS": {
            "BASE_MODEL": "faster_rcnn_tiny",
            "IMAGE_SIZE": 64,
            "FIRST_STAGE": {"MAX_PROPOSALS": 20},
            **(model or {}),
        },
    }
    if document["MODEL_PARAMS"]["FIRST_STAGE"] is None:
        del document["MODEL_PARAMS"]["FIRST_STAGE"]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "exp_config.json"
    path.write_text(json.dumps(document))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _launch(code: str, arguments: Sequence[str], processes: int) -> list[tuple[int, str]]:
    """Starts the processes as Azure ML does; returns the exit code and the output of each."""
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "WORLD_SIZE": str(processes)}
    ranks = map(str, range(processes))
    return run_programs(*(Program(code, arguments, {**common, "RANK": rank, "LOCAL_RANK": rank}) for rank in ranks))


def _train(
    folder: Path, data: Path, config: Path, processes: int, *, rank: int = -1, at: int = -1, number: int = 0
) -> list[tuple[int, str]]:
    arguments = ["train", "--exp-config", str(config), "--data", str(data), "--output", str(folder / "outputs")]
    checkpoints = ["--checkpoints", str(folder / "checkpoints")]
    return _launch(_DRIVER, [str(rank), str(at), str(number), *arguments, *checkpoints], processes)


def _lines(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "outputs" / "metrics.jsonl").read_text().splitlines()]
    timed = ("time", "images_per_second")
    return [{name: value for name, value in line.items() if name not in timed} for line in lines]


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = torch.load(folder / "outputs" / "final_model" / "model.pth")
    return weights


def _assert_same_run(found: Path, expected: Path) -> None:
    """Compares the metrics of every step and the final weights, to the noise of a sum in another order."""
    assert [line["step"] for line in _lines(found)] == [line["step"] for line in _lines(expected)]
    for line, wanted in zip(_lines(found), _lines(expected)):
        assert line == pytest.approx(wanted, rel=2e-4, abs=2e-5)
    weights = _weights(found)
    for name, tensor in _weights(expected).items():
        assert torch.allclose(weights[name], tensor, rtol=1e-3, atol=1e-5), name


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, demo_data: Path) -> Path:
    """Trains in one process with the whole batch of four images."""
    folder = tmp_path_factory.mktemp("whole")
    ((code, output),) = _train(folder, demo_data, _config(folder, {"BATCH_SIZE": 4}), 1)
    assert code == 0, output
    return folder


@pytest.mark.parametrize("processes", [2, pytest.param(4, marks=[pytest.mark.slow, pytest.mark.night])])
def test_processes_compute_the_losses_and_metrics_of_one_with_the_whole_batch(
    processes: int, whole: Path, demo_data: Path, tmp_path: Path
) -> None:
    config = _config(tmp_path, {"BATCH_SIZE": 4 // processes})

    ended = _train(tmp_path, demo_data, config, processes)

    assert [code for code, _ in ended] == [0] * processes, ended
    _assert_same_run(tmp_path, whole)
    logs = [output for _, output in ended]
    assert f"{processes} processes train together, {processes} of them on this machine\n" in logs[0]
    assert f"{4 // processes} images per batch in each of {processes} processes: 4 together\n" in logs[0]
    assert "LEARNING_RATE as it is, not scaled by the processes (LR_SCALING none)\n" in logs[0]
    assert "step 6/6" in logs[0]
    assert logs[1:] == [""] * (processes - 1)


@pytest.mark.slow
def test_run_of_two_processes_resumes_with_one(whole: Path, demo_data: Path, tmp_path: Path) -> None:
    two = _config(tmp_path / "two", {"BATCH_SIZE": 2})
    ended = _train(tmp_path, demo_data, two, 2, rank=1, at=4, number=signal.SIGTERM)
    # The signal reached one process, and both stopped after that step.
    assert [code for code, _ in ended] == [1, 1]
    assert "stopped by SIGTERM after step 4; its checkpoint is written" in ended[0][1]

    one = _config(tmp_path / "one", {"BATCH_SIZE": 4})
    ((code, output),) = _train(tmp_path, demo_data, one, 1)

    assert code == 0, output
    assert "resuming from the checkpoint after step 4" in output
    _assert_same_run(tmp_path, whole)


@pytest.mark.parametrize(("joins", "code", "clears_up"), [(True, 3, False), (True, 0, True), (False, 3, True)])
def test_leave_clears_up_unless_a_run_of_several_processes_failed(joins: bool, code: int, clears_up: bool) -> None:
    program = (
        "import atexit\n"
        "from torch import distributed\n"
        "from detection.processes.leaving import leave\n"
        "atexit.register(print, 'cleared up')\n"
        f"if {joins}: distributed.init_process_group('gloo', rank=0, world_size=1)\n"
        "print('said')\n"
        f"leave({code})\n"
    )

    ((ended, output),) = _launch(program, (), 1)

    assert (ended, output) == (code, "said\n" + ("cleared up\n" if clears_up else ""))


@pytest.mark.slow
@pytest.mark.parametrize("rank", [pytest.param(0, marks=pytest.mark.night), 1])
def test_killed_process_ends_the_others_with_its_name(rank: int, demo_data: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, {"BATCH_SIZE": 2, "STEPS": 100_000, "EVAL_EVERY": 0})

    ended = _train(tmp_path, demo_data, config, 2, rank=rank, at=2, number=signal.SIGKILL)

    assert ended[rank][0] == -signal.SIGKILL
    assert ended[1 - rank][0] == 1
    assert (
        f"error: process {rank} of 2 ended without a message; it was killed, or its machine is gone"
        in ended[1 - rank][1]
    )
    assert "Traceback" not in ended[1 - rank][1]


def test_error_of_one_process_is_the_error_of_all(demo_data: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, {"BATCH_SIZE": 2, "STEPS": 100_000, "EVAL_EVERY": 0})

    ended = _train(tmp_path, demo_data, config, 3, rank=2, at=2)

    assert [code for code, _ in ended] == [1, 1, 1]
    assert ended[2][1] == "error: image 'a.png' cannot be decoded\n"
    assert ended[0][1].endswith("\nerror: process 2 of 3: image 'a.png' cannot be decoded\n")
    assert ended[1][1] == "error: process 2 of 3: image 'a.png' cannot be decoded\n"


# Makes steps over batches of three images, which two processes cannot divide equally; prints the losses and weights.
_UNEVEN = """
import json, os, sys
from pathlib import Path
import torch
from detection.config.settings_reader import parse_settings
from detection.data.batches import training_batches
from detection.data.datasets import read_dataset
from detection.data.images import ImageStore
from detection.models.building import build_model
from detection.processes.group import join
from detection.processes.place import read_place
from detection.train.machine import prepare_machine
from detection.train.trainer import Trainer

data, config, images = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
settings = parse_settings(config.read_text(), "x")
with join(read_place(os.environ), lambda text: None) as group:
    machine = prepare_machine(3, group)
    records = read_dataset(data, "pothole", "latest", "latest", on_bad_rows="fail").dataset.train
    model = build_model(settings.model, 1)
    if hasattr(model, "roi_heads"):
        model.roi_heads.weigh([1.0, 2.5])
    # In float64, because deep networks with random weights amplify the noise of sums in another order.
    model.double()
    Trainer._move = lambda self, tensor: tensor.double() if tensor.is_floating_point() else tensor
    trainer = Trainer(model, settings.run, settings.model, machine.device, group)
    store = ImageStore(settings.model.image_size)
    batches = training_batches(
        records, store, batch_size=images, augmentation="flip", seed=1, first_step=0, last_step=6, threads=1,
        share=group.share(images),
    )
    steps = [trainer.step(next(batches), next(batches)) for _ in range(2)]
    total = sum(float(tensor.abs().sum()) for tensor in model.parameters())
    gradient = sum(float(tensor.grad.abs().sum()) for tensor in model.parameters() if tensor.grad is not None)
    batches.close()
    trainer.release()
    if group.is_first:
        torch.jit.script(model)
        print(json.dumps([*steps, {"weights": total, "gradient": gradient}]))
"""


@pytest.mark.parametrize(
    "base_model",
    [
        "faster_rcnn_tiny",
        pytest.param("ssdlite320_mobilenet_v3_large", marks=[pytest.mark.slow, pytest.mark.night]),
        pytest.param("retinanet_resnet50_fpn", marks=[pytest.mark.slow, pytest.mark.night]),
    ],
)
def test_uneven_shares_and_accumulated_batches_give_the_losses_of_one_process(
    base_model: str, demo_data: Path, tmp_path: Path
) -> None:
    model = {"BASE_MODEL": base_model, "WEIGHTS": "none", "FIRST_STAGE": None}
    config = _config(tmp_path, {"LEARNING_RATE": 0.001, "EMA": 0.0}, model)
    arguments = [str(demo_data), str(config), "3"]

    ((code, one),) = _launch(_UNEVEN, arguments, 1)
    ((first, two), (second, _)) = _launch(_UNEVEN, arguments, 2)

    assert (code, first, second) == (0, 0, 0), (one, two)
    for found, expected in zip(json.loads(two), json.loads(one)):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    "count, processes, sizes", [(5, 2, [3, 2]), (4, 4, [1, 1, 1, 1]), (7, 3, [3, 2, 2]), (1, 2, [1, 0])]
)
def test_shares_are_contiguous_and_differ_by_at_most_one(count: int, processes: int, sizes: list[int]) -> None:
    shares = Group(Place(0, processes)).shares(count)

    assert [len(share) for share in shares] == sizes
    assert [item for share in shares for item in share] == list(range(count))


_PLACE = {"WORLD_SIZE": "4", "RANK": "3", "LOCAL_RANK": "1", "MASTER_ADDR": "10.0.0.4", "MASTER_PORT": "6105"}


def test_read_place_reads_the_variables_of_the_launcher() -> None:
    assert read_place(_PLACE) == Place(3, 4, 1, "10.0.0.4", 6105)
    assert read_place({}) == read_place({"WORLD_SIZE": "1", "RANK": "0"}) == Place()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"WORLD_SIZE": "two"}, "WORLD_SIZE is 'two'; it must be a whole number from 1 to 4096"),
        ({"RANK": "4"}, "RANK is '4'; it must be a whole number from 0 to 3"),
        ({"LOCAL_RANK": None}, "LOCAL_RANK is missing; it must be a whole number from 0 to 3"),
        ({"MASTER_ADDR": ""}, "MASTER_ADDR is missing; it must be the host of the first process"),
        ({"MASTER_PORT": "0"}, "MASTER_PORT is '0'; it must be a whole number from 1 to 65535"),
    ],
)
def test_read_place_names_the_variable_that_is_wrong(changes: dict[str, str | None], message: str) -> None:
    environment = {name: value for name, value in {**_PLACE, **changes}.items() if value is not None}

    with pytest.raises(TrainingError, match=message):
        read_place(environment)
