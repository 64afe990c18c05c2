"""The stages that find the weights of the base model and build the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from detection.config.settings import ModelParams, Settings
from detection.models.building import SINGLE_LEVEL, build_model
from detection.models.weights import find_weights, load_weights
from detection.train.machine import Machine


def fetch_base_model(model: ModelParams, data: Path, say: Callable[[str], None]) -> Path | None:
    """Finds the weights file of the base model and reports it; returns None for random weights.

    Raises:
        TrainingError: MODEL_PARAMS.WEIGHTS names a missing file.
    """
    path = find_weights(data, model.base_model, model.weights)
    if path is not None:
        say(f"{model.base_model} with the weights {path.relative_to(data).as_posix()}")
    elif model.weights == "auto":
        say(f"{model.base_model} with random weights: models/{model.base_model} of the data folder has no *.pth file")
        if model.base_model != "faster_rcnn_tiny":
            say("warning: a base model of this size needs trained weights to learn from a few hundred images")
    else:
        say(f"{model.base_model} with random weights")
    return path


def configure_model(
    settings: Settings, class_count: int, weights: Path | None, machine: Machine, say: Callable[[str], None]
) -> nn.Module:
    """Builds the model of an exp_config on the machine's device, and reports what the settings mean for it.

    Args:
        settings: The exp_config.
        class_count: Number of classes without the background; at least 1.
        weights: File of the base model's weights; None for random ones.
        machine: Where the model is trained.
        say: Receives the report.

    Raises:
        TrainingError: The weights cannot be read, or do not fit the model.
    """
    model: nn.Module = build_model(settings.model, class_count, pretrained=weights is not None)
    if weights is not None:
        load_weights(model, weights, say)
    parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    say(f"{parameters / 1e6:.1f} million trainable parameters on {machine.describe()}")
    first = settings.model.first_stage
    has_stride = settings.model.base_model in SINGLE_LEVEL
    say(
        f"first stage: {f'stride {first.stride}, ' if has_stride else ''}at most {first.max_proposals} proposals "
        f"of score >= {first.nms_score_threshold:g}, suppressed above IoU {first.nms_iou_threshold:g}; "
        f"loss weights {first.localization_loss_weight:g} (boxes) and {first.objectness_loss_weight:g} (objectness)"
    )
    if not has_stride:
        say("FIRST_STAGE.STRIDE is ignored: a feature pyramid has several strides")
    if settings.run.precision == "amp" and machine.device.type != "cuda":
        say("PRECISION amp needs a GPU; this run computes in fp32")
    model.to(machine.device)
    return model
