"""The numbers of histograms, which data.html and the studio draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.inspect.findings import LEAST_SIDE, Split

Series = Sequence[tuple[str, NDArray[np.float64]]]

_BINS = 24
_WIDE_RANGE = 50  # ratio of the ends from which a histogram is logarithmic


def measures(splits: Sequence[Split], image_size: int) -> list[tuple[str, str, Series, float | None]]:
    """Returns what is measured in every split: its title, its unit, the numbers by split, and where a line is drawn."""
    counts = [(split.name, np.array([len(r.boxes) for r in split.records], dtype=np.float64)) for split in splits]
    sides = [(split.name, split.sides) for split in splits]
    ratios = [(split.name, split.sizes[:, 0] / np.maximum(split.sizes[:, 1], 1e-9)) for split in splits]
    pixels = [(s.name, np.array([(r.width * r.height) ** 0.5 for r in s.records], dtype=np.float64)) for s in splits]
    return [
        ("Objects per image", "objects", counts, None),
        (
            f"Object sizes at IMAGE_SIZE {image_size}; the line is at {LEAST_SIDE:g} pixels",
            "root of the area in pixels",
            sides,
            LEAST_SIDE,
        ),
        ("Proportions of the objects", "width / height", ratios, None),
        ("Image sizes", "root of the area in pixels", pixels, None),
    ]


def histograms(splits: Sequence[Split], image_size: int) -> list[dict[str, Any]]:
    """Returns the histograms of a dataset; one without a number is left out."""
    drawn = (histogram(title, unit, series, mark) for title, unit, series, mark in measures(splits, image_size))
    return [properties for properties in drawn if properties is not None]


def histogram(title: str, unit: str, series: Series, mark: float | None = None) -> dict[str, Any] | None:
    """Returns the distributions of numbers in shares of each series, as the component Histogram takes them.

    Args:
        title: What is counted.
        unit: Label of the horizontal axis.
        series: Name and numbers of each.
        mark: Where a line is drawn.

    Returns:
        None without a number.
    """
    joined = np.concatenate([np.zeros(0), *(values for _, values in series)])  # a dataset with faults has no splits
    if not joined.size:
        return None
    # Sizes span decades; counts and small spans are drawn as they are.
    is_log = bool(joined.min() > 0 and joined.max() / joined.min() > _WIDE_RANGE)
    scaled = np.log10(joined) if is_log else joined
    low, high = float(scaled.min()), float(scaled.max())
    if mark is not None and mark > 0:
        at = float(np.log10(mark)) if is_log else mark
        low, high = min(low, at), max(high, at)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    shares = []
    for name, values in series:
        counted = np.histogram(np.log10(values) if is_log else values, edges)[0] / max(1, len(values))
        shares.append({"name": name, "shares": [round(float(share), 4) for share in counted]})
    ends = [10**end if is_log else end for end in (low, high)]
    return {
        "title": title,
        "unit": unit,
        "low": ends[0],
        "high": ends[1],
        "isLogarithmic": is_log,
        "series": shares,
        "mark": mark,
    }
