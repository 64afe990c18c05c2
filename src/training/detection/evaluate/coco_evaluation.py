"""COCO's detection metrics for boxes, number for number those of pycocotools' ``COCOeval``.

A crowd of small decisions makes two COCO evaluators differ: what happens to objects outside the area range, which of
two equal scores comes first, which of two equally good objects a detection takes, in which order means are summed.
Each is taken here as ``COCOeval`` takes it; where that is not obvious, a comment says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALL_THRESHOLDS = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = (1, 10, 100)  # per image and class
AREA_RANGES = {  # square pixels, both ends inclusive: an object of 32 x 32 is small and medium
    "all": (0.0, 1e5**2),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e5**2),
}
_STATS = (
    "eval_mAP", "eval_AP50", "eval_AP75", "eval_AP_small", "eval_AP_medium", "eval_AP_large",
    "eval_AR1", "eval_AR10", "eval_AR100", "eval_AR_small", "eval_AR_medium", "eval_AR_large",
)  # fmt: skip
_PAIRS_AT_ONCE = 2_000_000  # bounds the memory of the overlap table to about 200 MB


@dataclass(frozen=True)
class GroundTruth:
    """The objects of one image.

    Attributes:
        boxes: float64 (N, 4), xyxy in pixels of the image.
        labels: int64 (N,), from 1.
    """

    boxes: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        _set_arrays(self, boxes=(4,), labels=())


@dataclass(frozen=True)
class Detections:
    """What the detector found in one image, in any order.

    Attributes:
        boxes: float64 (M, 4), xyxy in pixels of the image.
        labels: int64 (M,), from 1.
        scores: float64 (M,); only their order matters. Of equal scores the earlier one counts as the higher.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    def __post_init__(self) -> None:
        _set_arrays(self, boxes=(4,), labels=(), scores=())


@dataclass(frozen=True)
class CocoResult:
    """The twelve COCO numbers and the precision of each class at IoU 0.5.

    Attributes:
        stats: The numbers in COCO's order (AP, AP50, AP75, AP small, medium, large, AR 1, 10, 100, AR small, medium,
            large), each in [0, 1], or -1 where no object counts.
        class_names: Name of each label.
        precision_at_50: float64 (101, K), the interpolated precision at recall 0, 0.01, … 1 for IoU 0.5, all areas
            and 100 detections, a column for each label in ascending order; -1 for a class without objects.
    """

    stats: tuple[float, ...]
    class_names: Mapping[int, str]
    precision_at_50: np.ndarray

    def metrics(self) -> dict[str, float]:
        """The twelve numbers and ``eval_AP50_<class>`` of each class, by metric name."""
        by_class = {
            f"eval_AP50_{self.class_names[label]}": _mean(self.precision_at_50[:, column])
            for column, label in enumerate(sorted(self.class_names))
        }
        return dict(zip(_STATS, self.stats)) | by_class

    def summary_lines(self) -> list[str]:
        """The twelve lines of ``COCOeval.summarize``, in its wording."""
        precision, recall = "Average Precision  (AP)", "Average Recall     (AR)"
        rows = [
            (precision, "0.50:0.95", "all", 100), (precision, "0.50", "all", 100), (precision, "0.75", "all", 100),
            (precision, "0.50:0.95", "small", 100), (precision, "0.50:0.95", "medium", 100),
            (precision, "0.50:0.95", "large", 100),
            (recall, "0.50:0.95", "all", 1), (recall, "0.50:0.95", "all", 10), (recall, "0.50:0.95", "all", 100),
            (recall, "0.50:0.95", "small", 100), (recall, "0.50:0.95", "medium", 100),
            (recall, "0.50:0.95", "large", 100),
        ]  # fmt: skip
        return [
            f" {title} @[ IoU={iou:<9} | area={area:>6} | maxDets={limit:>3} ] = {value:0.3f}"
            for (title, iou, area, limit), value in zip(rows, self.stats)
        ]

    def precision_recall(self, label: int) -> tuple[np.ndarray, np.ndarray]:
        """The precision-recall curve of one class at IoU 0.5; the mean of its precision is ``eval_AP50_<class>``.

        Returns:
            Recall 0, 0.01, … 1 and the interpolated precision at each; both empty for a class without objects.

        Raises:
            KeyError: No class has this label.
        """
        if label not in self.class_names:
            raise KeyError(label)
        precision = self.precision_at_50[:, sorted(self.class_names).index(label)]
        known = precision > -1
        return RECALL_THRESHOLDS[known], precision[known]


