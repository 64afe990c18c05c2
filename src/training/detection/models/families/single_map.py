"""The base models faster_rcnn_*_coco* of the TensorFlow model zoo: two stages over one feature map of a ResNet.

The feature map is that of the fourth stage, layer3. The fifth, layer4, is the box head.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import List, Tuple

from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.models.resnet import ResNet
from torchvision.ops import MultiScaleRoIAlign

from detection.models.base_model import DATE, TORCHVISION_LICENCE, BaseModel, Request
from detection.models.resnets import resnet
from detection.models.two_stages import anchors, two_stages

_BODY = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3")
_RESOLUTION = 14  # of a pooled proposal; the box head works on half of it
_FEATURES = 1024
_FIRST_STAGE = 512
_REPRESENTATION = 2048
_SIZES = ((64, 128, 256, 512),)
_RATIOS = (2.0, 1.0, 0.5)  # height by width, in the order of TensorFlow's anchors, which counts width by height
_SECOND_STAGE_NMS = 0.6
_ZOO_MEAN = (123.68 / 255, 116.779 / 255, 103.939 / 255)


class SingleMapBackbone(nn.Module):
    """Layers conv1 to layer3 of a ResNet, which give one feature map of 1024 channels.

    Args:
        network: The ResNet.
    """

    def __init__(self, network: ResNet) -> None:
        super().__init__()
        self.body = nn.Sequential(OrderedDict((name, getattr(network, name)) for name in _BODY))
        self.out_channels = _FEATURES

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.body(images)
        return features


class FirstStageHead(nn.Module):
    """The region proposal head of the TensorFlow model zoo: 512 channels, ReLU6, one objectness per anchor.

    Args:
        anchor_count: Anchors per feature cell.
    """

    def __init__(self, anchor_count: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(_FEATURES, _FIRST_STAGE, 3, padding=1)
        self.cls_logits = nn.Conv2d(_FIRST_STAGE, anchor_count, 1)
        self.bbox_pred = nn.Conv2d(_FIRST_STAGE, 4 * anchor_count, 1)
        self.activation = nn.ReLU6(inplace=True)
        for layer in (self.conv, self.cls_logits, self.bbox_pred):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, maps: List[Tensor]) -> Tuple[List[Tensor], List[Tensor]]:
        objectness: List[Tensor] = []
        boxes: List[Tensor] = []
        for features in maps:
            hidden = self.activation(self.conv(features))
            objectness.append(self.cls_logits(hidden))
            boxes.append(self.bbox_pred(hidden))
        return objectness, boxes


class BoxHead(nn.Module):
    """Layer layer4 of a ResNet on the pooled features of each proposal, averaged to one vector of 2048 elements.

    Args:
        layer4: The layer.
        pools: Whether the features are pooled to half before it, as TensorFlow does, and not by its own stride.
    """

    def __init__(self, layer4: nn.Module, pools: bool) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2, 2) if pools else nn.Identity()
        self.layer4 = layer4

    def forward(self, features: Tensor) -> Tensor:
        pooled: Tensor = self.layer4(self.pool(features)).mean(dim=[2, 3])
        return pooled


def _build(name: str, request: Request) -> nn.Module:
    architecture = request.architecture
    network = resnet(name, architecture, dilate_layer3=request.params.first_stage.stride == 8)
    if architecture.wiring == "tensorflow":
        _remove_stride(network.layer4)
    generator = anchors(request, _SIZES, _RATIOS)
    return two_stages(
        request,
        SingleMapBackbone(network),
        rpn_anchor_generator=generator,
        rpn_head=FirstStageHead(generator.num_anchors_per_location()[0]),
        box_nms_thresh=_SECOND_STAGE_NMS,
        box_batch_size_per_image=64,
        box_roi_pool=MultiScaleRoIAlign(["0"], _RESOLUTION, 2),
        box_head=BoxHead(network.layer4, architecture.wiring == "tensorflow"),
        box_predictor=FastRCNNPredictor(_REPRESENTATION, request.classes),
    )


def _remove_stride(stage: nn.Sequential) -> None:
    for module in stage.modules():
        if isinstance(module, nn.Conv2d):
            module.stride = (1, 1)


def _resnet50(request: Request) -> nn.Module:
    return _build("resnet50", request)


def _resnet101(request: Request) -> nn.Module:
    return _build("resnet101", request)


_DIFFERS = (
    "The image is resized by its longer side, IMAGE_SIZE, where the zoo keeps the shorter side at 600 and the longer "
    "within 1024 pixels; proposals are pooled by RoIAlign, where the zoo samples the corners of the cells."
)


def _model(name: str, layers: str, others: str, differs: str = _DIFFERS, is_substitute: bool = False) -> BaseModel:
    return BaseModel(
        name=name,
        others=others + DATE,
        family="single_map",
        architecture=f"ResNet-{layers}, whose stage of stride 16 (or 8 by dilation) is the feature map and whose last "
        "stage is the box head; anchors of 64 to 512 pixels; suppression above IoU 0.6, box loss weight 2.",
        parameters=48_076_995 if layers == "101" else 29_137_091,
        image_size=1024,
        build=_resnet101 if layers == "101" else _resnet50,
        body=("backbone.body.", "roi_heads.box_head.layer4."),
        has_stride=True,
        detections=300,
        box_loss_weight=2.0,
        mean=_ZOO_MEAN,
        levels=1,
        weights="a checkpoint folder of the TensorFlow model zoo (model.ckpt.*), or torchvision's backbone",
        licence=f"Apache-2.0 (TensorFlow models); torchvision: {TORCHVISION_LICENCE}",
        differs=differs,
        is_substitute=is_substitute,
        torchvision=(f"ResNet{layers}_Weights:IMAGENET1K_V1",),
    )


MODELS = (
    _model("faster_rcnn_resnet50_coco_2018_01_28", "50", r"faster_rcnn_resnet50(_lowproposals)?_coco"),
    _model("faster_rcnn_resnet101_coco_2018_01_28", "101", r"faster_rcnn_resnet101(_lowproposals)?_coco"),
    _model(
        "faster_rcnn_inception_v2_coco_2018_01_28",
        "50",
        r"faster_rcnn_inception_v2(_lowproposals)?_coco",
        "A ResNet-50 stands for Inception v2, which torchvision does not have: more parameters, weights of its own.",
        True,
    ),
)
