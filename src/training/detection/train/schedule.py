"""The learning-rate schedules."""

from __future__ import annotations

import math

from detection.config.settings import RunParams

_FINAL_SHARE = 0.01
_DROPS = (2 / 3, 8 / 9)


def learning_rate(step: int, *, steps: int, warmup_steps: int, peak: float, schedule: str = "cosine") -> float:
    """Returns the learning rate of a step: a linear rise to the peak, then what the schedule says.

    Args:
        step: The step, from 0 to ``steps - 1``.
        steps: Steps of the whole run.
        warmup_steps: Steps of the rise; 0 starts at the peak.
        peak: RUN_PARAMS.LEARNING_RATE.
        schedule: ``cosine``: half a cosine down to 1 % of the peak; ``step``: a tenth of it from 2/3 of the steps on,
            and a hundredth from 8/9 on; ``constant``: the peak.
    """
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    if schedule == "constant":
        return peak
    if schedule == "step":
        rate = peak
        for drop in _DROPS:
            rate = rate / 10 if step >= drop * steps else rate
        return rate
    progress = (step - warmup_steps) / max(1, steps - warmup_steps)
    return peak * (_FINAL_SHARE + (1 - _FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * progress)))


def scaled_peak(run: RunParams, processes: int) -> float:
    """Returns the peak of the learning rate: LEARNING_RATE, or with LR_SCALING ``linear`` that times the processes."""
    return run.learning_rate * processes if run.lr_scaling == "linear" else run.learning_rate
