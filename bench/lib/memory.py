"""The memory of an emulator that has run many jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Emulator(Protocol):
    """What runs the jobs."""

    process_id: int

    def submit(self, job: str, command: str) -> None:
        """Submits a job on a cluster of one node."""

    def wait(self, job: str) -> None:
        """Waits until a job has completed."""


def resident_mib(process_id: int) -> float:
    """Returns the resident memory of a process in MiB."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def memory_of_jobs(emulator: Emulator, jobs: int) -> dict[str, int]:
    """Runs short jobs, and returns the emulator's resident memory in MiB before and after them."""
    before = resident_mib(emulator.process_id)
    for number in range(jobs):
        emulator.submit(f"job-{number}", "true")
    emulator.wait(f"job-{jobs - 1}")
    return {"memory_mib": round(resident_mib(emulator.process_id)), "memory_before_mib": round(before), "jobs": jobs}
