"""Anchors that follow the dataset: sizes by k-means over the boxes of the training split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detection.data.datasets import ImageRecord
from detection.models.base_model import BaseModel

_LEAST_SIDE = 4  # pixels
_STEPS = 100
_SMALL_SIDE = 8  # pixels, below which a detector finds little
_SMALL_SHARE = 0.1
_PER_LEVEL = {1: 4, 3: 3}  # anchors of one ratio per level; one each for a pyramid of more levels


def anchor_sizes(records: Sequence[ImageRecord], image_size: int, entry: BaseModel) -> tuple[tuple[int, ...], ...]:
    """Returns the sides of the anchors of each feature level, in pixels of the resized image, ascending.

    The sides are the centres of a k-means over the logarithm of the square root of each box's area. The logarithm makes
    a box of 10 pixels and an anchor of 20 as far apart as 100 and 200. The order of the records does not matter.

    Args:
        records: The images of the training split; they hold at least one box.
        image_size: Longer side of an image after resizing, in pixels.
        entry: The base model, whose levels get anchors.
    """
    per_level = _PER_LEVEL.get(entry.levels, 1)
    sides = box_sides(records, image_size)
    centres = np.exp(_k_means(np.log(np.sort(sides)), entry.levels * per_level))
    rounded = [max(_LEAST_SIDE, int(side + 0.5)) for side in centres]
    for place in range(1, len(rounded)):  # equal ones would be the same anchor twice
        rounded[place] = max(rounded[place], rounded[place - 1] + 1)
    return tuple(tuple(rounded[start : start + per_level]) for start in range(0, len(rounded), per_level))


def box_sides(records: Sequence[ImageRecord], image_size: int) -> NDArray[np.float64]:
    """Returns the square root of each box's area, in pixels of the resized image."""
    sides = [
        ((box[2] - box[0]) * (box[3] - box[1])) ** 0.5 * image_size / max(record.width, record.height)
        for record in records
        for box in record.boxes
    ]
    return np.maximum(np.asarray(sides, dtype=np.float64), 1.0)


def small_objects(records: Sequence[ImageRecord], image_size: int, class_names: Mapping[int, str]) -> list[str]:
    """Returns a warning for each class with more than one object in ten that the image size makes too small.

    Args:
        records: The images of the training split.
        image_size: MODEL_PARAMS.IMAGE_SIZE, in pixels.
        class_names: Name of each label.
    """
    sides = box_sides(records, image_size)
    labels = np.asarray([label for record in records for label in record.labels], dtype=np.int64)
    lines = []
    for label, name in class_names.items():
        own = sides[labels == label]
        if own.size and (own < _SMALL_SIDE).mean() > _SMALL_SHARE:
            least = int(np.ceil(image_size * _SMALL_SIDE / np.quantile(own, _SMALL_SHARE)))
            lines.append(
                f"warning: {(own < _SMALL_SIDE).mean():.0%} of the objects of {name} are smaller than {_SMALL_SIDE} "
                f"pixels at MODEL_PARAMS.IMAGE_SIZE {image_size}; raise it to {least}"
            )
    return lines


def _k_means(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Returns the centres of Lloyd's algorithm on sorted numbers, ascending; it starts at their quantiles."""
    centres: NDArray[np.float64] = np.quantile(values, (np.arange(count) + 0.5) / count)
    for _ in range(_STEPS):
        borders = np.searchsorted(values, (centres[1:] + centres[:-1]) / 2)
        parts = np.split(values, borders)
        moved = np.array([part.mean() if part.size else centre for part, centre in zip(parts, centres)])
        if np.array_equal(moved, centres):
            break
        centres = np.sort(moved)
    return centres
