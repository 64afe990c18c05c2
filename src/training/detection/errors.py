"""The errors that end a command with a message for the user."""

from __future__ import annotations

from collections.abc import Sequence


class TrainingError(Exception):
    """Ends the command with exit code 1 and a message for the user, without a traceback."""


class FaultsError(TrainingError):
    """An input of the trainer cannot be used. Holds every fault, not only the first.

    Args:
        what: The input, as the message names it before its colon.
        faults: One sentence each, in their order in the message.
    """

    def __init__(self, what: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n  ".join([f"{what}:", *self.faults]))
