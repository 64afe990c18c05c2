"""The pictures that show test images with their ground truth and their predictions."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detection.data.depth import Depth
from detection.evaluate.confusion import ImageOutcome, image_outcome
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.pictures.style import COMPRESS_LEVEL, ClassNames, plain_text
from detection.files import writing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL import Image

# Colour, width in points and dashes of a box. Without colour the dashes tell the two apart.
_TRUTH, _PREDICTION = ("#00E08A", 2.2, "-"), ("#FF4B3E", 1.6, (0, (3, 2)))
_WORST, _SHEET, _PICTURES = 12, 20, 6  # images shown; pictures of their own
_WORST_COLUMNS, _SHEET_COLUMNS = 4, 5
_CELL_INCHES = (4.4, 3.8)
_PICTURE_SIDE = 480  # pixels of the longer side of a picture of its own, which a report embeds
_SHOWN_SIDE = 900  # pixels of the longer side of an image in a sheet
_TITLE_INCHES, _LEGEND_INCHES = 0.55, 0.45
_NAME_INCHES, _GAP_INCHES = 0.32, 0.06  # above an image, and beside it
_TITLE_GAP_INCHES = 6 / 72  # between an image and its name: matplotlib's own distance
_CROWDED = 14  # boxes in an image; from this number on, texts are smaller


class ImageSheets:
    """Draws sheets of test images.

    Args:
        ground_truths: The ground truth of every test image, by file name.
        detections: The predictions, by file name.
        paths: The file of every test image, by file name.
        class_names: Name of each label.
        orientations: The EXIF orientation that is applied to each, by file name; 1 where it is left out.
        depth: The values that become black and white in images of more than 8 bits; None for their full range.
        threshold: Least score of a prediction that is drawn and counted, in [0, 1].
        iou: Least IoU of a correct prediction, in (0, 1].
    """

    def __init__(
        self,
        ground_truths: Mapping[str, GroundTruth],
        detections: Mapping[str, Detections],
        paths: Mapping[str, Path],
        *,
        class_names: Mapping[int, str],
        orientations: Mapping[str, int],
        depth: Depth = None,
        threshold: float,
        iou: float,
    ) -> None:
        self._files = sorted(file for file in ground_truths if file in paths)
        self._truths = ground_truths
        self._detections = detections
        self._paths = paths
        self._class_count = len(class_names)
        self._orientations = orientations
        self._depth = depth
        self._threshold = threshold
        self._iou = iou

    @functools.cached_property
    def worst(self) -> list[tuple[str, int, int]]:
        """Each image with mistakes, its missed objects and its wrong predictions; most mistakes first."""
        found = []
        for file in self._files:
            outcome = self._outcome(file)
            missed, wrong = int(outcome.missed.sum()), int(outcome.wrong.sum())
            if missed + wrong:
                found.append((file, missed, wrong))
        return sorted(found, key=lambda entry: (-entry[1] - entry[2], entry[0]))

    @property
    def worst_inches(self) -> tuple[float, float]:
        """Width and height of the sheet of the worst images."""
        return _inches(min(len(self.worst), _WORST), _WORST_COLUMNS)

    @property
    def sheet_inches(self) -> tuple[float, float]:
        """Width and height of the contact sheet."""
        return _inches(min(len(self._files), _SHEET), _SHEET_COLUMNS)

    def write_worst(self, folder: Path) -> list[Path]:
        """Writes a picture of each of the worst images, up to six, with the boxes drawn. Needs no matplotlib.

        Args:
            folder: Receives worst_1.png, worst_2.png, …; created when missing. Earlier ones are deleted.

        Returns:
            The pictures, in the order of ``worst``; their longer side is at most 480 pixels.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for earlier in folder.glob("worst_*.png"):
            earlier.unlink()
        written = []
        for number, (file, _, _) in enumerate(self.worst[:_PICTURES], start=1):
            written.append(folder / f"worst_{number}.png")
            self._write_picture(file, written[-1])
        return written

    def draw_worst(self, figure: Figure, names: ClassNames) -> bool:
        """Draws the images with the most mistakes; returns False when there are none."""
        worst = self.worst
        if not worst:
            return False
        mistakes = {file: (missed, wrong) for file, missed, wrong in worst}
        for place, file in _grid(figure, list(mistakes)[:_WORST], columns=_WORST_COLUMNS):
            missed, wrong = mistakes[file]
            self._show(place, file, f"{_short(file)}: {missed} missed, {wrong} wrong", names)
        _add_title(
            figure,
            f"The worst {min(len(worst), _WORST)} of {len(worst)} images with mistakes "
            f"({len(self._files)} test images)",
        )
        self._add_legend(figure, "ground truth (missed: named)", f"{self._prediction}, with score (wrong: named)")
        return True

    def draw_contact_sheet(self, figure: Figure, names: ClassNames) -> bool:
        """Draws a sample of the images; returns False when there are none."""
        if not self._files:
            return False
        # Spread evenly over the names, so that the sample shows more than the first series of images.
        count = min(len(self._files), _SHEET)
        chosen = [self._files[place * len(self._files) // count] for place in range(count)]
        for place, file in _grid(figure, chosen, columns=_SHEET_COLUMNS):
            self._show(place, file, _short(file), None)
        _add_title(figure, f"{count} of {len(self._files)} test images")
        self._add_legend(figure, "ground truth", self._prediction)
        return True

    @property
    def _prediction(self) -> str:
        return f"prediction of score ≥ {self._threshold:g}"

    def _outcome(self, file: str) -> ImageOutcome:
        return image_outcome(self._truths[file], self._detections.get(file), threshold=self._threshold, iou=self._iou)

    def _show(self, place: _Place, file: str, title: str, names: ClassNames | None) -> None:
        """Shows an image with its boxes; with ``names``, also the scores, and the classes of mistakes."""
        outcome = self._outcome(file)
        picture = self._picture(file)
        factor = min(1.0, _SHOWN_SIDE / max(picture.size))
        if factor < 1:
            size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
            picture = picture.resize(size, _bilinear())
        shown = _Shown(place, picture, title, size=11 if names is not None else 9)
        texts = _Texts(shown, len(outcome.truth.boxes) + len(outcome.predicted.boxes))
        for box in outcome.truth.boxes:
            shown.draw_box(box * factor, *_TRUTH, edge="black")
        for box in outcome.predicted.boxes:
            shown.draw_box(box * factor, *_PREDICTION, edge="white")
        if names is None:
            return
        # Mistakes come last, so that no other text hides theirs.
        rows = zip(outcome.predicted.boxes, outcome.predicted.labels, outcome.predicted.scores, outcome.wrong)
        for box, label, score, is_wrong in sorted(rows, key=lambda row: bool(row[3])):
            name = f"{names.shown[int(label)]} " if is_wrong and self._class_count > 1 else ""
            texts.add(f"{name}{score:.2f}", box * factor, is_mistake=bool(is_wrong))
        for box, label, is_missed in zip(outcome.truth.boxes, outcome.truth.labels, outcome.missed):
            if is_missed:
                texts.add(names.shown[int(label)], box * factor, is_mistake=True, at_bottom=True)

    def _picture(self, file: str) -> Image.Image:
        from detection.data.pictures import read_picture

        return read_picture(self._paths[file], self._orientations.get(file, 1), depth=self._depth)

    def _write_picture(self, file: str, path: Path) -> None:
        from PIL import ImageDraw

        picture = self._picture(file)
        factor = min(1.0, _PICTURE_SIDE / max(picture.size))
        if factor < 1:
            picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), _bilinear())
        draw = ImageDraw.Draw(picture)
        for box in self._truths[file].boxes:
            draw_on_picture(draw, box * factor, _TRUTH[0], 3)
        predicted = self._detections.get(file)
        if predicted is not None:
            for box, score in zip(predicted.boxes, predicted.scores):
                if score >= self._threshold:
                    draw_on_picture(draw, box * factor, _PREDICTION[0], 2)
        with writing(path):
            picture.save(path, compress_level=COMPRESS_LEVEL)

    def _add_legend(self, figure: Figure, *labels: str) -> None:
        from matplotlib.lines import Line2D

        lines = [
            Line2D([], [], color=colour, linewidth=width, linestyle=dashes)
            for colour, width, dashes in (_TRUTH, _PREDICTION)
        ]
        figure.legend(lines, labels, loc="lower center", ncol=2, frameon=False, handlelength=4)


