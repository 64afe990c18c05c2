"""The base model faster_rcnn_tiny, small enough to train on a CPU."""

from __future__ import annotations

from torch import nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.ops import MultiScaleRoIAlign

from detection.models.base_model import BaseModel, Request
from detection.models.two_stages import anchors, two_stages

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


def tiny_anchors(image_size: int) -> tuple[tuple[int, ...], ...]:
    """Returns the sides of the anchors: 1/12 to 2/3 of the longer side of the image, in pixels."""
    return (tuple(max(8, round(image_size * share)) for share in (1 / 12, 1 / 6, 1 / 3, 2 / 3)),)


class TinyBoxHead(TwoMLPHead):
    """Two small fully connected layers over the pooled features of a proposal."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels * _RESOLUTION**2, _HIDDEN)


def _build(request: Request) -> nn.Module:
    backbone = TinyBackbone(request.params.first_stage.stride)
    # Few anchors and proposals match an object in a small image: fewer samples of the others are faster and as good.
    return two_stages(
        request,
        backbone,
        least_candidates=200,
        rpn_anchor_generator=anchors(request, tiny_anchors(request.params.image_size)),
        rpn_batch_size_per_image=128,
        rpn_fg_iou_thresh=0.6,
        box_batch_size_per_image=32,
        box_positive_fraction=0.5,
        # One sample per bin: a bin is smaller than a feature cell here, and pooling is the slowest part of a step.
        box_roi_pool=MultiScaleRoIAlign(["0"], _RESOLUTION, 1),
        box_head=TinyBoxHead(backbone.out_channels),
        box_predictor=FastRCNNPredictor(_HIDDEN, request.classes),
    )


MODELS = (
    BaseModel(
        name="faster_rcnn_tiny",
        others="",
        family="tiny",
        architecture="Four blocks of convolutions with group normalization, one feature map of stride 16 or 8, "
        "two stages. For a CPU and drawn pictures.",
        parameters=1_310_139,
        image_size=192,
        build=_build,
        body=("backbone.",),
        early=(),
        has_stride=True,
        needs_weights=False,
        levels=1,
        weights="none: it starts from random weights",
        licence="",
    ),
)
