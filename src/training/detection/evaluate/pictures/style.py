"""How the pictures look: sizes, colours, line styles, and the names of classes that the fonts can draw."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any colour vision can tell apart; black is for all classes together.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
DASHES = ("-", "--", "-.", ":")
GREY = "#8C8C8C"
INCHES, DOTS_PER_INCH = (12.0, 8.0), 100  # 1200 x 800 pixels
# Of PNG, 0 to 9. Photographs grow by 8 % against the usual 6 and take a quarter of the time.
COMPRESS_LEVEL = 2

# Around the axes: the numbers and the name of the vertical one, those of the horizontal one, and a title of two lines.
_LEFT_INCHES, _BOTTOM_INCHES, _TOP_INCHES, _RIGHT_INCHES = 1.0, 0.7, 0.65, 0.25

_FONT = "DejaVu Sans"  # comes with matplotlib
_LONGEST = 28  # characters of a name
# Parts of the names of fonts that have the letters of East Asia, most widespread first.
_WIDE_FONTS = (
    "noto sans cjk", "noto serif cjk", "source han", "wenquanyi", "droid sans fallback", "ipa", "vl gothic", "takao",
    "unifont", "arial unicode", "yahei", "simhei", "simsun", "ms gothic", "meiryo", "yu gothic", "malgun", "pingfang",
    "hiragino", "heiti", "songti", "nanum", "baekmuk", "uming", "ukai", "noto sans",
)  # fmt: skip


@dataclass(frozen=True)
class ClassNames:
    """The names of the classes as pictures show them.

    Attributes:
        shown: What stands for each label: its name, shortened, or ``class 17`` where no font has its letters.
        numbered: The labels that are shown by their number.
        fonts: The fonts that have all letters of the names shown, the plain one first.
    """

    shown: Mapping[int, str]
    numbered: tuple[int, ...]
    fonts: tuple[str, ...]


def drawable_names(class_names: Mapping[int, str]) -> ClassNames:
    """Returns the names of classes as a picture can show them. Needs matplotlib."""
    plain = _letters_of_plain_font()
    fonts = [_FONT]
    shown: dict[int, str] = {}
    numbered = []
    for label, name in class_names.items():
        foreign = {letter for letter in name if ord(letter) not in plain}
        wide = _wide_font(frozenset(foreign)) if foreign and name.isprintable() else None
        if not name.isprintable() or (foreign and wide is None):
            shown[label] = f"class {label}"
            numbered.append(label)
        else:
            shown[label] = name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2 - 1]}…{name[-_LONGEST // 2 :]}"
            if wide is not None and wide not in fonts:
                fonts.append(wide)
    return ClassNames(shown, tuple(numbered), tuple(fonts))


def plain_text(text: str) -> str:
    """Returns a foreign text, such as a file name, with a sign in place of each letter that the plain font lacks."""
    plain = _letters_of_plain_font()
    return "".join(letter if letter.isprintable() and ord(letter) in plain else "\u25a1" for letter in text)


@contextmanager
def plain_style(fonts: Iterable[str]) -> Iterator[None]:
    """Draws with matplotlib's defaults inside the block, whatever a matplotlibrc of the machine says."""
    import matplotlib

    # rc_context cannot restore the backend.
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    # A class may be called "$5", which is not a formula.
    own = {"font.size": 12, "font.family": list(fonts), "text.parse_math": False}
    with matplotlib.rc_context(defaults | {name: value for name, value in own.items() if name in defaults}):
        yield


def line_style(number: int) -> dict[str, Any]:
    """Returns colour, dashes and marker of a line; those of ten lines differ without colour too."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": DASHES[number // 2 % len(DASHES)],
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 6,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }


def label_axes(axes: Axes, title: str, x: str, y: str, *, grid: bool = True) -> None:
    """Sets the title and the names of both axes."""
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if grid:
        axes.grid(True, alpha=0.3)


def set_margins(figure: Figure) -> None:
    """Leaves the usual room around the axes. To find it, matplotlib would measure every plot twice."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=_LEFT_INCHES / width,
        right=1 - _RIGHT_INCHES / width,
        bottom=_BOTTOM_INCHES / height,
        top=1 - _TOP_INCHES / height,
        hspace=0.08,
    )


def add_legend(figure: Figure, axes: Axes) -> None:
    """Adds the legend at the right of the axes, where it hides no line. The figure needs its canvas of Agg."""
    handles, labels = axes.get_legend_handles_labels()
    legend = figure.legend(handles, labels, loc="upper right", fontsize=10)
    width = legend.get_window_extent(figure.canvas.get_renderer()).width / figure.bbox.width
    figure.subplots_adjust(right=max(0.4, 0.98 - width))


@functools.lru_cache(maxsize=None)
def _letters_of_plain_font() -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(font_manager.findfont(_FONT)).get_charmap())


@functools.lru_cache(maxsize=64)
def _wide_font(letters: frozenset[str]) -> str | None:
    """Returns the name of a font of this machine that has all these letters; None without one."""
    from matplotlib import font_manager

    for part in _WIDE_FONTS:
        for entry in font_manager.fontManager.ttflist:
            if part in entry.name.lower():
                try:
                    known = font_manager.get_font(entry.fname).get_charmap()
                except (OSError, RuntimeError):  # a font that was removed or is damaged
                    continue
                if all(ord(letter) in known for letter in letters):
                    return str(entry.name)
    return None
