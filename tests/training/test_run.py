from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from same_detections import assert_same_detections

from detection.config.settings_reader import parse_settings
from detection.data.images import ImageStore
from detection.errors import FaultsError, TrainingError
from detection.evaluate.comparison.compare import compare_runs
from detection.models.building import build_model
from detection.run import train
from detection.tracking.metric_names import CLASS_AP50, METRIC_NAMES, class_ap50
from detection.tracking.progress import Console
from detection.train.train_stage import check_training
from detection.train.trainer import Trainer

ExpConfig = Callable[..., str]

pytestmark = pytest.mark.usefixtures("no_plots", "no_exports")


def _run(
    text: str,
    data: Path,
    output: Path,
    console: Console,
    checkpoints: Path | None = None,
    environment: dict[str, str] | None = None,
) -> dict[str, float]:
    metrics = train(
        parse_settings(text, "x.json"),
        data=data,
        output=output,
        checkpoints=checkpoints or output / "checkpoints",
        environment=environment or {},
        console=console,
    )
    return dict(metrics)


def _lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def _without_times(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in line.items() if name not in ("time", "images_per_second")} for line in lines
    ]


@dataclass(frozen=True)
class _Complete:
    """A run with plots and exports: its exp_config, output folder and metrics, and the lines of the console."""

    text: str
    output: Path
    metrics: dict[str, float]
    said: list[str]


