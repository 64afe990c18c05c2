"""The base model faster_rcnn_resnet101_coco_2018_01_28: ResNet-101 cut after layer3."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn
from torchvision.models import resnet101
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.ops import MultiScaleRoIAlign

_BODY = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3")
_RESOLUTION = 14  # layer4 halves it to 7
_REPRESENTATION = 2048


class ResNet101Backbone(nn.Module):
    """Layers conv1 to layer3 of ResNet-101, which give one feature map of 1024 channels.

    Args:
        body: The layers up to layer3, named as in torchvision.
    """

    def __init__(self, body: nn.Sequential) -> None:
        super().__init__()
        self.body = body
        self.out_channels = 1024

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.body(images)
        return features


class Layer4BoxHead(nn.Module):
    """Layer layer4 of ResNet-101 on the pooled features of each proposal, averaged to one vector of 2048 elements."""

    def __init__(self, layer4: nn.Module) -> None:
        super().__init__()
        self.layer4 = layer4

    def forward(self, features: Tensor) -> Tensor:
        pooled: Tensor = self.layer4(features).mean(dim=[2, 3])
        return pooled


def resnet101_parts(
    stride: int, norm_layer: Callable[..., nn.Module], classes: int
) -> tuple[nn.Module, dict[str, nn.Module]]:
    """Creates ResNet-101 cut after layer3, as the Faster R-CNN of 2018 in the TensorFlow object detection model zoo is.

    Args:
        stride: Pixels per feature cell: 16, or 8 with a dilated layer3.
        norm_layer: BatchNorm2d, or FrozenBatchNorm2d for trained weights.
        classes: Number of classes, the background included.

    Returns:
        The backbone, and the anchors and the second stage as arguments of torchvision's FasterRCNN.
    """
    network = resnet101(weights=None, norm_layer=norm_layer, replace_stride_with_dilation=[False, stride == 8, False])
    body = nn.Sequential(OrderedDict((name, getattr(network, name)) for name in _BODY))
    return ResNet101Backbone(body), {
        "rpn_anchor_generator": AnchorGenerator(((64, 128, 256, 512),), ((0.5, 1.0, 2.0),)),
        "box_roi_pool": MultiScaleRoIAlign(["0"], _RESOLUTION, 2),
        "box_head": Layer4BoxHead(network.layer4),
        "box_predictor": FastRCNNPredictor(_REPRESENTATION, classes),
    }
