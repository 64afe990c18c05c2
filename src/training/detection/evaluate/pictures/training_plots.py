"""The plots of the training: losses, learning rate, and metrics over the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.pictures.style import COLOURS, DASHES, MARKERS, add_legend, label_axes, line_style
from detection.tracking.metric_names import LOSS_NAMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

History = Sequence[Mapping[str, Any]]

STEPS = "step (optimizer updates)"
# The metrics that show whether training helped, on the test split and on the validation split.
_SHOWN_METRICS = (
    "eval_mAP", "eval_AP50", "eval_AR100", "binary_f1", "proposal_recall",
    "validation_mAP", "validation_AP50", "validation_AR100",
)  # fmt: skip


def draw_losses(figure: Figure, history: History) -> bool:
    """Draws each loss, as it was logged and smoothed; returns False when there are none."""
    losses = {name: _series(history, name) for name in LOSS_NAMES}
    losses = {name: (steps, values) for name, (steps, values) in losses.items() if len(steps)}
    if not losses:
        return False
    axes = figure.subplots()
    for number, (name, (steps, values)) in enumerate(losses.items()):
        smooth = smoothed(values, max(1, len(values) // 20))
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(steps, values, color=colour, alpha=0.25, linewidth=1)
        axes.plot(
            steps,
            smooth,
            color=colour,
            linestyle=DASHES[number % len(DASHES)],
            marker=MARKERS[number % len(MARKERS)],
            markevery=max(1, len(steps) // 12),
            linewidth=3 if name == "train_loss" else 2,
            label=f"{name}\n{smooth[-1]:.3g} at the end",
        )
    total = next(iter(losses.values()))[1]
    # A single bad step must not flatten all the others.
    ceiling = 1.5 * float(np.quantile(total, 0.98))
    axes.set_ylim(0, ceiling if 0 < ceiling < np.inf else None)
    last = max(float(steps[-1]) for steps, _ in losses.values())
    title = f"Losses over {last:.0f} steps (thin: as logged, thick: moving average)"
    label_axes(axes, title, STEPS, "loss (no unit)")
    add_legend(figure, axes)
    return True


def draw_learning_rate(figure: Figure, history: History) -> bool:
    """Draws the learning rate; returns False when none was logged."""
    steps, rates = _series(history, "learning_rate")
    if not len(steps):
        return False
    axes = figure.subplots()
    axes.plot(steps, rates, color=COLOURS[0], linewidth=2.5)
    axes.set_ylim(0, None)
    title = f"Learning rate: {rates.max():.3g} at most, {rates[-1]:.3g} at the end"
    label_axes(axes, title, STEPS, "learning rate (per step)")
    return True


def draw_metrics(figure: Figure, history: History) -> bool:
    """Draws the main metrics of each evaluation; returns False with fewer than two evaluations."""
    series = {name: _series(history, name) for name in _SHOWN_METRICS}
    # A metric that cannot be measured is -1 throughout.
    series = {name: found for name, found in series.items() if len(found[0]) and found[1].max() >= 0}
    if max((len(steps) for steps, _ in series.values()), default=0) < 2:
        return False
    axes = figure.subplots()
    for number, (name, (steps, values)) in enumerate(series.items()):
        style = line_style(number)
        if len(steps) == 1:  # such as the test split, which is measured once
            style |= {"markersize": 13}
        axes.plot(steps, values, linewidth=2, label=f"{name}\n{values[-1]:.3f} at the end", **style)
    axes.set_ylim(0, 1.02)
    evaluations = max(len(steps) for steps, _ in series.values())
    label_axes(axes, f"Metrics of {evaluations} evaluations", STEPS, "metric (0 to 1, higher is better)")
    add_legend(figure, axes)
    return True


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
