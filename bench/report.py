"""Measures Report for two runs with 1,000 test images of 80 classes, its comparison, and the gate of a pull request.

    python3 bench/report.py [--images N] [--classes N] [--detections N] [--naive N]

`report_s` is the whole command `./build.sh --target=Report` with both runs on this machine. `compare_s` is `python -m
detection compare` alone, with 2,000 resamples. The baseline is a plain bootstrap in the same run: it evaluates the
drawn images of each resample again, for a few resamples, and is scaled to 2,000.

`documentation_s` is what a pull request that changes only documentation runs before the tests, in a fresh copy of the
repository: the build of the host and `./build.sh --target=Authorize`, which says that no image is needed. `gate_s` is
Authorize alone.

The last line of output is one JSON object:

    {"name": "report", "report_s": …, "compare_s": …, "baseline_s": …, "ratio": baseline_s / compare_s,
     "documentation_s": …, "gate_s": …, …}
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.documentation_pull_request import open_pull_request
from lib.working_copy import ROOT, copy_repository

sys.path.insert(0, str(ROOT / "src" / "training"))

import numpy as np  # noqa: E402

from detection.evaluate.coco_evaluation import evaluate  # noqa: E402
from detection.evaluate.comparison.compare_bootstrap import draw_weights  # noqa: E402
from detection.evaluate.detections import Detections, GroundTruth  # noqa: E402

RESAMPLES = 2000
ENVIRONMENT = {**os.environ, "DOTNET_NOLOGO": "1", "CI": "true", "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
Run = tuple[dict[str, GroundTruth], dict[str, Detections]]


def make_run(images: int, classes: int, count: int, blur: float) -> Run:
    """Creates images with 0 to 14 objects and ``count`` detections each, a third of them near an object.

    The objects do not depend on ``blur``, which is the error of a detection as a share of the object's size.
    """
    objects, guesses = np.random.RandomState(7), np.random.RandomState(8)
    shares = 1 / np.arange(1, classes + 1)  # few classes are frequent, most are rare
    shares /= shares.sum()
    truths, detections = {}, {}
    for number in range(images):
        many = objects.randint(0, 15)
        corners, sizes = objects.uniform(0, 500, (many, 2)), objects.uniform(10, 200, (many, 2))
        labels = objects.choice(classes, many, p=shares) + 1
        near = count // 3 if many else 0
        picked = guesses.randint(0, max(many, 1), near)
        moved = corners[picked] + guesses.normal(0, blur, (near, 2)) * sizes[picked]
        first = np.vstack([moved, guesses.uniform(0, 500, (count - near, 2))])
        size = np.vstack([sizes[picked], guesses.uniform(10, 200, (count - near, 2))])
        label = np.concatenate([labels[picked], guesses.choice(classes, count - near, p=shares) + 1])
        scores = np.concatenate([guesses.beta(4, 2, near), guesses.beta(1.2, 4, count - near)])
        truths[f"{number:05d}.png"] = GroundTruth(np.hstack([corners, corners + sizes]), labels)
        detections[f"{number:05d}.png"] = Detections(np.hstack([first, first + size]), label, scores)
    return truths, detections


def write_run(artifacts: Path, job: str, run: Run, names: dict[int, str]) -> None:
    """Writes the artifacts of a completed job."""
    truths, detections = run
    ids = {name: number for number, name in enumerate(truths, start=1)}

    def entries(images: dict[str, GroundTruth] | dict[str, Detections]) -> list[dict[str, object]]:
        return [
            {
                "image_id": ids[name],
                "category_id": int(label),
                "bbox": [*map(float, box[:2]), *map(float, box[2:] - box[:2])],
                **({"score": float(image.scores[row])} if isinstance(image, Detections) else {}),
            }
            for name, image in images.items()
            for row, (box, label) in enumerate(zip(image.boxes, image.labels))
        ]

    truth = {
        "info": {"eval_conf": 0.5},
        "images": [{"id": number, "file_name": name} for name, number in ids.items()],
        "categories": [{"id": label, "name": name} for label, name in names.items()],
        "annotations": entries(truths),
    }
    outcome = {
        "status": "Completed",
        "job": job,
        "experiment": "bench",
        "reason": None,
        "metrics": {},
        "tags": {},
        "datasets": {"train": "", "test": ""},
        "artifacts": f"artifacts/{job}",
        "started": "2026-01-02T03:04:05Z",
        "ended": "2026-01-02T03:05:05Z",
    }
    metrics = evaluate(truths, detections, names).metrics()
    files = {
        "outcome.json": outcome,
        "outputs/ground_truth.json": truth,
        "outputs/predictions.json": entries(detections),
        "outputs/final_model/metrics.json": metrics,
    }
    for path, content in files.items():
        (artifacts / job / path).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / job / path).write_text(json.dumps(content))


def plain_differences(runs: tuple[Run, Run], names: dict[int, str], resamples: int) -> list[float]:
    """Returns the difference of eval_mAP in the first resamples, each evaluated from its images."""
    files = sorted(runs[0][0])
    differences = []
    for weights in draw_weights(len(files), RESAMPLES, seed=0)[:resamples]:
        drawn = [(f"{name}-{copy}", name) for name, count in zip(files, weights) for copy in range(count)]
        values = [
            evaluate({key: t[name] for key, name in drawn}, {key: d[name] for key, name in drawn}, names).stats[0]
            for t, d in runs
        ]
        differences.append(values[0] - values[1])
    return differences


def timed(command: list[str], cwd: Path, variables: dict[str, str] | None = None) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**ENVIRONMENT, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited with code {done.returncode}:\n{done.stdout}")
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1000, help="test images (default: %(default)s)")
    parser.add_argument("--classes", type=int, default=80, help="classes (default: %(default)s)")
    parser.add_argument("--detections", type=int, default=100, help="detections per image (default: %(default)s)")
    parser.add_argument("--naive", type=int, default=3, help="resamples of the plain bootstrap (default: %(default)s)")
    arguments = parser.parse_args()
    names = {label: f"class{label:02d}" for label in range(1, arguments.classes + 1)}
    runs = tuple(make_run(arguments.images, arguments.classes, arguments.detections, blur) for blur in (0.05, 0.08))
    with tempfile.TemporaryDirectory(prefix="bench-report-") as folder:
        tree = Path(folder) / "tree"
        copy_repository(tree)
        print("building the host", flush=True)
        for job, run in zip(("current", "before"), runs):
            write_run(tree / "artifacts", job, run, names)
        with open_pull_request(Path(folder)) as variables:
            authorize = ["bash", "./build.sh", "--target=Authorize"]
            documentation_s, gate_s = (timed(authorize, tree, variables) for _ in range(2))
            if "image=false" not in (Path(folder) / "output").read_text():
                raise RuntimeError("Authorize requests an image for a change of documentation")
        print(f"Authorize: {documentation_s:.2f} s with the build, {gate_s:.2f} s alone", flush=True)
        report = ["bash", "./build.sh", "--target=Report", "--job=current", "--baseline=artifacts/before"]
        timed(report, tree)  # warms up
        report_s = timed(report, tree)
        print(f"Report: {report_s:.2f} s", flush=True)
        compare = [sys.executable, "-m", "detection", "compare", "--output", str(tree / "comparison.json")]
        compare += ["--current", str(tree / "artifacts/current"), "--baseline", str(tree / "artifacts/before")]
        compare_s = timed(compare, tree / "src" / "training")
        print(f"compare: {compare_s:.2f} s", flush=True)
    start = time.perf_counter()
    plain_differences(runs, names, arguments.naive)
    baseline_s = (time.perf_counter() - start) / arguments.naive * RESAMPLES
    print(
        json.dumps(
            {
                "name": "report",
                "report_s": round(report_s, 2),
                "compare_s": round(compare_s, 2),
                "baseline_s": round(baseline_s, 1),
                "ratio": round(baseline_s / compare_s, 1),
                "documentation_s": round(documentation_s, 2),
                "gate_s": round(gate_s, 2),
                "images": arguments.images,
                "classes": arguments.classes,
                "detections": arguments.images * arguments.detections,
                "resamples": RESAMPLES,
                "baseline_resamples": arguments.naive,
            }
        )
    )


if __name__ == "__main__":
    main()
