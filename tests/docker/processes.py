"""Ends the processes of a folder and unmounts the mounts below it, as the kernel lists them: a pid file may be old."""
from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path


def processes_of(folder: Path, names: tuple[str, ...]) -> list[int]:
    """Returns the processes that have a path below the folder as an argument; a reused process id does not match."""
    markers = [str(folder / name).encode() for name in names]
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            if any(
                argument == marker or argument.startswith(marker + b"/") for argument in arguments for marker in markers
            ):
                found.append(int(entry.name))
    return found


def is_alive(process: int) -> bool:
    try:
        # A zombie has ended; its parent has not waited for it yet.
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end(processes: list[int], seconds: float) -> None:
    """Sends SIGTERM to the processes, and SIGKILL to those that are alive after the given seconds."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        for process in filter(is_alive, processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        deadline = time.monotonic() + patience
        while any(map(is_alive, processes)) and time.monotonic() < deadline:
            time.sleep(0.05)


def containers_of(data: Path) -> list[int]:
    """Returns the processes whose root is a layer of an engine's data: a killed engine leaves them running."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            mounts = (entry / "mountinfo").read_text() if entry.name.isdigit() else ""
            if any(line.split()[4] == "/" and f"{data}/" in line for line in mounts.splitlines()):
                found.append(int(entry.name))
    return found


def unmount(folder: Path) -> None:
    """Unmounts the mounts at the folder and below it, the innermost first."""
    if os.geteuid() != 0 or not Path("/proc/self/mountinfo").exists():
        return
    points = [
        re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), line.split()[4])
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
    ]
    for point in sorted((point for point in points if f"{point}/".startswith(f"{folder}/")), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