def evaluate(
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    class_names: Mapping[int, str],
) -> CocoResult:
    """Computes COCO's metrics of a detector over a set of images.

    Args:
        ground_truths: The objects of every image, by file name; an image without objects has zero boxes.
        detections: The detections by file name; an image that is left out has none.
        class_names: Name of each label. Labels need not be consecutive.

    Images count in the order of their names: that decides between equal scores in different images, as the image id
    does for ``COCOeval``. The order of the mappings does not matter.

    Raises:
        ValueError: Detections of an unknown image, a label without a name, or a number that is not finite.
    """
    unknown = sorted(set(detections) - set(ground_truths))
    if unknown:
        raise ValueError(f"{len(unknown)} images with detections are not in the ground truth, the first '{unknown[0]}'")

    files = sorted(ground_truths)
    labels = np.array(sorted(class_names), dtype=np.int64)
    objects = _Boxes.collect(files, ground_truths, labels)
    found = _Boxes.collect(files, detections, labels).highest_scores(MAX_DETECTIONS[-1])
    matched, ignored = _match(objects, found)
    precision, recall = _accumulate(objects, found, matched, ignored, len(labels))

    areas = range(len(AREA_RANGES))
    stats = (
        _mean(precision[..., 0]), _mean(precision[0, ..., 0]), _mean(precision[5, ..., 0]),
        *(_mean(precision[..., area]) for area in areas[1:]),
        *(_mean(recall[..., 0, limit]) for limit in range(len(MAX_DETECTIONS))),
        *(_mean(recall[..., area, -1]) for area in areas[1:]),
    )  # fmt: skip
    return CocoResult(stats, dict(class_names), np.ascontiguousarray(precision[0, ..., 0]))


