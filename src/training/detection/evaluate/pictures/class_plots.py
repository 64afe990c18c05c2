"""The plots of what the model predicts: curves of the classes, confusion matrix, calibration, recall by size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detection.evaluate.analysis.analysis import MATCH_IOU, Analysis
from detection.evaluate.analysis.tables import BACKGROUND
from detection.evaluate.analysis.thresholds import ALL_CLASSES, CURVE_THRESHOLDS, ScoreCurve, calibration
from detection.evaluate.pictures.style import GREY, ClassNames, add_legend, label_axes, line_style
from detection.tracking.metric_names import class_ap50

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_LINES = 10  # classes with a line of their own; more cannot be told apart
_MOST_NUMBERS = 24  # classes whose confusions are written as numbers
_PIXELS_PER_CLASS = 13  # of a large confusion matrix
_HEAVY = {"color": "black", "linewidth": 3.5, "zorder": 5}


def draw_precision_recall(figure: Figure, analysis: Analysis, names: ClassNames) -> bool:
    """Draws precision against recall of each class, and their mean; returns False without objects."""
    metrics = analysis.coco.metrics()
    values = {label: metrics[class_ap50(name)] for label, name in analysis.class_names.items()}
    values = {label: value for label, value in values.items() if value >= 0}
    if not values:
        return False
    axes = figure.subplots()
    curves = {label: analysis.coco.precision_recall(label) for label in sorted(values)}
    own = _worst(values)
    for label, (recall, precision) in curves.items():
        if label not in own:
            axes.plot(recall, precision, color=GREY, linewidth=0.8, alpha=0.5)
    for number, label in enumerate(own):
        text = f"{names.shown[label]}: AP50 {values[label]:.3f}"
        axes.plot(*curves[label], linewidth=2, markevery=(number, 10), label=text, **line_style(number))
    if len(curves) > 1:
        mean = np.mean([precision for _, precision in curves.values()], axis=0)
        axes.plot(*(next(iter(curves.values()))[0], mean), label=f"mean: AP50 {metrics['eval_AP50']:.3f}", **_HEAVY)
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.02)
    title = f"Precision and recall at IoU {MATCH_IOU:g}: mAP {metrics['eval_mAP']:.3f}{_others(curves, own)}"
    label_axes(axes, title, "recall (share of the objects)", "precision (share of the predictions)")
    add_legend(figure, axes)
    return True


def draw_f1(figure: Figure, analysis: Analysis, names: ClassNames) -> bool:
    """Draws F1 against the least score that counts, with the best of each class; returns False without a detection."""
    *classes, together = analysis.curves
    if together.best() is None:
        return False
    axes = figure.subplots()
    labelled = dict(zip(sorted(analysis.class_names), classes))
    best = {label: _best_f1(curve) for label, curve in labelled.items() if curve.objects}
    own = _worst(best)
    for label, curve in labelled.items():
        if label not in own and curve.objects:
            axes.plot(CURVE_THRESHOLDS, curve.at(CURVE_THRESHOLDS)[2], color=GREY, linewidth=0.8, alpha=0.5)
    for number, label in enumerate(own):
        style = line_style(number)
        _draw_f1_of(axes, labelled[label], names.shown[label], {"linewidth": 2, "markevery": (number, 10), **style})
    if len(labelled) > 1:
        _draw_f1_of(axes, together, ALL_CLASSES, _HEAVY)
    axes.axvline(analysis.eval_conf, color="black", linewidth=1, linestyle=(0, (1, 3)))
    axes.annotate(
        f" EVAL_CONF {analysis.eval_conf:g}", (analysis.eval_conf, 1.01), va="top", size=10, annotation_clip=False
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    title = f"F1 at IoU {MATCH_IOU:g} by least score (stars: best){_others(best, own)}"
    label_axes(axes, title, "least score that counts (EVAL_CONF)", "F1 (0 to 1)")
    add_legend(figure, axes)
    return True


def confusion_pixels(class_count: int) -> int:
    """Returns the width of the confusion matrix in pixels; many classes need more than the other plots."""
    return max(1200, 420 + _PIXELS_PER_CLASS * (class_count + 1)) if class_count > _MOST_NUMBERS else 1200


def draw_confusion(figure: Figure, analysis: Analysis, names: ClassNames) -> bool:
    """Draws the confusion matrix: numbers for few classes, shades alone for many."""
    counts = analysis.confusion
    labels = sorted(analysis.class_names)
    shown = [*(names.shown[label] for label in labels), BACKGROUND]
    figure.set_layout_engine("constrained")  # names of any length are beside it
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Background has no total of its own: its row shows the share of all predictions of that class.
    shares[-1] = counts[-1] / np.maximum(counts.sum(axis=0), 1)
    # From white to black, so that brightness alone shows the share.
    image = axes.imshow(shares, cmap="Greys", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, label="share of the row (background: of the column)", shrink=0.9)
    ticks = range(len(shown))
    longest = max(map(len, shown))
    is_crowded = len(shown) * longest > 70
    size = 11 if len(shown) <= _MOST_NUMBERS + 1 else 7
    axes.set_xticks(ticks, shown, rotation=90 if is_crowded else 0, size=size)
    axes.set_yticks(ticks, shown, size=size)
    if len(shown) <= _MOST_NUMBERS + 1:
        number_size = max(6, min(18, 140 // len(shown)))
        for row, column in np.ndindex(*counts.shape):
            if row == column == len(labels):
                continue  # background that is predicted as background cannot be counted
            colour = "white" if shares[row, column] > 0.5 else "black"
            text = str(counts[row, column])
            axes.text(column, row, text, ha="center", va="center", size=number_size, color=colour)
    else:
        # Not the grid of minor ticks, each of which matplotlib would measure.
        edges = np.arange(len(shown) + 1) - 0.5
        for draw in (axes.hlines, axes.vlines):
            draw(edges, edges[0], edges[-1], color="#DDDDDD", linewidth=0.3, zorder=1.5)
    right, objects = int(np.trace(counts)), int(counts[:-1].sum())
    title = f"Confusion at score ≥ {analysis.eval_conf:g} and IoU ≥ {MATCH_IOU:g}: {right} of {objects} objects correct"
    label_axes(axes, title, "predicted (numbers of predictions)", "actual (numbers of objects)", grid=False)
    return True


def draw_calibration(figure: Figure, analysis: Analysis) -> bool:
    """Draws the share of right detections against their score, and how many there are; returns False without any."""
    together = analysis.curves[-1]
    found = calibration(together)
    if found.error < 0:
        return False
    upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
    upper.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="score = share that is right")
    known = found.counts > 0
    # The interval of a share of few detections is wide: Wilson's, 95 %.
    low, high = _wilson(found.shares[known] * found.counts[known], found.counts[known])
    errors = np.clip([found.shares[known] - low, high - found.shares[known]], 0, None)
    upper.errorbar(
        found.mean_scores[known],
        found.shares[known],
        yerr=errors,
        marker="o",
        linewidth=2,
        capsize=4,
        color="#0072B2",
        label=f"detections of {ALL_CLASSES} (bars: 95 %)",
    )
    upper.set_xlim(0, 1)
    upper.set_ylim(0, 1.02)
    upper.legend(loc="upper left", fontsize=10)
    title = f"Calibration at IoU {MATCH_IOU:g}: expected error {found.error:.3f}"
    label_axes(upper, title, "", "share that is right")
    lower.bar(found.edges[:-1], found.counts, width=0.1, align="edge", color=GREY, edgecolor="black")
    lower.set_yscale("symlog", linthresh=1)
    lower.yaxis.set_major_formatter(lambda value, _: f"{value:g}")  # the default one writes a formula
    label_axes(lower, "", "score of the detection (0 to 1)", "detections")
    return True


def draw_sizes(figure: Figure, analysis: Analysis) -> bool:
    """Draws the recall of each range of object sizes; returns False without objects."""
    rows = analysis.sizes.rows()
    if not rows:
        return False
    axes = figure.subplots()
    places = np.arange(len(rows))
    objects, detected = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    recall = detected / objects
    low, high = _wilson(detected, objects)
    errors = np.clip([recall - low, high - recall], 0, None)
    axes.bar(places, recall, yerr=errors, capsize=5, color="#56B4E9", edgecolor="black", width=0.7)
    for place, row in enumerate(rows):
        text = f"{row[3]} of {row[2]}"
        axes.annotate(text, (place, 0.01), ha="center", va="bottom", size=11, bbox={"color": "white", "alpha": 0.8})
    names = [f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} and more" for low, high, *_ in rows]
    axes.set_xticks(places, names)
    axes.set_ylim(0, 1.02)
    title = f"Detected objects by size, at score ≥ {analysis.eval_conf:g} and IoU ≥ {MATCH_IOU:g} (bars: 95 %)"
    label_axes(
        axes, title, "object size: root of the area (pixels of the image on disk)", "recall (share of the objects)"
    )
    return True


def _draw_f1_of(axes: Axes, curve: ScoreCurve, name: str, style: dict[str, Any]) -> None:
    best = curve.best()
    text = f"{name}: none right" if best is None else f"{name}: {_best_f1(curve):.3f} at {best:.3g}"
    axes.plot(CURVE_THRESHOLDS, curve.at(CURVE_THRESHOLDS)[2], label=text, **style)
    if best is not None:
        star = {"marker": "*", "markersize": 16, "color": style["color"], "markeredgecolor": "black", "zorder": 6}
        axes.plot([best], [_best_f1(curve)], **star)


def _best_f1(curve: ScoreCurve) -> float:
    best = curve.best()
    return 0.0 if best is None else float(curve.at(np.array([best]))[2][0])


def _worst(values: dict[int, float]) -> list[int]:
    """Returns the labels that get their own line: all, or the lowest of many, which need attention."""
    if len(values) <= _MOST_LINES:
        return sorted(values)
    return sorted(sorted(values, key=lambda label: (values[label], label))[:_MOST_LINES])


def _others(values: Any, own: list[int]) -> str:
    more = len(values) - len(own)
    return f"\nnamed: the lowest {len(own)} of {len(values)} classes; grey: the other {more}" if more else ""


def _wilson(right: Any, count: Any) -> tuple[Any, Any]:
    """Returns Wilson's 95 % interval of shares."""
    z = 1.959964
    share, total = right / count, 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / total
    half = z / total * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return middle - half, middle + half
