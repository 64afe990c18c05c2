"""Makes a model compute on its share of a batch what it computes on the whole one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, List, Tuple

import torch
from torch import Tensor, nn

from detection.processes.group import Group

_NORMALIZED_BY_ANCHORS = ("loss_objectness", "loss_rpn_box_reg")


class SharedSampler:
    """torchvision's sampler of positive and negative examples, over a batch whose images are in several processes.

    The random numbers of an image depend on the counts of the images before it. Each process therefore draws those of
    the whole batch and keeps its own: the samples, and the state of the generator, are those of one process.

    Args:
        sampler: torchvision's ``BalancedPositiveNegativeSampler``.
        group: The processes; each has its images in the order of the batch.
    """

    def __init__(self, sampler: Any, group: Group) -> None:
        self.batch_size_per_image: int = sampler.batch_size_per_image
        self.positive_fraction: float = sampler.positive_fraction
        self.sampled = 0  # examples of this process's images, in the last batch
        self._group = group

    def __call__(self, matched: List[Tensor]) -> Tuple[List[Tensor], List[Tensor]]:
        """Returns masks of the positive and of the negative examples for each image of this process.

        Args:
            matched: For each image -1 for an example that is left out, 0 for a negative and above 0 for a positive one.
        """
        places = [(torch.where(labels >= 1)[0], torch.where(labels == 0)[0]) for labels in matched]
        counts = [(positive.numel(), negative.numel()) for positive, negative in places]
        device = matched[0].device
        masks: list[tuple[Tensor, Tensor]] = []
        self.sampled = 0
        for rank, images in enumerate(self._group.gather(counts)):
            for index, (positives, negatives) in enumerate(images):
                most = min(positives, int(self.batch_size_per_image * self.positive_fraction))
                rest = min(negatives, self.batch_size_per_image - most)
                first = torch.randperm(positives, device=device)[:most]
                second = torch.randperm(negatives, device=device)[:rest]
                if rank == self._group.place.rank:
                    positive, negative = places[index]
                    masks.append((_mask(matched[index], positive[first]), _mask(matched[index], negative[second])))
                    self.sampled += most + rest
        return [mask for mask, _ in masks], [mask for _, mask in masks]


class SharedModel:
    """A detector that trains on its share of each batch, and knows what its losses are divided by.

    While it is in use, the samplers, the padding and the loss of the model take the whole batch into account.
    ``release`` restores torchvision's own, which TorchScript can export.

    Args:
        model: A torchvision detector.
        group: The processes.
    """

    def __init__(self, model: nn.Module, group: Group) -> None:
        self._undo: list[Callable[[], None]] = []
        self._first: SharedSampler | None = None
        self._second: SharedSampler | None = None
        self._objects: int | None = None  # foreground boxes of a single-shot detector in the last batch
        if group.size == 1:
            return
        self._share_padding(model.transform, group)
        if hasattr(model, "rpn") and hasattr(model, "roi_heads"):
            self._first = self._share_sampler(model.rpn, group)
            self._second = self._share_sampler(model.roi_heads, group)
        elif hasattr(model, "neg_to_pos_ratio"):
            self._count_objects(model)

    def divisor(self, loss: str, images: int) -> float:
        """Returns what a loss of the last batch was divided by in this process.

        Args:
            loss: Name of the loss.
            images: Images of this process in the batch.
        """
        if self._first is not None and self._second is not None:
            return float((self._first if loss in _NORMALIZED_BY_ANCHORS else self._second).sampled)
        return float(images if self._objects is None else self._objects)

    def release(self) -> None:
        """Restores the model's own parts."""
        while self._undo:
            self._undo.pop()()

    def _share_sampler(self, part: Any, group: Group) -> SharedSampler:
        own = part.fg_bg_sampler
        part.fg_bg_sampler = SharedSampler(own, group)
        self._undo.append(lambda: setattr(part, "fg_bg_sampler", own))
        shared: SharedSampler = part.fg_bg_sampler
        return shared

    def _share_padding(self, transform: Any, group: Group) -> None:
        own = transform.max_by_axis

        def max_by_axis(shapes: List[List[int]]) -> List[int]:
            return group.largest(own(shapes)) if transform.training else list(own(shapes))

        # Padding changes what group normalization averages over.
        transform.max_by_axis = max_by_axis
        self._undo.append(lambda: delattr(transform, "max_by_axis"))

    def _count_objects(self, model: Any) -> None:
        own = model.compute_loss

        def compute_loss(targets: Any, outputs: Any, anchors: Any, matched: List[Tensor]) -> Any:
            self._objects = sum(int((places >= 0).sum()) for places in matched)
            return own(targets, outputs, anchors, matched)

        model.compute_loss = compute_loss
        self._undo.append(lambda: delattr(model, "compute_loss"))


def _mask(labels: Tensor, chosen: Tensor) -> Tensor:
    mask = torch.zeros_like(labels, dtype=torch.uint8)
    mask[chosen] = 1
    return mask
