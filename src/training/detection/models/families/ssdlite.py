"""The base models ssd_mobilenet* and ssdlite*: one stage over MobileNetV3-Large, for small and fast models."""

from __future__ import annotations

from torch import nn
from torchvision.models import mobilenet_v3_large
from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
from torchvision.models.detection.ssd import SSD
from torchvision.models.detection.ssdlite import SSDLiteHead, _mobilenet_extractor

from detection.models.base_model import SCORE_THRESHOLD, BaseModel, Request
from detection.models.normalization import norm_layer, standardize

_CHANNELS = (672, 480, 512, 256, 256, 128)  # of the six feature maps
_ALL_STAGES = 6
_SUPPRESSION = 0.55
_LEAST_CANDIDATES = 300


def _build(request: Request) -> nn.Module:
    layer = norm_layer(request.architecture)
    network = mobilenet_v3_large(weights=None, norm_layer=layer, reduced_tail=True)
    backbone = _mobilenet_extractor(network, _ALL_STAGES, layer)
    generator = DefaultBoxGenerator([[2, 3] for _ in _CHANNELS], min_ratio=0.2, max_ratio=0.95)
    head = SSDLiteHead(list(_CHANNELS), generator.num_anchors_per_location(), request.classes, layer)
    standardize(backbone, request.architecture)
    side = request.params.image_size
    model: nn.Module = SSD(
        backbone,
        generator,
        (side, side),
        request.classes,
        head=head,
        score_thresh=SCORE_THRESHOLD,
        nms_thresh=_SUPPRESSION,
        detections_per_img=request.detections,
        topk_candidates=max(_LEAST_CANDIDATES, request.detections),
    )
    return model


MODELS = (
    BaseModel(
        name="ssdlite320_mobilenet_v3_large",
        others=r"ssd_mobilenet_v[123][a-z0-9_]*|ssdlite[a-z0-9_]*",
        family="ssdlite",
        architecture="One stage of separable convolutions over MobileNetV3-Large with a reduced tail, six default "
        "boxes per cell on six levels.",
        parameters=3_407_116,
        image_size=320,
        build=_build,
        body=("backbone.",),
        early=("backbone.features.0.0.", "backbone.features.0.1.", "backbone.features.0.2.", "backbone.features.0.3."),
        has_stages=False,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        levels=6,
        torchvision=("SSDLite320_MobileNet_V3_Large_Weights:COCO_V1",),
        differs="The zoo's ssd_mobilenet_v1 and v2 have older backbones of about the same size, and distort images to "
        "a square; here the aspect ratio is kept. Their checkpoints do not fit.",
    ),
)
