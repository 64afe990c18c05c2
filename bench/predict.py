"""Compares `predict` with a plain loop over the images, as torchvision's documentation shows it, in images per second.

Both run the same detector with the same weights, on the GPU if there is one, from files on disk to boxes in pixels of
these files. They take turns, so that other work of the machine affects both. The last line of output is one JSON
object; its figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src" / "training"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from torchvision.transforms.functional import to_tensor  # noqa: E402

from detection.config.settings_reader import parse_settings  # noqa: E402
from detection.models.building import build_model  # noqa: E402
from detection.predict.journal import Journal  # noqa: E402
from detection.predict.predictor import Predictor, SavedModel  # noqa: E402
from detection.train.machine import Machine, prepare_machine  # noqa: E402

CLASS_NAMES = {1: "pothole", 2: "crack"}
EVAL_CONF = 0.5


def make_images(folder: Path, count: int) -> dict[str, Path]:
    """Creates JPEG files of 1280 x 960 pixels, as cameras write them: smooth with some noise."""
    random = np.random.default_rng(7)
    paths = {}
    for number in range(count):
        small = Image.fromarray(random.integers(0, 255, (30, 40, 3)).astype(np.uint8))
        picture = np.asarray(small.resize((1280, 960), Image.Resampling.BICUBIC)).astype(np.int16)
        picture += random.integers(-8, 9, (960, 1280, 1)).astype(np.int16)
        paths[f"{number:04d}.jpg"] = folder / f"{number:04d}.jpg"
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(folder / f"{number:04d}.jpg", quality=90)
    return paths


def load(base_model: str, image_size: int, machine: Machine) -> SavedModel:
    """Builds a detector with random weights."""
    text = json.loads((ROOT / "exp_configs" / "demo.json").read_text(encoding="utf-8"))
    text["MODEL_PARAMS"] = {"BASE_MODEL": base_model, "WEIGHTS": "none", "IMAGE_SIZE": image_size}
    settings = parse_settings(json.dumps(text).encode(), "bench")
    model = build_model(settings.model, len(CLASS_NAMES)).eval().to(machine.device)
    return SavedModel(model, CLASS_NAMES, settings, "bench")


def ours(saved: SavedModel, machine: Machine, paths: dict[str, Path], folder: Path, batch: int) -> int:
    """Predicts the images as the command does, with its journal. Returns the number of images."""
    failed: dict[str, str] = {}
    least = np.full(len(CLASS_NAMES) + 1, EVAL_CONF)
    predictor = Predictor(saved, machine, batch=batch, least=least, failed=failed.__setitem__, say=print)
    done = 0
    with Journal(folder, {"run": time.perf_counter()}) as journal:
        for found in predictor.predict(paths):
            journal.add(found)
            done += len(found)
    return done


@torch.no_grad()
def plain(saved: SavedModel, machine: Machine, paths: dict[str, Path]) -> int:
    """Predicts one image after the other. Returns the number of images."""
    results = []
    for path in paths.values():
        with Image.open(path) as image:
            tensor = to_tensor(image.convert("RGB")).to(machine.device)
        (output,) = saved.model([tensor])
        keep = output["scores"] >= EVAL_CONF
        results.append({name: value[keep].cpu() for name, value in output.items()})
    return len(results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=24, help="images of 1280 x 960 pixels (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turns (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=8, help="images per call of the model (default: %(default)s)")
    parser.add_argument("--model", default="fasterrcnn_resnet18_fpn", help="base model (default: %(default)s)")
    parser.add_argument("--image-size", type=int, default=320, help="longer side in pixels (default: %(default)s)")
    arguments = parser.parse_args()

    machine = prepare_machine(0)
    saved = load(arguments.model, arguments.image_size, machine)
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory() as name:
        paths = make_images(Path(name), arguments.images)
        first = dict(list(paths.items())[: arguments.batch])
        ours(saved, machine, first, Path(name), arguments.batch)  # warm up both
        plain(saved, machine, first)
        for run in range(1, arguments.runs + 1):
            for key in seconds:
                start = time.perf_counter()
                done = (
                    ours(saved, machine, paths, Path(name), arguments.batch)
                    if key == "ours"
                    else plain(saved, machine, paths)
                )
                seconds[key].append(time.perf_counter() - start)
                if done != len(paths):
                    raise SystemExit(f"{key} predicted {done} of {len(paths)} images")
            print(
                f"run {run} of {arguments.runs}: ours {seconds['ours'][-1]:.2f} s, plain {seconds['plain'][-1]:.2f} s",
                flush=True,
            )
    ours_s, plain_s = (statistics.median(seconds[key]) for key in ("ours", "plain"))
    print(
        json.dumps(
            {
                "name": "predict",
                "ours_images_per_s": round(arguments.images / ours_s, 2),
                "plain_images_per_s": round(arguments.images / plain_s, 2),
                "ratio": round(plain_s / ours_s, 2),
                "images": arguments.images,
                "batch": arguments.batch,
                "model": arguments.model,
                "image_size": arguments.image_size,
                "device": machine.describe(),
            }
        )
    )


if __name__ == "__main__":
    main()
