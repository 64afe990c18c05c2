"""Writes the plots of a run: how it trained, and what the model predicts."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detection.evaluate.analysis.analysis import Analysis
from detection.evaluate.pictures import class_plots, training_plots
from detection.evaluate.pictures.image_plots import ImageSheets
from detection.evaluate.pictures.style import (
    COMPRESS_LEVEL,
    DOTS_PER_INCH,
    INCHES,
    ClassNames,
    drawable_names,
    plain_style,
    set_margins,
)
from detection.files import writing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASS_NUMBERS = "class_numbers.csv"


def write_plots(
    folder: Path, *, history: Sequence[Mapping[str, Any]], analysis: Analysis, sheets: ImageSheets
) -> list[Path]:
    """Writes the plots of a run as PNG files of 1200 x 800 pixels. The same input gives the same pixels.

    A confusion matrix of more than 24 classes and the sheets of images are larger. Classes whose names no font of the
    machine can draw are shown as ``class 17``, and class_numbers.csv says which they are.

    Args:
        folder: Receives the files; created when missing.
        history: The lines of metrics.jsonl: each has ``step`` and some of the metrics.
        analysis: The curves, the confusion matrix and the recall by size.
        sheets: Draws test images.

    Returns:
        The pictures written: losses.png, learning_rate.png, metrics.png, precision_recall.png, f1_threshold.png,
        confusion_matrix.png, calibration.png, recall_by_size.png, worst_images.png and contact_sheet.png. One without
        data is skipped. The list is empty when matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return []

    names = drawable_names(analysis.class_names)
    wide = class_plots.confusion_pixels(len(names.shown)) / DOTS_PER_INCH
    plots: dict[str, tuple[tuple[float, float], Callable[[Figure], bool]]] = {
        "losses.png": (INCHES, lambda figure: training_plots.draw_losses(figure, history)),
        "learning_rate.png": (INCHES, lambda figure: training_plots.draw_learning_rate(figure, history)),
        "metrics.png": (INCHES, lambda figure: training_plots.draw_metrics(figure, history)),
        "precision_recall.png": (INCHES, lambda figure: class_plots.draw_precision_recall(figure, analysis, names)),
        "f1_threshold.png": (INCHES, lambda figure: class_plots.draw_f1(figure, analysis, names)),
        "confusion_matrix.png": (
            (wide, max(INCHES[1], 0.88 * wide) if wide > INCHES[0] else INCHES[1]),
            lambda figure: class_plots.draw_confusion(figure, analysis, names),
        ),
        "calibration.png": (INCHES, lambda figure: class_plots.draw_calibration(figure, analysis)),
        "recall_by_size.png": (INCHES, lambda figure: class_plots.draw_sizes(figure, analysis)),
        "worst_images.png": (sheets.worst_inches, lambda figure: sheets.draw_worst(figure, names)),
        "contact_sheet.png": (sheets.sheet_inches, lambda figure: sheets.draw_contact_sheet(figure, names)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write_numbers(folder / CLASS_NUMBERS, names, analysis.class_names)
    written = []
    with plain_style(names.fonts):
        for name, (inches, draw) in plots.items():
            figure = Figure(figsize=inches, dpi=DOTS_PER_INCH)
            FigureCanvasAgg(figure)  # not pyplot, which needs a display and shares state between threads
            set_margins(figure)
            if draw(figure):
                save_figure(figure, folder / name)
                written.append(folder / name)
    return written


def save_figure(figure: Figure, path: Path) -> None:
    """Draws a figure and writes it as a PNG of its size.

    The ``savefig`` of matplotlib draws twice, and names matplotlib's version in the file.
    """
    from PIL import Image  # which comes with matplotlib; without both there are no plots

    canvas: Any = figure.canvas
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    with writing(path):
        picture.save(path, dpi=(DOTS_PER_INCH, DOTS_PER_INCH), compress_level=COMPRESS_LEVEL)


def _write_numbers(path: Path, names: ClassNames, class_names: Mapping[int, str]) -> None:
    """Writes which classes the pictures show by their number; removes the file of an earlier run."""
    path.unlink(missing_ok=True)
    if not names.numbered:
        return
    with writing(path), open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("shown", "class"))
        writer.writerows((names.shown[label], class_names[label]) for label in names.numbered)
