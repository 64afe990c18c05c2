from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from detection.config import schema
from detection.config.settings import FirstStage, ModelParams
from detection.errors import TrainingError
from detection.models.building import build_model, weigh_losses
from detection.models.resizing import LongerSideTransform
from detection.models.weights import find_weights, load_weights

_BASE_MODELS = next(key.node["enum"] for key in schema.leaves() if key.name == "BASE_MODEL")
_FIRST_STAGE = FirstStage(16, 0.7, 0.0, 20, 2.0, 1.0)
_TINY = ModelParams("faster_rcnn_tiny", "none", 64, "flip", _FIRST_STAGE)


def _targets() -> list[dict[str, Tensor]]:
    return [
        {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    ]


@pytest.mark.parametrize("base_model", _BASE_MODELS)
def test_build_model_detects_in_pixels_of_the_image_it_is_given(base_model: str) -> None:
    torch.manual_seed(0)
    params = replace(_TINY, base_model=base_model, image_size=96)

    model = build_model(params, 3, pretrained=False).eval()

    with torch.no_grad():
        (found,) = model([torch.rand(3, 60, 120)])
    assert set(found) == {"boxes", "labels", "scores"}
    assert model.roi_heads.box_predictor.cls_score.out_features == 4  # three classes and the background
    assert (found["boxes"][:, 0::2] <= 120).all() and (found["boxes"][:, 1::2] <= 60).all()


@pytest.mark.parametrize("stride", [8, 16])
def test_build_model_trains_on_images_with_and_without_objects(stride: int) -> None:
    torch.manual_seed(0)
    params = replace(_TINY, first_stage=replace(_FIRST_STAGE, stride=stride))
    model = build_model(params, 2, pretrained=False).train()

    losses = model([torch.rand(3, 48, 64), torch.rand(3, 64, 64)], _targets())
    sum(losses.values()).backward()

    assert set(losses) == {"loss_classifier", "loss_box_reg", "loss_objectness", "loss_rpn_box_reg"}
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("base_model", ["faster_rcnn_tiny", "faster_rcnn_resnet101_coco_2018_01_28"])
@pytest.mark.parametrize("stride", [8, 16])
def test_build_model_applies_the_stride_to_the_feature_map(base_model: str, stride: int) -> None:
    params = replace(_TINY, base_model=base_model, first_stage=replace(_FIRST_STAGE, stride=stride))
    model = build_model(params, 1, pretrained=False).eval()

    with torch.no_grad():
        assert model.backbone(torch.rand(1, 3, 64, 96)).shape[-2:] == (64 // stride, 96 // stride)


@pytest.mark.parametrize("base_model", ["faster_rcnn_tiny", "fasterrcnn_mobilenet_v3_large_320_fpn"])
def test_build_model_applies_the_first_stage_in_training_and_in_evaluation(base_model: str) -> None:
    first = replace(_FIRST_STAGE, nms_iou_threshold=0.4, nms_score_threshold=0.3, max_proposals=7)
    rpn = build_model(replace(_TINY, base_model=base_model, first_stage=first), 1, pretrained=False).rpn

    assert (rpn.nms_thresh, rpn.score_thresh) == (0.4, 0.3)
    assert [rpn.train().post_nms_top_n(), rpn.eval().post_nms_top_n()] == [7, 7]


def test_build_model_limits_the_proposals_of_the_second_stage() -> None:
    torch.manual_seed(0)
    model = build_model(replace(_TINY, first_stage=replace(_FIRST_STAGE, max_proposals=5)), 1, pretrained=False).eval()
    seen: list[int] = []
    model.roi_heads.register_forward_pre_hook(lambda module, inputs: seen.extend(len(boxes) for boxes in inputs[1]))

    with torch.no_grad():
        model([torch.rand(3, 64, 64)])

    assert seen == [5]


def test_build_model_drops_proposals_below_the_score_threshold() -> None:
    torch.manual_seed(0)
    strict = replace(_FIRST_STAGE, nms_score_threshold=0.999)
    model = build_model(replace(_TINY, first_stage=strict), 1, pretrained=False).eval()

    with torch.no_grad():
        (found,) = model([torch.rand(3, 64, 64)])

    assert len(found["boxes"]) == 0  # an untrained network is sure of nothing


def test_weigh_losses_multiplies_the_two_losses_of_the_first_stage() -> None:
    ones = {
        name: torch.tensor(1.0) for name in ("loss_classifier", "loss_box_reg", "loss_objectness", "loss_rpn_box_reg")
    }

    weighed = weigh_losses(ones, replace(_FIRST_STAGE, localization_loss_weight=3.0, objectness_loss_weight=0.5))

    assert {name: value.item() for name, value in weighed.items()} == {
        "loss_classifier": 1.0,
        "loss_box_reg": 1.0,
        "loss_objectness": 0.5,
        "loss_rpn_box_reg": 3.0,
    }


@pytest.mark.parametrize(
    ("shape", "resized"), [((3, 30, 60), (3, 32, 64)), ((3, 200, 100), (3, 64, 32)), ((3, 64, 48), (3, 64, 48))]
)
def test_resize_scales_the_longer_side_to_the_image_size(shape: tuple[int, ...], resized: tuple[int, ...]) -> None:
    image, target = LongerSideTransform(64).resize(
        torch.rand(shape), {"boxes": torch.tensor([[0.0, 0.0, shape[2], shape[1]]])}
    )

    assert image.shape == resized
    assert target is not None
    assert target["boxes"].tolist() == [[0.0, 0.0, resized[2], resized[1]]]


def test_find_weights_selects_the_newest_file_and_names_a_missing_one(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "faster_rcnn_tiny"
    assert find_weights(tmp_path, "faster_rcnn_tiny", "auto") is None
    folder.mkdir(parents=True)
    for name in ("a.pth", "b.pth", "notes.txt"):
        (folder / name).write_bytes(b"")

    assert find_weights(tmp_path, "faster_rcnn_tiny", "none") is None
    assert find_weights(tmp_path, "faster_rcnn_tiny", "auto") in (folder / "a.pth", folder / "b.pth")
    assert find_weights(tmp_path, "faster_rcnn_tiny", "a.pth") == folder / "a.pth"
    with pytest.raises(TrainingError) as caught:
        find_weights(tmp_path, "faster_rcnn_tiny", "c.pth")
    assert str(caught.value) == (
        "models/faster_rcnn_tiny/c.pth does not exist; MODEL_PARAMS.WEIGHTS must be auto, none or a file in "
        "models/faster_rcnn_tiny, which holds a.pth, b.pth."
    )


def test_load_weights_skips_heads_of_another_shape_and_names_them(tmp_path: Path) -> None:
    torch.manual_seed(1)
    trained = build_model(_TINY, 5, pretrained=False)
    torch.save(trained.state_dict(), tmp_path / "five.pth")
    model = build_model(_TINY, 1, pretrained=True)
    said: list[str] = []

    load_weights(model, tmp_path / "five.pth", said.append)

    assert torch.equal(model.backbone[0][0].weight, trained.backbone[0][0].weight)
    assert said[1].startswith(
        "skipped tensors of another shape: roi_heads.box_predictor.cls_score.weight (6, 192) for (2, 192)"
    )


def test_load_weights_loads_a_bare_backbone_into_the_backbone(tmp_path: Path) -> None:
    params = replace(_TINY, base_model="faster_rcnn_resnet101_coco_2018_01_28")
    model = build_model(params, 1, pretrained=True)
    said: list[str] = []
    stem, head = torch.full((64, 3, 7, 7), 0.5), torch.full((512,), 0.25)
    torch.save({"conv1.weight": stem, "layer4.0.bn1.weight": head, "fc.bias": torch.zeros(1000)}, tmp_path / "r.pth")

    load_weights(model, tmp_path / "r.pth", said.append)

    assert torch.equal(model.backbone.body.conv1.weight, stem)
    assert torch.equal(model.roi_heads.box_head.layer4[0].bn1.weight, head)
    assert said == [
        f"loaded 2 of {len(model.state_dict())} tensors from r.pth; 1 of the file are not part of this model"
    ]


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"PK\x03\x04 half a zip"])
def test_load_weights_fails_when_the_file_is_not_a_state_dict(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(content)

    with pytest.raises(
        TrainingError, match=r"the weights .*bad\.pth cannot be read: .*; they must be a PyTorch state dict\."
    ):
        load_weights(build_model(_TINY, 1, pretrained=False), tmp_path / "bad.pth", print)
