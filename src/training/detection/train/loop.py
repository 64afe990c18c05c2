"""The training loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detection.data.batches import Batch
from detection.train.hooks.hook import Hook, Step
from detection.train.trainer import Trainer


def run_steps(
    trainer: Trainer, batches: Iterator[Batch], hooks: Sequence[Hook], *, steps: int, accumulate: int = 1
) -> str:
    """Runs the optimizer steps from ``trainer.done`` to ``steps``, or until a hook ends training.

    Args:
        trainer: Runs each step.
        batches: The batches of these steps, in order.
        hooks: Run before and after each step, in this order.
        steps: Optimizer steps of the whole run (RUN_PARAMS.STEPS).
        accumulate: Batches per step (RUN_PARAMS.ACCUMULATE).

    Returns:
        The reason why training stopped before its last step; empty when training is complete.

    Raises:
        NonFiniteLossError: A loss is NaN or infinite; the message names the images of its batch.
    """
    while trainer.done < steps:
        for hook in hooks:
            hook.before_step(trainer.done)
        metrics = trainer.step(*(next(batches) for _ in range(accumulate)))
        step = Step(trainer.done, steps, metrics)
        for hook in hooks:
            hook.after_step(step)
        if step.stop_reason and not step.is_last:
            return step.stop_reason
        if step.completes_run:
            break
    return ""
