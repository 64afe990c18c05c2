"""Writes files whose errors name them: the system names a file that it cannot open, not one that it cannot finish."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detection.errors import FULL_DISK_ERRORS


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Names the file in the error of what writes it where there is no space for it.

    Raises:
        OSError: There is no space; its ``filename`` is the path, unless it names another.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK_ERRORS and error.filename is None:
            error.filename = os.fspath(path)
        raise


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Writes a whole file.

    Raises:
        OSError: The file cannot be written; the error names it.
    """
    with writing(path):
        path.write_bytes(content)


def write_text(path: Path, text: str, errors: str = "strict") -> None:
    """Writes a whole file in UTF-8, with the line ends of the platform.

    Args:
        path: The file.
        text: Its text.
        errors: What becomes of lone surrogates, as in ``str.encode``.

    Raises:
        OSError: The file cannot be written; the error names it.
    """
    with writing(path):
        path.write_text(text, encoding="utf-8", errors=errors)
