"""COCO's detection metrics for boxes, number for number those of pycocotools' ``COCOeval``.

Many small decisions make two COCO evaluators differ: what happens to objects outside the area range, which of two equal
scores comes first, which of two equally good objects a detection takes, in which order a mean is summed. Each is made
here as ``COCOeval`` makes it. A comment says so where that is not obvious.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detection.evaluate.coco_matching import AREA_RANGES, IOU_THRESHOLDS, Bools, Boxes, Floats, match
from detection.evaluate.detections import Detections, GroundTruth
from detection.tracking.metric_names import COCO_NAMES, class_ap50

RECALL_THRESHOLDS = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = (1, 10, 100)  # per image and class


@dataclass(frozen=True)
class CocoResult:
    """Holds the twelve COCO numbers and the precision of each class at IoU 0.5.

    Attributes:
        stats: The numbers in COCO's order (AP, AP50, AP75, AP small, medium, large, AR 1, 10, 100, AR small, medium,
            large), each in [0, 1], or -1 where no object counts.
        class_names: Name of each label.
        precision_at_50: (101, K), the interpolated precision at recall 0, 0.01, … 1 for IoU 0.5, all areas and 100
            detections; one column per label in ascending order; -1 for a class without objects.
    """

    stats: tuple[float, ...]
    class_names: Mapping[int, str]
    precision_at_50: Floats

    def metrics(self) -> dict[str, float]:
        """Returns the twelve numbers and ``eval_AP50_<class>`` of each class, by metric name."""
        by_class = {
            class_ap50(self.class_names[label]): _mean(self.precision_at_50[:, column])
            for column, label in enumerate(sorted(self.class_names))
        }
        return dict(zip(COCO_NAMES, self.stats)) | by_class

    def summary_lines(self) -> list[str]:
        """Returns the twelve lines of ``COCOeval.summarize``, in its wording."""
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

    def precision_recall(self, label: int) -> tuple[Floats, Floats]:
        """Returns the precision-recall curve of a class at IoU 0.5; its mean precision is ``eval_AP50_<class>``.

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
        detections: The detections by file name; an image without an entry has none.
        class_names: Name of each label. Labels need not be consecutive.

    The images count in the order of their names, which decides between equal scores in different images, as the image
    id does for ``COCOeval``. The order of the mappings does not matter.

    Raises:
        ValueError: An image with detections is unknown, a label has no name, or a number is not finite.
    """
    unknown = sorted(set(detections) - set(ground_truths))
    if unknown:
        raise ValueError(f"{len(unknown)} images with detections are not in the ground truth, the first '{unknown[0]}'")

    files = sorted(ground_truths)
    labels = np.array(sorted(class_names), dtype=np.int64)
    objects = Boxes.collect(files, ground_truths, labels)
    return evaluate_boxes(objects, Boxes.collect(files, detections, labels), class_names)[0]


def evaluate_boxes(
    objects: Boxes, detections: Boxes, class_names: Mapping[int, str]
) -> tuple[CocoResult, Boxes, Bools, Bools]:
    """Computes COCO's metrics from tables of boxes.

    Args:
        objects: The objects of all images.
        detections: The detections of all images.
        class_names: Name of each label.

    Returns:
        The metrics; the N detections that count, which are the best 100 per class and image; and as (A, T, N), for
        each of A area ranges and T IoU thresholds, whether each of them is matched, and whether it is ignored.
    """
    counted = detections.highest_scores(MAX_DETECTIONS[-1])
    matched, ignored = match(objects, counted)
    precision, recall = _accumulate(objects, counted, matched, ignored, len(class_names))

    areas = range(len(AREA_RANGES))
    stats = (
        _mean(precision[..., 0]), _mean(precision[0, ..., 0]), _mean(precision[5, ..., 0]),
        *(_mean(precision[..., area]) for area in areas[1:]),
        *(_mean(recall[..., 0, limit]) for limit in range(len(MAX_DETECTIONS))),
        *(_mean(recall[..., area, -1]) for area in areas[1:]),
    )  # fmt: skip
    result = CocoResult(stats, dict(class_names), np.ascontiguousarray(precision[0, ..., 0]))
    return result, counted, matched, ignored


def _accumulate(
    objects: Boxes, detections: Boxes, matched: Bools, ignored: Bools, class_count: int
) -> tuple[Floats, Floats]:
    """Returns precision and recall, each -1 where nothing counts.

    Returns:
        Precision at 100 detections, (T, 101, K, A), and recall, (T, K, A, M), for T IoU thresholds, K classes, A area
        ranges and M limits of detections.
    """
    thresholds, areas = len(IOU_THRESHOLDS), len(AREA_RANGES)
    precision = np.full((thresholds, len(RECALL_THRESHOLDS), class_count, areas), -1.0)
    recall = np.full((thresholds, class_count, areas, len(MAX_DETECTIONS)), -1.0)
    counting = ~objects.outside_areas()
    for column in range(class_count):
        rows = np.flatnonzero(detections.classes == column)
        rows = rows[np.argsort(-detections.scores[rows], kind="stable")]  # images by name, where scores are equal
        for area in range(areas):
            object_count = np.count_nonzero(counting[area] & (objects.classes == column))
            if object_count == 0:
                continue
            counts = ~ignored[area][:, rows]
            right = matched[area][:, rows] & counts
            for index, limit in enumerate(MAX_DETECTIONS):
                recall[:, column, area, index] = right[:, detections.ranks[rows] < limit].sum(axis=1) / object_count
            for threshold in range(thresholds):
                precision[threshold, :, column, area] = _interpolated_precision(
                    right[threshold], counts[threshold], object_count
                )
    return precision, recall


def _interpolated_precision(right: Bools, counts: Bools, object_count: int) -> Floats:
    """Returns the precision at the 101 recalls: the highest at that recall or beyond.

    Args:
        right: Whether each detection, in order of score, is right.
        counts: Whether each detection is right or wrong at all.
        object_count: Number of objects, at least 1.
    """
    positives = np.cumsum(right).astype(np.float64)
    others = np.cumsum(counts & ~right).astype(np.float64)
    precision = positives / (others + positives + np.spacing(1))
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(positives / object_count, RECALL_THRESHOLDS, side="left")
    interpolated: Floats = np.append(envelope, 0.0)[reached]  # 0 for a recall that is never reached
    return interpolated


def _mean(values: Floats) -> float:
    """Returns the mean of the defined values; -1 without any.

    numpy sums pairwise, so that the last bits depend on the order. The arrays here have COCOeval's axes in its order,
    and a mask reads them in that order whatever their layout in memory: the sum is the same bit for bit.
    """
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else -1.0
