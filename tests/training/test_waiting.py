"""Tests of how threads wait: the libraries read the variables once, when they are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "src" / "training"
_NAMES = ("OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT")

# Prints what the command line leaves in the environment, and which libraries were loaded before.
_PROGRAM = f"""
import contextlib, os, sys
import detection.cli
loaded = [name for name in ("numpy", "torch") if name in sys.modules]
with contextlib.suppress(SystemExit):
    detection.cli.main(["--version"])
print(*loaded, *(os.environ.get(name) for name in {_NAMES}))
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "PASSIVE 4"), ({"OMP_WAIT_POLICY": "ACTIVE", "OPENBLAS_THREAD_TIMEOUT": "20"}, "ACTIVE 20")],
)
def test_threads_sleep_unless_the_environment_says_otherwise(given: dict[str, str], expected: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _NAMES}
    command = [sys.executable, "-c", _PROGRAM]

    result = subprocess.run(
        command, env=environment | {"PYTHONPATH": str(_ROOT)} | given, capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == expected
