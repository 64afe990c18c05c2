"""The ground truth of an image and the predictions for it, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GroundTruth:
    """The ground truth of one image: its objects.

    Attributes:
        boxes: float64 (N, 4), xyxy in pixels of the image.
        labels: int64 (N,), from 1.

    Raises:
        ValueError: The arrays have different lengths.
    """

    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        _set_arrays(self, boxes=(4,), labels=())


@dataclass(frozen=True)
class Detections:
    """The predictions of a detector for one image, in any order.

    Attributes:
        boxes: float64 (M, 4), xyxy in pixels of the image.
        labels: int64 (M,), from 1.
        scores: float64 (M,); only their order matters. Of equal scores the earlier one counts as the higher.

    Raises:
        ValueError: The arrays have different lengths.
    """

    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        _set_arrays(self, boxes=(4,), labels=(), scores=())


def _set_arrays(record: GroundTruth | Detections, **row_shapes: tuple[int, ...]) -> None:
    for name, row_shape in row_shapes.items():
        array = np.asarray(getattr(record, name), dtype=np.int64 if name == "labels" else np.float64)
        if array.size == 0:
            array = array.reshape(0, *row_shape)
        expected = (len(record.labels), *row_shape)
        if array.shape != expected:
            raise ValueError(f"{name} has shape {array.shape}; it must be {expected}, one row per label")
        object.__setattr__(record, name, array)
