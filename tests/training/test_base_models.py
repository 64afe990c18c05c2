from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from detection.config import schema
from detection.config.settings import FirstStage, ModelParams
from detection.errors import TrainingError
from detection.models.architecture import Architecture, read_architecture
from detection.models.base_model import BaseModel
from detection.models.base_models_page import page
from detection.models.building import build_model, weigh_losses
from detection.models.normalization import StandardizedConv2d, with_plain_convolutions
from detection.models.registry import BASE_MODELS, base_model
from detection.models.resnets import SamePool

pytestmark = pytest.mark.slow

_REPOSITORY = Path(__file__).resolve().parents[2]
_NODE: dict[str, Any] = next(dict(key.node) for key in schema.leaves() if key.name == "BASE_MODEL")
_FROZEN = Architecture("frozen")


def _params(name: str, **changes: Any) -> ModelParams:
    return ModelParams(name, "none", 64, "flip", FirstStage(max_proposals=4), **changes)


def _targets() -> list[dict[str, Tensor]]:
    return [
        {"boxes": torch.tensor([[5.0, 5.0, 30.0, 40.0]]), "labels": torch.tensor([2])},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    ]


def test_registry_has_the_base_models_of_the_schema_in_its_order() -> None:
    assert [model.name for model in BASE_MODELS] == _NODE["examples"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("faster_rcnn_resnet50_coco", "faster_rcnn_resnet50_coco_2018_01_28"),
        ("faster_rcnn_resnet50_lowproposals_coco_2018_01_28", "faster_rcnn_resnet50_coco_2018_01_28"),
        ("faster_rcnn_resnet101_coco_11_06_2017", "faster_rcnn_resnet101_coco_2018_01_28"),
        ("faster_rcnn_resnet101_lowproposals_coco_2018_01_28", "faster_rcnn_resnet101_coco_2018_01_28"),
        ("faster_rcnn_inception_v2_coco_2018_01_28", "faster_rcnn_inception_v2_coco_2018_01_28"),
        ("faster_rcnn_resnet50_fpn_coco", "fasterrcnn_resnet50_fpn"),
        ("faster_rcnn_resnet18_fpn", "fasterrcnn_resnet18_fpn"),
        ("fasterrcnn_mobilenet_v3", "fasterrcnn_mobilenet_v3_large_fpn"),
        ("ssd_resnet50_v1_fpn_shared_box_predictor_640x640_coco14_sync_2018_07_03", "retinanet_resnet50_fpn"),
        ("retinanet", "retinanet_resnet50_fpn"),
        ("ssd_mobilenet_v2_coco_2018_03_29", "ssdlite320_mobilenet_v3_large"),
        ("ssdlite_mobilenet_v2_coco_2018_05_09", "ssdlite320_mobilenet_v3_large"),
    ],
)
def test_base_model_knows_the_names_that_the_schema_accepts(name: str, meant: str) -> None:
    assert schema.matches(_NODE["pattern"], name)
    assert base_model(name).name == meant


def test_base_model_names_all_and_the_nearest_when_the_name_is_unknown() -> None:
    assert not schema.matches(_NODE["pattern"], "fasterrcnn_resnet18_fpm")
    with pytest.raises(TrainingError) as caught:
        base_model("fasterrcnn_resnet18_fpm")
    assert str(caught.value).startswith(
        "the base model is 'fasterrcnn_resnet18_fpm'; it must be one of faster_rcnn_tiny, "
    )
    assert str(caught.value).endswith(" Did you mean fasterrcnn_resnet18_fpn?")


@pytest.mark.parametrize("model", BASE_MODELS, ids=[model.name for model in BASE_MODELS])
def test_first_stage_applies_to_the_base_models_that_the_schema_says(model: BaseModel) -> None:
    for key in schema.leaves():
        only = key.node.get("x-only-with")
        if only is not None:
            applies = model.has_stride if key.name == "STRIDE" else model.has_stages
            assert schema.matches(only["pattern"], model.name) == applies, key.path


# Networks that another base model has with fewer layers.
_DEEPER = ("fasterrcnn_resnet50_fpn", "fasterrcnn_resnet101_fpn", "faster_rcnn_resnet101_coco_2018_01_28")


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=model.name, marks=[pytest.mark.night] if model.name in _DEEPER else [])
        for model in BASE_MODELS
    ],
)
def test_each_base_model_trains_and_detects_in_pixels_of_the_image(model: BaseModel) -> None:
    torch.manual_seed(0)
    params = _params(model.name, max_detections=7)

    built = build_model(params, 90, _FROZEN).train()
    assert sum(parameter.numel() for parameter in built.parameters()) == model.parameters
    assert all(parameter.requires_grad for parameter in built.parameters())
    losses = weigh_losses(built([torch.rand(3, 48, 64), torch.rand(3, 64, 64)], _targets()), params)
    sum(losses.values(), torch.zeros(())).backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        (found,) = built.eval()([torch.rand(3, 60, 120)])

    assert {"loss_classifier", "loss_box_reg"} <= set(losses)
    assert len(losses) == (4 if model.has_stages else 2)
    assert any(parameter.grad is not None for parameter in built.backbone.parameters())
    assert set(found) == {"boxes", "labels", "scores"} and len(found["boxes"]) <= 7
    assert (found["boxes"][:, 0::2] <= 120).all() and (found["boxes"][:, 1::2] <= 60).all()


