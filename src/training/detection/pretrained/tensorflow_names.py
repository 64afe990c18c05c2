"""Maps the variables of the TensorFlow object detection API's Faster R-CNN (ResNet v1) to torchvision's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from detection.pretrained.tensorflow_bundle import BundleError

_UNIT = re.compile(
    r"(First|Second)StageFeatureExtractor/resnet_v1_\d+/block(\d)/unit_(\d+)/bottleneck_v1/(conv[123]|shortcut)/(.+)"
)
_STEM = re.compile(r"FirstStageFeatureExtractor/resnet_v1_\d+/conv1/(.+)")
_NORM = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
_OPTIMIZER = ("Momentum", "ExponentialMovingAverage", "RMSProp", "RMSProp_1", "Adam", "Adam_1")
_BOX_ORDER = [1, 0, 3, 2]  # TensorFlow: y, x, height, width; torchvision: x, y, width, height
_FIRST_STAGE_SCALES = np.array([10.0, 10.0, 5.0, 5.0], dtype=np.float32)  # torchvision's first stage has none


def from_tensorflow(
    variables: Mapping[str, NDArray[Any]], std: tuple[float, float, float]
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Converts the variables of a checkpoint.

    Args:
        variables: The variables by name; convolutions HWIO, dense layers [in, out].
        std: What the detector divides its input in [0, 1] by per channel. The zoo's models take pixels of 0 to 255
            minus a mean.

    Returns:
        The tensors by torchvision's names, and the names that are no weights of the detector.

    Raises:
        BundleError: A variable is of another network; the message names it.
    """
    tensors: dict[str, Tensor] = {}
    ignored: list[str] = []
    unknown: list[str] = []
    for name, value in variables.items():
        if name.endswith(_OPTIMIZER) or name == "global_step":
            ignored.append(name)
            continue
        unit, stem = _UNIT.fullmatch(name), _STEM.fullmatch(name)
        if unit is not None:
            stage, block, number, layer, rest = unit.groups()
            if stage == "First" and block == "4":
                ignored.append(name)  # built with the network, and unused: the second stage has its own
                continue
            target = f"layer{block}.{int(number) - 1}"
            target = ("backbone.body." if stage == "First" else "roi_heads.box_head.") + target
            _add(tensors, unknown, name, target, layer, rest, value)
        elif stem is not None:
            _add(tensors, unknown, name, "backbone.body", "conv1", stem[1], value)
        elif not _add_head(tensors, name, value):
            unknown.append(name)
    if unknown:
        shown = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise BundleError(f"{len(unknown)} variables are not those of a Faster R-CNN with ResNet v1: {shown}")
    stem_weight = tensors.get("backbone.body.conv1.weight")
    if stem_weight is not None:
        factors = torch.tensor([255 * factor for factor in std], dtype=torch.float32).reshape(1, 3, 1, 1)
        tensors["backbone.body.conv1.weight"] = stem_weight * factors
    return tensors, tuple(ignored)


def _add(
    tensors: dict[str, Tensor], unknown: list[str], name: str, target: str, layer: str, rest: str, value: NDArray[Any]
) -> None:
    norm = rest[len("BatchNorm/") :] if rest.startswith("BatchNorm/") else None
    if rest == "weights":
        place = "downsample.0" if layer == "shortcut" else layer
        tensors[f"{target}.{place}.weight"] = _convolution(value)
    elif norm in _NORM:
        place = "downsample.1" if layer == "shortcut" else "bn" + layer[-1]
        tensors[f"{target}.{place}.{_NORM[norm]}"] = _tensor(value)
    else:
        unknown.append(name)


def _add_head(tensors: dict[str, Tensor], name: str, value: NDArray[Any]) -> bool:
    """Adds a variable of the first or second stage's predictors; returns whether it is one."""
    if name in ("Conv/weights", "Conv/biases"):
        part = name.rpartition("/")[2]
        tensors["rpn.head.conv." + ("weight" if part == "weights" else "bias")] = (
            _convolution(value) if part == "weights" else _tensor(value)
        )
        return True
    stage, _, rest = name.partition("BoxPredictor/")
    kind, _, part = rest.partition("/")
    if stage not in ("FirstStage", "SecondStage") or part not in ("weights", "biases"):
        return False
    suffix = "weight" if part == "weights" else "bias"
    # The outputs first: a dense layer is [in, out], a convolution of one pixel [1, 1, in, out].
    rows = np.moveaxis(value, -1, 0)
    rows = rows.reshape(rows.shape[0], -1) if part == "weights" else rows
    if kind == "ClassPredictor" and stage == "FirstStage":
        # Two outputs per anchor under softmax are one under a sigmoid: their difference.
        pairs = rows.reshape(-1, 2, *rows.shape[1:])
        difference = pairs[:, 1] - pairs[:, 0]
        shaped = difference.reshape(*difference.shape, 1, 1) if part == "weights" else difference
        tensors["rpn.head.cls_logits." + suffix] = _tensor(shaped)
    elif kind == "BoxEncodingPredictor" and stage == "FirstStage":
        scales = _FIRST_STAGE_SCALES[:, None] if part == "weights" else _FIRST_STAGE_SCALES
        boxes = (rows.reshape(-1, 4, *rows.shape[1:]) / scales)[:, _BOX_ORDER].reshape(rows.shape)
        shaped = boxes.reshape(*boxes.shape, 1, 1) if part == "weights" else boxes
        tensors["rpn.head.bbox_pred." + suffix] = _tensor(shaped)
    elif kind == "ClassPredictor":
        tensors["roi_heads.box_predictor.cls_score." + suffix] = _tensor(rows)
    elif kind == "BoxEncodingPredictor":
        # TensorFlow has no row for the background.
        boxes = rows.reshape(-1, 4, *rows.shape[1:])[:, _BOX_ORDER]
        background = np.zeros_like(boxes[:1])
        whole = np.concatenate([background, boxes]).reshape(-1, *rows.shape[1:])
        tensors["roi_heads.box_predictor.bbox_pred." + suffix] = _tensor(whole)
    else:
        return False
    return True


def _convolution(value: NDArray[Any]) -> Tensor:
    return _tensor(np.transpose(value, (3, 2, 0, 1)))


def _tensor(value: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(value, dtype=np.float32))
