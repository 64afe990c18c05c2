"""What the weights and the dataset decide about the architecture of a base model, besides MODEL_PARAMS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Tuple

from detection.errors import TrainingError

FILE = "architecture.json"


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
    def of(document: Mapping[str, Any]) -> Architecture:
        """Returns what ``document`` returned.

        Raises:
            ValueError: A value is missing or not valid.
        """
        try:
            anchors = document["anchors"]
            proposals = document.get("proposals")  # older files have none
            found = Architecture(
                str(document["normalization"]),
                float(document["epsilon"]),
                str(document["wiring"]),
                None if anchors is None else tuple(tuple(int(side) for side in level) for level in anchors),
                None if proposals is None else int(proposals),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"{error} is missing or has another type") from error
        if found.normalization not in ("frozen", "group") or found.wiring not in ("torchvision", "tensorflow"):
            raise ValueError(f"normalization {found.normalization!r} or wiring {found.wiring!r} is unknown")
        return found


def read_architecture(folder: Path) -> Architecture | None:
    """Reads architecture.json of a folder; returns None when it is missing.

    Raises:
        TrainingError: The file cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return Architecture.of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError) as error:
        raise TrainingError(
            f"{path} cannot be read: {error}; it must be the file that a training run of this project saved."
        ) from error
