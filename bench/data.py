"""Compares Doctor's decoding and Check-Data with Pillow's own verify and load loop on the same pictures.

All read the same files in the same run and take turns. The peer opens each picture, verifies it, opens it again and
loads it, as Pillow's documentation says. The second run of Check-Data remembers the first one. The last line
of output is one JSON object; rates are pictures per second, medians of the runs. The milliseconds of a core per picture
say how the programs compare whatever else the machine does, and however many cores each uses.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src" / "training"))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

SIZE = (640, 480)
STAMP = "240102030405"
HEADER = "filename,xmin,ymin,xmax,ymax,class"


def draw(folder: Path, count: int) -> list[Path]:
    """Writes a dataset of JPEGs that look like photographs to a decoder: smooth areas, edges and noise."""
    images = folder / "pothole" / "images"
    (folder / "pothole" / "datasets").mkdir(parents=True)
    images.mkdir()
    random = np.random.default_rng(7)
    rows: dict[str, list[str]] = {"train": [HEADER], "test": [HEADER]}
    paths = []
    for number in range(count):
        coarse = Image.fromarray(random.integers(0, 255, (12, 16, 3)).astype(np.uint8)).resize(SIZE, Image.BICUBIC)
        noise = random.integers(-6, 7, (SIZE[1], SIZE[0], 1))
        pixels = np.clip(np.asarray(coarse, dtype=np.int16) + noise, 0, 255).astype(np.uint8)
        path = images / f"{number:05}.jpg"
        Image.fromarray(pixels).save(path, quality=80)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        rows["test" if number % 5 == 0 else "train"].append(f"{path.name},100,100,200,180,pothole")
        paths.append(path)
    for split, lines in rows.items():
        csv = folder / "pothole" / "datasets" / f"{split}_pothole_{STAMP}.csv"
        csv.write_text("\n".join(lines) + "\n")
    return paths


def verify_and_load(paths: list[Path]) -> None:
    """Does what Pillow's documentation says to prove that pictures are whole."""
    for path in paths:
        with Image.open(path) as image:
            image.verify()
        with Image.open(path) as image:
            image.load()


def decode(folder: Path) -> None:
    """Does what Doctor starts, in a process of its own."""
    names = folder / "names.jsonl"
    images = folder / "pothole" / "images"
    names.write_text("".join(json.dumps(path.name) + "\n" for path in sorted(images.iterdir())))
    command = [sys.executable, "-m", "detection", "decode-images", "--images", str(images), "--list", str(names)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src" / "training")}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def check_data(folder: Path, memory: Path) -> None:
    """Does what the target Check-Data does."""
    from detection.cli import main as run

    with contextlib.redirect_stdout(io.StringIO()):
        exit_code = run(
            ["inspect-data", "--exp-config", str(ROOT / "exp_configs" / "demo.json"), "--data", str(folder)]
            + ["--output", str(folder / "out"), "--memory", str(memory)]
        )
    assert exit_code == 0


def seconds(action: Callable[[], object]) -> tuple[float, float]:
    """Returns the seconds that an action takes, and those of the cores that it uses."""
    start, used = time.perf_counter(), os.times()
    action()
    now = os.times()
    cores = sum(now[:4]) - sum(used[:4])  # of this process and of those that it waited for
    return time.perf_counter() - start, cores


def main() -> None:
    """Draws the pictures, runs all in turns, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=5000, help="pictures of 640 x 480 (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turns (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"drawing {options.images} pictures")
        paths = draw(folder, options.images)
        times: dict[str, list[tuple[float, float]]] = {
            "pillow": [],
            "doctor": [],
            "checkData": [],
            "checkDataAgain": [],
        }
        for number in range(options.runs):
            memory = folder / f"seen-{number}.npz"
            times["pillow"].append(seconds(lambda: verify_and_load(paths)))
            times["doctor"].append(seconds(lambda: decode(folder)))
            times["checkData"].append(seconds(lambda: check_data(folder, memory)))  # noqa: B023
            times["checkDataAgain"].append(seconds(lambda: check_data(folder, memory)))  # noqa: B023
            print(", ".join(f"{name} {values[-1][0]:.1f} s" for name, values in times.items()))
        medians = {name: statistics.median(value for value, _ in values) for name, values in times.items()}
        used = {name: statistics.median(cores for _, cores in values) for name, values in times.items()}
        rates = {name: round(options.images / value, 1) for name, value in medians.items()}
        figures = {
            "name": "data",
            "images": options.images,
            "cores": len(os.sched_getaffinity(0)),
            "picturesPerSecond": rates,
            "coreMillisecondsPerPicture": {
                name: round(1000 * value / options.images, 3) for name, value in used.items()
            },
            "doctorAgainstPillow": round(medians["pillow"] / medians["doctor"], 2),
            "checkDataAgainstPillow": round(medians["pillow"] / medians["checkData"], 2),
            "secondCheckDataAgainstFirst": round(medians["checkData"] / medians["checkDataAgain"], 2),
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
