"""The ResNets below the detectors: from 18 to 101 layers, with the wiring that their weights need."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from detection.models.architecture import Architecture
from detection.models.normalization import norm_layer, standardize

# The ResNet-18 whose weights a package registry offers has a third block in its last stage.
BLOCKS = {
    "resnet18": (BasicBlock, [2, 2, 2, 3]),
    "resnet50": (Bottleneck, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, [3, 4, 23, 3]),
}


def resnet(name: str, architecture: Architecture, *, dilate_layer3: bool = False) -> ResNet:
    """Creates a ResNet of random weights.

    Args:
        name: A key of ``BLOCKS``.
        architecture: Decides the normalization and the place of the strides.
        dilate_layer3: Whether layer3 keeps the resolution, with a dilation of 2 in place of its stride.
    """
    block, counts = BLOCKS[name]
    network = ResNet(
        block,
        counts,
        norm_layer=norm_layer(architecture),
        replace_stride_with_dilation=[False, dilate_layer3, False],
    )
    if architecture.wiring == "tensorflow":
        _wire_as_tensorflow(network)
    standardize(network, architecture)
    return network


class SamePool(nn.Module):
    """Max pooling 3x3 of stride 2 with TensorFlow's padding SAME: an even side is padded at its end alone."""

    def forward(self, images: Tensor) -> Tensor:
        bottom = 1
        right = 1
        top = images.shape[-2] % 2
        left = images.shape[-1] % 2
        padded = functional.pad(images, [left, right, top, bottom], value=-float("inf"))
        pooled: Tensor = functional.max_pool2d(padded, 3, 2)
        return pooled


def _wire_as_tensorflow(network: ResNet) -> None:
    """Moves the stride of each stage onto its first 1x1 convolution, which equals the place that slim gives it."""
    network.maxpool = SamePool()
    for stage in (network.layer2, network.layer3, network.layer4):
        first = cast(nn.Module, stage[0])
        convolutions = [first.get_submodule("conv1"), first.get_submodule("conv2")]
        stride = cast(nn.Conv2d, convolutions[1]).stride
        cast(nn.Conv2d, convolutions[0]).stride = stride
        cast(nn.Conv2d, convolutions[1]).stride = (1, 1)
