"""The stages that find the weights of the base model and build the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

from torch import nn

from detection.config.settings import ModelParams, Settings
from detection.data.datasets import Dataset
from detection.models.anchors import anchor_sizes, small_objects
from detection.models.architecture import Architecture
from detection.models.building import build_model
from detection.models.second_stage import SecondStage, balanced_weights
from detection.models.proposals import proposals_by_objects
from detection.models.registry import base_model
from detection.models.weights import Weights, find_weights, image_folder, load_weights, read_weights
from detection.train.machine import Machine


def fetch_base_model(model: ModelParams, data: Path, say: Callable[[str], None]) -> Weights | None:
    """Finds and reads the weights of the base model and reports them; returns None for random weights.

    Raises:
        TrainingError: The weights are missing, or cannot be read.
    """
    entry = base_model(model.base_model)
    if model.base_model != entry.name:
        say(f"{model.base_model} is {entry.name} here")
    if entry.is_substitute:
        say(f"warning: {entry.differs}")
    elif entry.differs:
        say(f"note: {entry.differs}")
    path = find_weights(data, model.base_model, model.weights, entry, image_folder())
    if path is not None:
        weights = read_weights(path, entry)
        place = path.relative_to(data).as_posix() if data in path.parents else path.as_posix()
        say(f"{model.base_model} with the weights {place}")
        return weights
    if model.weights == "auto":
        say(f"{model.base_model} with random weights: models/{model.base_model} of the data folder has no weights")
    else:
        say(f"{model.base_model} with random weights")
    if entry.needs_weights:
        say("warning: a base model of this size needs trained weights to learn from a few hundred images")
    return None


def configure_model(
    settings: Settings, dataset: Dataset, weights: Weights | None, machine: Machine, say: Callable[[str], None]
) -> tuple[nn.Module, Architecture]:
    """Builds the model of an exp_config on the machine's device, and reports what the settings mean for it.

    Args:
        settings: The exp_config.
        dataset: Decides the classes, and the anchors where ANCHORS is ``auto``.
        weights: The base model's weights; None for random ones.
        machine: Where the model is trained.
        say: Receives the report.

    Returns:
        The model, and what the weights and the dataset decided about its architecture.

    Raises:
        TrainingError: The weights do not fit the model.
    """
    params = settings.model
    entry = base_model(params.base_model)
    architecture = weights.architecture if weights is not None else Architecture()
    if params.anchors == "auto" and entry.has_stages:
        sizes = anchor_sizes(dataset.train, params.image_size, entry)
        architecture = replace(architecture, anchors=sizes)
        shown = "; ".join(", ".join(str(side) for side in level) for level in sizes)
        say(f"anchors of {shown} pixels by level, by k-means over the boxes of the training split")
    for line in small_objects(dataset.train, params.image_size, dataset.class_names):
        say(line)
    if entry.has_stages:
        architecture = replace(architecture, proposals=proposals_by_objects(dataset.train, entry))
    model = build_model(params, len(dataset.class_names), architecture)
    if weights is not None:
        load_weights(model, weights, entry, say)
    if params.class_weights == "balanced" and entry.has_stages:
        shares = balanced_weights(dataset.train, len(dataset.class_names))
        cast(SecondStage, model.roi_heads).weigh(shares)
        shown = ", ".join(f"{name} {shares[label]:.3g}" for label, name in dataset.class_names.items())
        say(f"class weights by the square root of the objects: {shown}")
    trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    say(f"{trainable / 1e6:.1f} million trainable parameters on {machine.describe()}")
    if entry.has_stages:
        first = params.first_stage
        proposals = entry.proposals_of(params, architecture)
        say(
            f"first stage: {f'stride {first.stride}, ' if entry.has_stride else ''}at most "
            f"{proposals} proposals of score >= {first.nms_score_threshold:g}, suppressed above IoU "
            f"{first.nms_iou_threshold:g}; loss weights {first.localization_loss_weight:g} (boxes) and "
            f"{first.objectness_loss_weight:g} (objectness)"
        )
    if settings.run.precision == "amp" and machine.device.type != "cuda":
        say("PRECISION amp needs a GPU; this run computes in fp32")
    model.to(machine.device)
    return model, architecture
