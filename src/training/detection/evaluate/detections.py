"""The ground truth of an image and the predictions for it, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GroundTruth:
    """The ground truth of one image: its objects.

    Attributes:
        boxes: float64 (N, 4), xyxy in pixels of the image.
        labels: int64 (N,), from 1.
        areas: float64 (N,), square pixels, which decide whether an object is small, medium or large; None for those of
            the boxes.
        crowd: bool (N,), COCO's ``iscrowd``: the box holds many objects that are not marked one by one; None for none.
        ignored: bool (N,), whether the object does not count: detecting it is neither right nor wrong; None for none.

    Raises:
        ValueError: The arrays have different lengths.
    """

    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    areas: Optional[NDArray[np.float64]] = None
    crowd: Optional[NDArray[np.bool_]] = None
    ignored: Optional[NDArray[np.bool_]] = None

    def __post_init__(self) -> None:
        _set_arrays(self, boxes=(4,), labels=())
        for name, kind in (("areas", np.float64), ("crowd", np.bool_), ("ignored", np.bool_)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind).reshape(len(self.labels)))

    def counting(self) -> NDArray[np.bool_]:
        """Returns, as (N,), which objects count: neither a crowd nor ignored."""
        counting = np.ones(len(self.labels), bool)
        for flags in (self.crowd, self.ignored):
            if flags is not None:
                counting &= ~flags
        return counting

    def select(self, chosen: NDArray[np.bool_]) -> GroundTruth:
        """Returns the chosen objects.

        Args:
            chosen: (N,), whether each object is chosen.
        """
        return GroundTruth(
            self.boxes[chosen],
            self.labels[chosen],
            None if self.areas is None else self.areas[chosen],
            None if self.crowd is None else self.crowd[chosen],
            None if self.ignored is None else self.ignored[chosen],
        )


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

    def select(self, chosen: NDArray[np.bool_]) -> Detections:
        """Returns the chosen predictions.

        Args:
            chosen: (M,), whether each prediction is chosen.
        """
        return Detections(self.boxes[chosen], self.labels[chosen], self.scores[chosen])


def _set_arrays(record: GroundTruth | Detections, **row_shapes: tuple[int, ...]) -> None:
    for name, row_shape in row_shapes.items():
        array = np.asarray(getattr(record, name), dtype=np.int64 if name == "labels" else np.float64)
        if array.size == 0:
            array = array.reshape(0, *row_shape)
        expected = (len(record.labels), *row_shape)
        if array.shape != expected:
            raise ValueError(f"{name} has shape {array.shape}; it must be {expected}, one row per label")
        object.__setattr__(record, name, array)
