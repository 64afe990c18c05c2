"""The pictures of a training run: what it learned, what it finds, and where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detection.evaluate.coco_evaluation import CocoResult, Detections, GroundTruth
from detection.evaluate.confusion import count_confusions, image_mistakes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which people with any colour vision can tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")
_TRUTH, _FOUND = "#00E08A", "#FF4B3E"  # bluish green and orange red: also unlike in brightness
_FIGURE = {"figsize": (12.0, 8.0), "dpi": 100}  # inches, dots per inch: 1200 x 800 pixels
_LOSSES = (
    "train_loss",
    "train_loss_classifier",
    "train_loss_box_reg",
    "train_loss_objectness",
    "train_loss_rpn_box_reg",
)
_WORST, _SHEET = 6, 20  # images shown
_MATCH_IOU = 0.5


def write_plots(
    folder: Path,
    *,
    history: Sequence[dict],
    result: CocoResult,
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    class_names: Mapping[int, str],
    image_paths: Mapping[str, Path],
    threshold: float,
) -> list[Path]:
    """Writes the plots of a run as PNG files of 1200 x 800 pixels; the same input gives the same pixels.

    Args:
        folder: Where the files go; made when missing.
        history: One dict for each logged step, with ``step`` and any of the training metrics; others are passed over.
        result: The evaluation whose precision-recall curves are drawn.
        ground_truths: The objects of every test image, by file name.
        detections: The detections, by file name.
        class_names: Name of each label.
        image_paths: The file of every test image, by file name.
        threshold: Least score of a detection that is drawn and counted, in [0, 1].

    Returns:
        The files written: losses.png, learning_rate.png (when ``history`` has it), precision_recall.png,
        confusion_matrix.png, worst_images.png and contact_sheet.png. A plot without anything to show is left out. Empty
        when matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return []

    images = _Images(ground_truths, detections, image_paths, threshold)
    plots: dict[str, Callable[[Figure], bool]] = {
        "losses.png": lambda figure: _draw_losses(figure, history),
        "learning_rate.png": lambda figure: _draw_learning_rate(figure, history),
        "precision_recall.png": lambda figure: _draw_precision_recall(figure, result),
        "confusion_matrix.png": lambda figure: _draw_confusion(
            figure, ground_truths, detections, class_names, threshold
        ),
        "worst_images.png": lambda figure: _draw_worst(figure, images),
        "contact_sheet.png": lambda figure: _draw_contact_sheet(figure, images),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    # The defaults, whatever a matplotlibrc of the machine says. The backend is left alone: rc_context would not restore it.
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    # A class may be called "$5"; matplotlib has the font with it everywhere.
    own = {"font.size": 12, "font.family": "DejaVu Sans", "text.parse_math": False}
    with matplotlib.rc_context(defaults | {name: value for name, value in own.items() if name in defaults}):
        for name, draw in plots.items():
            figure = Figure(**_FIGURE, layout="constrained")
            FigureCanvasAgg(figure)  # not pyplot: no display, no state shared between threads
            if draw(figure):
                # Without the version of matplotlib, which the file would otherwise carry.
                figure.savefig(folder / name, metadata={"Software": None})
                written.append(folder / name)
    return written


def _series(history: Sequence[dict], name: str) -> tuple[np.ndarray, np.ndarray]:
    points = [(entry["step"], entry[name]) for entry in history if "step" in entry and name in entry]
    return np.array([step for step, _ in points], float), np.array([value for _, value in points], float)


def smoothed(values: np.ndarray, window: int) -> np.ndarray:
    """Mean of each value and its neighbours, at most ``window`` of them, fewer at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    low, high = np.maximum(places - window // 2, 0), np.minimum(places + (window + 1) // 2, len(values))
    return (total[high] - total[low]) / (high - low)


def _draw_losses(figure: Figure, history: Sequence[dict]) -> bool:
    losses = {name: _series(history, name) for name in _LOSSES}
    losses = {name: (steps, values) for name, (steps, values) in losses.items() if len(steps)}
    if not losses:
        return False
    axes = figure.subplots()
    for colour, (name, (steps, values)) in zip(_COLOURS, losses.items()):
        smooth = smoothed(values, max(1, len(values) // 20))
        axes.plot(steps, values, color=colour, alpha=0.25, linewidth=1)
        label = f"{name.removeprefix('train_')}, {smooth[-1]:.3g} at the end"
        axes.plot(steps, smooth, color=colour, linewidth=3 if name == "train_loss" else 2, label=label)
    total = next(iter(losses.values()))[1]
    # One bad step must not flatten all the others.
    ceiling = 1.5 * float(np.quantile(total, 0.98))
    axes.set_ylim(0, ceiling if 0 < ceiling < np.inf else None)
    last = max(float(steps[-1]) for steps, _ in losses.values())
    _label(
        axes, f"Losses over {last:.0f} steps (thin: each logged step, thick: mean of its neighbours)", "step", "loss"
    )
    axes.legend(loc="upper right")
    return True


def _draw_learning_rate(figure: Figure, history: Sequence[dict]) -> bool:
    steps, rates = _series(history, "learning_rate")
    if not len(steps):
        return False
    axes = figure.subplots()
    axes.plot(steps, rates, color=_COLOURS[0], linewidth=2)
    axes.set_ylim(0, None)
    _label(
        axes, f"Learning rate: {rates.max():.3g} at its highest, {rates[-1]:.3g} at the end", "step", "learning rate"
    )
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
        text = f"{name}: AP50 {metrics[f'eval_AP50_{name}']:.3f}"
        axes.plot(recall, precision, style, color=_COLOURS[number % len(_COLOURS)], linewidth=2.5, label=text)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    title = f"Precision and recall at IoU 0.5: AP50 {metrics['eval_AP50']:.3f} (mAP {metrics['eval_mAP']:.3f})"
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
    counts = count_confusions(ground_truths, detections, labels, threshold=threshold, iou=_MATCH_IOU)
    names = [class_names[label] for label in labels] + ["background"]
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # What is background has no row total: it is told as the share of what was found as that class.
    shares[-1] = counts[-1] / np.maximum(counts.sum(axis=0), 1)
    image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, label="share of the row (background: of the column)")
    ticks = range(len(names))
    axes.set_xticks(ticks, names, rotation=45 if len(names) > 6 else 0, ha="right" if len(names) > 6 else "center")
    axes.set_yticks(ticks, names)
    size = max(6, min(18, 140 // len(names)))
    for row, column in np.ndindex(*counts.shape):
        text = (
            "" if row == column == len(labels) else str(counts[row, column])
        )  # background found as such: not countable
        axes.text(
            column,
            row,
            text,
            ha="center",
            va="center",
            size=size,
            color="black" if shares[row, column] > 0.5 else "white",
        )
    right, objects = int(np.trace(counts)), int(counts[:-1].sum())
    title = f"Confusion at score ≥ {threshold:g}, IoU ≥ {_MATCH_IOU:g}: {right} of {objects} objects right"
    _label(axes, title, "found as", "is", grid=False)
    return True


class _Images:
    """The test images with what is in them and what was found at the threshold."""

    def __init__(
        self,
        ground_truths: Mapping[str, GroundTruth],
        detections: Mapping[str, Detections],
        paths: Mapping[str, Path],
        threshold: float,
    ) -> None:
        self.files = sorted(file for file in ground_truths if file in paths)
        self.threshold = threshold
        self._truths, self._detections, self._paths = ground_truths, detections, paths

    def mistakes(self, file: str) -> tuple[int, int]:
        """Objects missed and detections that are wrong."""
        return image_mistakes(self._truths[file], self._detections.get(file), threshold=self.threshold, iou=_MATCH_IOU)

    def show(self, axes: Axes, file: str, title: str, *, with_scores: bool) -> None:
        from PIL import Image

        with Image.open(self._paths[file]) as image:
            pixels = np.asarray(image.convert("RGB"))
        axes.imshow(pixels, interpolation="antialiased")
        axes.set_axis_off()
        axes.set_title(title, size=11 if with_scores else 8)
        for box in self._truths[file].boxes:
            _draw_box(axes, box, _TRUTH, 3.0)
        found = self._detections.get(file)
        if found is None:
            return
        for box, score in zip(found.boxes, found.scores):
            if score >= self.threshold:
                _draw_box(axes, box, _FOUND, 1.5)
                if with_scores:
                    # Above the box, or inside it where it would run into the title.
                    inside = box[1] < 0.08 * pixels.shape[0]
                    axes.annotate(
                        f"{score:.2f}", xy=(box[0], max(box[1], 0)), xytext=(2, -3 if inside else 2),
                        textcoords="offset points", size=8, color="white", va="top" if inside else "bottom",
                        bbox={"boxstyle": "square,pad=0.1", "color": "black", "alpha": 0.65},
                    )  # fmt: skip


def _draw_worst(figure: Figure, images: _Images) -> bool:
    mistakes = {file: images.mistakes(file) for file in images.files}
    worst = sorted(
        (file for file in images.files if sum(mistakes[file])), key=lambda file: (-sum(mistakes[file]), file)
    )
    if not worst:
        return False
    for axes, file in _grid(figure, worst[:_WORST], columns=3):
        missed, wrong = mistakes[file]
        images.show(axes, file, f"{_short(file)}: {missed} missed, {wrong} wrong", with_scores=True)
    figure.suptitle(
        f"Worst images: {min(len(worst), _WORST)} of {len(worst)} with mistakes, of {len(images.files)} in all\n"
        f"thick green: objects, thin red: found with a score ≥ {images.threshold:g}"
    )
    return True


def _draw_contact_sheet(figure: Figure, images: _Images) -> bool:
    if not images.files:
        return False
    # Spread evenly over the names, so that one series of pictures does not fill the sheet.
    count = min(len(images.files), _SHEET)
    chosen = [images.files[place * len(images.files) // count] for place in range(count)]
    for axes, file in _grid(figure, chosen, columns=5):
        images.show(axes, file, _short(file), with_scores=False)
    figure.suptitle(
        f"{count} of {len(images.files)} test images, thick green: objects, thin red: found with a score ≥ {images.threshold:g}"
    )
    return True


def _grid(figure: Figure, files: Sequence[str], *, columns: int) -> list[tuple[Axes, str]]:
    columns = min(columns, len(files))
    grid = figure.subplots(-(-len(files) // columns), columns, squeeze=False).ravel()
    for unused in grid[len(files) :]:
        unused.set_axis_off()
    return list(zip(grid, files))


def _draw_box(axes: Axes, box: np.ndarray, colour: str, width: float) -> None:
    from matplotlib.patches import Rectangle

    # imshow puts the centre of the first pixel at 0, boxes its edge.
    corner = (box[0] - 0.5, box[1] - 0.5)
    axes.add_patch(Rectangle(corner, box[2] - box[0], box[3] - box[1], fill=False, edgecolor=colour, linewidth=width))


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:10]}…{name[-13:]}"


def _label(axes: Axes, title: str, x: str, y: str, *, grid: bool = True) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if grid:
        axes.grid(True, alpha=0.3)
