"""Matches detections with objects as pycocotools' ``COCOeval`` does, for all images and classes at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.detections import Detections, GroundTruth

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
AREA_RANGES = {  # square pixels, both ends inclusive: an object of 32 x 32 is small and medium
    "all": (0.0, 1e5**2),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e5**2),
}
_PAIRS_AT_ONCE = 2_000_000  # limits the memory of the overlap table to about 200 MB

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Boxes:
    """The boxes of all images in one table, sorted by group. A group is one class of one image.

    Attributes:
        corners: (N, 2), xy of the first corner in pixels.
        far_corners: (N, 2), xy of the opposite corner in pixels.
        areas: (N,), of the boxes, in square pixels.
        scores: (N,); 0 for objects.
        groups: (N,), number of the group.
        classes: (N,), place of the label among all labels in ascending order.
        ranks: (N,), place within the group, from 0 for the highest score.
        sizes: (N,), in square pixels: the area that decides the range. COCO's annotations state that of a mask.
        crowd: (N,), whether an object is a crowd: any number of detections may match it, and none counts.
        ignored: (N,), whether an object does not count; true for a crowd.
    """

    corners: Floats
    far_corners: Floats
    areas: Floats
    scores: Floats
    groups: Integers
    classes: Integers
    ranks: Integers
    sizes: Floats
    crowd: Bools
    ignored: Bools

    @staticmethod
    def collect(
        files: Sequence[str], images: Mapping[str, GroundTruth] | Mapping[str, Detections], labels: Integers
    ) -> Boxes:
        """Creates the table.

        Args:
            files: The image names, in the order in which images count.
            images: The boxes of each image, by file name.
            labels: All labels, in ascending order.

        Raises:
            ValueError: A box or a score is not finite, or a label is not one of ``labels``.
        """
        present = [(index, images[file]) for index, file in enumerate(files) if file in images]
        image = np.repeat([index for index, _ in present], [len(entry.labels) for _, entry in present]).astype(np.int64)
        boxes = np.concatenate([entry.boxes for _, entry in present] + [np.zeros((0, 4))])
        label = np.concatenate([entry.labels for _, entry in present] + [np.zeros(0, np.int64)])
        # Objects have no score; 0 for all of them keeps their order within an image.
        scores = np.concatenate([getattr(entry, "scores", np.zeros(len(entry.labels))) for _, entry in present] + [[]])

        # COCO files hold x, y, width, height, and pycocotools computes the far corner from those. (x2 - x1) + x1 may
        # differ from x2 in the last bit, which decides a box exactly at a threshold.
        sides = boxes[:, 2:] - boxes[:, :2]
        areas, crowd, ignored = (
            np.concatenate([given(entry, name, plain) for _, entry in present] + [np.zeros(0, kind)])
            for name, plain, kind in (
                ("areas", np.nan, np.float64),
                ("crowd", False, np.bool_),
                ("ignored", False, np.bool_),
            )
        )
        areas = np.where(np.isnan(areas), sides[:, 0] * sides[:, 1], areas)
        return Boxes.arrange(files, labels, image, boxes[:, :2], sides, label, scores, areas, crowd, ignored)

    @staticmethod
    def arrange(
        files: Sequence[str],
        labels: Integers,
        image: Integers,
        corners: Floats,
        sizes: Floats,
        label: Integers,
        scores: Floats,
        areas: Floats | None = None,
        crowd: Bools | None = None,
        ignored: Bools | None = None,
    ) -> Boxes:
        """Creates the table from arrays with one row per box.

        Args:
            files: The image names, in the order in which images count.
            labels: All labels, in ascending order.
            image: (N,), place of the box's image in ``files``; ascending, unless the order within a group is arbitrary.
            corners: (N, 2), xy of the first corner in pixels.
            sizes: (N, 2), width and height in pixels.
            label: (N,), the box's label.
            scores: (N,); 0 for objects.
            areas: (N,), square pixels that decide the range of an object; None for those of the boxes.
            crowd: (N,), COCO's ``iscrowd``; None for no crowd.
            ignored: (N,), whether an object does not count, besides the crowds; None for none.

        Raises:
            ValueError: A box or a score is not finite, or a label is not one of ``labels``.
        """
        finite = np.isfinite(corners).all(axis=1) & np.isfinite(sizes).all(axis=1) & np.isfinite(scores)
        if not finite.all():
            row = int(np.argmin(finite))
            box = np.concatenate([corners[row], corners[row] + sizes[row]])
            raise ValueError(f"image '{files[image[row]]}' has box {box} of score {scores[row]}; both must be finite")
        unnamed = ~np.isin(label, labels)
        if unnamed.any():
            row = int(np.argmax(unnamed))
            raise ValueError(f"image '{files[image[row]]}' has label {label[row]}; it must be one of {labels.tolist()}")

        classes = np.searchsorted(labels, label)
        groups = image * len(labels) + classes
        order = np.lexsort((-scores, groups))  # stable, as the merge sort of COCOeval
        groups, corners, sizes = groups[order], corners[order], sizes[order]
        own_areas = sizes[:, 0] * sizes[:, 1]
        crowds = np.zeros(len(order), bool) if crowd is None else crowd[order]
        return Boxes(
            corners,
            corners + sizes,
            own_areas,
            scores[order],
            groups,
            classes[order],
            np.arange(len(groups)) - np.searchsorted(groups, groups),
            own_areas if areas is None else areas[order],
            crowds,
            crowds if ignored is None else crowds | ignored[order],
        )

    def highest_scores(self, limit: int) -> Boxes:
        """Returns the table with the first ``limit`` boxes of each group."""
        kept = self.ranks < limit
        return Boxes(*(getattr(self, field.name)[kept] for field in fields(self)))

    def outside_areas(self) -> Bools:
        """Returns, as (A, N), which boxes do not count in each area range: they are outside it, or ignored in all."""
        ranges = np.array(list(AREA_RANGES.values()))[:, :, None]
        outside: Bools = (self.sizes < ranges[:, 0]) | (self.sizes > ranges[:, 1]) | self.ignored
        return outside


def given(entry: GroundTruth | Detections, name: str, otherwise: float) -> NDArray[Any]:
    """Returns an optional array of an image's boxes, filled with a plain value where it is not given."""
    values = getattr(entry, name, None)
    return np.full(len(entry.labels), otherwise) if values is None else np.asarray(values)


