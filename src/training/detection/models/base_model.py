"""What the registry knows of one base model."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional, Tuple

from torch import nn

from detection.config.settings import ModelParams
from detection.models.architecture import Architecture

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
SCORE_THRESHOLD = 0.01
"""COCO's average precision also counts detections of low score."""

TORCHVISION_LICENCE = "BSD-3-Clause (code); the weights have no licence of their own"


@dataclass(frozen=True)
class Request:
    """What a model is built from.

    Attributes:
        params: MODEL_PARAMS.
        classes: Number of classes, the background included.
        architecture: What the weights and the dataset decided.
        proposals: Proposals per image that reach the second stage.
        detections: Most detections per image.
    """

    params: ModelParams
    classes: int
    architecture: Architecture
    proposals: int
    detections: int


@dataclass(frozen=True)
class BaseModel:
    """One architecture that BASE_MODEL can name.

    Attributes:
        name: The name that the schema lists.
        others: Regular expression of further names of the same architecture; empty for none.
        family: File in `families` that builds it.
        architecture: What it is, in words.
        parameters: Number of its parameters with 90 classes, frozen normalization and its own anchors.
        image_size: Longer side in pixels that suits it.
        build: Builds it with random weights.
        body: Prefixes of the backbone's tensors, all of which trained weights must have.
        early: Prefixes of the earliest layers, which stay as they are when trained weights fill them.
        has_stages: Whether it has two stages, to which FIRST_STAGE applies.
        has_stride: Whether its backbone has one feature map, to which FIRST_STAGE.STRIDE applies.
        needs_weights: Whether random weights must be asked for by WEIGHTS ``none``.
        proposals: Least default of FIRST_STAGE.MAX_PROPOSALS; a dataset of many objects per image raises it.
        detections: Default of MAX_DETECTIONS.
        box_loss_weight: Weight of the second stage's box loss.
        mean: Mean of the input in [0, 1] per channel, RGB.
        std: Standard deviation of the input in [0, 1] per channel, RGB.
        levels: Feature levels with anchors of their own.
        weights: Where trained weights come from, in words.
        licence: Their licence.
        differs: Where it differs from what its name means elsewhere; a warning of the run when it is a substitute.
        is_substitute: Whether it stands for another architecture.
        torchvision: Builder in torchvision and its weights, as in ``fasterrcnn_resnet50_fpn:COCO_V1``, best first.
    """

    name: str
    others: str
    family: str
    architecture: str
    parameters: int
    image_size: int
    build: Callable[[Request], nn.Module]
    body: Tuple[str, ...] = ("backbone.body.",)
    early: Tuple[str, ...] = ("backbone.body.conv1.", "backbone.body.bn1.", "backbone.body.layer1.")
    has_stages: bool = True
    has_stride: bool = False
    needs_weights: bool = True
    proposals: int = 300
    detections: int = 100
    box_loss_weight: float = 1.0
    mean: Tuple[float, float, float] = IMAGENET_MEAN
    std: Tuple[float, float, float] = IMAGENET_STD
    levels: int = 5
    weights: str = "torchvision"
    licence: str = TORCHVISION_LICENCE
    differs: str = ""
    is_substitute: bool = False
    torchvision: Tuple[str, ...] = ()

    def has_name(self, name: str) -> bool:
        """Returns whether a value of BASE_MODEL means this base model."""
        return name == self.name or bool(self.others and re.fullmatch(self.others, name))

    def proposals_of(self, params: ModelParams, architecture: Architecture) -> int:
        """Returns the proposals per image: FIRST_STAGE.MAX_PROPOSALS, or those that the dataset or the name decides."""
        given: Optional[int] = params.first_stage.max_proposals
        return given or architecture.proposals or self.proposals

    def detections_of(self, params: ModelParams) -> int:
        """Returns the most detections per image: MAX_DETECTIONS, or this base model's own number."""
        return self.detections if params.max_detections is None else params.max_detections


DATE = r"(_[0-9]{4}_[0-9]{2}_[0-9]{2}|_[0-9]{2}_[0-9]{2}_[0-9]{4})?"

Parts = dict[str, Any]
"""Further arguments of torchvision's FasterRCNN."""