@dataclass(frozen=True)
class _Boxes:
    """Boxes of all images in one table, sorted by group; a group is one class of one image.

    ``corners`` and ``far_corners`` are float64 (N, 2) xy, ``areas`` float64 (N,), ``groups``, ``classes`` and
    ``ranks`` int64 (N,); a rank is the place of a detection within its group, from 0 for the highest score.
    """

    corners: np.ndarray
    far_corners: np.ndarray
    areas: np.ndarray
    scores: np.ndarray
    groups: np.ndarray
    classes: np.ndarray
    ranks: np.ndarray

    @staticmethod
    def collect(files: Sequence[str], images: Mapping[str, GroundTruth | Detections], labels: np.ndarray) -> _Boxes:
        present = [(index, images[file]) for index, file in enumerate(files) if file in images]
        image = np.repeat([index for index, _ in present], [len(entry.labels) for _, entry in present]).astype(np.int64)
        boxes = np.concatenate([entry.boxes for _, entry in present] + [np.zeros((0, 4))])
        label = np.concatenate([entry.labels for _, entry in present] + [np.zeros(0, np.int64)])
        # Objects have no score; 0 for all of them keeps their order within an image.
        scores = np.concatenate([getattr(entry, "scores", np.zeros(len(entry.labels))) for _, entry in present] + [[]])

        finite = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
        if not finite.all():
            row = int(np.argmin(finite))
            raise ValueError(
                f"image '{files[image[row]]}' has box {boxes[row]} of score {scores[row]}; both must be finite"
            )
        unnamed = ~np.isin(label, labels)
        if unnamed.any():
            row = int(np.argmax(unnamed))
            raise ValueError(f"image '{files[image[row]]}' has label {label[row]}; it must be one of {labels.tolist()}")

        classes = np.searchsorted(labels, label)
        groups = image * len(labels) + classes
        order = np.lexsort((-scores, groups))  # stable, as the merge sort of COCOeval
        groups = groups[order]
        # COCO files hold x, y, width, height. The far corner is computed back from those, as pycocotools does:
        # (x2 - x1) + x1 may differ from x2 in the last bit, and a box at a threshold would then fall otherwise.
        corners, sizes = boxes[order, :2], boxes[order, 2:] - boxes[order, :2]
        return _Boxes(
            corners,
            corners + sizes,
            sizes[:, 0] * sizes[:, 1],
            scores[order],
            groups,
            classes[order],
            np.arange(len(groups)) - np.searchsorted(groups, groups),
        )

    def highest_scores(self, limit: int) -> _Boxes:
        """The first ``limit`` boxes of each group."""
        kept = self.ranks < limit
        return _Boxes(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    def outside_areas(self) -> np.ndarray:
        """bool (A, N): which boxes lie outside each area range."""
        ranges = np.array(list(AREA_RANGES.values()))[:, :, None]
        return (self.areas < ranges[:, 0]) | (self.areas > ranges[:, 1])


def _match(objects: _Boxes, found: _Boxes) -> tuple[np.ndarray, np.ndarray]:
    """Gives each detection its object, at each area range and IoU threshold.

    Detections choose one after the other in order of score, each the best object that is left; all groups go in step,
    so a turn is one array operation over every image and class.

    Returns:
        bool (A, T, N) twice: whether each detection is matched, and whether it counts neither as right nor wrong.
    """
    shape = (len(AREA_RANGES), len(IOU_THRESHOLDS), len(found.groups))
    matched, ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    object_ignored = objects.outside_areas().T[:, :, None]  # (objects, A, 1)
    taken = np.zeros((len(objects.groups), *shape[:2]), bool)
    thresholds = np.minimum(IOU_THRESHOLDS, 1 - 1e-10)

    pair_found, pair_object, pair_iou = _overlapping_pairs(objects, found, thresholds[0])
    candidates, first, pairs = np.unique(pair_found, return_index=True, return_counts=True)
    groups = found.groups[candidates]
    turns = np.arange(len(groups)) - np.searchsorted(groups, groups)
    by_turn = np.argsort(turns, kind="stable")
    ends = np.cumsum(np.bincount(turns)) if len(turns) else []

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
            # An object that counts goes before one that is ignored, whatever their IoU; of equal IoU the later wins.
            better = best_ignored[rows] & ~target_ignored
            better |= (best_ignored[rows] == target_ignored) & (iou >= best_iou[rows])
            better |= best[rows] < 0
            better &= ~taken[target] & (iou >= thresholds)
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

    # A detection outside the area range is wrong only there where it took an object that counts.
    ignored |= ~matched & found.outside_areas()[:, None, :]
    return matched, ignored


def _overlapping_pairs(objects: _Boxes, found: _Boxes, least_iou: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every detection and object of one group with at least this IoU: their rows, and the IoU.

    Ordered by detection, then by object.
    """
    begin = np.searchsorted(objects.groups, found.groups, side="left")
    counts = np.searchsorted(objects.groups, found.groups, side="right") - begin
    total = np.concatenate([[0], np.cumsum(counts)])
    kept: list[tuple[np.ndarray, ...]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    low = 0
    while low < len(counts):
        high = max(low + 1, int(np.searchsorted(total, total[low] + _PAIRS_AT_ONCE, side="right")) - 1)
        detection = np.repeat(np.arange(low, high), counts[low:high])
        target = np.arange(len(detection)) + np.repeat(
            begin[low:high] - (total[low:high] - total[low]), counts[low:high]
        )
        sides = np.minimum(found.far_corners[detection], objects.far_corners[target])
        sides -= np.maximum(found.corners[detection], objects.corners[target])
        common = np.flatnonzero((sides > 0).all(axis=1))
        detection, target = detection[common], target[common]
        intersection = sides[common, 0] * sides[common, 1]
        iou = intersection / (found.areas[detection] + objects.areas[target] - intersection)
        enough = iou >= least_iou
        kept.append((detection[enough], target[enough], iou[enough]))
        low = high
    pair_found, pair_object, pair_iou = (np.concatenate(parts) for parts in zip(*kept))
    return pair_found, pair_object, pair_iou


def _accumulate(
    objects: _Boxes, found: _Boxes, matched: np.ndarray, ignored: np.ndarray, class_count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Precision at 100 detections, float64 (T, 101, K, A), and recall, float64 (T, K, A, M); -1 where nothing counts."""
    thresholds, areas = len(IOU_THRESHOLDS), len(AREA_RANGES)
    precision = np.full((thresholds, len(RECALL_THRESHOLDS), class_count, areas), -1.0)
    recall = np.full((thresholds, class_count, areas, len(MAX_DETECTIONS)), -1.0)
    counting = ~objects.outside_areas()
    for column in range(class_count):
        rows = np.flatnonzero(found.classes == column)
        rows = rows[np.argsort(-found.scores[rows], kind="stable")]  # images by name, where scores are equal
        for area in range(areas):
            object_count = np.count_nonzero(counting[area] & (objects.classes == column))
            if object_count == 0:
                continue
            counts = ~ignored[area][:, rows]
            right = matched[area][:, rows] & counts
            for index, limit in enumerate(MAX_DETECTIONS):
                recall[:, column, area, index] = right[:, found.ranks[rows] < limit].sum(axis=1) / object_count
            for threshold in range(thresholds):
                precision[threshold, :, column, area] = _interpolated_precision(
                    right[threshold], counts[threshold], object_count
                )
    return precision, recall


def _interpolated_precision(right: np.ndarray, counts: np.ndarray, object_count: int) -> np.ndarray:
    """Precision at the 101 recalls, of detections in order of score: the best at that recall or a higher one."""
    positives = np.cumsum(right).astype(np.float64)
    others = np.cumsum(counts & ~right).astype(np.float64)
    precision = positives / (others + positives + np.spacing(1))
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    # Recall never reached has precision 0.
    return np.append(envelope, np.zeros(1))[np.searchsorted(positives / object_count, RECALL_THRESHOLDS, side="left")]


def _mean(values: np.ndarray) -> float:
    """Mean of the defined values, -1 when there is none.

    numpy sums pairwise, so the last bits depend on the order. The arrays here have COCOeval's axes in its order, and
    a mask reads them in that order whatever lies in memory: the sum is the same bit for bit.
    """
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else -1.0


def _set_arrays(record: GroundTruth | Detections, **row_shapes: tuple[int, ...]) -> None:
    for name, row_shape in row_shapes.items():
        array = np.asarray(getattr(record, name), dtype=np.int64 if name == "labels" else np.float64)
        if array.size == 0:
            array = array.reshape(0, *row_shape)
        expected = (len(record.labels), *row_shape)
        if array.shape != expected:
            raise ValueError(f"{name} has shape {array.shape}; it must be {expected}, a row for each label")
        object.__setattr__(record, name, array)
