from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from same_detections import assert_same_detections
from torch import Tensor

from detection.config.settings import FirstStage, ModelParams
from detection.data.datasets import ImageRecord
from detection.models.building import build_model
from detection.models.resizing import VIEWS, mirrored, mirrored_boxes
from detection.models.second_stage import SecondStage, balanced_weights

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
        cast(SecondStage, model.roi_heads).weigh(weights)
    target = {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])}
    torch.manual_seed(1)
    losses: dict[str, Tensor] = model([torch.rand(3, 48, 64)], [target])
    return losses


def test_equal_class_weights_give_the_losses_of_torchvision() -> None:
    plain, weighted = _losses(None), _losses([1.0, 1.0, 1.0])

    assert set(plain) == set(weighted)
    assert all(plain[name].item() == pytest.approx(weighted[name].item(), rel=1e-6) for name in plain)


def test_class_weights_raise_the_loss_of_a_class_alone() -> None:
    plain, other, own = _losses([1.0, 1.0, 1.0]), _losses([1.0, 5.0, 1.0]), _losses([1.0, 1.0, 5.0])

    assert other["loss_classifier"].item() == plain["loss_classifier"].item()  # no object has that class
    assert own["loss_classifier"].item() > 1.2 * plain["loss_classifier"].item()
    assert own["loss_box_reg"].item() == plain["loss_box_reg"].item()


def test_a_model_with_class_weights_detects_as_before_and_can_be_scripted() -> None:
    torch.manual_seed(0)
    model = build_model(_TINY, 2).eval()
    weighted = copy.deepcopy(model)
    cast(SecondStage, weighted.roi_heads).weigh([1.0, 2.0, 3.0])
    image = torch.rand(3, 64, 64)

    with torch.no_grad():
        (before,), (after,) = model([image]), weighted([image])
        (scripted,) = torch.jit.script(weighted)([image])[1]

    assert set(weighted.state_dict()) == set(model.state_dict())
    assert all(before[name].equal(after[name]) for name in before)
    assert_same_detections(scripted, after)


def _with_flips(flips: str) -> Any:
    torch.manual_seed(0)
    return build_model(dataclasses.replace(_TINY, test_flips=flips), 2).eval()


def _detected(model: Any, image: Tensor, proposals: Tensor) -> dict[str, Tensor]:
    """Returns what the second stage makes of these proposals in an image of 48 x 64 pixels, which is padded to 64."""
    with torch.no_grad():
        images, _ = model.transform([image])
        features = {"0": model.backbone(images.tensors)}
        (found,), _ = model.roi_heads(features, [proposals] * len(images.image_sizes), images.image_sizes)
    detections: dict[str, Tensor] = found
    return detections


_PROPOSALS = torch.tensor([[4.0, 6.0, 30.0, 40.0], [20.0, 2.0, 60.0, 22.0], [33.0, 20.0, 51.0, 47.0]])


@pytest.mark.parametrize("flips", ["flip", "flip_both"])
def test_a_mirrored_image_with_mirrored_proposals_has_the_mirrored_detections(flips: str) -> None:
    model, image = _with_flips(flips), torch.rand(3, 48, 64)
    for view in VIEWS[flips]:
        expected = _detected(model, image, _PROPOSALS)
        found = _detected(model, mirrored(image, view), mirrored_boxes(_PROPOSALS, (48, 64), view))

        assert len(found["scores"]) > 2
        back = {**found, "boxes": mirrored_boxes(found["boxes"], (48, 64), view)}
        assert_same_detections(back, expected)


def test_the_second_stage_detects_by_the_mean_score_of_the_views() -> None:
    plain, both, image = _with_flips("none"), _with_flips("flip"), torch.rand(3, 48, 64)
    box, view = _PROPOSALS[:1], (True, False)

    own = _detected(plain, image, box)
    other = _detected(plain, mirrored(image, view), mirrored_boxes(box, (48, 64), view))
    mean = _detected(both, image, box)

    for label in (1, 2):
        first, second, found = (each["scores"][each["labels"] == label].item() for each in (own, other, mean))
        assert abs(first - second) > 1e-3 and found == pytest.approx((first + second) / 2, abs=1e-6)


def test_views_do_not_mix_the_images_of_a_batch() -> None:
    model, images = _with_flips("flip_both"), [torch.rand(3, 48, 64) for _ in range(3)]

    with torch.no_grad():
        together = model(images)
        alone = [model([image])[0] for image in images]

    assert len(together) == 3
    for found, expected in zip(together, alone):
        assert_same_detections(found, expected, least=5)


def test_views_leave_the_training_as_it_is() -> None:
    plain, views = _with_flips("none").train(), _with_flips("flip_both").train()
    target = {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])}
    losses = []
    for model in (plain, views):
        torch.manual_seed(1)
        losses.append(model([torch.rand(3, 48, 64)], [target]))

    assert {name: loss.item() for name, loss in losses[0].items()} == {
        name: loss.item() for name, loss in losses[1].items()
    }
    assert set(views.state_dict()) == set(plain.state_dict())