@dataclass(frozen=True)
class _Place:
    """The room of one image in a sheet.

    Attributes:
        axes: The plot that all images share, in inches. A plot of its own for each would take longer than the rest.
        left, bottom, width, height: The room, in inches.
    """

    axes: Axes
    left: float
    bottom: float
    width: float
    height: float


class _Shown:
    """An image in the middle of its room, with a title above it. Boxes are in its pixels."""

    def __init__(self, place: _Place, picture: Image.Image, title: str, *, size: int) -> None:
        from matplotlib.transforms import Bbox, TransformedBbox

        self.axes, self.height = place.axes, picture.height
        self._scale = min(place.width / picture.width, place.height / picture.height)
        width, height = picture.width * self._scale, picture.height * self._scale
        self._left, bottom = place.left + (place.width - width) / 2, place.bottom + (place.height - height) / 2
        right, self._top = self._left + width, bottom + height
        edges = (self._left, right, bottom, self._top)
        self.axes.imshow(np.asarray(picture), extent=edges, aspect="auto", interpolation="antialiased")
        self._edges = TransformedBbox(Bbox.from_extents(self._left, bottom, right, self._top), self.axes.transData)
        self.axes.text((self._left + right) / 2, self._top + _TITLE_GAP_INCHES, title, ha="center", size=size)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Returns the place of a pixel's upper left corner in the plot."""
        return self._left + x * self._scale, self._top - y * self._scale

    def draw_box(self, box: NDArray[np.float64], colour: str, width: float, dashes: Any, *, edge: str) -> None:
        from matplotlib.patches import Rectangle

        corner, sides = self.at(box[0], box[3]), (box[2:] - box[:2]) * self._scale
        # A line beneath keeps the box visible on a picture of its colour, and between the dashes.
        beneath = Rectangle(corner, *sides, fill=False, edgecolor=edge, linewidth=width + 0.8, alpha=0.7)
        line = Rectangle(corner, *sides, fill=False, edgecolor=colour, linewidth=width, linestyle=dashes)
        for outline in (beneath, line):
            self.axes.add_patch(outline)
            outline.set_clip_box(self._edges)  # which an image that shares its plot needs


