"""The base models retinanet_* and ssd_resnet50_fpn*: one stage over a ResNet-50 with a feature pyramid."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.retinanet import RetinaNetHead
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from detection.models.base_model import SCORE_THRESHOLD, BaseModel, Request
from detection.models.resnets import resnet

_LEVELS = {"layer2": "0", "layer3": "1", "layer4": "2"}
_SIZES = tuple((side, int(side * 2 ** (1 / 3)), int(side * 2 ** (2 / 3))) for side in (32, 64, 128, 256, 512))
_RATIOS = ((0.5, 1.0, 2.0),) * len(_SIZES)
_LEAST_CANDIDATES = 1000


def _build(request: Request) -> nn.Module:
    return _retinanet(request, LastLevelP6P7(256, 256), None)


def _build_v2(request: Request) -> nn.Module:
    generator = AnchorGenerator(_SIZES, _RATIOS)
    head = RetinaNetHead(256, generator.num_anchors_per_location()[0], request.classes, norm_layer=_groups)
    head.regression_head._loss_type = "giou"
    return _retinanet(request, LastLevelP6P7(2048, 256), head)


def _groups(channels: int) -> nn.Module:
    return nn.GroupNorm(32, channels)


def _retinanet(request: Request, last_levels: nn.Module, head: nn.Module | None) -> nn.Module:
    backbone = BackboneWithFPN(
        resnet("resnet50", request.architecture), _LEVELS, [512, 1024, 2048], 256, extra_blocks=last_levels
    )
    model: nn.Module = RetinaNet(
        backbone,
        request.classes,
        anchor_generator=AnchorGenerator(_SIZES, _RATIOS),
        head=head,
        score_thresh=SCORE_THRESHOLD,
        detections_per_img=request.detections,
        topk_candidates=max(_LEAST_CANDIDATES, request.detections),
    )
    return model


MODELS = (
    BaseModel(
        name="retinanet_resnet50_fpn",
        others=r"retinanet(_resnet50)?(_fpn)?(_coco)?|ssd_resnet_?50(_v1)?_fpn[a-z0-9_]*",
        family="retinanet",
        architecture="One stage with focal loss over ResNet-50 and a feature pyramid of five levels, nine anchors "
        "per cell of 32 to 812 pixels. The zoo's ssd_resnet50_fpn is this architecture.",
        parameters=34_014_999,
        image_size=1024,
        build=_build,
        has_stages=False,
        torchvision=("RetinaNet_ResNet50_FPN_Weights:COCO_V1", "ResNet50_Weights:IMAGENET1K_V1"),
        differs="The zoo's ssd_resnet50_fpn distorts images to 640x640 and has six anchors per cell; its checkpoints "
        "do not fit.",
    ),
    BaseModel(
        name="retinanet_resnet50_fpn_v2",
        others="",
        family="retinanet",
        architecture="As retinanet_resnet50_fpn, with group normalization in the heads and the GIoU loss of boxes.",
        parameters=38_145_815,
        image_size=1024,
        build=_build_v2,
        has_stages=False,
        torchvision=("RetinaNet_ResNet50_FPN_V2_Weights:COCO_V1", "ResNet50_Weights:IMAGENET1K_V1"),
    ),
)
