"""The place of a process among those of its run, as the launcher's environment says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detection.errors import TrainingError

_LAUNCHER = "they are set by Azure ML for a job with distribution PyTorch, and by torchrun."


@dataclass(frozen=True)
class Place:
    """The place of a process among those of its run.

    Attributes:
        rank: Number of the process in the run, from 0.
        size: Processes of the run, at least 1.
        local_rank: Number of the process on its machine, from 0; also the number of its GPU.
        address: Host of the first process.
        port: TCP port where the first process is reached.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    address: str = ""
    port: int = 0

    @property
    def is_first(self) -> bool:
        """Returns whether this process writes logs, metrics, checkpoints and the model."""
        return self.rank == 0


def read_place(environment: Mapping[str, str]) -> Place:
    """Reads WORLD_SIZE, RANK, LOCAL_RANK, MASTER_ADDR and MASTER_PORT. Without WORLD_SIZE a run is one process.

    Raises:
        TrainingError: A variable is missing or is no such number.
    """
    size = _number(environment, "WORLD_SIZE", "1", 1, 4096)
    if size == 1:
        return Place()
    address = environment.get("MASTER_ADDR", "")
    if not address:
        raise TrainingError(
            f"MASTER_ADDR is missing; it must be the host of the first process, because WORLD_SIZE is {size}: "
            + _LAUNCHER
        )
    return Place(
        rank=_number(environment, "RANK", None, 0, size - 1),
        size=size,
        local_rank=_number(environment, "LOCAL_RANK", None, 0, size - 1),
        address=address,
        port=_number(environment, "MASTER_PORT", None, 1, 65535),
    )


def _number(environment: Mapping[str, str], name: str, default: str | None, least: int, most: int) -> int:
    text = environment.get(name, default)
    if text is None or not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        found = "missing" if text is None else repr(text[:40])
        raise TrainingError(f"{name} is {found}; it must be a whole number from {least} to {most}: {_LAUNCHER}")
    return int(text)
