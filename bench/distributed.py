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
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "training"
WARM_UP = 2  # steps before the clock starts


def train(data: Path, images: int, steps: int) -> None:
    """Trains in this process, one of those of the environment; the first prints the seconds per step."""
    import torch

    torch.cuda.is_available = lambda: False  # the comparison is one of cores
    from detection.config.settings_reader import parse_settings
    from detection.data.batches import training_batches
    from detection.data.datasets import read_dataset
    from detection.data.images import ImageStore
    from detection.models.building import build_model
    from detection.processes.group import join
    from detection.processes.place import read_place
    from detection.train.machine import prepare_machine
    from detection.train.trainer import Trainer

    document = json.loads((ROOT / "exp_configs" / "demo.json").read_text(encoding="utf-8"))
    settings = parse_settings(json.dumps(document).encode(), "bench")
    with join(read_place(os.environ), lambda text: None) as group:
        machine = prepare_machine(settings.run.seed, group)
        dataset = read_dataset(data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
        assert dataset is not None
        model = build_model(settings.model, len(dataset.class_names))
        trainer = Trainer(model, settings.run, settings.model, machine.device, group)
        batches = training_batches(
            dataset.train,
            ImageStore(settings.model.image_size),
            batch_size=images,
            augmentation="flip",
            seed=settings.run.seed,
            first_step=0,
            last_step=WARM_UP + steps,
            threads=1,
            share=group.share(images),
        )
        for _ in range(WARM_UP):
            trainer.step(next(batches))
        group.wait()
        started = time.perf_counter()
        for _ in range(steps):
            trainer.step(next(batches))
        group.wait()
        seconds = (time.perf_counter() - started) / steps
        batches.close()
        if group.is_first:
            print(json.dumps(seconds))


def run(processes: int, data: Path, images: int, steps: int) -> float:
    """Starts the processes; returns the seconds per step."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    common = {
        **os.environ,
        "PYTHONPATH": str(SOURCES),
        "OMP_WAIT_POLICY": "PASSIVE",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": str(processes),
    }
    arguments = [
        sys.executable,
        __file__,
        "--data",
        str(data),
        "--images",
        str(images),
        "--steps",
        str(steps),
        "--child",
    ]
    started = [
        subprocess.Popen(
            arguments, env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank)}, stdout=subprocess.PIPE, text=True
        )
        for rank in range(processes)
    ]
    outputs = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit(f"a process of {processes} failed")
    seconds: float = json.loads(outputs[0])
    return seconds


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder; by default one is created")
    parser.add_argument("--images", type=int, default=8, help="images per step of all processes (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=15, help="steps of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both (default: %(default)s)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        train(options.data, options.images, options.steps)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder)
        if options.data is None:
            create = ["-m", "detection", "create-demo-data", "--data", folder, "--images", "60"]
            subprocess.run([sys.executable, *create], cwd=SOURCES, check=True, stdout=subprocess.DEVNULL)
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
