"""The plots that show test images with their ground truth and their predictions."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detection.data.pictures import read_picture
from detection.evaluate.confusion import image_mistakes
from detection.evaluate.detections import Detections, GroundTruth

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL import Image

# Colour and width in points of a box. The colours, bluish green and orange red, also differ in brightness.
_TRUTH, _PREDICTION = ("#00E08A", 3.0), ("#FF4B3E", 1.5)
_WORST, _SHEET = 6, 20  # images shown
_PICTURE_SIDE = 480  # pixels of the longer side of a picture of its own, which a report embeds
_LEGEND_SHARE = 0.05  # of the height of the figure


class ImageSheets:
    """Draws sheets of test images.

    Args:
        ground_truths: The ground truth of every test image, by file name.
        detections: The predictions, by file name.
        paths: The file of every test image, by file name.
        orientations: The EXIF orientation that is applied to each, by file name; 1 where it is left out.
        threshold: Least score of a prediction that is drawn and counted, in [0, 1].
        iou: Least IoU of a correct prediction, in (0, 1].
    """

    def __init__(
        self,
        ground_truths: Mapping[str, GroundTruth],
        detections: Mapping[str, Detections],
        paths: Mapping[str, Path],
        *,
        orientations: Mapping[str, int],
        threshold: float,
        iou: float,
    ) -> None:
        self._files = sorted(file for file in ground_truths if file in paths)
        self._truths = ground_truths
        self._detections = detections
        self._paths = paths
        self._orientations = orientations
        self._threshold = threshold
        self._iou = iou

    @functools.cached_property
    def worst(self) -> list[tuple[str, int, int]]:
        """Each image with mistakes, its missed objects and its wrong predictions; most mistakes first."""
        found = []
        for file in self._files:
            missed, wrong = image_mistakes(
                self._truths[file], self._detections.get(file), threshold=self._threshold, iou=self._iou
            )
            if missed + wrong:
                found.append((file, missed, wrong))
        return sorted(found, key=lambda entry: (-entry[1] - entry[2], entry[0]))

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
        for number, (file, _, _) in enumerate(self.worst[:_WORST], start=1):
            written.append(folder / f"worst_{number}.png")
            self._write_picture(file, written[-1])
        return written

    def draw_worst(self, figure: Figure) -> bool:
        """Draws the images with the most mistakes; returns False when there are none."""
        worst = self.worst
        if not worst:
            return False
        mistakes = {file: (missed, wrong) for file, missed, wrong in worst}
        for axes, file in _grid(figure, list(mistakes)[:_WORST], columns=3):
            missed, wrong = mistakes[file]
            self._show(axes, file, f"{_short(file)}: {missed} missed, {wrong} wrong", with_scores=True)
        figure.suptitle(
            f"The worst {min(len(worst), _WORST)} of {len(worst)} images with mistakes "
            f"({len(self._files)} test images)"
        )
        self._add_legend(figure)
        return True

    def draw_contact_sheet(self, figure: Figure) -> bool:
        """Draws a sample of the images; returns False when there are none."""
        if not self._files:
            return False
        # Spread evenly over the names, so that the sample shows more than the first series of images.
        count = min(len(self._files), _SHEET)
        chosen = [self._files[place * len(self._files) // count] for place in range(count)]
        for axes, file in _grid(figure, chosen, columns=5):
            self._show(axes, file, _short(file), with_scores=False)
        figure.suptitle(f"{count} of {len(self._files)} test images")
        self._add_legend(figure)
        return True

    def _show(self, axes: Axes, file: str, title: str, *, with_scores: bool) -> None:
        pixels = np.asarray(self._picture(file))
        axes.imshow(pixels, interpolation="antialiased")
        axes.set_axis_off()
        axes.set_title(title, size=11 if with_scores else 8)
        for box in self._truths[file].boxes:
            _draw_box(axes, box, *_TRUTH)
        predicted = self._detections.get(file)
        if predicted is None:
            return
        for box, score in zip(predicted.boxes, predicted.scores):
            if score >= self._threshold:
                _draw_box(axes, box, *_PREDICTION)
                if with_scores:
                    # Above the box, or inside it where it would overlap the title.
                    is_inside = box[1] < 0.08 * pixels.shape[0]
                    axes.annotate(
                        f"{score:.2f}",
                        xy=(box[0], max(box[1], 0)),
                        xytext=(2, -3 if is_inside else 2),
                        textcoords="offset points",
                        size=8,
                        color="white",
                        va="top" if is_inside else "bottom",
                        bbox={"boxstyle": "square,pad=0.1", "color": "black", "alpha": 0.65},
                    )

    def _picture(self, file: str) -> Image.Image:
        return read_picture(self._paths[file], self._orientations.get(file, 1))

    def _write_picture(self, file: str, path: Path) -> None:
        from PIL import Image, ImageDraw

        picture = self._picture(file)
        factor = min(1.0, _PICTURE_SIDE / max(picture.size))
        if factor < 1:
            picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.BILINEAR)
        draw = ImageDraw.Draw(picture)
        for box in self._truths[file].boxes:
            _draw_on_picture(draw, box * factor, _TRUTH[0], 3)
        predicted = self._detections.get(file)
        if predicted is not None:
            for box, score in zip(predicted.boxes, predicted.scores):
                if score >= self._threshold:
                    _draw_on_picture(draw, box * factor, _PREDICTION[0], 2)
        picture.save(path, optimize=True)

    def _add_legend(self, figure: Figure) -> None:
        from matplotlib.lines import Line2D

        labels = ("ground truth", f"prediction of score ≥ {self._threshold:g}")
        lines = [Line2D([], [], color=colour, linewidth=width) for colour, width in (_TRUTH, _PREDICTION)]
        figure.legend(lines, labels, loc="lower center", ncol=2, frameon=False)
        figure.get_layout_engine().set(rect=(0, _LEGEND_SHARE, 1, 1 - _LEGEND_SHARE))


def _grid(figure: Figure, files: Sequence[str], *, columns: int) -> list[tuple[Axes, str]]:
    columns = min(columns, len(files))
    grid = figure.subplots(-(-len(files) // columns), columns, squeeze=False).ravel()
    for unused in grid[len(files) :]:
        unused.set_axis_off()
    return list(zip(grid, files))


def _draw_on_picture(draw: Any, box: NDArray[np.float64], colour: str, width: int) -> None:
    left, top, right, bottom = (round(float(value)) for value in box)
    draw.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), outline=colour, width=width)


def _draw_box(axes: Axes, box: NDArray[np.float64], colour: str, width: float) -> None:
    from matplotlib.patches import Rectangle

    # imshow has the centre of the first pixel at 0, boxes have its edge there.
    corner = (box[0] - 0.5, box[1] - 0.5)
    axes.add_patch(Rectangle(corner, box[2] - box[0], box[3] - box[1], fill=False, edgecolor=colour, linewidth=width))


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:10]}…{name[-13:]}"
