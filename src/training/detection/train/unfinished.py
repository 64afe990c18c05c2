"""Files that are being written: their names, and which of them a killed run left."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, Optional

from detection.files import writing

fcntl: Optional[ModuleType]
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_STALE_SECONDS = 3600.0
"""Age from which an unfinished file of another machine belongs to no run: a checkpoint is written in minutes."""

_NAME = re.compile(r"checkpoint-(?:[0-9a-f]{8}){1,2}-[0-9]{8}\.(?:([0-9a-f]{8})[0-9a-f]{8}|[0-9]{1,8})\.tmp")
_UNKNOWN = "0" * 8


def replace(path: Path, content: Iterable[bytes | memoryview]) -> None:
    """Writes a file under a temporary name, flushes it to disk, and renames it.

    The temporary name holds the machine and a random number: runs on several machines may share the folder. The file is
    locked while it is written.

    Raises:
        FileNotFoundError: Another run deleted the file before it was renamed.
    """
    temporary = path.with_suffix(f".{_machine()}{secrets.token_hex(4)}.tmp")
    with writing(path), temporary.open("wb") as file:
        _lock(file)
        for part in content:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def sweep(folder: Path) -> int:
    """Deletes the unfinished checkpoints in a folder that no run is writing.

    A file of this machine is deleted unless its writer holds the lock. Locks do not reach other machines: their files
    are deleted an hour after their last change, by the clock of the file system.

    Returns:
        The number of files deleted.
    """
    if not folder.is_dir():
        return 0
    found = [(folder / name, match[1]) for name in os.listdir(folder) if (match := _NAME.fullmatch(name))]
    now = _now(folder) if found else 0.0
    count = 0
    for path, machine in found:
        # A file may be renamed or deleted at any moment; one that cannot be deleted harms nobody.
        with contextlib.suppress(OSError):
            state = path.lstat()
            if not stat.S_ISREG(state.st_mode):
                continue
            is_free = _is_free(path)
            is_left = is_free and machine == _machine() != _UNKNOWN
            if is_left or (is_free is not False and state.st_mtime < now - _STALE_SECONDS):
                path.unlink()
                count += 1
    return count


def _now(folder: Path) -> float:
    """Returns the time by the clock of the file system, which may be another than this machine's."""
    probe = folder / f"{secrets.token_hex(8)}.probe"
    try:
        probe.touch()
        return probe.lstat().st_mtime
    except OSError:
        return 0.0
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()


def _is_free(path: Path) -> bool | None:
    """Returns whether no process of this machine is writing a file; None where the file system does not tell.

    Raises:
        OSError: The file no longer exists, or cannot be opened.
    """
    with path.open("r+b") as file:
        return _lock(file)


def _lock(file: BinaryIO) -> bool | None:
    """Locks a file until it is closed.

    Returns:
        False when another process has locked it; None where there are no locks.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _machine() -> str:
    """Returns 8 hex digits that all processes of this machine share until it starts again."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        return _UNKNOWN
    return hashlib.sha256(boot).hexdigest()[:8]
