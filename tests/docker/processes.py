"""Ends what was started for a folder, and takes down what is mounted below one: by what the kernel says, never by a file that may be old."""
from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path


def processes_of(folder: Path, names: tuple[str, ...]) -> list[int]:
    """The processes that were given a path below the folder as an argument: never one that merely got the id of another."""
    markers = [str(folder / name).encode() for name in names]
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            if any(argument == marker or argument.startswith(marker + b"/") for argument in arguments for marker in markers):
                found.append(int(entry.name))
    return found


def is_alive(process: int) -> bool:
    try:
        # A zombie is gone; only its parent has not looked yet.
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end(processes: list[int], seconds: float) -> None:
    """Asks the processes to end, and kills those that have not done so in time."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        for process in filter(is_alive, processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        deadline = time.monotonic() + patience
        while any(map(is_alive, processes)) and time.monotonic() < deadline:
            time.sleep(0.05)


def containers_of(data: Path) -> list[int]:
    """The processes whose root lies among the layers of an engine's data; an engine that was killed leaves them running."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            mounts = (entry / "mountinfo").read_text() if entry.name.isdigit() else ""
            if any(line.split()[4] == "/" and f"{data}/" in line for line in mounts.splitlines()):
                found.append(int(entry.name))
    return found


def unmount(folder: Path) -> None:
    """Takes down the mounts at the folder and below it, the innermost first."""
    if os.geteuid() != 0 or not Path("/proc/self/mountinfo").exists():
        return
    points = [re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in sorted((point for point in points if f"{point}/".startswith(f"{folder}/")), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
