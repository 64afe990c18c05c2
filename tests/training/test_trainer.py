from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from detection.config.settings import FirstStage, ModelParams, RunParams, Settings
from detection.config.settings_reader import parse_settings
from detection.data.batches import Batch, training_batches
from detection.data.datasets import ImageRecord, read_dataset
from detection.data.images import ImageStore
from detection.models.building import build_model
from detection.train import trainer as module
from detection.train.average import WeightAverage
from detection.train.checkpoints import Checkpoint, CheckpointFolder
from detection.train.schedule import learning_rate
from detection.train.trainer import NonFiniteLossError, Trainer


def _trainer(settings: Settings) -> Trainer:
    torch.manual_seed(settings.run.seed)
    model = build_model(settings.model, 1)
    return Trainer(model, settings.run, settings.model, torch.device("cpu"))


def _batches(data: Path, settings: Settings, first: int, last: int) -> Iterator[Batch]:
    dataset = read_dataset(data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
    assert dataset is not None
    return training_batches(
        dataset.train,
        ImageStore(settings.model.image_size),
        batch_size=settings.run.batch_size,
        augmentation="flip",
        seed=settings.run.seed,
        first_step=first,
        last_step=last,
        threads=1,
    )


def test_trainer_restored_from_a_checkpoint_computes_the_same_bits(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path
) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.STEPS": 6}), "x")
    whole = _trainer(settings)
    for batch in _batches(demo_data, settings, 0, 6):
        whole.step(batch)
    folder = CheckpointFolder(tmp_path, "ab" * 32, print)
    first = _trainer(settings)
    for batch in _batches(demo_data, settings, 0, 3):
        first.step(batch)
    folder.write(Checkpoint(3, {"trainer": first.state_dict()}))

    torch.manual_seed(999)
    second = _trainer(settings)
    checkpoint = folder.newest()
    assert checkpoint is not None
    checkpoint.restore({"trainer": second})
    for batch in _batches(demo_data, settings, 3, 6):
        second.step(batch)

    assert second.done == 6
    expected, found = whole.model.state_dict(), second.model.state_dict()
    assert {name for name in expected if not torch.equal(expected[name], found[name])} == set()
    name = "rpn.head.cls_logits.weight"
    assert not torch.equal(expected[name], first.model.state_dict()[name])


def test_step_returns_the_losses_their_sum_and_the_learning_rate(
    exp_config: Callable[..., str], demo_data: Path
) -> None:
    settings = parse_settings(exp_config(), "x")
    trainer = _trainer(settings)

    results = [trainer.step(batch) for batch in _batches(demo_data, settings, 0, 2)]

    assert trainer.done == 2
    for result in results:
        parts = ("classifier", "box_reg", "objectness", "rpn_box_reg")
        assert result["train_loss"] == pytest.approx(sum(result[f"train_loss_{part}"] for part in parts))
    assert [result["learning_rate"] for result in results] == pytest.approx([0.005, 0.01])


def test_step_names_the_images_when_the_loss_is_not_finite(exp_config: Callable[..., str], demo_data: Path) -> None:
    settings = parse_settings(exp_config(), "x")
    trainer = _trainer(settings)
    (batch,) = _batches(demo_data, settings, 0, 1)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    batch.images[0][0, 0, 0] = float("nan")

    with pytest.raises(NonFiniteLossError) as caught:
        trainer.step(batch)

    names = ", ".join(f"'{record.file_name}'" for record in batch.records)
    assert str(caught.value).startswith("step 1: the loss is not finite (train_loss nan, ")
    assert f" on the images {names}; lower RUN_PARAMS.LEARNING_RATE" in str(caught.value)
    assert trainer.done == 0
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


def test_step_lowers_the_loss_of_a_few_images(exp_config: Callable[..., str], demo_data: Path) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.STEPS": 30, "RUN_PARAMS.LEARNING_RATE": 0.03}), "x")
    trainer = _trainer(settings)
    (batch,) = _batches(demo_data, settings, 0, 1)

    losses = [trainer.step(batch)["train_loss"] for _ in range(30)]

    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def test_trainer_with_an_average_restored_from_a_checkpoint_computes_the_same_bits(
    exp_config: Callable[..., str], demo_data: Path
) -> None:
    changes = {"RUN_PARAMS.EMA": 0.9, "RUN_PARAMS.OPTIMIZER": "adamw", "RUN_PARAMS.LEARNING_RATE": 0.001}
    settings = parse_settings(exp_config(changes), "x")
    second, whole = _trainer(settings), _trainer(settings)
    for batch in _batches(demo_data, settings, 0, 4):
        whole.step(batch)
    first = _trainer(settings)
    for batch in _batches(demo_data, settings, 0, 2):
        first.step(batch)
    state = copy.deepcopy(first.state_dict())
    second.load_state_dict(state)
    for batch in _batches(demo_data, settings, 2, 4):
        second.step(batch)

    expected, found = whole.best_model.state_dict(), second.best_model.state_dict()
    assert whole.best_model is not whole.model
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    name = "rpn.head.cls_logits.weight"
    assert not torch.equal(expected[name], whole.model.state_dict()[name])


def test_average_is_the_moving_average_of_the_weights() -> None:
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(0.0)
    average = WeightAverage(model, 0.5)

    for done, value in ((100, 8.0), (101, 16.0)):
        model.weight.data.fill_(value)
        average.update(done)

    assert average.model.weight.item() == 0.5 * (0.5 * 0 + 0.5 * 8) + 0.5 * 16
    average.update(0)  # the first steps forget the start
    assert average.model.weight.item() == pytest.approx(0.1 * 10 + 0.9 * 16)


def test_step_over_two_batches_has_the_gradient_of_their_mean() -> None:
    torch.manual_seed(0)
    model = _Linear()
    trainer = Trainer(model, replace(_RUN, accumulate=2), _PARAMS, torch.device("cpu"))

    values = trainer.step(_batch(1.0), _batch(3.0))

    assert values["train_loss"] == 2.0
    assert model.weight.grad is not None and model.weight.grad.item() == 2.0
    assert trainer.done == 1


def test_step_skips_a_loss_that_is_not_finite_with_mixed_precision_and_fails_after_ten_in_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_scaler", lambda enabled: torch.cuda.amp.GradScaler(enabled=False))
    monkeypatch.setattr(Trainer, "_precision", lambda self: contextlib.nullcontext())
    model = _Linear()
    trainer = Trainer(model, _RUN, _PARAMS, torch.device("cpu"))
    before = model.weight.item()

    for _ in range(9):
        assert trainer.step(_batch(float("nan"))) == {"learning_rate": 0.1, "train_skipped_steps": 1.0}
    assert (trainer.done, model.weight.item()) == (9, before)
    trainer.step(_batch(1.0))
    assert model.weight.item() != before
    restored = Trainer(_Linear(), _RUN, _PARAMS, torch.device("cpu"))
    for _ in range(9):
        trainer.step(_batch(float("inf")))
    restored.load_state_dict(trainer.state_dict())
    with pytest.raises(
        NonFiniteLossError, match=r"step 20: .* on the images 'x\.png', for the 10th step in a row; lower"
    ):
        restored.step(_batch(float("nan")))


class _Root(nn.Module):
    """A detector whose loss is the root of its weight's distance from 1: finite there, with an infinite gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1))

    def forward(self, images: list[torch.Tensor], targets: Any) -> dict[str, torch.Tensor]:
        return {"loss_classifier": (self.weight - 1).sqrt().sum() + images[0].sum()}


def test_step_leaves_the_weights_and_names_the_images_when_the_gradient_is_not_finite() -> None:
    model = _Root()
    trainer = Trainer(model, _RUN, _PARAMS, torch.device("cpu"))

    with pytest.raises(
        NonFiniteLossError, match=r"step 1: the gradient is not finite .* on the images 'x\.png'; lower"
    ):
        trainer.step(_batch(1.0))

    assert model.weight.item() == 1 and trainer.done == 0


def test_step_counts_gradients_that_are_not_finite_with_mixed_precision_and_fails_after_ten_in_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Scaler:
        def unscale_(self, optimizer: Any) -> None:
            pass

        def scale(self, loss: torch.Tensor) -> torch.Tensor:
            return loss

        step = update = lambda self, *optimizer: None

    monkeypatch.setattr(module, "_scaler", lambda enabled: Scaler())
    monkeypatch.setattr(Trainer, "_precision", lambda self: contextlib.nullcontext())
    model = _Root()
    trainer = Trainer(model, replace(_RUN, ema=0.9), _PARAMS, torch.device("cpu"))

    for done in range(9):
        assert trainer.step(_batch(1.0)) == {"learning_rate": 0.1, "train_skipped_steps": 1.0}
    with pytest.raises(NonFiniteLossError, match="the gradient is not finite .* for the 10th step in a row"):
        trainer.step(_batch(1.0))

    assert trainer.done == 9 and model.weight.item() == 1
    assert trainer.average is not None and trainer.average.model.weight.item() == 1


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [("constant", [0.5, 1, 1, 1]), ("step", [0.5, 1, 0.1, 0.01]), ("cosine", [0.5, 1, 0.23, 0.04])],
)
def test_learning_rate_follows_the_schedule(schedule: str, rates: list[float]) -> None:
    found = [learning_rate(step, steps=90, warmup_steps=10, peak=1.0, schedule=schedule) for step in (4, 10, 65, 80)]

    assert found == pytest.approx(rates, abs=0.02)


class _Linear(nn.Module):
    """A detector whose loss is its weight times the value of the first pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1))

    def forward(self, images: list[torch.Tensor], targets: Any) -> dict[str, torch.Tensor]:
        return {"loss_classifier": (self.weight * images[0]).sum()}


_RUN = RunParams(100, 1, 0.1, 0, "sgd", "constant", 1, 0.0, "eval_mAP", 0, 0, 0, 1, "fp32")
_PARAMS = ModelParams("faster_rcnn_tiny", "none", 64, "flip", FirstStage())


def _batch(value: float) -> Batch:
    record = ImageRecord("x.png", Path("x.png"), 1, 1, (), ())
    return Batch((record,), [torch.full((1, 1), value)], [{}])
