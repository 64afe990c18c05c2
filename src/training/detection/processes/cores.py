"""The processor cores that this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def core_count() -> int:
    """Returns the number of cores that this process may use, at least 1.

    A process can be bound to some cores, and a container can have a share of their time (`docker run --cpus`). More
    threads than that wait for each other.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota()
    return bound if quota is None else max(1, min(bound, math.ceil(quota)))


def _quota() -> float | None:
    """Returns the cores that the control groups of this process grant, the least of all levels; None for any number."""
    found = []
    for folder, is_unified in _folders():
        try:
            if is_unified:
                share, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            else:
                share = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
                period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii").strip()
            if share not in ("max", "-1"):
                found.append(int(share) / int(period))
        except (OSError, ValueError, ZeroDivisionError):
            continue
    return min(found, default=None)


def _folders() -> list[tuple[Path, bool]]:
    """Lists the folders of the control groups of this process and those around them; True for those of version 2."""
    try:
        lines = _OWN_GROUPS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        is_unified = controllers == ""
        if not is_unified and "cpu" not in controllers.split(","):
            continue
        root = _GROUPS if is_unified else _GROUPS / controllers
        # In a container the path may be that of the host, which does not exist; the root is the container's own then.
        own = root / path.lstrip("/")
        found += [(folder, is_unified) for folder in (own, *own.parents) if folder == root or root in folder.parents]
    return found
