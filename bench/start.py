"""How long `dotnet cake` and `./build.sh` take to the first line of the host, against `dotnet run`, the entry of the official Frosting template.

    python3 bench/start.py

All run the target Default, already built, in turns. Time is counted from the start of the process to the first line on its standard output.
Last line of output: {"name": "start", "start_s": seconds of dotnet cake, "direct_s": seconds of build.sh, "peer_s": seconds, "ratio": peer / dotnet cake, "runs": runs of each}; seconds are medians.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
DIRECT = ["bash", "./build.sh", "--target=Default"]
OURS = ["dotnet", "cake", "--target=Default"]
PEER = ["dotnet", "run", "--project", "build", "--", "--target=Default"]
# Built beforehand without the compiler and MSBuild servers, which would outlive this program.
BUILD_PEER = [
    "dotnet",
    "build",
    "build",
    "--nologo",
    "--verbosity",
    "quiet",
    "-nodeReuse:false",
    "-p:UseSharedCompilation=false",
]


def seconds_to_first_line(command: list[str]) -> float:
    """Runs ``command`` to its end; returns the seconds until its first line that is not blank.

    Raises:
        RuntimeError: It printed nothing or failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "DOTNET_NOLOGO": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    first = None
    with process:
        for line in process.stdout:
            if first is None and line.strip():
                first = time.perf_counter() - start
    if process.returncode != 0 or first is None:
        raise RuntimeError(
            f"{' '.join(command)} ended with exit code {process.returncode} and {'no' if first is None else 'some'} output"
        )
    return first


def main() -> int:
    subprocess.run(BUILD_PEER, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    for command in (OURS, DIRECT, PEER):
        print(f"warming up: {' '.join(command)}", flush=True)
        seconds_to_first_line(command)

    ours, direct, peer = [], [], []
    for run in range(RUNS):
        ours.append(seconds_to_first_line(OURS))
        direct.append(seconds_to_first_line(DIRECT))
        peer.append(seconds_to_first_line(PEER))
        print(
            f"run {run + 1} of {RUNS}: dotnet cake {ours[-1]:.2f} s, build.sh {direct[-1]:.2f} s, dotnet run {peer[-1]:.2f} s",
            flush=True,
        )

    start_s, peer_s = statistics.median(ours), statistics.median(peer)
    result = {
        "name": "start",
        "start_s": round(start_s, 3),
        "direct_s": round(statistics.median(direct), 3),
        "peer_s": round(peer_s, 3),
        "ratio": round(peer_s / start_s, 2),
        "runs": RUNS,
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