class _Texts:
    """Writes scores and names beside boxes of one image."""

    def __init__(self, shown: _Shown, boxes: int) -> None:
        self._shown = shown
        self._size = 8 if boxes <= _CROWDED else 6 if boxes <= 3 * _CROWDED else 5

    def add(self, text: str, box: NDArray[np.float64], *, is_mistake: bool, at_bottom: bool = False) -> None:
        """Writes a text above its box, or inside it below the title; that of a missed object at its bottom."""
        is_inside = not at_bottom and box[1] < 0.08 * self._shown.height
        y = min(box[3], self._shown.height) if at_bottom else max(box[1], 0)
        below = is_inside
        self._shown.axes.annotate(
            text,
            xy=self._shown.at(max(box[0], 0), y),
            xytext=(2, -2 if below else 2),
            textcoords="offset points",
            size=self._size,
            color="black" if is_mistake else "white",
            weight="bold" if is_mistake else "normal",
            va="top" if below else "bottom",
            bbox={"boxstyle": "square,pad=0.12", "color": "white" if is_mistake else "black", "alpha": 0.8},
        )


def draw_on_picture(draw: Any, box: NDArray[np.float64], colour: str, width: int) -> None:
    """Draws the outline of a box, xyxy in pixels, with Pillow."""
    left, top, right, bottom = (round(float(value)) for value in box)
    draw.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), outline=colour, width=width)


def _bilinear() -> Any:
    from PIL import Image

    return Image.Resampling.BILINEAR


def _inches(count: int, columns: int) -> tuple[float, float]:
    columns = max(1, min(columns, count))
    rows = max(1, -(-count // columns))
    return max(8.0, columns * _CELL_INCHES[0]), max(6.0, rows * _CELL_INCHES[1] + 1)


def _grid(figure: Figure, files: Sequence[str], *, columns: int) -> list[tuple[_Place, str]]:
    """Returns the room of each image, below the figure's title and above its legend."""
    # The places are known. To find them, matplotlib would measure every plot twice, longer than it draws.
    figure.set_layout_engine("none")
    columns = min(columns, len(files))
    rows = -(-len(files) // columns)
    width, height = figure.get_size_inches()
    cell_width, cell_height = width / columns, (height - _TITLE_INCHES - _LEGEND_INCHES) / rows
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    found = []
    for place, file in enumerate(files):
        row, column = divmod(place, columns)
        left = column * cell_width + _GAP_INCHES
        bottom = _LEGEND_INCHES + (rows - 1 - row) * cell_height + _GAP_INCHES
        sides = (cell_width - 2 * _GAP_INCHES, cell_height - _GAP_INCHES - _NAME_INCHES)
        found.append((_Place(axes, left, bottom, *sides), file))
    return found


def _add_title(figure: Figure, text: str) -> None:
    figure.suptitle(text, y=1 - 0.12 / figure.get_figheight())


def _short(name: str) -> str:
    name = plain_text(name)
    return name if len(name) <= 24 else f"{name[:10]}…{name[-13:]}"
