from __future__ import annotations

import copy
from pathlib import Path
from typing import cast

import pytest
import torch
from same_detections import assert_same_detections
from torch import Tensor
from torchvision.models.detection.roi_heads import RoIHeads

from detection.config.settings import FirstStage, ModelParams
from detection.data.datasets import ImageRecord
from detection.models.building import build_model
from detection.models.second_stage import WeightedHeads, balanced_weights

_TINY = ModelParams("faster_rcnn_tiny", "none", 64, "flip", FirstStage(max_proposals=20))


def _record(name: str, *labels: int) -> ImageRecord:
    return ImageRecord(name, Path(name), 10, 10, ((0.0, 0.0, 5.0, 5.0),) * len(labels), labels)


def test_balanced_weights_fall_with_the_root_of_the_objects_and_average_1_over_them() -> None:
    records = [_record("a", *[1] * 80, 2), _record("b", *[1] * 20, *[2] * 3)]

    weights = balanced_weights(records, 3)

    assert weights[0] == 1 and weights[3] == 1  # the background, and a class without objects
    assert weights[2] / weights[1] == pytest.approx((100 / 4) ** 0.5)
    assert (100 * weights[1] + 4 * weights[2]) / 104 == pytest.approx(1)
    assert balanced_weights(records[::-1], 3) == weights
    assert balanced_weights([], 2) == [1, 1, 1]


def _losses(weights: list[float] | None) -> dict[str, Tensor]:
    torch.manual_seed(0)
    model = build_model(_TINY, 2).train()
    if weights is not None:
        model.roi_heads = WeightedHeads(cast(RoIHeads, model.roi_heads), weights)
    target = {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])}
    torch.manual_seed(1)
    losses: dict[str, Tensor] = model([torch.rand(3, 48, 64)], [target])
    return losses


def test_weighted_heads_of_equal_weights_give_the_losses_of_torchvision() -> None:
    plain, weighted = _losses(None), _losses([1.0, 1.0, 1.0])

    assert set(plain) == set(weighted)
    assert all(plain[name].item() == pytest.approx(weighted[name].item(), rel=1e-6) for name in plain)


def test_weighted_heads_raise_the_loss_of_a_class_alone() -> None:
    plain, other, own = _losses([1.0, 1.0, 1.0]), _losses([1.0, 5.0, 1.0]), _losses([1.0, 1.0, 5.0])

    assert other["loss_classifier"].item() == plain["loss_classifier"].item()  # no object has that class
    assert own["loss_classifier"].item() > 1.2 * plain["loss_classifier"].item()
    assert own["loss_box_reg"].item() == plain["loss_box_reg"].item()


def test_weighted_heads_detect_as_before_and_can_be_scripted() -> None:
    torch.manual_seed(0)
    model = build_model(_TINY, 2).eval()
    weighted = copy.deepcopy(model)
    weighted.roi_heads = WeightedHeads(cast(RoIHeads, weighted.roi_heads), [1.0, 2.0, 3.0]).eval()
    image = torch.rand(3, 64, 64)

    with torch.no_grad():
        (before,), (after,) = model([image]), weighted([image])
        (scripted,) = torch.jit.script(weighted)([image])[1]

    assert set(weighted.state_dict()) == set(model.state_dict())
    assert all(before[name].equal(after[name]) for name in before)
    assert_same_detections(scripted, after)
