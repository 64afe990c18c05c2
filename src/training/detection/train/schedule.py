"""The learning-rate schedule."""

from __future__ import annotations

import math

_FINAL_SHARE = 0.01


def learning_rate(step: int, *, steps: int, warmup_steps: int, peak: float) -> float:
    """Returns the learning rate of a step: a linear rise to the peak, then half a cosine down to 1 % of it.

    Args:
        step: The step, from 0 to ``steps - 1``.
        steps: Steps of the whole run.
        warmup_steps: Steps of the rise; 0 starts at the peak.
        peak: RUN_PARAMS.LEARNING_RATE.
    """
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / max(1, steps - warmup_steps)
    return peak * (_FINAL_SHARE + (1 - _FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * progress)))
