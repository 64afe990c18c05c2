"""The base models fasterrcnn_mobilenet_v3*: two stages over MobileNetV3-Large with a feature pyramid."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection.backbone_utils import mobilenet_backbone

from detection.models.base_model import BaseModel, Request
from detection.models.normalization import norm_layer, standardize
from detection.models.two_stages import anchors, two_stages

_SIZES = ((32, 64, 128, 256, 512),) * 3


def _build(request: Request) -> nn.Module:
    backbone: nn.Module = mobilenet_backbone(
        backbone_name="mobilenet_v3_large",
        weights=None,
        fpn=True,
        norm_layer=norm_layer(request.architecture),
        trainable_layers=6,
    )
    standardize(backbone.get_submodule("body"), request.architecture)
    return two_stages(request, backbone, rpn_anchor_generator=anchors(request, _SIZES))


def _model(name: str, others: str, image_size: int, weights: str) -> BaseModel:
    return BaseModel(
        name=name,
        others=others,
        family="mobilenet",
        architecture="MobileNetV3-Large with a feature pyramid of 256 channels on its last two stages, "
        "anchors of 32 to 512 pixels on each level.",
        parameters=19_386_354,
        image_size=image_size,
        build=_build,
        early=("backbone.body.0.", "backbone.body.1.", "backbone.body.2.", "backbone.body.3."),
        levels=3,
        torchvision=(weights, "MobileNet_V3_Large_Weights:IMAGENET1K_V1"),
    )


MODELS = (
    _model(
        "fasterrcnn_mobilenet_v3_large_fpn",
        r"fasterrcnn_mobilenet_v3(_large)?(_fpn)?",
        1024,
        "FasterRCNN_MobileNet_V3_Large_FPN_Weights:COCO_V1",
    ),
    _model(
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        r"fasterrcnn_mobilenet_v3(_large)?_320(_fpn)?",
        512,
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights:COCO_V1",
    ),
)
