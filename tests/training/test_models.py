from __future__ import annotations

from dataclasses import replace
import pytest
import torch
from torch import Tensor

from detection.config.settings import FirstStage, ModelParams
from detection.models.base_model import IMAGENET_MEAN, IMAGENET_STD
from detection.models.building import build_model, weigh_losses
from detection.models.resizing import LongerSideTransform

_FIRST_STAGE = FirstStage(16, 0.7, 0.0, 20, 2.0, 1.0)
_TINY = ModelParams("faster_rcnn_tiny", "none", 64, "flip", _FIRST_STAGE)


def _targets() -> list[dict[str, Tensor]]:
    return [
        {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    ]


@pytest.mark.parametrize("stride", [8, 16])
def test_build_model_trains_on_images_with_and_without_objects(stride: int) -> None:
    torch.manual_seed(0)
    params = replace(_TINY, first_stage=replace(_FIRST_STAGE, stride=stride))
    model = build_model(params, 2).train()

    losses = model([torch.rand(3, 48, 64), torch.rand(3, 64, 64)], _targets())
    sum(losses.values()).backward()

    assert set(losses) == {"loss_classifier", "loss_box_reg", "loss_objectness", "loss_rpn_box_reg"}
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("base_model", ["faster_rcnn_tiny", "faster_rcnn_resnet50_coco_2018_01_28"])
@pytest.mark.parametrize("stride", [8, 16])
def test_build_model_applies_the_stride_to_the_feature_map(base_model: str, stride: int) -> None:
    params = replace(_TINY, base_model=base_model, first_stage=replace(_FIRST_STAGE, stride=stride))
    model = build_model(params, 1).eval()

    with torch.no_grad():
        assert model.backbone(torch.rand(1, 3, 64, 96)).shape[-2:] == (64 // stride, 96 // stride)


@pytest.mark.parametrize("base_model", ["faster_rcnn_tiny", "fasterrcnn_mobilenet_v3_large_320_fpn"])
def test_build_model_applies_the_first_stage_in_training_and_in_evaluation(base_model: str) -> None:
    first = replace(_FIRST_STAGE, nms_iou_threshold=0.4, nms_score_threshold=0.3, max_proposals=7)
    rpn = build_model(replace(_TINY, base_model=base_model, first_stage=first), 1).rpn

    assert (rpn.nms_thresh, rpn.score_thresh) == (0.4, 0.3)
    assert [rpn.train().post_nms_top_n(), rpn.eval().post_nms_top_n()] == [7, 7]


def test_build_model_limits_the_proposals_of_the_second_stage() -> None:
    torch.manual_seed(0)
    model = build_model(replace(_TINY, first_stage=replace(_FIRST_STAGE, max_proposals=5)), 1).eval()
    seen: list[int] = []
    model.roi_heads.register_forward_pre_hook(lambda module, inputs: seen.extend(len(boxes) for boxes in inputs[1]))

    with torch.no_grad():
        model([torch.rand(3, 64, 64)])

    assert seen == [5]


def test_build_model_drops_proposals_below_the_score_threshold() -> None:
    torch.manual_seed(0)
    strict = replace(_FIRST_STAGE, nms_score_threshold=0.999)
    model = build_model(replace(_TINY, first_stage=strict), 1).eval()

    with torch.no_grad():
        (found,) = model([torch.rand(3, 64, 64)])

    assert len(found["boxes"]) == 0  # an untrained network is sure of nothing


_WEIGHED = replace(_TINY, first_stage=replace(_FIRST_STAGE, localization_loss_weight=3.0, objectness_loss_weight=0.5))


def test_weigh_losses_multiplies_the_two_losses_of_the_first_stage() -> None:
    ones = {
        name: torch.tensor(1.0) for name in ("loss_classifier", "loss_box_reg", "loss_objectness", "loss_rpn_box_reg")
    }

    weighed = weigh_losses(ones, _WEIGHED)

    assert {name: value.item() for name, value in weighed.items()} == {
        "loss_classifier": 1.0,
        "loss_box_reg": 1.0,
        "loss_objectness": 0.5,
        "loss_rpn_box_reg": 3.0,
    }


def test_weigh_losses_doubles_the_box_loss_of_the_models_of_the_zoo() -> None:
    params = replace(_WEIGHED, base_model="faster_rcnn_resnet50_coco_2018_01_28")

    assert weigh_losses({"loss_box_reg": torch.tensor(1.5)}, params)["loss_box_reg"].item() == 3.0


def test_weigh_losses_names_the_losses_of_one_stage_as_those_of_two() -> None:
    params = replace(_TINY, base_model="retinanet_resnet50_fpn")
    losses = {"classification": torch.tensor(1.0), "bbox_regression": torch.tensor(2.0)}

    weighed = weigh_losses(losses, params)

    assert {name: value.item() for name, value in weighed.items()} == {"loss_classifier": 1.0, "loss_box_reg": 2.0}


@pytest.mark.parametrize(
    ("shape", "resized"), [((3, 30, 60), (3, 32, 64)), ((3, 200, 100), (3, 64, 32)), ((3, 64, 48), (3, 64, 48))]
)
def test_resize_scales_the_longer_side_to_the_image_size(shape: tuple[int, ...], resized: tuple[int, ...]) -> None:
    image, target = LongerSideTransform(64, IMAGENET_MEAN, IMAGENET_STD).resize(
        torch.rand(shape), {"boxes": torch.tensor([[0.0, 0.0, shape[2], shape[1]]])}
    )

    assert image.shape == resized
    assert target is not None
    assert target["boxes"].tolist() == [[0.0, 0.0, resized[2], resized[1]]]
