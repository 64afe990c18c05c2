"""The values that become black and white in deep images, kept with a model so that every use scales as training did."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, Optional, Tuple

from detection.config.json_file import number, printable, read_json, shown
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
        ValueError: It is another document.
    """
    if not isinstance(document, dict) or not {"black", "white"} <= document.keys():
        raise ValueError(f"it is {shown(document)}")
    black, white = document["black"], document["white"]
    if black is None and white is None:
        return None
    low, high = number(black), number(white)
    if low is None or high is None or low > high or not math.isfinite(high - low):
        raise ValueError(f"black is {shown(black)} and white is {shown(white)}")
    return low, high


def has_depth(folder: Path) -> bool:
    """Returns whether a saved model keeps these values; models of older versions do not."""
    return os.path.lexists(folder / FILE)


def read_depth(folder: Path) -> Depth:
    """Reads depth.json of a saved model; returns None, the full range, where there is no such file.

    Raises:
        TrainingError: The file cannot be read.
    """
    if not has_depth(folder):
        return None
    path = folder / FILE
    rule = "black and white, two finite numbers, as a training run of this project saved them"
    document = read_json(path, rule)
    try:
        return depth_of(document)
    except ValueError as error:
        raise TrainingError(f"{printable(str(path))} cannot be read: {error}; it must be {rule}.") from error
