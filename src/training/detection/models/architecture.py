"""What the weights and the dataset decide about the architecture of a base model, besides MODEL_PARAMS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Tuple

from detection.config.json_file import number, printable, read_json, shown
from detection.errors import TrainingError

FILE = "architecture.json"

_MOST = 1_000_000  # proposals, or pixels of an anchor: far more than any model has
_MOST_EPSILON = 1.0


@dataclass(frozen=True)
class Architecture:
    """The decisions that a state dict does not hold, but that its numbers need.

    Attributes:
        normalization: ``frozen``: the batch normalization of trained weights, whose statistics stay; or ``group``:
            group normalization over standardized convolutions, which tolerates small batches from random weights on.
        epsilon: Number that frozen batch normalization adds to the variance; 0 for torchvision's older COCO files.
        wiring: ``torchvision``, or ``tensorflow``: the strides, paddings and pooling of the TensorFlow model zoo.
        anchors: Side in pixels of the anchors of each level; None for those of the architecture.
        proposals: Proposals per image, by the objects of the training split; None for the base model's own number.
    """

    normalization: str = "group"
    epsilon: float = 1e-5
    wiring: str = "torchvision"
    anchors: Optional[Tuple[Tuple[int, ...], ...]] = None
    proposals: Optional[int] = None

    @property
    def is_frozen(self) -> bool:
        return self.normalization == "frozen"

    def document(self) -> dict[str, Any]:
        """Returns the content of architecture.json."""
        anchors = None if self.anchors is None else [list(level) for level in self.anchors]
        return {
            "normalization": self.normalization,
            "epsilon": self.epsilon,
            "wiring": self.wiring,
            "anchors": anchors,
            "proposals": self.proposals,
        }

    @staticmethod
    def of(document: Any) -> Architecture:
        """Returns what ``document`` returned.

        Raises:
            ValueError: A value is missing or not valid.
        """
        if not isinstance(document, dict):
            raise ValueError(f"it is {shown(document)}")
        normalization: Any = document.get("normalization")
        wiring: Any = document.get("wiring")
        anchors: Any = document.get("anchors")
        proposals: Any = document.get("proposals")
        epsilon = number(document.get("epsilon"))
        valid = {
            "normalization": normalization in ("frozen", "group"),
            "epsilon": epsilon is not None and 0 <= epsilon <= _MOST_EPSILON,
            "wiring": wiring in ("torchvision", "tensorflow"),
            "anchors": "anchors" in document and (anchors is None or _are_levels(anchors)),
            "proposals": proposals is None or _is_count(proposals),  # older files have none
        }
        for key, is_valid in valid.items():
            if not is_valid:
                state = f"is {shown(document[key])}" if key in document else "is missing"
                raise ValueError(f"{key} {state}")
        assert epsilon is not None
        levels = None if anchors is None else tuple(tuple(level) for level in anchors)
        return Architecture(normalization, epsilon, wiring, levels, proposals)


def _are_levels(value: Any) -> bool:
    """Returns whether a value is a list of feature levels, each of which is a list of sides in pixels."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(level, list) and level and all(map(_is_count, level)) for level in value)
    )


def _is_count(value: Any) -> bool:
    return type(value) is int and 1 <= value <= _MOST


def read_architecture(folder: Path) -> Architecture | None:
    """Reads architecture.json of a folder; returns None when it is missing.

    Raises:
        TrainingError: The file cannot be read.
    """
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    rule = "the file that a training run of this project saved"
    document = read_json(path, rule)
    try:
        return Architecture.of(document)
    except ValueError as error:
        raise TrainingError(f"{printable(str(path))} cannot be read: {error}; it must be {rule}.") from error
