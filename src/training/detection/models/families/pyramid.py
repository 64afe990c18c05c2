"""The base models *_resnet*_fpn: two stages over a ResNet with a feature pyramid."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead
from torchvision.models.detection.rpn import RPNHead

from detection.models.base_model import DATE, BaseModel, Request
from detection.models.normalization import norm_layer, standardize
from detection.models.resnets import resnet
from detection.models.two_stages import anchors, two_stages

_LEVELS = {"layer1": "0", "layer2": "1", "layer3": "2", "layer4": "3"}
_SMALL_ANCHORS = ((16,), (32,), (64,), (128,), (256,))
_ANCHORS = ((32,), (64,), (128,), (256,), (512,))


def _resnet18(request: Request) -> nn.Module:
    body = resnet("resnet18", request.architecture)
    backbone = BackboneWithFPN(body, _LEVELS, [64, 128, 256, 512], 128)
    return two_stages(
        request,
        backbone,
        rpn_anchor_generator=anchors(request, _SMALL_ANCHORS),
        # A quarter of torchvision's samples: as accurate. With all, the box head takes a third of a step on a CPU.
        box_batch_size_per_image=128,
    )


def _resnet50(request: Request) -> nn.Module:
    return _deep("resnet50", request)


def _resnet101(request: Request) -> nn.Module:
    return _deep("resnet101", request)


def _deep(name: str, request: Request) -> nn.Module:
    backbone = BackboneWithFPN(resnet(name, request.architecture), _LEVELS, [256, 512, 1024, 2048], 256)
    return two_stages(request, backbone, rpn_anchor_generator=anchors(request, _ANCHORS))


def _resnet50_v2(request: Request) -> nn.Module:
    layer = norm_layer(request.architecture)
    body = resnet("resnet50", request.architecture)
    backbone = BackboneWithFPN(body, _LEVELS, [256, 512, 1024, 2048], 256, norm_layer=layer)
    generator = anchors(request, _ANCHORS)
    head = FastRCNNConvFCHead((256, 7, 7), [256, 256, 256, 256], [1024], norm_layer=layer)
    return two_stages(
        request,
        backbone,
        rpn_anchor_generator=generator,
        rpn_head=RPNHead(256, generator.num_anchors_per_location()[0], conv_depth=2),
        box_head=standardize(head, request.architecture),
    )


MODELS = (
    BaseModel(
        name="fasterrcnn_resnet18_fpn",
        others=r"faster_rcnn_resnet18_fpn(_coco)?" + DATE,
        family="pyramid",
        architecture="ResNet-18 with blocks 2, 2, 2, 3, a feature pyramid of 128 channels on its four stages and "
        "their pooled last one, anchors of 16 to 256 pixels. The first choice for real data.",
        parameters=24_688_278,
        image_size=512,
        build=_resnet18,
        proposals=500,
        mean=(123.15 / 255, 115.90 / 255, 103.06 / 255),
        weights="ImageNet backbone of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1",
        licence="MIT",
        differs="torchvision's resnet18 has one block less in its last stage, so its file does not fill this one.",
    ),
    BaseModel(
        name="fasterrcnn_resnet50_fpn",
        others=r"faster_rcnn_resnet50_fpn(_coco)?" + DATE,
        family="pyramid",
        architecture="ResNet-50 with a feature pyramid of 256 channels, anchors of 32 to 512 pixels.",
        parameters=41_755_286,
        image_size=1024,
        build=_resnet50,
        torchvision=("FasterRCNN_ResNet50_FPN_Weights:COCO_V1", "ResNet50_Weights:IMAGENET1K_V1"),
    ),
    BaseModel(
        name="fasterrcnn_resnet50_fpn_v2",
        others="",
        family="pyramid",
        architecture="As fasterrcnn_resnet50_fpn, with two convolutions in the first stage, four in the box head, and "
        "normalization in the pyramid and the head.",
        parameters=43_653_014,
        image_size=1024,
        build=_resnet50_v2,
        torchvision=("FasterRCNN_ResNet50_FPN_V2_Weights:COCO_V1", "ResNet50_Weights:IMAGENET1K_V1"),
    ),
    BaseModel(
        name="fasterrcnn_resnet101_fpn",
        others=r"faster_rcnn_resnet101_fpn(_coco)?" + DATE,
        family="pyramid",
        architecture="ResNet-101 with a feature pyramid of 256 channels, anchors of 32 to 512 pixels.",
        parameters=60_695_190,
        image_size=1024,
        build=_resnet101,
        weights="torchvision, the backbone alone",
        torchvision=("ResNet101_Weights:IMAGENET1K_V1",),
    ),
)
