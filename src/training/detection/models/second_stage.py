"""The second stage of a detector: class weights in its loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models.detection.roi_heads import RoIHeads, fastrcnn_loss

from detection.data.datasets import ImageRecord


def balanced_weights(records: Sequence[ImageRecord], class_count: int) -> list[float]:
    """Returns the weight of each label, the background first, whose weight is 1.

    The weight of a class falls with the square root of its number of objects: with the number itself a class of few
    objects would drown the others. The mean over all objects is 1, so that the weight of the background stays the same.
    A class without objects has the weight 1.

    Args:
        records: The images of the training split.
        class_count: Number of classes without the background.
    """
    counts = Counter(label for record in records for label in record.labels)
    unit = sum(counts.values()) / max(1.0, sum(count**0.5 for count in counts.values()))
    labels = range(1, class_count + 1)
    return [1.0, *(unit / counts[label] ** 0.5 if counts[label] else 1.0 for label in labels)]


class WeightedHeads(RoIHeads):
    """The second stage of a detector, whose classification loss weighs each sample by its class.

    Args:
        heads: The second stage whose layers and numbers are taken.
        weights: Weight of each label, the background first.
    """

    def __init__(self, heads: RoIHeads, weights: Sequence[float]) -> None:
        super().__init__(
            heads.box_roi_pool,
            heads.box_head,
            heads.box_predictor,
            heads.proposal_matcher.high_threshold,
            heads.proposal_matcher.low_threshold,
            heads.fg_bg_sampler.batch_size_per_image,
            heads.fg_bg_sampler.positive_fraction,
            heads.box_coder.weights,
            heads.score_thresh,
            heads.nms_thresh,
            heads.detections_per_img,
        )
        self.register_buffer("class_weights", torch.tensor(list(weights)), persistent=False)

    def forward(
        self,
        features: Dict[str, Tensor],
        proposals: List[Tensor],
        image_shapes: List[Tuple[int, int]],
        targets: Optional[List[Dict[str, Tensor]]] = None,
    ) -> Tuple[List[Dict[str, Tensor]], Dict[str, Tensor]]:
        """Returns the detections of each image when it evaluates, and the losses when it trains."""
        labels: List[Tensor] = []
        offsets: List[Tensor] = []
        if self.training:
            proposals, _, labels, offsets = self.select_training_samples(proposals, targets)
        pooled = self.box_head(self.box_roi_pool(features, proposals, image_shapes))
        logits, regression = self.box_predictor(pooled)
        found: List[Dict[str, Tensor]] = []
        losses: Dict[str, Tensor] = {}
        if self.training:
            _, box_loss = fastrcnn_loss(logits, regression, labels, offsets)
            wanted = torch.cat(labels, dim=0)
            each = functional.cross_entropy(logits, wanted, reduction="none")
            losses["loss_classifier"] = (each * self.class_weights[wanted]).mean()
            losses["loss_box_reg"] = box_loss
        else:
            boxes, scores, names = self.postprocess_detections(logits, regression, proposals, image_shapes)
            for index in range(len(boxes)):
                found.append({"boxes": boxes[index], "labels": names[index], "scores": scores[index]})
        return found, losses
