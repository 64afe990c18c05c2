from __future__ import annotations

from collections.abc import Sequence


class TrainingError(Exception):
    """Ends the run with a message for the user and exit code 1; a traceback would add nothing."""


class FaultsError(TrainingError):
    """Something given to the trainer cannot be used. Carries every fault found, not only the first.

    Args:
        what: What cannot be used, as it stands before the colon of the message.
        faults: One sentence each, in the order they are shown.
    """

    def __init__(self, what: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n  ".join([f"{what}:", *self.faults]))
