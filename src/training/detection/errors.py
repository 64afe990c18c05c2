"""The errors that end a command with a message for the user."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

# What PyTorch says when a file cannot be written to its end; it gives no error number.
_UNFINISHED_FILES = ("PytorchStreamWriter", "inline_container", "basic_ios::clear", "iostream error")


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


FULL_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Numbers of the errors of a file for which there is no space."""

_PATH_ERRORS = (
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
)


def explain_path(error: Exception) -> str | None:
    """Returns what is wrong with the path that an error names, such as that of an output; None for other errors."""
    name = error.filename2 or error.filename if isinstance(error, OSError) else None
    if not isinstance(error, OSError) or error.errno not in _PATH_ERRORS or not isinstance(name, (str, os.PathLike)):
        return None
    reason = "it exists and is no folder" if error.errno == errno.EEXIST else error.strerror
    return f"{os.fspath(name)} cannot be read or written: {reason}."


def explain_full_disk(error: Exception) -> str | None:
    """Returns what to do about an error that reports a full disk; None for every other error."""
    text = str(error)
    if isinstance(error, OSError) and error.errno in FULL_DISK_ERRORS:
        name = error.filename2 or error.filename  # of a copy, the second is what could not be written
        place = f" for {name}" if name else ""
        reason = f"there is no space left{place} ({error.strerror})"
    elif isinstance(error, RuntimeError) and any(sign in text for sign in _UNFINISHED_FILES):
        reason = f"a file could not be written to its end, as on a full disk ({text.splitlines()[0][:200]})"
    else:
        return None
    return f"{reason}; free some space, then run the same command again."
