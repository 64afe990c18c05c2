"""Training steps without the rest of a run, for benchmarks of their time.

Run as a program: trains in this process, one of those of the environment, on the CPU. The first process prints one JSON
object: the seconds of a step on the clock and of the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "training"
WARM_UP = 2  # steps before the clock starts


def create_data(folder: Path) -> Path:
    """Creates 60 demo images in a folder, and returns it."""
    create = ["-m", "detection", "create-demo-data", "--data", str(folder), "--images", "60"]
    subprocess.run([sys.executable, *create], cwd=SOURCES, check=True, stdout=subprocess.DEVNULL)
    return folder


def start(data: Path, images: int, steps: int, variables: dict[str, str], *model: str) -> subprocess.Popen[str]:
    """Starts this program.

    Args:
        data: A data folder.
        images: Images per step of all processes.
        steps: Steps that are timed.
        variables: More variables of its environment.
        model: Values of MODEL_PARAMS other than the demo's, as KEY=VALUE in JSON; null for its default.
    """
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), **variables}
    arguments = [sys.executable, __file__, str(data), str(images), str(steps), *model]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)


def train(data: Path, images: int, steps: int, model_params: dict[str, object]) -> None:
    """Trains in this process, one of those of the environment; the first prints the seconds per step."""
    from detection.processes.waiting import sleep_while_waiting

    sleep_while_waiting()
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
    model = document["MODEL_PARAMS"] | model_params
    document["MODEL_PARAMS"] = {key: value for key, value in model.items() if value is not None}
    settings = parse_settings(json.dumps(document).encode(), "bench")
    with join(read_place(os.environ), lambda text: None) as group:
        machine = prepare_machine(settings.run.seed, group)
        dataset = read_dataset(data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
        assert dataset is not None
        detector = build_model(settings.model, len(dataset.class_names))
        trainer = Trainer(detector, settings.run, settings.model, machine.device, group)
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
        started, used = time.perf_counter(), time.process_time()
        for _ in range(steps):
            trainer.step(next(batches))
        group.wait()
        seconds, used = (time.perf_counter() - started) / steps, (time.process_time() - used) / steps
        batches.close()
        if group.is_first:
            print(json.dumps({"clock": seconds, "processor": used}))


def main() -> None:
    """Trains as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("images", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("model", nargs="*", help="KEY=VALUE of MODEL_PARAMS")
    options = parser.parse_args()
    pairs = (text.partition("=") for text in options.model)
    train(options.data, options.images, options.steps, {key: json.loads(value) for key, _, value in pairs})


if __name__ == "__main__":
    main()
