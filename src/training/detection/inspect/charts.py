"""Histograms and bars as SVG, drawn in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_WIDTH, _HEIGHT = 340, 170
_LEFT, _BOTTOM, _TOP = 40, 34, 10
_BINS = 24


def histogram(
    title: str, unit: str, series: Sequence[tuple[str, NDArray[np.float64]]], mark: float | None = None
) -> str:
    """Returns the distributions of numbers in shares of each series, side by side in each bin.

    Args:
        title: What is counted.
        unit: Label of the horizontal axis.
        series: Name and numbers of each.
        mark: Where a line is drawn.
    """
    joined = np.concatenate([values for _, values in series])
    if not joined.size:
        return ""
    # Sizes span decades; counts and small spans are drawn as they are.
    is_log = bool(joined.min() > 0 and joined.max() / joined.min() > 50)
    scaled = np.log10(joined) if is_log else joined
    low, high = float(scaled.min()), float(scaled.max())
    if mark is not None and mark > 0:
        at = float(np.log10(mark)) if is_log else mark
        low, high = min(low, at), max(high, at)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    shares = []
    for _, values in series:
        counted = np.histogram(np.log10(values) if is_log else values, edges)[0]
        shares.append(counted / max(1, len(values)))
    most = max(float(share.max()) for share in shares) or 1.0
    plot, depth = _WIDTH - _LEFT - 8, _HEIGHT - _BOTTOM - _TOP
    bar = plot / _BINS / len(series)
    parts = []
    for number, share in enumerate(shares):
        for place, value in enumerate(share.tolist()):
            if value:
                height = value / most * depth
                x = _LEFT + (place * len(series) + number) * bar
                parts.append(
                    f'<rect class="s{number}" x="{x:.1f}" y="{_TOP + depth - height:.1f}"'
                    f' width="{max(bar - 0.6, 0.6):.1f}" height="{height:.1f}"/>'
                )
    if mark is not None:
        x = _LEFT + (float(np.log10(mark)) if is_log else mark) * plot / (high - low) - low * plot / (high - low)
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TOP + depth}"/>')
    for part in (0.0, 0.5, 1.0):
        x = _LEFT + part * plot
        value = low + part * (high - low)
        parts.append(
            _text(x, _HEIGHT - 18, _number(10**value if is_log else value), ("start", "middle", "end")[int(part * 2)])
        )
    parts.append(_text(_LEFT + plot / 2, _HEIGHT - 4, unit + (" (logarithmic)" if is_log else ""), "middle"))
    parts.append(_text(_LEFT - 4, _TOP + 10, f"{most:.0%}", "end"))
    parts.append(_text(_LEFT - 4, _TOP + depth, "0", "end"))
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_LEFT + plot}" y1="{_TOP + depth}" y2="{_TOP + depth}"/>')
    return _figure(title, _WIDTH, _HEIGHT, parts)


def bars(title: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Returns counts per name, a bar of each series, on a scale of their own shares."""
    row, left, most_names = 6 + 12 * len(series), 110, 40
    shown = names[:most_names]
    if not shown:
        return ""
    totals = [max(1, sum(counts)) for _, counts in series]
    shares = [[count / total for count in counts] for (_, counts), total in zip(series, totals)]
    most = max(max(share) for share in shares) or 1.0
    parts = []
    for place, name in enumerate(shown):
        y = 6 + place * row
        parts.append(_text(left - 6, y + 15, name if len(name) <= 16 else name[:15] + "…", "end"))
        for number, (_, counts) in enumerate(series):
            width = shares[number][place] / most * (_WIDTH - left - 60)
            top = y + number * 12
            parts.append(f'<rect class="s{number}" x="{left}" y="{top}" width="{max(width, 0.5):.1f}" height="10"/>')
            parts.append(_text(left + width + 4, top + 9, f"{counts[place]:,}", "start"))
    if len(names) > most_names:
        parts.append(_text(left, 18 + len(shown) * row, f"and {len(names) - most_names} more", "start"))
    return _figure(title, _WIDTH, 12 + (len(shown) + (len(names) > most_names)) * row, parts)


def _figure(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    drawing = "".join(parts)
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">{drawing}</svg></figure>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"
