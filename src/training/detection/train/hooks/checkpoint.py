"""Writes checkpoints while the model trains."""

from __future__ import annotations

from collections.abc import Mapping

from detection.train.checkpoints import Checkpoint, CheckpointFolder, Stateful
from detection.train.hooks.hook import Hook, Step


class WriteCheckpoint(Hook):
    """Writes the state of every part at regular steps, at the last step, and before training stops.

    It is the last hook of a loop, so that the checkpoint holds what the other hooks did at its step.

    Args:
        folder: Receives the checkpoints.
        parts: Everything that the steps after the checkpoint depend on, by name.
        every: RUN_PARAMS.CHECKPOINT_EVERY: steps between two checkpoints; 0 for none in between.
    """

    def __init__(self, folder: CheckpointFolder, parts: Mapping[str, Stateful], *, every: int) -> None:
        self._folder = folder
        self._parts = parts
        self._every = every

    def after_step(self, step: Step) -> None:
        due = self._every > 0 and step.done % self._every == 0
        if due or step.completes_run or step.stop_reason:
            state = {name: part.state_dict() for name, part in self._parts.items()}
            self._folder.write(Checkpoint(step.done, state))
