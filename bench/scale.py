"""Times the host on many files: a large dataset, a job with many artifacts, and a job with a long log.

    python3 bench/scale.py [--images N] [--rows N] [--artifacts N] [--megabytes N] [--jobs N]

Each part has a plain baseline in the same run: md5sum over the images and the CSV files, the first bytes of each image,
curl for each artifact, and curl of the whole log into a file. The second run of a target finds everything unchanged.
The host is the one that build.sh starts, in a checkout of its own. The emulator runs one job that writes the files, and
then many short ones, after which its memory is read.

The last line of output is one JSON object, in seconds and MiB:

    {"name": "scale", "doctor_s", "doctor_again_s", "plan_s", "plan_again_s", "md5sum_s", "headers_s",
     "fetch_s", "fetch_again_s", "curl_artifacts_s", "follow_s", "curl_log_s",
     "memory_mib": resident after the jobs, "memory_before_mib": …, "images", "rows", "artifacts", "megabytes", "jobs"}
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zlib
from collections.abc import Callable
from pathlib import Path

from lib.emulator import Emulator
from lib.memory import memory_of_jobs
from lib.working_copy import ROOT

HOST = ROOT / "build" / "bin" / "Release" / "net10.0" / "Build.dll"
ENVIRONMENT = {**os.environ, "DOTNET_NOLOGO": "1", "CI": "true", "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
JOB = "scale"


def png(number: int) -> bytes:
    """Returns a grey image of 64 x 48 pixels that differs from all others."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + struct.pack(">Q", number) * 8 for _ in range(48))
    header = struct.pack(">IIBBBBB", 64, 48, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


class Checkout:
    """A checkout with its own experiments, dataset and emulator; the sources are those of the repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("exp_configs", "configuration"):
            (root / folder).mkdir(parents=True)
        for link in ("src", "docker", ".dockerignore"):
            (root / link).symlink_to(ROOT / link)
        (root / "exp_configs" / "demo.json").write_text((ROOT / "exp_configs" / "demo.json").read_text())
        environment = json.loads((ROOT / "configuration" / "local_config.json").read_text())
        environment["DATASTORES"]["large"] = {"FOLDER": "large"}
        (root / "configuration" / "local_config.json").write_text(json.dumps(environment))

    def write_dataset(self, images: int, rows: int) -> None:
        folder = self.root / "large" / "pothole"
        (folder / "images").mkdir(parents=True)
        (folder / "datasets").mkdir()
        # Files that were written just before are not remembered.
        past = time.time() - 3600
        for number in range(images):
            file = folder / "images" / f"{number:06}.png"
            file.write_bytes(png(number))
            os.utime(file, (past, past))
        for split, first in (("train", 0), ("test", 1)):
            with (folder / "datasets" / f"{split}_pothole_240102030405.csv").open("w") as csv:
                csv.write("filename,xmin,ymin,xmax,ymax,class\n")
                mine = range(first, images, 2)
                for row in range(rows // 2):
                    x, y = row % 20, row % 13
                    csv.write(f"{mine[row % len(mine)]:06}.png,{x},{y},{x + 20},{y + 20},pothole\n")

    def run(self, *arguments: str) -> str:
        """Runs the host to its end.

        Raises:
            RuntimeError: The host failed.
        """
        done = subprocess.run(
            ["dotnet", str(HOST), f"--working={self.root}", *arguments],
            cwd=self.root,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} exited with code {done.returncode}:\n{done.stdout[-4000:]}")
        return done.stdout


def seconds(what: str, call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    taken = round(time.perf_counter() - start, 2)
    print(f"{what}: {taken:.2f} s", flush=True)
    return taken


def shell(command: str, folder: Path) -> None:
    subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def time_dataset(checkout: Checkout) -> dict[str, float]:
    experiment = ("--set=DATA_MOUNT=large", "--set=IMAGE_TYPE=pothole", "--runtime=process")
    doctor = ("--target=Doctor", *experiment[:2])
    plan = ("--target=Plan", *experiment)
    folder = checkout.root / "large" / "pothole"
    return {
        "md5sum_s": seconds("md5sum", lambda: shell("find . -type f -print0 | xargs -0 md5sum", folder)),
        "headers_s": seconds("head -c 64", lambda: shell("find images -type f -print0 | xargs -0 head -qc 64", folder)),
        "doctor_s": seconds("Doctor", lambda: checkout.run(*doctor)),
        "doctor_again_s": seconds("Doctor again", lambda: checkout.run(*doctor)),
        "plan_s": seconds("Plan", lambda: checkout.run(*plan)),
        "plan_again_s": seconds("Plan again", lambda: checkout.run(*plan)),
    }


def time_job(checkout: Checkout, emulator: Emulator, artifacts: int, megabytes: int) -> dict[str, float]:
    # One hundred bytes a line.
    emulator.submit(
        JOB,
        f"mkdir -p outputs/many && for i in $(seq {artifacts}); do echo $i > outputs/many/$i.txt; done && "
        f"yes '{'x' * 99}' | head -n {megabytes * 10_000}",
    )
    emulator.wait(JOB)
    folder = checkout.root / "curl"
    folder.mkdir()
    content = emulator.artifact_address(JOB)
    config = "\n".join(
        f'url = "{content}?path={urllib.parse.quote(f"outputs/many/{number}.txt", safe="")}"\noutput = "{number}.txt"'
        for number in range(1, artifacts + 1)
    )
    (folder / "config").write_text(config)
    curl = f"curl --silent --fail --cacert {emulator.certificate} --header 'Authorization: Bearer {emulator.token}'"
    log = f"{content}?path=user_logs%2Fstd_log.txt"
    fetch = ("--target=Fetch", f"--job={JOB}", "--to=fetched")
    return {
        "curl_artifacts_s": seconds(
            "curl of each artifact", lambda: shell(f"{curl} --parallel --config config", folder)
        ),
        "fetch_s": seconds("Fetch", lambda: checkout.run(*fetch)),
        "fetch_again_s": seconds("Fetch again", lambda: checkout.run(*fetch)),
        "curl_log_s": seconds("curl of the log", lambda: shell(f"{curl} --output log '{log}'", folder)),
        "follow_s": seconds("Follow", lambda: checkout.run("--target=Follow", f"--job={JOB}")),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--artifacts", type=int, default=5_000)
    parser.add_argument("--megabytes", type=int, default=200, help="length of the log")
    parser.add_argument("--jobs", type=int, default=1_000)
    sizes = parser.parse_args()
    if not HOST.exists():
        print(f"{HOST} is missing; build it: ./build.sh", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        checkout = Checkout(Path(folder) / "checkout")
        try:
            print("writing the dataset and starting the emulator", flush=True)
            checkout.write_dataset(sizes.images, sizes.rows)
            checkout.run("--target=Register-Datastore", "--datastore=large")
            emulator = Emulator(checkout.root / ".local" / "emulator")
            figures = time_dataset(checkout)
            figures |= time_job(checkout, emulator, sizes.artifacts, sizes.megabytes)
            figures |= memory_of_jobs(emulator, sizes.jobs)
        finally:
            checkout.run("--target=Stop-Emulator")
    print(json.dumps({"name": "scale", **figures, **vars(sizes)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
