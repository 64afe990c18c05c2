"""Compares a training step of two processes with one of one process over the same batch, on the CPU.

Both train the model of the demo on the same images. Together they use the same cores: one process has all of them, each
of two has half. They take turns, so that other work of the machine affects both. The last line of output is one JSON
object; its figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import tempfile
from pathlib import Path

from lib import training_steps


def run(processes: int, data: Path, images: int, steps: int) -> float:
    """Starts the processes; returns the seconds per step."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    group = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(processes)}
    started = [
        training_steps.start(data, images, steps, {**group, "RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in range(processes)
    ]
    outputs = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit(f"a process of {processes} failed")
    seconds: float = json.loads(outputs[0])["clock"]
    return seconds


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder; by default one is created")
    parser.add_argument("--images", type=int, default=8, help="images per step of all processes (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=15, help="steps of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or training_steps.create_data(Path(folder))
        times: dict[int, list[float]] = {1: [], 2: []}
        for number in range(options.rounds):
            for processes, seconds in times.items():
                seconds.append(run(processes, data, options.images, options.steps))
                print(f"round {number + 1}: {processes} processes, {seconds[-1]:.3f} s per step", flush=True)
    one, two = (statistics.median(times[processes]) for processes in (1, 2))
    result = {
        "name": "distributed",
        "images_per_step": options.images,
        "cores": len(os.sched_getaffinity(0)),
        "seconds_per_step_one": round(one, 4),
        "seconds_per_step_two": round(two, 4),
        "ratio": round(two / one, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
