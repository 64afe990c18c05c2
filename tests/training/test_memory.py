"""Tests of the memory that a process keeps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "src" / "training"

# Prints what keep_freed_memory returns, and the new pages of six blocks of 40 MiB, each freed before the next.
_PROGRAM = """
import resource, sys
from detection.processes.memory import keep_freed_memory
kept = keep_freed_memory() if sys.argv[1] == "keep" else None
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(6):
    block = b"x" * (40 << 20)
    del block
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _run(mode: str, **variables: str) -> tuple[str, int]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    environment |= {"PYTHONPATH": str(_ROOT), **variables}
    command = [sys.executable, "-c", _PROGRAM, mode]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    kept, faults = result.stdout.split()
    return kept, int(faults)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc of glibc")
def test_freed_memory_is_used_again() -> None:
    _, faults_without = _run("leave")
    kept, faults = _run("keep")

    pages = (40 << 20) // os.sysconf("SC_PAGESIZE")
    assert kept == "True"
    # Huge pages can make them fewer, so the plain process is the measure.
    assert faults < 2 * pages
    assert faults < faults_without / 4


@pytest.mark.parametrize("name", ["MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"])
def test_a_tuned_malloc_stays_as_it_is(name: str) -> None:
    assert _run("keep", **{name: "65536" if name.startswith("MALLOC") else "glibc.malloc.perturb=0"})[0] == "False"
