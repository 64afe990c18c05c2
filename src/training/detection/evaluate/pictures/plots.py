"""The plots of a training run: how it trained, and what the model predicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.analysis.analysis import MATCH_IOU
from detection.evaluate.coco_evaluation import CocoResult
from detection.evaluate.confusion import count_confusions
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.pictures.image_plots import ImageSheets
from detection.tracking.metric_names import LOSS_NAMES, class_ap50

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any colour vision can tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")
_INCHES, _DOTS_PER_INCH = (12.0, 8.0), 100  # 1200 x 800 pixels

History = Sequence[Mapping[str, Any]]


def write_plots(
    folder: Path,
    *,
    history: History,
    result: CocoResult,
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    class_names: Mapping[int, str],
    image_paths: Mapping[str, Path],
    orientations: Mapping[str, int] = MappingProxyType({}),
    threshold: float,
) -> list[Path]:
    """Writes the plots of a run as PNG files of 1200 x 800 pixels. The same input gives the same pixels.

    Args:
        folder: Receives the files; created when missing.
        history: The lines of metrics.jsonl: each has ``step`` and some of the metrics.
        result: The evaluation whose precision-recall curves are drawn.
        ground_truths: The ground truth of every test image, by file name.
        detections: The predictions, by file name.
        class_names: Name of each label.
        image_paths: The file of every test image, by file name.
        orientations: The EXIF orientation that is applied to each, by file name; 1 where it is left out.
        threshold: Least score of a prediction that is drawn and counted, in [0, 1].

    Returns:
        The files written: losses.png, learning_rate.png, precision_recall.png, confusion_matrix.png, worst_images.png
        and contact_sheet.png. A plot without data is skipped. The list is empty when matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return []

    sheets = ImageSheets(
        ground_truths, detections, image_paths, orientations=orientations, threshold=threshold, iou=MATCH_IOU
    )
    plots: dict[str, Callable[[Figure], bool]] = {
        "losses.png": lambda figure: _draw_losses(figure, history),
        "learning_rate.png": lambda figure: _draw_learning_rate(figure, history),
        "precision_recall.png": lambda figure: _draw_precision_recall(figure, result),
        "confusion_matrix.png": lambda figure: _draw_confusion(
            figure, ground_truths, detections, class_names, threshold
        ),
        "worst_images.png": sheets.draw_worst,
        "contact_sheet.png": sheets.draw_contact_sheet,
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # The defaults, whatever a matplotlibrc of the machine says. rc_context cannot restore the backend.
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    # This font comes with matplotlib. A class may be called "$5", which is not a formula.
    own = {"font.size": 12, "font.family": "DejaVu Sans", "text.parse_math": False}
    with matplotlib.rc_context(defaults | {name: value for name, value in own.items() if name in defaults}):
        for name, draw in plots.items():
            figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, layout="constrained")
            FigureCanvasAgg(figure)  # not pyplot, which needs a display and shares state between threads
            if draw(figure):
                # By default the file names the version of matplotlib.
                figure.savefig(folder / name, metadata={"Software": None})
                written.append(folder / name)
    return written


def smoothed(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Returns the mean of each value and its neighbours: ``window`` values, fewer at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    low, high = np.maximum(places - window // 2, 0), np.minimum(places + (window + 1) // 2, len(values))
    means: NDArray[np.float64] = (total[high] - total[low]) / (high - low)
    return means


def _series(history: History, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the steps at which a metric was logged, and its values."""
    points = [(line["step"], line[name]) for line in history if "step" in line and name in line]
    return np.array([step for step, _ in points], float), np.array([value for _, value in points], float)


def _draw_losses(figure: Figure, history: History) -> bool:
    losses = {name: _series(history, name) for name in LOSS_NAMES}
    losses = {name: (steps, values) for name, (steps, values) in losses.items() if len(steps)}
    if not losses:
        return False
    axes = figure.subplots()
    for colour, (name, (steps, values)) in zip(_COLOURS, losses.items()):
        smooth = smoothed(values, max(1, len(values) // 20))
        axes.plot(steps, values, color=colour, alpha=0.25, linewidth=1)
        label = f"{name}: {smooth[-1]:.3g} at the end"
        axes.plot(steps, smooth, color=colour, linewidth=3 if name == "train_loss" else 2, label=label)
    total = next(iter(losses.values()))[1]
    # A single bad step must not flatten all the others.
    ceiling = 1.5 * float(np.quantile(total, 0.98))
    axes.set_ylim(0, ceiling if 0 < ceiling < np.inf else None)
    last = max(float(steps[-1]) for steps, _ in losses.values())
    _label(axes, f"Losses over {last:.0f} steps (thin: logged values, thick: moving average)", "step", "loss")
    axes.legend(loc="upper right")
    return True


def _draw_learning_rate(figure: Figure, history: History) -> bool:
    steps, rates = _series(history, "learning_rate")
    if not len(steps):
        return False
    axes = figure.subplots()
    axes.plot(steps, rates, color=_COLOURS[0], linewidth=2)
    axes.set_ylim(0, None)
    _label(axes, f"Learning rate: maximum {rates.max():.3g}, {rates[-1]:.3g} at the end", "step", "learning rate")
    return True


def _draw_precision_recall(figure: Figure, result: CocoResult) -> bool:
    metrics = result.metrics()
    curves = {label: result.precision_recall(label) for label in sorted(result.class_names)}
    curves = {label: curve for label, curve in curves.items() if len(curve[0])}
    if not curves:
        return False
    axes = figure.subplots()
    for number, (label, (recall, precision)) in enumerate(curves.items()):
        name = result.class_names[label]
        style = ("-", "--", ":", "-.")[number // len(_COLOURS) % 4]
        text = f"{name}: AP50 {metrics[class_ap50(name)]:.3f}"
        axes.plot(recall, precision, style, color=_COLOURS[number % len(_COLOURS)], linewidth=2.5, label=text)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    title = f"Precision and recall at IoU 0.5: AP50 {metrics['eval_AP50']:.3f}, mAP {metrics['eval_mAP']:.3f}"
    _label(axes, title, "recall", "precision")
    axes.legend(loc="lower left", ncol=1 + len(curves) // 20)
    return True


def _draw_confusion(
    figure: Figure,
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    class_names: Mapping[int, str],
    threshold: float,
) -> bool:
    labels = sorted(class_names)
    counts = count_confusions(ground_truths, detections, labels, threshold=threshold, iou=MATCH_IOU)
    names = [class_names[label] for label in labels] + ["background"]
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Background has no total of its own: its row shows the share of all predictions of that class.
    shares[-1] = counts[-1] / np.maximum(counts.sum(axis=0), 1)
    image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, label="share of the row (background: of the column)")
    ticks = range(len(names))
    is_crowded = len(names) > 6
    axes.set_xticks(ticks, names, rotation=45 if is_crowded else 0, ha="right" if is_crowded else "center")
    axes.set_yticks(ticks, names)
    size = max(6, min(18, 140 // len(names)))
    for row, column in np.ndindex(*counts.shape):
        if row == column == len(labels):
            continue  # background that is predicted as background cannot be counted
        colour = "black" if shares[row, column] > 0.5 else "white"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", size=size, color=colour)
    right, objects = int(np.trace(counts)), int(counts[:-1].sum())
    title = f"Confusion at score ≥ {threshold:g} and IoU ≥ {MATCH_IOU:g}: {right} of {objects} objects correct"
    _label(axes, title, "predicted", "actual", grid=False)
    return True


def _label(axes: Axes, title: str, x: str, y: str, *, grid: bool = True) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if grid:
        axes.grid(True, alpha=0.3)