@pytest.fixture(scope="module")
def complete(exp_config: ExpConfig, demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> _Complete:
    text, output = exp_config({"RUN_PARAMS.EVAL_EVERY": 4, "RUN_PARAMS.CHECKPOINT_EVERY": 3}), io.StringIO()
    folder = tmp_path_factory.mktemp("complete")
    metrics = _run(text, demo_data, folder, Console(output))
    return _Complete(text, folder, metrics, output.getvalue().splitlines())


def test_train_writes_everything_it_promises(complete: _Complete) -> None:
    output, metrics, said = complete.output, complete.metrics, complete.said
    assert [line for line in said if line.startswith("[")] == [
        "[1/7] read the datasets",
        "[2/7] prepare the records",
        "[3/7] fetch the base model",
        "[4/7] apply the configuration",
        "[5/7] train",
        "[6/7] evaluate",
        "[7/7] save the model",
    ]
    assert sum(line.startswith((" Average Precision", " Average Recall")) for line in said) == 24  # two evaluations
    assert sorted(path.name for path in (output / "checkpoints").iterdir())[-1].endswith("-00000006.ckpt")
    final = output / "final_model"
    assert sorted(path.name for path in final.iterdir()) == [
        "MLmodel",
        "MODEL_CARD.md",
        "architecture.json",
        "code",
        "conda.yaml",
        "depth.json",
        "exp_config.json",
        "label_map.json",
        "metrics.json",
        "model.onnx",
        "model.pth",
        "model.torchscript.pt",
        "passport.json",
        "python_env.yaml",
        "requirements.txt",
    ]
    assert json.loads((final / "label_map.json").read_text()) == [{"id": 1, "name": "pothole"}]
    saved = json.loads((final / "metrics.json").read_text())
    intervals, suggested = saved.pop("intervals"), saved.pop("suggested_eval_conf")
    assert saved == metrics
    assert intervals["metrics"].keys() <= metrics.keys() and [e["name"] for e in suggested["classes"]] == ["pothole"]
    assert f"| `eval_mAP` | {metrics['eval_mAP']:.4g} |" in (final / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert (output / "tables" / "confusion_matrix.csv").is_file()
    if find_spec("matplotlib") is not None:
        assert (output / "plots" / "losses.png").is_file() and (output / "plots" / "contact_sheet.png").is_file()
    assert parse_settings((final / "exp_config.json").read_text(), "x") == parse_settings(complete.text, "x")
    assert [line["step"] for line in _lines(output)] == [0, 1, 2, 3, 4, 4, 5, 6, 6]

    images = json.loads((output / "predictions_images.json").read_text())
    results = json.loads((output / "predictions.json").read_text())
    assert images["categories"] == [{"id": 1, "name": "pothole"}]
    assert {result["image_id"] for result in results} <= {image["id"] for image in images["images"]}


def test_train_writes_what_reports_and_comparisons_are_made_of(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    artifacts = tmp_path / "artifacts"
    metrics = _run(exp_config({"EVAL_CONF": 0.05}), demo_data, artifacts / "outputs", console[0])

    compared = compare_runs(artifacts, artifacts, resamples=10, seed=0)["metrics"]
    # What has no value, such as a ratio without a negative image, is -1 in the metrics.
    measured = {name: metrics[name] if metrics[name] >= 0 else None for name in compared}
    assert {name: metric["value"] for name, metric in compared.items()} == measured
    truth = json.loads((artifacts / "outputs" / "ground_truth.json").read_text())
    images = json.loads((artifacts / "outputs" / "predictions_images.json").read_text())
    assert truth["info"]["eval_conf"] == 0.05
    assert (truth["images"], truth["categories"]) == (images["images"], images["categories"])
    assert all(entry["area"] == entry["bbox"][2] * entry["bbox"][3] for entry in truth["annotations"])
    evaluation = json.loads((artifacts / "outputs" / "evaluation.json").read_text())
    assert (evaluation["classes"], evaluation["evalConf"], evaluation["iou"]) == (["pothole"], 0.05, 0.5)
    assert evaluation["testImages"] == metrics["test_images"]
    assert [len(curve["precision"]) for curve in evaluation["precisionRecall"]] == [101]
    assert sum(evaluation["confusion"][0]) == len(truth["annotations"])
    pictures = [entry["picture"] for entry in evaluation["worstImages"]]
    assert pictures == [f"worst_{number}.png" for number in range(1, len(pictures) + 1)] and pictures
    assert sorted(path.name for path in (artifacts / "outputs" / "worst").iterdir()) == pictures


def test_train_logs_exactly_the_metric_names_of_the_list(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    metrics = _run(exp_config({"RUN_PARAMS.STEPS": 1, "RUN_PARAMS.WARMUP_STEPS": 0}), demo_data, tmp_path, console[0])

    absent = {"train_skipped_steps", "validation_images", "validation_<metric>"}  # amp and DATA.VALIDATION alone
    names = {name for name in METRIC_NAMES if name not in absent and not name.endswith("_max")}
    assert set(metrics) == {class_ap50("pothole") if name == CLASS_AP50 else name for name in names} - {
        "proposal_recall_<class>"
    } | {"proposal_recall_pothole"}


def test_train_exports_a_model_that_predicts_the_same_for_a_raw_image(complete: _Complete) -> None:
    final = complete.output / "final_model"
    exported = torch.jit.load(str(final / "model.torchscript.pt"))
    model = build_model(parse_settings(complete.text, "x").model, 1).eval()
    model.load_state_dict(torch.load(final / "model.pth"))
    image = torch.rand(3, 96, 128)
    with torch.no_grad():
        (expected,) = model([image])
        (found,) = exported([image])
    assert_same_detections(found, expected)


@pytest.fixture
def on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides a GPU: there RoIAlign adds gradients in any order, so that two runs differ in their last bits."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)


@pytest.mark.usefixtures("on_the_cpu")
@pytest.mark.parametrize("kept_step", [2, 4])
def test_train_resumed_logs_the_lines_and_saves_the_weights_of_an_uninterrupted_run(
    kept_step: int,
    exp_config: ExpConfig,
    demo_data: Path,
    tmp_path: Path,
    console: tuple[Console, io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A line every 3 steps, so that one line averages steps before and after the checkpoint.
    monkeypatch.setattr("detection.train.train_stage.log_interval", lambda steps: 3)
    text = exp_config({"RUN_PARAMS.STEPS": kept_step + 2, "RUN_PARAMS.CHECKPOINT_EVERY": 2, "RUN_PARAMS.EVAL_EVERY": 2})
    kept = tmp_path / "kept"
    whole = _run(text, demo_data, tmp_path / "whole", console[0], kept)
    (last,) = kept.glob(f"*-{kept_step + 2:08d}.ckpt")
    last.unlink()

    resumed = _run(text, demo_data, tmp_path / "resumed", console[0], kept)

    assert f"resuming from the checkpoint after step {kept_step}\n" in console[1].getvalue()
    assert _without_times(_lines(tmp_path / "resumed")) == _without_times(_lines(tmp_path / "whole"))
    assert _without_times([resumed]) == _without_times([whole])
    expected, found = (torch.load(tmp_path / name / "final_model" / "model.pth") for name in ("whole", "resumed"))
    assert {name for name in expected if not torch.equal(expected[name], found[name])} == set()


@pytest.mark.usefixtures("on_the_cpu")
def test_train_with_a_validation_split_resumes_bit_for_bit_and_ends_early(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    changes = {"RUN_PARAMS.STEPS": 8, "RUN_PARAMS.CHECKPOINT_EVERY": 3, "RUN_PARAMS.EVAL_EVERY": 1}
    changes |= {"RUN_PARAMS.EMA": 0.9, "RUN_PARAMS.PATIENCE": 4, "RUN_PARAMS.ACCUMULATE": 2, "DATA.VALIDATION": 0.25}
    text, kept = exp_config(changes), tmp_path / "kept"
    whole = _run(text, demo_data, tmp_path / "whole", console[0], kept)
    said = console[1].getvalue()
    newest = sorted(kept.glob("*.ckpt"))[-1]
    newest.unlink()

    resumed = _run(text, demo_data, tmp_path / "resumed", console[0], kept)

    scores = [line["validation_mAP"] for line in _lines(tmp_path / "whole") if "validation_mAP" in line]
    best, done = scores.index(max(scores)) + 1, len(scores)
    assert done == best + 4 < 8
    assert "training ends: 4 evaluations gave no better eval_mAP (RUN_PARAMS.PATIENCE)\n" in said
    assert f"the weights after step {best} are the best on the validation split\n" in said
    assert newest.name.endswith(f"-{done:08d}.ckpt")
    assert f"resuming from the checkpoint after step {(done - 1) // 3 * 3}\n" in console[1].getvalue()
    assert _without_times(_lines(tmp_path / "resumed")) == _without_times(_lines(tmp_path / "whole"))
    assert _without_times([resumed]) == _without_times([whole])
    for file in ("model.pth", "model_last.pth"):
        expected, found = (torch.load(tmp_path / run / "final_model" / file) for run in ("whole", "resumed"))
        assert {name for name in expected if not torch.equal(expected[name], found[name])} == set()
    tested = [line for line in _lines(tmp_path / "whole") if "eval_mAP" in line]
    assert [line["step"] for line in tested] == [done]  # the test split is measured once
    assert whole["train_images"] + whole["validation_images"] == 10

    again = _run(text, demo_data, tmp_path / "again", console[0], kept)

    assert f"training ended early after step {done} already; its best weights are used\n" in console[1].getvalue()
    assert _without_times([again]) == _without_times([whole])


def test_train_warns_that_it_uses_one_of_several_gpus(exp_config: ExpConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)

    assert check_training(parse_settings(exp_config(), "x")) == ["warning: this run uses one of the 4 GPUs"]


def test_train_chooses_the_best_weights_by_the_validation_file(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo_data, data)
    (train_csv,) = (data / "pothole" / "datasets").glob("train_*.csv")
    header, *rows = train_csv.read_text().splitlines()
    names = sorted({row.split(",")[0] for row in rows})[:3]
    held = [row for row in rows if row.split(",")[0] in names]
    (train_csv.parent / "check.csv").write_text("\n".join([header, *held]) + "\n")
    train_csv.write_text("\n".join([header, *(row for row in rows if row not in held)]) + "\n")
    text = exp_config({"DATA.VALIDATION_CSV": "check.csv", "RUN_PARAMS.STEPS": 4, "RUN_PARAMS.EVAL_EVERY": 2})

    metrics = _run(text, data, tmp_path / "out", console[0])

    assert metrics["validation_images"] == 3 and metrics["train_images"] == 7
    scores = [line["step"] for line in _lines(tmp_path / "out") if "validation_mAP" in line]
    assert scores == [2, 4]
    assert re.search("check.csv: 3 images, .*; the best weights are chosen by them\n", console[1].getvalue())


def test_train_applies_mosaic_class_weights_and_the_proposals_of_the_dataset(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    changes = {"MODEL_PARAMS.MOSAIC": 1, "MODEL_PARAMS.CLASS_WEIGHTS": "balanced", "RUN_PARAMS.STEPS": 2}
    text = exp_config({**changes, "MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS": None})

    metrics = _run(text, demo_data, tmp_path / "out", console[0])

    said = console[1].getvalue()
    assert "class weights by the square root of the objects: pothole 1\n" in said
    assert "at most 300 proposals" in said
    architecture = json.loads((tmp_path / "out" / "final_model" / "architecture.json").read_text())
    assert architecture["proposals"] == 300 and metrics["eval_mAP"] >= 0


def test_train_warns_that_it_makes_no_sweep(exp_config: ExpConfig) -> None:
    (line,) = check_training(parse_settings(exp_config({"HYPERTUNE": True}), "x"))

    assert line == "warning: HYPERTUNE is true, but this command trains once with the values given; a sweep is a job"


def test_train_evaluates_again_when_all_steps_are_done(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    text, kept = exp_config(), tmp_path / "kept"
    first = _run(text, demo_data, tmp_path / "first", console[0], kept)

    again = _run(text, demo_data, tmp_path / "again", console[0], kept)

    assert "all 6 steps are done already; the model of their checkpoint is used\n" in console[1].getvalue()
    assert again == first
    assert _without_times(_lines(tmp_path / "again")) == _without_times(_lines(tmp_path / "first"))


def test_train_leaves_out_the_evaluations_of_other_test_images_when_it_resumes(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    text, kept, data = exp_config({"RUN_PARAMS.EVAL_EVERY": 2}), tmp_path / "kept", tmp_path / "data"
    shutil.copytree(demo_data, data)
    _run(text, data, tmp_path / "first", console[0], kept)
    test = next((data / "pothole/datasets").glob("test_*.csv"))
    header, *rows = test.read_text(encoding="utf-8").splitlines()
    removed = rows[0].split(",")[0]
    test.write_text("\n".join([header, *(row for row in rows if row.split(",")[0] != removed)]), encoding="utf-8")

    _run(text, data, tmp_path / "again", console[0], kept)

    assert "all 6 steps are done already" in console[1].getvalue()
    first, again = _lines(tmp_path / "first"), _lines(tmp_path / "again")
    assert {line["step"] for line in first if "eval_mAP" in line} == {2, 4, 6}
    assert {line["step"] for line in again if "eval_mAP" in line} == {6}
    assert [line["train_loss"] for line in again if "train_loss" in line] == [
        line["train_loss"] for line in first if "train_loss" in line
    ]
    images = [{line["test_images"] for line in lines if "test_images" in line} for lines in (first, again)]
    assert [len(counts) for counts in images] == [1, 1] and images[1].pop() == images[0].pop() - 1


_SHORT = {"RUN_PARAMS.STEPS": 1, "RUN_PARAMS.WARMUP_STEPS": 0}


def test_train_starts_at_step_0_when_a_setting_that_decides_the_weights_differs(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    _run(exp_config(_SHORT), demo_data, tmp_path, console[0])

    _run(exp_config({**_SHORT, "RUN_PARAMS.SEED": 7}), demo_data, tmp_path, console[0])

    assert (
        "belong to other settings, another dataset or an earlier version; training starts at step 0\n"
        in console[1].getvalue()
    )
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_train_keeps_its_checkpoint_when_settings_that_do_not_decide_the_weights_differ(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    changes = {
        "DESCRIPTION": "other words",
        "NODES": 2,
        "EVAL_CONF": 0.25,
        "RUN_PARAMS.EVAL_EVERY": 1,
        "RUN_PARAMS.CHECKPOINT_EVERY": 1,
        "TRAIN_CSV": "train_pothole_240102030405.csv",
    }
    _run(exp_config(_SHORT), demo_data, tmp_path, console[0])

    _run(exp_config({**_SHORT, **changes}), demo_data, tmp_path, console[0])

    assert "all 1 steps are done already" in console[1].getvalue()


def test_train_names_every_fault_of_the_dataset_before_anything_else(
    exp_config: ExpConfig, demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    text = exp_config({"TEST_CSV": "none.csv"})

    with pytest.raises(FaultsError) as caught:
        _run(text, demo_data, tmp_path / "out", console[0])

    assert str(caught.value) == (
        "the dataset has 1 fault:\n  pothole/datasets/none.csv does not exist; "
        "TEST_CSV must name a file in pothole/datasets or be latest."
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("csv", ["train", "test"])
def test_train_names_every_damaged_image_before_the_first_step_when_no_image_fits_into_memory(
    csv: str,
    exp_config: ExpConfig,
    demo_data: Path,
    tmp_path: Path,
    console: tuple[Console, io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detection.run.ImageStore", partial(ImageStore, capacity=0))
    data = Path(shutil.copytree(demo_data, tmp_path / "data"))
    (table,) = (data / "pothole" / "datasets").glob(f"{csv}_*.csv")
    names = sorted({line.split(",")[0] for line in table.read_text().splitlines()[1:]})[:2]
    for name in names:
        image = data / "pothole" / "images" / name
        image.write_bytes(image.read_bytes()[: image.stat().st_size // 2])  # the header is whole

    with pytest.raises(FaultsError) as caught:
        _run(exp_config(), data, tmp_path / "out", console[0])

    for name in names:
        assert re.search(rf"{table.name}\(\d+\): image '{name}' cannot be read as a picture", str(caught.value))
    assert "step 1/" not in console[1].getvalue()
    assert not (tmp_path / "out").exists()


def test_train_fails_when_the_folder_of_the_image_type_is_missing(
    exp_config: ExpConfig, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    with pytest.raises(
        TrainingError, match=r"pothole does not exist; IMAGE_TYPE must name a folder of the data folder"
    ):
        _run(exp_config(), tmp_path, tmp_path / "out", console[0])


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB\nmore",
        "[enforce fail at alloc.cpp] DefaultCPUAllocator: can't allocate memory",
    ],
)
def test_train_names_the_settings_to_lower_when_the_memory_is_full(
    text: str,
    exp_config: ExpConfig,
    demo_data: Path,
    tmp_path: Path,
    console: tuple[Console, io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(trainer: Trainer, batch: Any) -> dict[str, float]:
        raise RuntimeError(text)

    monkeypatch.setattr(Trainer, "step", fail)

    with pytest.raises(TrainingError) as caught:
        _run(exp_config(), demo_data, tmp_path, console[0])

    assert str(caught.value) == (
        f"out of memory: {text.splitlines()[0]}; "
        "lower RUN_PARAMS.BATCH_SIZE, MODEL_PARAMS.IMAGE_SIZE or FIRST_STAGE.MAX_PROPOSALS."
    )
