"""The values that become black and white in deep images, kept with a model so that every use scales as training did."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Optional, Tuple

from detection.errors import TrainingError

FILE = "depth.json"
"""The file of a saved model, and of its TorchScript export."""

Depth = Optional[Tuple[float, float]]
"""The values that become black and white in an image of more than 8 bits; None for its full range."""


def depth_document(depth: Depth) -> dict[str, Any]:
    """Returns the content of depth.json."""
    return {"black": None, "white": None} if depth is None else {"black": depth[0], "white": depth[1]}


def depth_of(document: Any) -> Depth:
    """Returns the values of a document such as that of depth.json.

    Raises:
        ValueError, KeyError, TypeError: It is another document.
    """
    black, white = document["black"], document["white"]
    if black is None and white is None:
        return None
    low, high = float(black), float(white)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"black is {black} and white is {white}")
    return low, high


def has_depth(folder: Path) -> bool:
    """Returns whether a saved model keeps these values; models of older versions do not."""
    return (folder / FILE).is_file()


def read_depth(folder: Path) -> Depth:
    """Reads depth.json of a saved model; returns None, the full range, where there is no such file.

    Raises:
        TrainingError: The file cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return depth_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} cannot be read: {error!r}; it must be the file that a training run of this project saved."
        ) from error
