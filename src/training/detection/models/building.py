"""Builds the base models of MODEL_PARAMS.BASE_MODEL."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from detection.config.settings import ModelParams
from detection.models.architecture import Architecture
from detection.models.base_model import Request
from detection.models.registry import base_model
from detection.models.resizing import VIEWS, LongerSideTransform

_NAMES = {"classification": "loss_classifier", "bbox_regression": "loss_box_reg"}
"""The losses of torchvision's detectors of one stage, by the names of those of two."""


def build_model(params: ModelParams, class_count: int, architecture: Architecture = Architecture()) -> nn.Module:
    """Builds a base model with random weights.

    Args:
        params: MODEL_PARAMS; FIRST_STAGE is applied here, except the two loss weights (``weigh_losses``).
        class_count: Number of classes without the background.
        architecture: What the weights and the dataset decide; the default is that of random weights.

    Returns:
        A detector with torchvision's interface: images in [0, 1], boxes xyxy in pixels, label 0 for the background.
    """
    entry = base_model(params.base_model)
    proposals = entry.proposals_of(params, architecture)
    request = Request(params, class_count + 1, architecture, proposals, entry.detections_of(params))
    model = entry.build(request)
    model.transform = LongerSideTransform(params.image_size, entry.mean, entry.std, VIEWS[params.test_flips])
    return model


def weigh_losses(losses: Mapping[str, Tensor], params: ModelParams) -> dict[str, Tensor]:
    """Returns the losses by the names of two-stage detectors, each multiplied by its weight.

    Args:
        losses: What the model returned in training.
        params: MODEL_PARAMS: the weights of the first stage, and the base model's weight of the box loss.
    """
    first = params.first_stage
    weights = {
        "loss_objectness": first.objectness_loss_weight,
        "loss_rpn_box_reg": first.localization_loss_weight,
        "loss_box_reg": base_model(params.base_model).box_loss_weight,
    }
    named = {_NAMES.get(name, name): loss for name, loss in losses.items()}
    return {name: loss * weights.get(name, 1.0) for name, loss in named.items()}