def match(objects: Boxes, detections: Boxes) -> tuple[Bools, Bools]:
    """Matches each detection with an object, at each of A area ranges and T IoU thresholds.

    The detections of a group choose in order of score, each the best object that is still free. All groups take their
    turns together, so that one turn is one array operation over all images and classes.

    A crowd takes any number of detections.

    Returns:
        Two arrays (A, T, N): whether each detection is matched, and whether it counts as neither right nor wrong.
    """
    shape = (len(AREA_RANGES), len(IOU_THRESHOLDS), len(detections.groups))
    matched, ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    object_ignored = objects.outside_areas().T[:, :, None]  # (objects, A, 1)
    taken = np.zeros((len(objects.groups), *shape[:2]), bool)
    thresholds = np.minimum(IOU_THRESHOLDS, 1 - 1e-10)

    pair_detection, pair_object, pair_iou = _overlapping_pairs(objects, detections, thresholds[0])
    candidates, first, pairs = np.unique(pair_detection, return_index=True, return_counts=True)
    groups = detections.groups[candidates]
    turns = np.arange(len(groups)) - np.searchsorted(groups, groups)
    by_turn = np.argsort(turns, kind="stable")
    ends = np.cumsum(np.bincount(turns)).tolist() if len(turns) else []

    start = 0
    for end in ends:
        turn = by_turn[start:end]
        start = end
        best = np.full((len(turn), *shape[:2]), -1)
        best_iou = np.zeros(best.shape)
        best_ignored = np.zeros(best.shape, bool)
        for slot in range(pairs[turn].max()):
            rows = np.flatnonzero(pairs[turn] > slot)
            pair = first[turn[rows]] + slot
            target, iou = pair_object[pair], pair_iou[pair][:, None, None]
            target_ignored = object_ignored[target]
            # An object that counts precedes one that is ignored, whatever their IoU; of equal IoU the later one wins.
            better = best_ignored[rows] & ~target_ignored
            better |= (best_ignored[rows] == target_ignored) & (iou >= best_iou[rows])
            better |= best[rows] < 0
            better &= (~taken[target] | objects.crowd[target][:, None, None]) & (iou >= thresholds)
            row, area, threshold = np.nonzero(better)
            at = (rows[row], area, threshold)
            best[at] = target[row]
            best_iou[at] = iou[row, 0, 0]
            best_ignored[at] = target_ignored[row, area, 0]

        row, area, threshold = np.nonzero(best >= 0)
        taken[best[row, area, threshold], area, threshold] = True
        detection = candidates[turn[row]]
        matched[area, threshold, detection] = True
        ignored[area, threshold, detection] = best_ignored[row, area, threshold]

    # A detection outside the area range counts only where it took an object that counts.
    ignored |= ~matched & detections.outside_areas()[:, None, :]
    return matched, ignored


def _overlapping_pairs(objects: Boxes, detections: Boxes, least_iou: float) -> tuple[Integers, Integers, Floats]:
    """Returns the pairs of a detection and an object of its group that overlap by at least ``least_iou``.

    Returns:
        The row of each detection, the row of its object, and their IoU; ordered by detection, then by object.
    """
    begin = np.searchsorted(objects.groups, detections.groups, side="left")
    counts = np.searchsorted(objects.groups, detections.groups, side="right") - begin
    total = np.concatenate([[0], np.cumsum(counts)])
    kept: list[tuple[Integers, Integers, Floats]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    low = 0
    while low < len(counts):
        high = max(low + 1, int(np.searchsorted(total, total[low] + _PAIRS_AT_ONCE, side="right")) - 1)
        detection = np.repeat(np.arange(low, high), counts[low:high])
        target = np.arange(len(detection)) + np.repeat(
            begin[low:high] - (total[low:high] - total[low]), counts[low:high]
        )
        sides = np.minimum(detections.far_corners[detection], objects.far_corners[target])
        sides -= np.maximum(detections.corners[detection], objects.corners[target])
        common = np.flatnonzero((sides > 0).all(axis=1))
        detection, target = detection[common], target[common]
        intersection = sides[common, 0] * sides[common, 1]
        union = detections.areas[detection] + objects.areas[target] - intersection
        # COCO compares a crowd by the share of the detection that it covers.
        iou = intersection / np.where(objects.crowd[target], detections.areas[detection], union)
        enough = iou >= least_iou
        kept.append((detection[enough], target[enough], iou[enough]))
        low = high
    pair_detections, pair_objects, pair_ious = zip(*kept)
    return np.concatenate(pair_detections), np.concatenate(pair_objects), np.concatenate(pair_ious)
