"""Reads small JSON files that another run or program wrote, and shows their values in messages."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Optional

from detection.errors import TrainingError

_LONGEST = 80  # characters of a value in a message


def read_json(path: Path, rule: str) -> Any:
    """Reads a JSON file.

    Args:
        path: The file, in UTF-8.
        rule: What the file must be, for messages.

    Raises:
        TrainingError: The file cannot be read, or is no JSON.
    """
    try:
        return load_json(path)
    except ValueError as error:
        raise TrainingError(f"{printable(str(path))} cannot be read: {error}; it must be {rule}.") from error


def load_json(path: Path) -> Any:
    """Reads a JSON file in UTF-8.

    Raises:
        ValueError: The file cannot be read, or is no JSON; the message is the reason, without the name of the file.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    except ValueError as error:  # a number of thousands of digits
        reason = str(error).splitlines()[0]
    except RecursionError:
        reason = "its brackets are nested too deeply"
    except MemoryError:
        reason = f"its {path.stat().st_size / 2**20:.0f} MiB do not fit into memory"
    raise ValueError(reason)


def shown(value: Any) -> str:
    """Returns a value for a message, shortened and without control characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(type(value).__name__)
    return printable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def printable(text: str) -> str:
    """Returns a text with an escape in place of each control or format character, for a terminal."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def number(value: Any) -> Optional[float]:
    """Returns a finite number; None for anything else, such as NaN, true, a text, or a number beyond float64."""
    if type(value) not in (int, float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None
