"""The interface between the training loop and what happens between its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Step:
    """One finished optimizer step, as the loop hands it to every hook in turn.

    Attributes:
        done: Optimizer steps done in the whole run, this one included; at least 1.
        steps: Optimizer steps of the whole run (RUN_PARAMS.STEPS).
        metrics: ``train_loss``, its four parts and ``learning_rate`` of this step alone.
        stop_reason: Why training ends after this step, as a noun (``SIGTERM``). A hook sets it; the hooks after it
            and the loop read it. Empty while training continues.
        ends_early: Whether training is complete after this step although steps remain. A hook sets it.
    """

    done: int
    steps: int
    metrics: Mapping[str, float]
    stop_reason: str = ""
    ends_early: bool = False

    @property
    def completes_run(self) -> bool:
        """Returns whether training is complete after this step: the last one, or one that a hook made the last."""
        return self.is_last or self.ends_early

    @property
    def is_last(self) -> bool:
        """Returns whether this is the last step of the run."""
        return self.done == self.steps


class Hook:
    """Runs before and after each optimizer step. A subclass overrides what it needs.

    A hook whose next action depends on earlier steps returns that state from ``state_dict``. The checkpoint holds it,
    so that a resumed run does the same as an uninterrupted one.
    """

    def before_step(self, done: int) -> None:
        """Runs before the trainer waits for the next batch.

        Args:
            done: Optimizer steps done so far.
        """

    def after_step(self, step: Step) -> None:
        """Runs after a step, in the order of the hooks."""

    def state_dict(self) -> dict[str, Any]:
        """Returns the state for a checkpoint: tensors, whole numbers, strings, and dictionaries of them."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restores what ``state_dict`` returned."""
