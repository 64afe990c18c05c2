"""The box around a mask that COCO stores as run lengths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detection.interchange.labels import Box

_FIRST = 48  # the sign "0", which stands for 0
_MORE, _SIGN = 0x20, 0x10


def run_length_box(mask: Mapping[str, Any]) -> Box:
    """Returns the box around a mask: ``size`` is height and width, ``counts`` the lengths of runs, column by column.

    The runs alternate, the first one outside the object. ``counts`` is a list, or a text in COCO's packed form.

    Raises:
        ValueError: The runs do not describe a mask, or it is empty.
    """
    size, counts = mask.get("size"), mask.get("counts")
    if not isinstance(size, list) or len(size) != 2 or not all(type(side) is int and side > 0 for side in size):
        raise ValueError("no size")
    height, width = size
    lengths = _unpacked(counts) if isinstance(counts, str) else counts
    if not isinstance(lengths, list) or not all(type(length) is int and length >= 0 for length in lengths):
        raise ValueError("no runs")
    if sum(lengths) > height * width:
        raise ValueError("too many pixels")
    position, left, top, right, bottom = 0, width, height, -1, -1
    for place, length in enumerate(lengths):
        if place % 2 and length:
            (first, row), (last, last_row) = divmod(position, height), divmod(position + length - 1, height)
            if first != last:  # the run reaches from one column to another
                row, last_row = 0, height - 1
            left, right = min(left, first), max(right, last)
            top, bottom = min(top, row), max(bottom, last_row)
        position += length
    if right < 0:
        raise ValueError("an empty mask")
    return float(left), float(top), float(right + 1), float(bottom + 1)


def _unpacked(text: str) -> list[int]:
    """Returns run lengths from groups of five bits, lowest first; from the fourth on, each is a difference."""
    lengths: list[int] = []
    at = 0
    while at < len(text):
        value, shift = 0, 0
        while True:
            if at == len(text) or not 0 <= ord(text[at]) - _FIRST < 64:
                raise ValueError("not packed run lengths")
            group = ord(text[at]) - _FIRST
            value |= (group & 0x1F) << shift
            at, shift = at + 1, shift + 5
            if not group & _MORE:
                if group & _SIGN:
                    value -= 1 << shift
                break
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
    return lengths
