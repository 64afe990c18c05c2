"""The recall of the first stage: which objects have a proposal that overlaps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from detection.evaluate.coco_matching import AREA_RANGES
from detection.evaluate.detections import GroundTruth

IOU = 0.5
_LIMITING = 0.9  # a class whose proposals find less cannot be detected well, whatever the second stage learns


class ProposalRecorder:
    """Records the proposals of a detector's first stage while it runs."""

    def __init__(self) -> None:
        self.last: list[NDArray[np.float64]] = []

    @contextmanager
    def recording(self, model: nn.Module) -> Iterator[None]:
        """Records inside the block; a detector of one stage has no proposals."""
        first_stage = getattr(model, "rpn", None)
        if not isinstance(first_stage, nn.Module):
            yield
            return
        handle = first_stage.register_forward_hook(self._record)
        try:
            yield
        finally:
            handle.remove()

    def _record(self, module: nn.Module, inputs: Any, output: tuple[list[Tensor], Any]) -> None:
        self.last = [boxes.detach().double().cpu().numpy().reshape(-1, 4) for boxes in output[0]]


def proposal_recall(
    truths: Mapping[str, GroundTruth], proposals: Mapping[str, NDArray[np.float64]], class_names: Mapping[int, str]
) -> dict[str, float]:
    """Returns the share of the objects that a proposal overlaps by an IoU of at least 0.5.

    Args:
        truths: The objects of each image, by file name.
        proposals: The proposals (N, 4) of each image, xyxy in its pixels, by file name; empty for one stage.
        class_names: Name of each label.

    Returns:
        ``proposal_recall``, ``proposal_recall_<class>`` and ``proposal_recall_<size>`` for COCO's sizes, each in
        [0, 1], or -1 without such an object. Nothing for a detector of one stage.
    """
    if not proposals:
        return {}
    found, labels, areas = [], [], []
    for name, truth in truths.items():
        found.append(best_overlaps(truth.boxes, proposals[name]) >= IOU)
        labels.append(truth.labels)
        areas.append((truth.boxes[:, 2] - truth.boxes[:, 0]) * (truth.boxes[:, 3] - truth.boxes[:, 1]))
    hits, all_labels, all_areas = np.concatenate(found), np.concatenate(labels), np.concatenate(areas)
    recall = {"proposal_recall": _share(hits)}
    for label in sorted(class_names):
        recall[f"proposal_recall_{class_names[label]}"] = _share(hits[all_labels == label])
    for size, (least, most) in AREA_RANGES.items():
        if size != "all":
            recall[f"proposal_recall_{size}"] = _share(hits[(all_areas >= least) & (all_areas <= most)])
    return recall


def best_overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the largest IoU of each box with any of the others; 0 without others."""
    if not len(others) or not len(boxes):
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(group[:, 2:] - group[:, :2]).prod(axis=1) for group in (boxes, others)]
    overlaps: NDArray[np.float64] = (shared / (areas[0][:, None] + areas[1][None] - shared)).max(axis=1)
    return overlaps


def warnings(metrics: Mapping[str, float], class_names: Mapping[int, str]) -> list[str]:
    """Returns a warning for each class whose proposals are what limits its detection."""
    lines = []
    for name in class_names.values():
        recall = metrics.get(f"proposal_recall_{name}", -1.0)
        if 0 <= recall < _LIMITING:
            lines.append(
                f"warning: only {recall:.2f} of the objects of {name} have a proposal; raise "
                "FIRST_STAGE.MAX_PROPOSALS, set MODEL_PARAMS.ANCHORS=auto, or raise MODEL_PARAMS.IMAGE_SIZE"
            )
    return lines


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else -1.0
