"""Checks JSON that other programs wrote, and collects all its faults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detection.config.json_file import number, shown
from detection.data.depth import Depth, depth_of
from detection.errors import FaultsError

_SHOWN = 5  # faults of one kind; a file with one fault often has it in each of its entries


class Faults:
    """The faults of one input, in the order of their kinds.

    Args:
        what: The input, as the message names it, such as ``predictions.json``.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._texts: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, where: str, found: Any, rule: str) -> None:
        """Adds a fault.

        Args:
            where: Place in the input, such as ``[17].bbox``.
            found: The value there; ``...`` when it is missing.
            rule: What it must be, as the rest of a sentence, without its point.
        """
        self._counts[rule] = self._counts.get(rule, 0) + 1
        texts = self._texts.setdefault(rule, [])
        if len(texts) < _SHOWN:
            state = "is missing" if found is ... else f"is {shown(found)}"
            texts.append(f"{self._what}{where} {state}; it must be {rule}.")

    def raise_any(self) -> None:
        """Ends the command when there are faults.

        Raises:
            FaultsError: There are faults. It shows the first of each kind, and how many more there are.
        """
        if not self._counts:
            return
        lines = []
        for rule, texts in self._texts.items():
            more = self._counts[rule] - len(texts)
            lines += [*texts, *([f"and {more} more of this kind"] if more else [])]
        count = sum(self._counts.values())
        raise FaultsError(f"{self._what} has {count} fault{'s' if count != 1 else ''}", lines)


def box(value: Any) -> tuple[float, float, float, float] | None:
    """Returns x, y, width and height; None when they are not four finite numbers with sides of at least 0."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    x, y, width, height = (number(part) for part in value)
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    if not (math.isfinite(x + width) and math.isfinite(y + height) and math.isfinite(width * height)):
        return None
    return x, y, width, height


BOX_RULE = "[x, y, width, height], four finite numbers in pixels, width and height at least 0"


def identifier(value: Any) -> int | str | None:
    """Returns an id: a whole number, or a text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (int, str)) else None


@dataclass(frozen=True)
class StatedDepth:
    """The values that a file states for black and white in images of more than 8 bits."""

    values: Depth


def stated_depth(document: Mapping[str, Any], faults: Faults) -> StatedDepth | None:
    """Returns what ``info.depth`` of a COCO file states, as training and ``predict`` write it; None for nothing."""
    info = document.get("info")
    found = info.get("depth") if isinstance(info, dict) else None
    if not isinstance(found, dict) or not {"black", "white"} <= found.keys():
        return None  # a word of another program
    try:
        return StatedDepth(depth_of(found))
    except ValueError:
        faults.add(".info.depth", found, "black and white, two finite numbers, or null for the full range")
        return None


def entries(document: Any, key: str, faults: Faults) -> list[tuple[int, Mapping[str, Any]]]:
    """Returns the objects of a list with their places; each entry of another type is a fault.

    Args:
        document: The document, or the list itself.
        key: The key of the list; empty when the document is the list.
        faults: Receives the faults.
    """
    found = document.get(key, ...) if key else document
    where = f".{key}" if key else ""
    if not isinstance(found, list):
        faults.add(where, found, "a list of objects")
        return []
    for place, entry in enumerate(found):
        if not isinstance(entry, dict):
            faults.add(f"{where}[{place}]", entry, "an object")
    return [(place, entry) for place, entry in enumerate(found) if isinstance(entry, dict)]
