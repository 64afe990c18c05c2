"""The second stage of a detector: class weights in its loss, and the mean over mirrored views of an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models.detection.roi_heads import RoIHeads, fastrcnn_loss

from detection.data.datasets import ImageRecord
from detection.models.resizing import View, mirrored_boxes


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


class SecondStage(RoIHeads):
    """torchvision's second stage, with class weights in its loss and several views of each image in its detections.

    With several views it pools the proposals of an image from each view, mirrored as the view is, and detects by the
    means of the scores and of the offsets.

    Args:
        heads: The second stage whose layers and numbers are taken.
        views: The views of each image, the image itself first: the features and proposals that it gets when it
            evaluates are those of the first view of every image, then those of the second, and so on.
    """

    def __init__(self, heads: RoIHeads, views: Sequence[View]) -> None:
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
        self.views: List[View] = list(views)
        # An offset to a side changes its sign with the direction; those of width and height stay.
        signs = [[1.0 - 2.0 * across, 1.0 - 2.0 * down, 1.0, 1.0] for across, down in views]
        self.register_buffer("signs", torch.tensor(signs).reshape(-1, 1, 1, 4), persistent=False)
        self.is_weighted: bool = False
        self.register_buffer("class_weights", torch.ones(1), persistent=False)

    def weigh(self, weights: Sequence[float]) -> None:
        """Sets the weight of each label in the classification loss, the background first."""
        self.is_weighted = True
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
        count = 1 if self.training else len(self.views)
        if self.training:
            proposals, _, labels, offsets = self.select_training_samples(proposals, targets)
        seen = proposals
        if count > 1:
            proposals = proposals[: len(seen) // count]
            seen = []
            for index, shape in enumerate(image_shapes):
                own, view = proposals[index % len(proposals)], self.views[index // len(proposals)]
                seen.append(mirrored_boxes(own, shape, view))
        pooled = self.box_head(self.box_roi_pool(features, seen, image_shapes))
        logits, regression = self.box_predictor(pooled)
        found: List[Dict[str, Tensor]] = []
        losses: Dict[str, Tensor] = {}
        if self.training:
            class_loss, box_loss = fastrcnn_loss(logits, regression, labels, offsets)
            if self.is_weighted:
                wanted = torch.cat(labels, dim=0)
                each = functional.cross_entropy(logits, wanted, reduction="none")
                class_loss = (each * self.class_weights[wanted]).mean()
            losses["loss_classifier"] = class_loss
            losses["loss_box_reg"] = box_loss
        else:
            if count > 1:
                logits, regression = self._means(logits, regression)
            shapes = image_shapes[: len(proposals)]
            boxes, scores, names = self.postprocess_detections(logits, regression, proposals, shapes)
            for index in range(len(boxes)):
                found.append({"boxes": boxes[index], "labels": names[index], "scores": scores[index]})
        return found, losses

    def _means(self, logits: Tensor, regression: Tensor) -> Tuple[Tensor, Tensor]:
        """Returns the logits whose softmax is the mean over the views, and the mean of the offsets."""
        views, classes = len(self.views), logits.shape[-1]
        probabilities = torch.softmax(logits, dim=-1).reshape(views, -1, classes).mean(dim=0)
        offsets = regression.reshape(views, -1, classes, 4) * self.signs
        return probabilities.log(), offsets.mean(dim=0).reshape(-1, classes * 4)
