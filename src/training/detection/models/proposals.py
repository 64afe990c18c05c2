"""Chooses the proposals of the first stage: places for small and rare objects, and a number that suits the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import List, Tuple

import torch
from torch import Tensor
from torchvision.models.detection._utils import _topk_min
from torchvision.models.detection.rpn import RegionProposalNetwork
from torchvision.ops import boxes as box_operations

from detection.data.datasets import ImageRecord
from detection.models.base_model import BaseModel

_PER_OBJECT = 16  # proposals of the image with the most objects
_ROUNDED_TO = 100
_MOST = 2000
_DISTINCT_IOU = 0.3


def proposals_by_objects(records: Sequence[ImageRecord], entry: BaseModel) -> int:
    """Returns the proposals per image that suit a dataset.

    They are 16 for each object of the training image that has the most, rounded up to a multiple of 100 and at most
    2000; never fewer than the base model's own number.

    Args:
        records: The images of the training split.
        entry: The base model.
    """
    objects = max((len(record.labels) for record in records), default=0)
    wanted = -(-_PER_OBJECT * objects // _ROUNDED_TO) * _ROUNDED_TO
    return max(entry.proposals, min(_MOST, wanted))


class QuotaProposalNetwork(RegionProposalNetwork):
    """A region proposal network whose small and rare objects keep their proposals.

    torchvision gives all places to the proposals of the highest objectness. Where one class is frequent, its objects
    take them all, several each. Here half of the places are divided equally among the feature levels. Where there is
    one level, its candidates are chosen by the scale of their anchors, and half of the places are for proposals that
    overlap no better one by an IoU above 0.3: an object of its own each. The rest goes by objectness.

    Args:
        network: The network whose layers and numbers are taken; its candidates are per level, or per scale.
    """

    def __init__(self, network: RegionProposalNetwork) -> None:
        super().__init__(
            network.anchor_generator,
            network.head,
            network.proposal_matcher.high_threshold,
            network.proposal_matcher.low_threshold,
            network.fg_bg_sampler.batch_size_per_image,
            network.fg_bg_sampler.positive_fraction,
            network._pre_nms_top_n,
            network._post_nms_top_n,
            network.nms_thresh,
            network.score_thresh,
        )
        sizes = network.anchor_generator.sizes
        # The anchors of a cell are ordered by ratio, then by scale.
        self.scales: int = len(sizes[0]) if len(sizes) == 1 else 1
        self.levels: int = len(sizes)
        self.distinct_iou: float = _DISTINCT_IOU

    def filter_proposals(
        self,
        proposals: Tensor,
        objectness: Tensor,
        image_shapes: List[Tuple[int, int]],
        num_anchors_per_level: List[int],
    ) -> Tuple[List[Tensor], List[Tensor]]:
        """Returns the proposals (N, 4) of each image and their objectness (N,) in [0, 1], in descending order.

        Args:
            proposals: (images, anchors, 4), xyxy in pixels.
            objectness: Logit of each anchor, image by image.
            image_shapes: Height and width of each image.
            num_anchors_per_level: Anchors of each feature level.
        """
        images = proposals.shape[0]
        logits = objectness.detach().reshape(images, -1)
        chosen: List[Tensor] = []
        level_of: List[Tensor] = []
        offset = 0
        number = 0
        for level in logits.split(num_anchors_per_level, 1):  # type: ignore[no-untyped-call]
            for scale in range(self.scales):
                part = level[:, scale :: self.scales]
                count = _topk_min(part, self.pre_nms_top_n(), 1)
                best = part.topk(count, dim=1)[1]
                chosen.append(best * self.scales + (scale + offset))
                level_of.append(torch.full_like(best, number))
            number += 1
            offset += level.shape[1]
        candidates = torch.cat(chosen, dim=1)
        levels = torch.cat(level_of, dim=1)
        scores = torch.sigmoid(logits.gather(1, candidates))
        boxes = proposals.gather(1, candidates.unsqueeze(2).expand(-1, -1, 4))
        final_boxes: List[Tensor] = []
        final_scores: List[Tensor] = []
        for index, shape in enumerate(image_shapes):
            found, score = self._survivors(boxes[index], scores[index], levels[index], shape)
            final_boxes.append(found)
            final_scores.append(score)
        return final_boxes, final_scores

    def _survivors(
        self, boxes: Tensor, scores: Tensor, levels: Tensor, shape: Tuple[int, int]
    ) -> Tuple[Tensor, Tensor]:
        boxes = box_operations.clip_boxes_to_image(boxes, shape)
        sides = boxes[:, 2:] - boxes[:, :2]
        usable = (sides >= self.min_size).all(dim=1) & (scores >= self.score_thresh)
        keep = torch.where(usable)[0]
        boxes, scores, levels = boxes[keep], scores[keep], levels[keep]
        keep = box_operations.batched_nms(boxes, scores, levels, self.nms_thresh)  # in descending order of the scores
        boxes, scores, levels = boxes[keep], scores[keep], levels[keep]
        places = self.post_nms_top_n()
        if self.levels == 1:
            distinct = box_operations.batched_nms(boxes, scores, levels, self.distinct_iou)[: places // 2]
            order = torch.ones_like(levels).cumsum(0) - 1
            reserved = (order.unsqueeze(1) == distinct).sum(1).to(scores.dtype)
        else:
            members = (levels.unsqueeze(1) == torch.arange(self.levels, device=levels.device)).to(torch.int64)
            rank = (members.cumsum(0) * members).sum(1)  # from 1, within the level
            reserved = (rank <= places // (2 * self.levels)).to(scores.dtype)
        count = _topk_min(scores, places, 0)
        keep = (scores + reserved).topk(count, dim=0)[1].sort()[0]
        return boxes[keep], scores[keep]
