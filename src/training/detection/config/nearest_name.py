"""Finds the name that a misspelt one was meant to be. The algorithm is that of C#'s NearestName."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
_SEPARATORS = {ord(letter): None for letter in "_- "}


def nearest_name(name: str, names: Iterable[str]) -> Optional[str]:
    """Returns the nearest of the names, or None when none is near.

    A name is near when it is equal but for case and separators, when it begins with ``name`` and an underscore, or else
    when few letters differ: a third of the shorter name, and at least one.
    """
    known = list(names)
    same = next((candidate for candidate in known if is_same_but_for_style(candidate, name)), None)
    if same is not None or len(utf16(name)) < 2:
        return same
    for candidate in known:
        if _upper(candidate).startswith(_upper(name) + "_"):
            return candidate
    nearest = min(known, key=lambda candidate: distance(_upper(name), _upper(candidate)), default=None)
    if nearest is None:
        return None
    most = max(1, min(len(utf16(name)), len(utf16(nearest))) // 3)
    return nearest if distance(_upper(name), _upper(nearest)) <= most else None


def difference(given: str, meant: str) -> str:
    """Returns what tells two names apart that may look the same, as a sentence after a space; else an empty text.

    It is empty where ASCII letters alone differ.
    """
    start = 0
    while start < min(len(given), len(meant)) and given[start] == meant[start]:
        start += 1
    most, end = min(len(given), len(meant)) - start, 0
    while end < most and given[-1 - end] == meant[-1 - end]:
        end += 1
    differ = given[start : len(given) - end] + meant[start : len(meant) - end]
    return "" if differ.isascii() else f" That is {_escaped(meant)}, not {_escaped(given)}."


def is_same_but_for_style(first: str, second: str) -> bool:
    """Returns whether two names are equal when the case of ASCII letters, '_', '-' and ' ' are ignored."""
    return _upper(first.translate(_SEPARATORS)) == _upper(second.translate(_SEPARATORS))


def distance(first: str, second: str) -> int:
    """Returns the Levenshtein distance: UTF-16 code units inserted, removed or replaced."""
    left, right = utf16(first), utf16(second)
    row = list(range(len(right) + 1))
    for count, unit in enumerate(left, start=1):
        previous, row = row, [count]
        for position, other in enumerate(right, start=1):
            row.append(min(previous[position] + 1, row[-1] + 1, previous[position - 1] + (unit != other)))
    return row[-1]


def utf16(text: str) -> Sequence[int]:
    """Returns the UTF-16 code units of a text, which C# counts as its letters."""
    if text.isascii():
        return text.encode("ascii")
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [encoded[index] | encoded[index + 1] << 8 for index in range(0, len(encoded), 2)]


def _escaped(name: str) -> str:
    return "".join(chr(unit) if 0x20 <= unit <= 0x7E else f"\\u{unit:04x}" for unit in utf16(name))


def _upper(name: str) -> str:
    return name.translate(_UPPER)  # the letters a to z and no others, because languages differ about the rest
