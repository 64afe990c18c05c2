"""The processes that train together, and what they do together."""

from __future__ import annotations

import contextlib
import datetime
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import distributed as untyped

from detection.errors import TrainingError
from detection.processes.place import Place
from detection.processes.watch import Watch

Value = TypeVar("Value")
distributed: Any = untyped

_JOIN = datetime.timedelta(minutes=10)
# The watch finds a process that is gone; an evaluation of the first one may take long.
_LONGEST_WAIT = datetime.timedelta(days=7)


class Group:
    """The processes of a run. Every operation of more than one process is called in all of them, in the same order.

    Args:
        place: The place of this process.
        local_size: Processes on this machine, at least 1.
    """

    def __init__(self, place: Place = Place(), local_size: int = 1) -> None:
        self.place = place
        self.local_size = local_size
        self._control: Any = None

    @property
    def size(self) -> int:
        """Returns the number of processes."""
        return self.place.size

    @property
    def is_first(self) -> bool:
        """Returns whether this process writes logs, metrics, checkpoints and the model."""
        return self.place.is_first

    def use(self, device: torch.device) -> None:
        """Opens the group in which small values travel through the memory of the CPU, also between GPUs."""
        if self.size > 1 and device.type != "cpu":
            self._control = distributed.new_group(backend="gloo", timeout=_LONGEST_WAIT)

    def shares(self, count: int) -> list[range]:
        """Divides ``count`` items in their order into one range per process; sizes differ by at most 1."""
        each, more = divmod(count, self.size)
        ends = [each * (rank + 1) + min(rank + 1, more) for rank in range(self.size)]
        return [range(start, end) for start, end in zip([0, *ends], ends)]

    def share(self, count: int) -> range:
        """Returns the range of this process."""
        return self.shares(count)[self.place.rank]

    def sum(self, values: Sequence[float]) -> list[float]:
        """Returns the sums of the values of all processes, the same bits in each."""
        return self._reduce(values, torch.float64, distributed.ReduceOp.SUM)

    def largest(self, values: Sequence[int]) -> list[int]:
        """Returns the largest values of all processes."""
        return [int(value) for value in self._reduce(values, torch.int64, distributed.ReduceOp.MAX)]

    def gather(self, value: Value) -> list[Value]:
        """Returns the values of all processes in the order of their ranks, in each process."""
        if self.size == 1:
            return [value]
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, value, group=self._control)
        return found

    def gather_in_first(self, value: Value) -> list[Value]:
        """Returns the values of all processes in the order of their ranks; in the others than the first, nothing."""
        if self.size == 1:
            return [value]
        found: list[Any] | None = [None] * self.size if self.is_first else None
        distributed.gather_object(value, found, group=self._control)
        return found if found is not None else []

    def from_first(self, value: Value) -> Value:
        """Returns the first process's value in each process."""
        if self.size == 1:
            return value
        values: list[Any] = [value]
        distributed.broadcast_object_list(values, group=self._control)
        result: Value = values[0]
        return result

    def wait(self) -> None:
        """Waits until all processes are here."""
        self.sum([0.0])

    def _reduce(self, values: Sequence[float], kind: torch.dtype, operation: Any) -> list[Any]:
        if self.size == 1:
            return list(values)
        tensor = torch.tensor(list(values), dtype=kind)
        distributed.all_reduce(tensor, op=operation, group=self._control)
        result: list[Any] = tensor.tolist()
        return result


ALONE = Group()
"""A run of one process."""


@contextlib.contextmanager
def join(place: Place, say: Callable[[str], None], before_end: Callable[[], None] = lambda: None) -> Iterator[Group]:
    """Joins the processes of a run, and leaves them in the end: when one of them fails, every one fails.

    Args:
        place: The place of this process.
        say: Receives a line in a run of several processes.
        before_end: Called before this process is ended because another one failed.

    Raises:
        TrainingError: Not all processes arrive within 10 minutes.
    """
    if place.size == 1:
        yield ALONE
        return
    watch = Watch(place.rank, place.size, before_end)
    try:
        group = _connect(place, watch)
        if group.is_first:
            say(f"{place.size} processes train together, {group.local_size} of them on this machine")
        yield group
        watch.finish()
    except TrainingError as error:
        watch.fail(str(error))
        raise
    except BaseException as error:
        if isinstance(error, RuntimeError):
            watch.await_verdict()
        watch.fail(f"{type(error).__name__}: {error}")
        raise
    distributed.destroy_process_group()


def _connect(place: Place, watch: Watch) -> Group:
    try:
        store = distributed.TCPStore(
            place.address, place.port, place.size, place.is_first, timeout=_JOIN, wait_for_workers=False
        )
        if place.is_first:
            token = secrets.token_hex(16)
            store.set("watch", f"{watch.listen(token)} {token}")
        else:
            port, token = store.get("watch").decode().split(" ")
            watch.connect(place.address, int(port), token)
        backend = "nccl" if torch.cuda.is_available() else "gloo"
        distributed.init_process_group(
            backend, store=store, rank=place.rank, world_size=place.size, timeout=_LONGEST_WAIT
        )
        store.set(f"host {place.rank}", socket.gethostname())
        machines = [store.get(f"host {rank}").decode() for rank in range(place.size)]
    except RuntimeError as error:
        watch.await_verdict()
        raise TrainingError(
            f"the {place.size} processes of the run do not find each other at {place.address}:{place.port} within "
            f"{_JOIN.total_seconds() / 60:g} minutes: {str(error).splitlines()[0]}"
        ) from error
    return Group(place, machines.count(machines[place.rank]))
