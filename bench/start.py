"""Compares the start by `dotnet cake` and `./build.sh` with `dotnet run`, the entry of the official Frosting template.

    python3 bench/start.py

All three run the target Default of a host that is already built, and take turns. The time is from the start of the
process to the first line on its standard output.

The last line of output is one JSON object; its seconds are medians:

    {"name": "start", "start_s": of dotnet cake, "direct_s": of build.sh, "peer_s": of dotnet run,
     "ratio": peer_s / start_s, "runs": runs of each}
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
# The build runs beforehand, without the compiler and MSBuild servers, which would outlive this program.
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
    """Runs a command to its end and returns the seconds until its first line that is not blank.

    Raises:
        RuntimeError: The command printed nothing or failed.
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
        printed = "no output" if first is None else "some output"
        raise RuntimeError(f"{' '.join(command)} exited with code {process.returncode} and printed {printed}")
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
            f"run {run + 1} of {RUNS}: dotnet cake {ours[-1]:.2f} s, build.sh {direct[-1]:.2f} s, "
            f"dotnet run {peer[-1]:.2f} s",
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
