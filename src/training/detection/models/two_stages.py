"""What all detectors of two stages have in common: torchvision's FasterRCNN with the numbers of MODEL_PARAMS."""

from __future__ import annotations

from typing import Any, cast

from torch import nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator

from detection.errors import TrainingError
from detection.models.base_model import SCORE_THRESHOLD, Request
from detection.models.proposals import QuotaProposalNetwork
from detection.models.resizing import VIEWS
from detection.models.second_stage import SecondStage

RATIOS = (0.5, 1.0, 2.0)
"""Height by width of the anchors."""


def two_stages(request: Request, backbone: nn.Module, *, least_candidates: int = 1000, **parts: Any) -> nn.Module:
    """Builds a detector of two stages.

    Args:
        request: The numbers of MODEL_PARAMS.
        backbone: The backbone, with ``out_channels``.
        least_candidates: Least candidates before suppression, per feature level or divided among the scales of one.
        parts: Further arguments of torchvision's FasterRCNN.
    """
    first = request.params.first_stage
    generator: AnchorGenerator = parts["rpn_anchor_generator"]
    scales = len(generator.sizes[0]) if len(generator.sizes) == 1 else 1
    # Candidates per feature level or scale before suppression: enough that MAX_PROPOSALS remain after it.
    candidates = max(least_candidates // scales, request.proposals)
    arguments: dict[str, Any] = {
        "rpn_pre_nms_top_n_train": candidates,
        "rpn_pre_nms_top_n_test": candidates,
        "rpn_post_nms_top_n_train": request.proposals,
        "rpn_post_nms_top_n_test": request.proposals,
        "rpn_nms_thresh": first.nms_iou_threshold,
        "rpn_score_thresh": first.nms_score_threshold,
        "box_score_thresh": SCORE_THRESHOLD,
        "box_detections_per_img": request.detections,
        **parts,
    }
    model = FasterRCNN(backbone, None if "box_predictor" in parts else request.classes, **arguments)
    model.rpn = QuotaProposalNetwork(model.rpn)
    model.roi_heads = SecondStage(model.roi_heads, VIEWS[request.params.test_flips])
    return cast(nn.Module, model)


def anchors(
    request: Request, sizes: tuple[tuple[int, ...], ...], ratios: tuple[float, ...] = RATIOS
) -> AnchorGenerator:
    """Creates anchors: those of the dataset where ANCHORS is ``auto``, else ``sizes``, those of each level.

    Raises:
        TrainingError: Those of the dataset do not fit the levels of the base model.
    """
    chosen = request.architecture.anchors or sizes
    if len(chosen) != len(sizes) or len({len(level) for level in chosen}) != 1:
        raise TrainingError(
            f"the anchors of the architecture are {[len(level) for level in chosen]} per feature level; they must be "
            f"equally many on each of {len(sizes)}. architecture.json must be that of the same run as the exp_config."
        )
    return AnchorGenerator(chosen, (ratios,) * len(chosen))
