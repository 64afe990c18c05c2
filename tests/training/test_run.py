from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from detection.data.batches import Batch, training_batches
from detection.train.checkpoints import CheckpointFolder
from detection.data.datasets import Dataset, read_dataset
from detection.errors import FaultsError, TrainingError
from detection.data.images import ImageStore
from detection.models.building import build_model
from detection.tracking.progress import Console
from detection.run import train
from detection.config.settings import Settings
from detection.config.settings_reader import parse_settings
from detection.train.trainer import NonFiniteLossError, StepResult, Trainer

_CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes longer than these small runs, and has tests of its own."""
    monkeypatch.setattr("detection.evaluate.evaluation.write_plots", lambda folder, **options: [])


def _dataset(data: Path) -> Dataset:
    dataset = read_dataset(data, "pothole", "latest", "latest", drop_bad_rows=False).dataset
    assert dataset is not None
    return dataset


def _trainer(settings: Settings) -> Trainer:
    torch.manual_seed(settings.run.seed)
    model = build_model(settings.model, 1, pretrained=False)
    return Trainer(model, settings.run, settings.model.first_stage, _CPU)


def _batches(data: Path, settings: Settings, first: int, last: int) -> Iterator[Batch]:
    return training_batches(
        _dataset(data).train,
        ImageStore(settings.model.image_size),
        batch_size=settings.run.batch_size,
        augmentation="flip",
        seed=settings.run.seed,
        first_step=first,
        last_step=last,
        threads=1,
    )


def test_train_resumed_from_a_checkpoint_gives_the_weights_of_an_uninterrupted_run(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path
) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.STEPS": 6}), "x")
    whole = _trainer(settings)
    whole.train(_batches(demo_data, settings, 0, 6), lambda result: None)
    folder = CheckpointFolder(tmp_path, "ab" * 32, print)
    first = _trainer(settings)
    first.train(_batches(demo_data, settings, 0, 3), lambda result: None)
    folder.write(first.checkpoint())

    torch.manual_seed(999)
    second = _trainer(settings)
    second.restore(folder.newest())
    second.train(_batches(demo_data, settings, 3, 6), lambda result: None)

    assert second.done == 6
    for name, value in whole.model.state_dict().items():
        assert torch.allclose(value, second.model.state_dict()[name], rtol=0, atol=1e-6), name
    assert not torch.allclose(
        whole.model.state_dict()["rpn.head.cls_logits.weight"], first.model.state_dict()["rpn.head.cls_logits.weight"]
    )


def test_train_says_the_losses_of_each_step_and_their_sum(exp_config: Callable[..., str], demo_data: Path) -> None:
    settings = parse_settings(exp_config(), "x")
    results: list[StepResult] = []

    _trainer(settings).train(_batches(demo_data, settings, 0, 2), results.append)

    assert [result.done for result in results] == [1, 2]
    for result in results:
        parts = ("classifier", "box_reg", "objectness", "rpn_box_reg")
        assert result.metrics["train_loss"] == pytest.approx(
            sum(result.metrics[f"train_loss_{part}"] for part in parts)
        )
    assert [result.metrics["learning_rate"] for result in results] == pytest.approx([0.005, 0.01])


def test_train_ends_at_a_loss_that_is_not_finite_naming_the_images(
    exp_config: Callable[..., str], demo_data: Path
) -> None:
    settings = parse_settings(exp_config(), "x")
    trainer = _trainer(settings)
    (batch,) = _batches(demo_data, settings, 0, 1)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    batch.images[0][0, 0, 0] = float("nan")

    with pytest.raises(NonFiniteLossError) as caught:
        trainer.train(iter([batch]), lambda result: None)

    names = ", ".join(f"'{record.file_name}'" for record in batch.records)
    assert str(caught.value).startswith("step 1: the loss is not finite (train_loss nan, ")
    assert f" on the images {names}; lower RUN_PARAMS.LEARNING_RATE" in str(caught.value)
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


def test_train_learns_to_fit_a_few_images(exp_config: Callable[..., str], demo_data: Path) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.STEPS": 30, "RUN_PARAMS.LEARNING_RATE": 0.03}), "x")
    losses: list[float] = []
    (batch,) = _batches(demo_data, settings, 0, 1)

    _trainer(settings).train(iter([batch] * 30), lambda result: losses.append(result.metrics["train_loss"]))

    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def _run(text: str, data: Path, output: Path, console: Console, checkpoints: Path | None = None) -> Any:
    settings = parse_settings(text, "x.json")
    return train(
        settings,
        data=data,
        output=output,
        checkpoints=checkpoints or output / "checkpoints",
        environment={},
        console=console,
    )


def _lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def test_run_leaves_everything_it_promises(exp_config, demo_data: Path, tmp_path: Path, console) -> None:
    text = exp_config({"RUN_PARAMS.EVAL_EVERY": 4, "RUN_PARAMS.CHECKPOINT_EVERY": 3})

    metrics = _run(text, demo_data, tmp_path / "out", console[0])

    said = console[1].getvalue().splitlines()
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
    assert sorted(path.name for path in (tmp_path / "out" / "checkpoints").iterdir())[-1].endswith("-00000006.ckpt")
    final = tmp_path / "out" / "final_model"
    assert sorted(path.name for path in final.iterdir()) == [
        "exp_config.json",
        "label_map.json",
        "metrics.json",
        "model.pth",
        "model.torchscript.pt",
    ]
    assert json.loads((final / "label_map.json").read_text()) == [{"id": 1, "name": "pothole"}]
    assert json.loads((final / "metrics.json").read_text()) == dict(metrics)
    assert parse_settings((final / "exp_config.json").read_text(), "x") == parse_settings(text, "x")

    lines = _lines(tmp_path / "out")
    assert [line["step"] for line in lines] == [0, 1, 2, 3, 4, 4, 5, 6, 6]
    assert (metrics["train_images"], metrics["test_images"]) == (lines[0]["train_images"], lines[0]["test_images"])
    named = {"train_loss", "learning_rate", "images_per_second", "eval_mAP", "eval_AP50_pothole", "binary_f1"}
    assert named <= set(metrics)

    images = json.loads((tmp_path / "out" / "predictions_images.json").read_text())
    results = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert images["categories"] == [{"id": 1, "name": "pothole"}]
    assert {result["image_id"] for result in results} <= {image["id"] for image in images["images"]}


def test_run_exports_a_model_that_finds_the_same_in_a_raw_image(
    exp_config, demo_data: Path, tmp_path: Path, console
) -> None:
    _run(exp_config({"RUN_PARAMS.STEPS": 1, "RUN_PARAMS.WARMUP_STEPS": 0}), demo_data, tmp_path, console[0])

    exported = torch.jit.load(str(tmp_path / "final_model" / "model.torchscript.pt"))
    settings = parse_settings(exp_config(), "x")
    model = build_model(settings.model, 1, pretrained=False).eval()
    model.load_state_dict(torch.load(tmp_path / "final_model" / "model.pth"))
    image = torch.rand(3, 96, 128)
    with torch.no_grad():
        (expected,) = model([image])
        (found,) = exported([image])
    assert torch.allclose(found["boxes"], expected["boxes"], atol=1e-3)
    assert torch.allclose(found["scores"], expected["scores"], atol=1e-5)


def test_run_goes_on_from_its_checkpoint_and_only_evaluates_when_finished(
    exp_config, demo_data: Path, tmp_path: Path, console
) -> None:
    text, kept = exp_config({"RUN_PARAMS.CHECKPOINT_EVERY": 2}), tmp_path / "kept"
    whole = _run(text, demo_data, tmp_path / "whole", Console(console[1]), kept)
    for path in kept.glob("*-00000006.ckpt"):
        path.unlink()

    resumed = _run(text, demo_data, tmp_path / "resumed", console[0], kept)
    again = _run(text, demo_data, tmp_path / "again", console[0], kept)

    said = console[1].getvalue()
    assert "going on from the checkpoint after step 4\n" in said
    assert "all 6 steps were done before; their checkpoint is used\n" in said
    assert [line["step"] for line in _lines(tmp_path / "resumed")] == [0, 1, 2, 3, 4, 5, 6, 6]
    for metrics in (resumed, again):
        assert {k: v for k, v in metrics.items() if k != "images_per_second"} == pytest.approx(
            {k: v for k, v in whole.items() if k != "images_per_second"}, abs=1e-5
        )


def test_run_starts_anew_when_the_settings_differ(exp_config, demo_data: Path, tmp_path: Path, console) -> None:
    few = {"RUN_PARAMS.STEPS": 1, "RUN_PARAMS.WARMUP_STEPS": 0}
    _run(exp_config(few), demo_data, tmp_path, console[0])

    _run(exp_config({**few, "RUN_PARAMS.SEED": 7}), demo_data, tmp_path, console[0])

    assert "are of other settings or another dataset; training starts at step 0\n" in console[1].getvalue()
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_run_names_every_fault_of_the_dataset_before_anything_else(
    exp_config, demo_data: Path, tmp_path: Path, console
) -> None:
    text = exp_config({"TEST_CSV": "none.csv"})

    with pytest.raises(FaultsError) as caught:
        _run(text, demo_data, tmp_path / "out", console[0])

    assert str(caught.value) == (
        "the dataset has 1 fault:\n  pothole/datasets/none.csv is not there; "
        "TEST_CSV must name a file in pothole/datasets or be latest."
    )
    assert not (tmp_path / "out").exists()


def test_run_says_when_the_image_type_is_not_there(exp_config, tmp_path: Path, console) -> None:
    with pytest.raises(TrainingError, match=r"pothole is not there; IMAGE_TYPE must name a folder of the data folder"):
        _run(exp_config(), tmp_path, tmp_path / "out", console[0])


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB\nmore",
        "[enforce fail at alloc.cpp] DefaultCPUAllocator: can't allocate memory",
    ],
)
def test_run_says_what_to_lower_when_memory_runs_out(
    text: str, exp_config, demo_data: Path, tmp_path: Path, console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(trainer: Trainer, batches: Iterator[Batch], on_step: Callable[[StepResult], None]) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(Trainer, "train", fail)

    with pytest.raises(TrainingError) as caught:
        _run(exp_config(), demo_data, tmp_path, console[0])

    assert str(caught.value) == (
        f"memory ran out: {text.splitlines()[0]}; "
        "lower RUN_PARAMS.BATCH_SIZE, MODEL_PARAMS.IMAGE_SIZE or FIRST_STAGE.MAX_PROPOSALS."
    )
