from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from detection.config.settings import Settings
from detection.config.settings_reader import parse_settings
from detection.data.batches import Batch, training_batches
from detection.data.datasets import read_dataset
from detection.data.images import ImageStore
from detection.models.building import build_model
from detection.train.checkpoints import Checkpoint, CheckpointFolder
from detection.train.trainer import NonFiniteLossError, Trainer


def _trainer(settings: Settings) -> Trainer:
    torch.manual_seed(settings.run.seed)
    model = build_model(settings.model, 1)
    return Trainer(model, settings.run, settings.model, torch.device("cpu"))


def _batches(data: Path, settings: Settings, first: int, last: int) -> Iterator[Batch]:
    dataset = read_dataset(data, "pothole", "latest", "latest", drop_bad_rows=False).dataset
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
