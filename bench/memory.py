"""Compares a training step that keeps freed memory with one of a plain malloc, on the CPU.

Both train fasterrcnn_resnet18_fpn on the same images. They take turns, so that other work of the machine affects both.
The last line of output is one JSON object; its figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from lib import training_steps

# The trainer leaves a malloc alone that the environment tunes. This value is glibc's default.
MODES = {"plain": {"GLIBC_TUNABLES": "glibc.malloc.perturb=0"}, "kept": {}}
MODEL = ('BASE_MODEL="fasterrcnn_resnet18_fpn"', 'WEIGHTS="none"', "IMAGE_SIZE=512", "FIRST_STAGE=null")


def run(mode: str, data: Path, images: int, steps: int) -> dict[str, float]:
    """Returns the seconds of a step on the clock and of the processor."""
    process = training_steps.start(data, images, steps, MODES[mode], *MODEL)
    output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"the training with {mode} memory failed")
    seconds: dict[str, float] = json.loads(output)
    return seconds


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2, help="images per step (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=8, help="steps of a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of both (default: %(default)s)")
    options = parser.parse_args()
    rounds: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    with tempfile.TemporaryDirectory() as folder:
        data = training_steps.create_data(Path(folder))
        for number in range(options.rounds):
            for mode, results in rounds.items():
                results.append(run(mode, data, options.images, options.steps))
                clock, processor = results[-1]["clock"], results[-1]["processor"]
                print(
                    f"round {number + 1}: {mode}, {clock:.2f} s per step, {processor:.2f} of the processor", flush=True
                )
    figures: dict[str, str | float] = {"name": "memory"}
    for kind in ("clock", "processor"):
        plain, kept = (statistics.median(result[kind] for result in rounds[mode]) for mode in ("plain", "kept"))
        figures |= {f"{kind}_plain_s": round(plain, 3), f"{kind}_kept_s": round(kept, 3)}
        figures |= {f"{kind}_ratio": round(kept / plain, 3)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
