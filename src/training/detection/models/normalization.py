"""The normalization layers of the backbones: frozen statistics for trained weights, groups for random ones."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import FrozenBatchNorm2d

from detection.models.architecture import Architecture

NormLayer = Callable[..., nn.Module]
_MOST_GROUPS = 32


class StandardizedConv2d(nn.Conv2d):
    """A convolution whose weights have mean 0 and variance 1 per output channel, as group normalization needs it."""

    def forward(self, input: Tensor) -> Tensor:
        weight = self.standardized_weight()
        return functional.conv2d(input, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def standardized_weight(self) -> Tensor:
        """Returns the weights of the convolution: (out channels, in channels, height, width)."""
        weight = self.weight
        mean = weight.mean(dim=[1, 2, 3], keepdim=True)
        variance = weight.var(dim=[1, 2, 3], keepdim=True, unbiased=False)
        fan_in = float(weight.shape[1] * weight.shape[2] * weight.shape[3])
        return (weight - mean) * torch.rsqrt(variance * fan_in + 1e-8)


class FrozenNorm(FrozenBatchNorm2d):
    """Batch normalization with the statistics of trained weights: torchvision's layer in one operation, not in six."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )


def norm_layer(architecture: Architecture) -> NormLayer:
    """Returns the constructor of the normalization layers: a function of the number of channels."""
    if architecture.is_frozen:
        return lambda channels, **_: FrozenNorm(channels, eps=architecture.epsilon)
    return lambda channels, **_: nn.GroupNorm(_groups(channels), channels)


def standardize(module: nn.Module, architecture: Architecture) -> nn.Module:
    """Replaces the convolutions of a module by standardized ones when its layers are normalized by groups.

    Depthwise convolutions stay: with nine weights per channel their standardization would lose what they learn.
    """
    if architecture.is_frozen:
        return module
    for name, child in module.named_children():
        if type(child) is nn.Conv2d and child.groups == 1:
            setattr(module, name, _standardized(child))
        else:
            standardize(child, architecture)
    return module


def with_plain_convolutions(model: nn.Module) -> nn.Module:
    """Returns a copy for after the training: its standardized weights are computed once, and not for each image.

    It shares every other tensor with the model.
    """
    copy = deepcopy(model, {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())})
    for module in list(copy.modules()):
        for name, child in module.named_children():
            if isinstance(child, StandardizedConv2d):
                setattr(module, name, _plain(child))
    return copy


def _plain(convolution: StandardizedConv2d) -> nn.Conv2d:
    plain = _like(convolution, nn.Conv2d)
    with torch.no_grad():
        plain.weight = nn.Parameter(convolution.standardized_weight(), requires_grad=False)
    plain.bias = convolution.bias
    return plain.train(convolution.training)


def _standardized(convolution: nn.Conv2d) -> nn.Conv2d:
    replacement = _like(convolution, StandardizedConv2d)
    replacement.load_state_dict(convolution.state_dict())
    return replacement


def _like(convolution: nn.Conv2d, kind: type[nn.Conv2d]) -> nn.Conv2d:
    """Creates a convolution of another kind with the same shape and new weights."""
    return kind(
        convolution.in_channels,
        convolution.out_channels,
        convolution.kernel_size,  # type: ignore[arg-type]
        convolution.stride,  # type: ignore[arg-type]
        convolution.padding,  # type: ignore[arg-type]
        convolution.dilation,  # type: ignore[arg-type]
        bias=convolution.bias is not None,
    )


def _groups(channels: int) -> int:
    """Returns the largest power of two up to 32 that divides the channels and leaves at least four in a group."""
    groups = _MOST_GROUPS
    while groups > 1 and (channels % groups or channels // groups < 4):
        groups //= 2
    return groups
