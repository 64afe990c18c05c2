"""Compares the time of `Docker-Push` with plain docker on one Dockerfile, with unchanged inputs and a changed line.

    python3 bench/image.py [--fresh N] [--warm N]

Ours is `dotnet cake --target=Docker-Push`; plain is `docker build`, `docker tag` and `docker push`. Both are whole
processes and take turns. They work in a copy of the repository, with one engine and one registry
(tests/docker/engine.py), each in its own repository of the registry. The changed line is a new one in every run, so
that neither finds layers of the other.

Fresh: the engine holds only the base image, as on an agent that a pipeline gets for one run; the registry holds what
earlier runs pushed. Warm: the engine still holds what it just built and pushed, as at a desk. There plain docker has
nothing to do, while ours starts .NET and reads the inputs of the image.

The last line of output is one JSON object; its seconds are medians:

    {"name": "image", "unchanged_s": …, "unchanged_plain_s": …, "unchanged_ratio": plain / ours,
     "changed_s": …, "changed_plain_s": …, "changed_ratio": …, the same names with the prefix "warm_",
     "fresh_runs": …, "warm_runs": …}
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lib.working_copy import ROOT, copy_repository

ENGINE = ROOT / "tests" / "docker" / "engine.py"
# The end-to-end tests keep the archive of the base image and the content of their registry here.
CACHE = Path.home() / ".cache" / "model-training"
DOCKERFILE = "docker/cpu/Dockerfile"
IDENTITY = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
CHANGED = "src/training/detection/__init__.py"


def start_engine(folder: Path) -> dict[str, str]:
    """Starts an engine that holds only the base image, and a registry with the content of earlier runs.

    Returns:
        The record that engine.py prints.

    Raises:
        SystemExit: No engine can be started, or one runs here already, whose images must not be removed.
    """
    cache = folder / "cache"
    cache.mkdir(parents=True)
    if (CACHE / "debian-base.tar").exists():
        (cache / "debian-base.tar").symlink_to(CACHE / "debian-base.tar")
    if (CACHE / "registry").is_dir():
        # A copy, because plain docker pushes half a gigabyte of new layers from each fresh engine.
        shutil.copytree(CACHE / "registry", folder / "registry")
    started = subprocess.run(
        [sys.executable, ENGINE, "start", "--folder", folder, "--cache", cache], stdout=subprocess.PIPE, text=True
    )
    if started.returncode != 0:
        raise SystemExit(started.returncode)
    engine = json.loads(started.stdout)
    if engine["engineProcess"] is None:
        raise SystemExit(
            "A Docker engine runs here already. This benchmark empties its engine before runs, so it needs its own: "
            "stop the running one first."
        )
    return engine


class Contest:
    """The two ways of building and pushing the image of one working tree."""

    def __init__(self, tree: Path, engine: dict[str, str]) -> None:
        self.tree = tree
        self.docker = engine["docker"]
        self.base = f"BASE_IMAGE={engine['baseImage']}"
        self.plain_image = f"{engine['registry']}/model-training-plain"
        self.environment = {
            **os.environ,
            "DOCKER_HOST": engine["dockerHost"],
            "DOCKER_BUILDKIT": "1",
            "DOTNET_NOLOGO": "1",
            "CI": "true",
        }
        self.changes = 0
        self.original = (tree / CHANGED).read_text()
        configuration = tree / "configuration" / "local_config.json"
        settings = json.loads(configuration.read_text())
        settings.update(REGISTRY=engine["registry"], IMAGE_REPOSITORY="model-training", IMAGE_DOCKERFILE=DOCKERFILE)
        configuration.write_text(json.dumps(settings))
        # The build takes cached layers from the image of the main branch.
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            [*IDENTITY, "commit", "--quiet", "--message=Begin"],
        ):
            subprocess.run(["git", *command], cwd=tree, check=True)

    def refresh(self) -> None:
        """Removes everything but the base image from the engine."""
        listed = subprocess.run(
            [self.docker, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        images = [image for image in listed.stdout.split() if f"BASE_IMAGE={image}" != self.base]
        for command in ([["image", "rm", "--force", *images]] if images else []) + [
            ["builder", "prune", "--all", "--force"],
            ["image", "prune", "--force"],
        ]:
            subprocess.run([self.docker, *command], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def change(self) -> None:
        """Changes one line of the trainer to a text that no run had before."""
        self.changes += 1
        (self.tree / CHANGED).write_text(f'{self.original}REVISION = "{os.urandom(8).hex()}-{self.changes}"\n')

    def ours(self, *more: str) -> float:
        return self.seconds(
            [["dotnet", "cake", "--target=Docker-Push", "--runtime=docker", f"--build-arg={self.base}", *more]]
        )

    def plain(self) -> float:
        # A tag for the content, as a team without these targets would take the commit.
        tag = f"{self.plain_image}:{hashlib.sha256((self.tree / CHANGED).read_bytes()).hexdigest()[:12]}"
        return self.seconds(
            [
                [
                    self.docker,
                    "build",
                    "--network",
                    "host",
                    "--build-arg",
                    self.base,
                    "--file",
                    DOCKERFILE,
                    "--tag",
                    "bench-plain",
                    ".",
                ],
                [self.docker, "tag", "bench-plain", tag],
                [self.docker, "push", tag],
            ]
        )

    def seconds(self, commands: list[list[str]]) -> float:
        """Runs the commands one after another and returns the seconds they take together.

        Raises:
            SystemExit: A command failed; the message holds its output.
        """
        start = time.perf_counter()
        for command in commands:
            done = subprocess.run(
                command,
                cwd=self.tree,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(command)} exited with code {done.returncode}:\n{done.stdout}")
        return time.perf_counter() - start


def compete(contest: Contest, times: dict[str, list[float]], title: str, before: Callable[[], None]) -> None:
    """Times one run of each after a change, then one of each without a change."""
    contest.change()
    before()
    times["changed_plain"].append(contest.plain())
    contest.change()
    before()
    times["changed"].append(contest.ours())
    # Plain docker has pushed another line than ours; for an unchanged run it must have pushed this one too.
    if title == "warm":
        contest.plain()
    before()
    times["unchanged"].append(contest.ours())
    before()
    times["unchanged_plain"].append(contest.plain())
    print(f"{title}: " + ", ".join(f"{name} {values[-1]:.2f} s" for name, values in times.items()), flush=True)


def summarize(times: dict[str, list[float]], prefix: str) -> dict[str, float]:
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        f"{prefix}{key}": round(value, 3)
        for case in ("unchanged", "changed")
        for key, value in (
            (f"{case}_s", medians[case]),
            (f"{case}_plain_s", medians[f"{case}_plain"]),
            (f"{case}_ratio", medians[f"{case}_plain"] / medians[case]),
        )
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--fresh", type=int, default=1, help="runs of each on a fresh engine, minutes a run (default: %(default)s)"
    )
    parser.add_argument(
        "--warm",
        type=int,
        default=3,
        help="runs of each on an engine that has built the image before (default: %(default)s)",
    )
    arguments = parser.parse_args()
    names = ("unchanged", "unchanged_plain", "changed", "changed_plain")
    fresh: dict[str, list[float]] = {name: [] for name in names}
    warm: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="bench-image-") as folder:
        tree, engine_folder = Path(folder, "tree"), Path(folder, "engine")
        tree.mkdir()
        copy_repository(tree)
        try:
            contest = Contest(tree, start_engine(engine_folder))
            subprocess.run(
                ["dotnet", "tool", "restore"], cwd=tree, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            # A rebuild, as for a team's first image: the one in the registry of the tests may come from caches.
            warm_up = contest.ours("--rebuild")
            print(f"warming up (host, demo pictures, image built and pushed): {warm_up:.1f} s", flush=True)
            for _ in range(arguments.fresh):
                compete(contest, fresh, "fresh", contest.refresh)
            for _ in range(arguments.warm):
                compete(contest, warm, "warm", lambda: None)
        finally:
            subprocess.run(
                [sys.executable, ENGINE, "stop", "--folder", engine_folder, "--cache", engine_folder / "cache"],
                check=True,
            )

    print(
        json.dumps(
            {
                "name": "image",
                **summarize(fresh, ""),
                **summarize(warm, "warm_"),
                "fresh_runs": arguments.fresh,
                "warm_runs": arguments.warm,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
