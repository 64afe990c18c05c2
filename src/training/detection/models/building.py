"""Builds the base models of MODEL_PARAMS.BASE_MODEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Dict, Tuple

from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import mobilenet_backbone, resnet_fpn_backbone
from torchvision.ops import FrozenBatchNorm2d

from detection.config.settings import FirstStage, ModelParams
from detection.models.resizing import LongerSideTransform
from detection.models.resnet101 import resnet101_parts
from detection.models.tiny import TinyBackbone, tiny_anchors, tiny_second_stage

SINGLE_LEVEL = ("faster_rcnn_tiny", "faster_rcnn_resnet101_coco_2018_01_28")
"""Base models whose backbone has one feature map, to which FIRST_STAGE.STRIDE applies."""

_SCORE_THRESHOLD = 0.01  # COCO's average precision also counts detections of low score
_DETECTIONS = 100  # per image, the most that COCO's evaluation counts


def build_model(params: ModelParams, class_count: int, *, pretrained: bool) -> FasterRCNN:
    """Builds a base model with random weights.

    Args:
        params: MODEL_PARAMS; FIRST_STAGE is applied here, except the two loss weights (``weigh_losses``).
        class_count: Number of classes without the background.
        pretrained: Whether trained weights will be loaded. Batch normalization and the earliest layers are frozen then:
            the small batches of a detector would make them worse.

    Returns:
        A detector with torchvision's interface: images in [0, 1], boxes xyxy in pixels, label 0 for the background.
    """
    classes = class_count + 1
    norm_layer = FrozenBatchNorm2d if pretrained else nn.BatchNorm2d
    backbone, parts = _PARTS[params.base_model](params, norm_layer, pretrained, classes)
    first = params.first_stage
    # Candidates per feature level before suppression: enough that MAX_PROPOSALS remain after it.
    candidates = max(parts.pop("least_candidates", 1000), 4 * first.max_proposals)
    model = FasterRCNN(
        backbone,
        None if "box_predictor" in parts else classes,
        rpn_pre_nms_top_n_train=candidates,
        rpn_pre_nms_top_n_test=candidates,
        rpn_post_nms_top_n_train=first.max_proposals,
        rpn_post_nms_top_n_test=first.max_proposals,
        rpn_nms_thresh=first.nms_iou_threshold,
        rpn_score_thresh=first.nms_score_threshold,
        box_score_thresh=_SCORE_THRESHOLD,
        box_detections_per_img=_DETECTIONS,
        **parts,
    )
    model.transform = LongerSideTransform(params.image_size)
    return model


def weigh_losses(losses: Mapping[str, Tensor], first_stage: FirstStage) -> dict[str, Tensor]:
    """Returns the losses, those of the region proposal network multiplied by their weights."""
    weights = {
        "loss_objectness": first_stage.objectness_loss_weight,
        "loss_rpn_box_reg": first_stage.localization_loss_weight,
    }
    return {name: loss * weights.get(name, 1.0) for name, loss in losses.items()}


_NormLayer = Callable[..., nn.Module]
# A backbone, and further arguments of torchvision's FasterRCNN.
_Parts = Tuple[nn.Module, Dict[str, Any]]


def _tiny(params: ModelParams, norm_layer: _NormLayer, pretrained: bool, classes: int) -> _Parts:
    backbone = TinyBackbone(params.first_stage.stride)
    parts: dict[str, Any] = tiny_second_stage(backbone.out_channels, classes)
    # Few anchors and proposals match an object in a small image: fewer samples of the others are faster and as good.
    return backbone, parts | {
        "rpn_anchor_generator": tiny_anchors(params.image_size),
        "rpn_batch_size_per_image": 128,
        "rpn_fg_iou_thresh": 0.6,
        "box_batch_size_per_image": 32,
        "box_positive_fraction": 0.5,
        "least_candidates": 200,
    }


def _resnet50(params: ModelParams, norm_layer: _NormLayer, pretrained: bool, classes: int) -> _Parts:
    layers = 3 if pretrained else 5
    backbone: nn.Module = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=norm_layer, trainable_layers=layers
    )
    return backbone, {}


def _mobilenet(params: ModelParams, norm_layer: _NormLayer, pretrained: bool, classes: int) -> _Parts:
    layers = 3 if pretrained else 6
    backbone: nn.Module = mobilenet_backbone(
        backbone_name="mobilenet_v3_large", weights=None, fpn=True, norm_layer=norm_layer, trainable_layers=layers
    )
    sizes, ratios = ((32, 64, 128, 256, 512),) * 3, ((0.5, 1.0, 2.0),) * 3
    return backbone, {"rpn_anchor_generator": AnchorGenerator(sizes, ratios)}


def _resnet101(params: ModelParams, norm_layer: _NormLayer, pretrained: bool, classes: int) -> _Parts:
    backbone, parts = resnet101_parts(params.first_stage.stride, norm_layer, classes)
    if pretrained:
        for name in ("conv1", "bn1", "layer1"):
            for parameter in backbone.get_submodule(f"body.{name}").parameters():
                parameter.requires_grad_(False)
    return backbone, parts


_PARTS: Mapping[str, Callable[..., _Parts]] = {
    "faster_rcnn_tiny": _tiny,
    "fasterrcnn_resnet50_fpn": _resnet50,
    "fasterrcnn_mobilenet_v3_large_320_fpn": _mobilenet,
    "faster_rcnn_resnet101_coco_2018_01_28": _resnet101,
}