@pytest.mark.parametrize("name", ["fasterrcnn_resnet18_fpn", "ssdlite320_mobilenet_v3_large"])
def test_random_weights_are_normalized_by_groups_over_standardized_convolutions(name: str) -> None:
    backbone = build_model(_params(name), 1).backbone

    assert not any(isinstance(module, nn.BatchNorm2d) for module in backbone.modules())
    assert any(isinstance(module, nn.GroupNorm) for module in backbone.modules())
    assert any(isinstance(module, StandardizedConv2d) for module in backbone.modules())


def test_a_standardized_convolution_ignores_scale_and_offset_of_its_weights() -> None:
    torch.manual_seed(0)
    layer = StandardizedConv2d(4, 6, 3, padding=1, bias=False)
    images = torch.rand(2, 4, 9, 9)
    before = layer(images)

    layer.weight.data = layer.weight.data * 3 + 0.5

    assert torch.allclose(layer(images), before, atol=1e-5)


@pytest.mark.parametrize("name", ["fasterrcnn_resnet18_fpn", "ssdlite320_mobilenet_v3_large"])
def test_a_model_with_plain_convolutions_detects_the_same_and_shares_the_other_weights(name: str) -> None:
    torch.manual_seed(0)
    model = build_model(_params(name), 2).eval()

    plain = with_plain_convolutions(model)

    assert any(isinstance(module, StandardizedConv2d) for module in model.modules())
    assert not any(isinstance(module, StandardizedConv2d) for module in plain.modules())
    with torch.no_grad():
        (expected,), (found,) = (each([torch.full((3, 40, 60), 0.3)]) for each in (model, plain))
    assert len(expected["scores"]) > 0
    assert all(torch.equal(found[key], expected[key]) for key in ("boxes", "labels", "scores"))
    standardized = {
        f"{name}.weight" for name, module in model.named_modules() if isinstance(module, StandardizedConv2d)
    }
    others = {key: tensor for key, tensor in model.named_parameters() if key not in standardized}
    assert all(tensor is dict(plain.named_parameters())[key] for key, tensor in others.items())


def test_the_zoo_wiring_has_its_strides_on_the_first_convolution_and_pads_as_tensorflow() -> None:
    params = _params("faster_rcnn_resnet50_coco_2018_01_28")

    model = build_model(params, 2, Architecture("frozen", 1e-5, "tensorflow"))

    body = model.backbone.body
    assert isinstance(body.maxpool, SamePool)
    assert [body.layer2[0].conv1.stride, body.layer2[0].conv2.stride] == [(2, 2), (1, 1)]
    assert {m.stride for m in model.roi_heads.box_head.layer4.modules() if isinstance(m, nn.Conv2d)} == {(1, 1)}
    assert model.backbone(torch.rand(1, 3, 64, 96)).shape == (1, 1024, 4, 6)


@pytest.mark.parametrize("side", [6, 7])
def test_same_pool_pads_an_even_side_at_its_end_alone(side: int) -> None:
    image = torch.arange(float(side * side)).reshape(1, 1, side, side)

    pooled = SamePool()(image)

    # On an even side the first window begins at the first pixel; on an odd one, one pixel before it.
    assert pooled[0, 0, 0, 0].item() == (2 * side + 2 if side % 2 == 0 else side + 1)
    assert pooled.shape[-1] == (side + 1) // 2


def test_the_anchors_of_the_dataset_replace_those_of_the_architecture() -> None:
    sizes = ((5,), (9,), (20,), (40,), (80,))

    model = build_model(_params("fasterrcnn_resnet18_fpn"), 1, Architecture(anchors=sizes))

    assert model.rpn.anchor_generator.sizes == sizes


def test_architecture_is_read_as_it_was_written(tmp_path: Path) -> None:
    architecture = Architecture("frozen", 0.0, "tensorflow", ((4, 8), (16, 32)))
    (tmp_path / "architecture.json").write_text(json.dumps(architecture.document()))

    assert read_architecture(tmp_path) == architecture
    (tmp_path / "architecture.json").write_text('{"normalization": "batch"}')
    with pytest.raises(
        TrainingError, match=r"architecture\.json cannot be read: .*; it must be the file that a training"
    ):
        read_architecture(tmp_path)


def test_the_page_of_base_models_is_generated_from_the_registry() -> None:
    assert (_REPOSITORY / "docs" / "base_models.md").read_text(
        encoding="utf-8"
    ) == page(), "docs/base_models.md is outdated; write it by: python3 -m detection base-models > docs/base_models.md"
