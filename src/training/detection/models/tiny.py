"""The base model faster_rcnn_tiny, small enough to train on a CPU."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.ops import MultiScaleRoIAlign

_CHANNELS = (24, 48, 96, 128)
_RESOLUTION = 5
_HIDDEN = 192


class TinyBackbone(nn.Sequential):
    """Four blocks of convolutions with group normalization, which tolerates small batches.

    Args:
        stride: Pixels per feature cell, 8 or 16.
    """

    def __init__(self, stride: int) -> None:
        blocks: list[nn.Module] = []
        channels = 3
        for index, width in enumerate(_CHANNELS):
            step = 1 if index == 3 and stride == 8 else 2
            blocks.append(_block(channels, width, step, deep=index > 0))
            channels = width
        super().__init__(*blocks)
        self.out_channels = channels


def _block(channels: int, width: int, stride: int, *, deep: bool) -> nn.Sequential:
    layers: list[nn.Module] = [*_convolution(channels, width, stride)]
    if deep:
        layers += _convolution(width, width, 1)
    return nn.Sequential(*layers)


def _convolution(channels: int, width: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, width, 3, stride, 1, bias=False),
        nn.GroupNorm(8, width),
        nn.ReLU(inplace=True),
    ]


def tiny_anchors(image_size: int) -> AnchorGenerator:
    """Creates anchors of 1/12 to 2/3 of the longer side of the image, in three aspect ratios."""
    sizes = tuple(max(8, round(image_size * share)) for share in (1 / 12, 1 / 6, 1 / 3, 2 / 3))
    return AnchorGenerator((sizes,), ((0.5, 1.0, 2.0),))


class TinyBoxHead(TwoMLPHead):
    """Two small fully connected layers over the pooled features of a proposal."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels * _RESOLUTION**2, _HIDDEN)


def tiny_second_stage(channels: int, classes: int) -> dict[str, nn.Module]:
    """Creates the second stage as arguments of torchvision's FasterRCNN.

    Args:
        channels: Channels of the feature map.
        classes: Number of classes, the background included.
    """
    return {
        # One sample per bin: a bin is smaller than a feature cell here, and pooling is the slowest part of a step.
        "box_roi_pool": MultiScaleRoIAlign(["0"], _RESOLUTION, 1),
        "box_head": TinyBoxHead(channels),
        "box_predictor": FastRCNNPredictor(_HIDDEN, classes),
    }
