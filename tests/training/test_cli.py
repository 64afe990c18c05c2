from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detection import cli
from detection.cli import main

_SOURCE = Path(__file__).resolve().parents[2] / "src" / "training"


@pytest.fixture
def config(exp_config: Callable[..., str], tmp_path: Path) -> str:
    path = tmp_path / "small.json"
    path.write_text(exp_config())
    return str(path)


def test_main_exits_2_on_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        [],
        ["fly"],
        ["train", "--data", "d"],
        ["train", "--exp-config", "a", "--exp-config-variable", "B"],
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "usage: python -m detection" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["train"],
        ["evaluate"],
        ["check-data"],
        ["create-demo-data"],
        ["metric-names"],
        ["base-models"],
        ["fetch-base-model"],
        ["compare"],
    ],
)
def test_main_prints_help_with_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])

    assert caught.value.code == 0
    assert ("example: python -m detection " if command else "Exit codes: 0 success") in capsys.readouterr().out


def test_main_exits_0_when_the_dataset_has_no_faults(
    config: str, demo_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-data", "--exp-config", config, "--data", str(demo_data)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no faults"


def test_main_exits_1_with_the_faults_of_the_dataset(
    exp_config: Callable[..., str], demo_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXP_CONFIG", exp_config({"TRAIN_CSV": "x.csv"}))

    assert main(["check-data", "--exp-config-variable", "EXP_CONFIG", "--data", str(demo_data)]) == 1
    assert capsys.readouterr().err == (
        "error: the dataset has 1 fault:\n"
        "  pothole/datasets/x.csv does not exist; TRAIN_CSV must name a file in pothole/datasets or be latest.\n"
    )


@pytest.mark.parametrize("command", ["check-data", "metric-names"])
def test_main_imports_no_torch_for_a_command_that_needs_none(command: str, config: str, demo_data: Path) -> None:
    arguments = ["--exp-config", config, "--data", str(demo_data)] if command == "check-data" else []
    code = (
        f"import sys; from detection.cli import main; main({[command, *arguments]!r}); " "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(_SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "False"


def test_main_exits_1_with_every_fault_of_the_settings(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "--exp-config", config, "--data", str(tmp_path), "--output", str(tmp_path / "out")]

    assert main([*arguments, "--set", "RUN_PARAMS.STEPS=0", "--set", "EVAL_CONF=2"]) == 1
    assert capsys.readouterr().err == (
        f"error: {config} cannot be run:\n"
        "  --set=EVAL_CONF=2: EVAL_CONF is 2; it must be a number from 0 to 1 (score).\n"
        "  --set=RUN_PARAMS.STEPS=0: RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 "
        "(optimizer steps).\n"
    )


def test_main_says_whether_it_created_demo_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["create-demo-data", "--data", str(tmp_path), "--images", "5"]

    assert [main(arguments), main(arguments)] == [0, 0]
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "created",
        "created",
        "unchanged",
        "unchanged",
    ]


def test_main_exits_1_when_there_are_too_few_demo_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create-demo-data", "--data", str(tmp_path), "--images", "1"]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.usefixtures("no_plots", "no_exports")
@pytest.mark.parametrize("flips", ["none", "flip_both"])
def test_evaluate_measures_what_the_run_measured(config: str, demo_data: Path, tmp_path: Path, flips: str) -> None:
    common = ["--exp-config", config, f"--set=MODEL_PARAMS.TEST_FLIPS={flips}", "--data", str(demo_data)]
    assert main(["train", *common, "--output", str(tmp_path / "out")]) == 0

    final = tmp_path / "out" / "final_model"
    assert main(["evaluate", "--model", str(final), *common, "--output", str(tmp_path / "again")]) == 0

    trained = json.loads((final / "metrics.json").read_text())
    again = json.loads((tmp_path / "again" / "metrics.json").read_text())
    for kind in ("intervals", "suggested_eval_conf"):
        assert json.dumps(again.pop(kind)) == json.dumps(trained.pop(kind))
    assert again == pytest.approx({name: trained[name] for name in again}, abs=1e-6)
    assert {name for name in trained if name.startswith(("eval_", "proposal_", "binary_"))} == set(again)


def test_evaluate_exits_1_when_the_model_is_missing(
    config: str, demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--exp-config", config, "--data", str(demo_data), "--output", str(tmp_path / "out")]

    assert main(["evaluate", "--model", str(tmp_path), *arguments]) == 1
    assert "--model must name the final_model folder of a run." in capsys.readouterr().err


def test_train_writes_a_checkpoint_of_its_last_step_when_it_is_terminated(
    config: str, demo_data: Path, tmp_path: Path
) -> None:
    arguments = [
        "--exp-config",
        config,
        "--data",
        str(demo_data),
        "--output",
        str(tmp_path),
        "--set",
        "RUN_PARAMS.STEPS=100000",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "detection", "train", *arguments],
        env={**os.environ, "PYTHONPATH": str(_SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 1/"):
            process.send_signal(signal.SIGTERM)
            break
    _, error = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "error: stopped by SIGTERM after step " in error
    assert len(list((tmp_path / "checkpoints").glob("*.ckpt"))) == 1


def test_train_names_a_module_that_is_not_installed(
    config: str, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "detection.run", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)

    assert main(["train", "--exp-config", config, "--data", str(demo_data), "--output", str(tmp_path)]) == 1

    assert capsys.readouterr().err == (
        "error: Python has no module torch; it must be installed, on Debian by the package python3-torch\n"
    )


@pytest.mark.parametrize("name", ["torch.of_another_version", "detection.misspelt", "detection"])
def test_main_hides_no_mistake_behind_a_missing_module(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(cli, "_metric_names", fail)

    with pytest.raises(ModuleNotFoundError):
        cli.main(["metric-names"])


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "outputs/checkpoints/step-20.pt"),
        RuntimeError("[enforce fail at inline_container.cc:424] . unexpected pos 64 vs 0"),
        RuntimeError("PytorchStreamWriter failed writing file data/3: file write failed"),
    ],
)
def test_main_says_what_to_do_when_the_disk_is_full(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_metric_names", fail)

    assert cli.main(["metric-names"]) == 1
    written = capsys.readouterr().err
    assert written.startswith("error: ") and "free some space, then run the same command again." in written


@pytest.mark.parametrize("command, resumes", [("_train", True), ("_evaluate", False)])
def test_main_says_that_training_resumes_when_it_was_training(
    command: str, resumes: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "outputs/metrics.json")

    monkeypatch.setattr(cli, command, fail)
    config = ["--exp-config", "e.json", "--data", "data", "--output", "out"]
    model = [] if resumes else ["--model", "out/final_model"]

    assert cli.main([command[1:], *config, *model]) == 1
    assert ("Training resumes from the newest checkpoint." in capsys.readouterr().err) == resumes


def test_main_writes_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (tmp_path / "list.jsonl").write_text('"漢字.png"\n', encoding="utf-8")
    command = [sys.executable, "-m", "detection", "decode-images", "--images", str(images / "nö"), "--list", "漢.jsonl"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(_SOURCE)}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True)

    assert done.returncode == 1 and "漢.jsonl cannot be read as a list of images" in done.stderr.decode("utf-8")


def test_main_writes_no_character_of_a_file_that_controls_a_terminal(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo_data, data)
    (train_csv,) = (data / "pothole" / "datasets").glob("train_*.csv")
    train_csv.write_text(train_csv.read_text() + "\x1b]0;owned\x07.png,1,2,30,40,pothole\n")
    (tmp_path / "small.json").write_text(exp_config())

    exit_code = main(["check-data", "--exp-config", str(tmp_path / "small.json"), "--data", str(data)])

    said = capsys.readouterr()
    assert exit_code == 1 and "\x1b" not in said.out + said.err
    assert "image '\\x1b]0;owned\\x07.png' is not in pothole/images" in said.err


def test_a_command_finds_files_of_any_name_whatever_the_locale(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo_data, data)
    (train_csv,) = (data / "pothole" / "datasets").glob("train_*.csv")
    first = train_csv.read_text().splitlines()[1].split(",")[0]
    (data / "pothole" / "images" / first).rename(data / "pothole" / "images" / "人é.png")
    train_csv.write_text(train_csv.read_text().replace(first, "人é.png"), encoding="utf-8")
    (tmp_path / "small.json").write_text(exp_config())
    arguments = ["check-data", "--exp-config", str(tmp_path / "small.json"), "--data", str(data)]
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(_SOURCE)}

    done = subprocess.run(
        [sys.executable, "-B", "-m", "detection", *arguments], env={**os.environ, **locale}, capture_output=True
    )

    assert (done.returncode, done.stderr) == (0, b"")
