"""Locks the Python packages of the GPU image: every package, dependencies included, with the hash of its wheel.

    ./build.sh --target=Lock-Requirements                            asks the package index and writes the lock
    python3 docker/lock_requirements.py --check                      compares the lock with the requirements, offline

The lock is `docker/gpu/requirements-locked.txt`. pip refuses every package that is not in it, or has another hash.
Build the image with it by `--build-arg=REQUIREMENTS=docker/gpu/requirements-locked.txt`, or make it the default in
docker/gpu/Dockerfile.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "gpu"
REQUIREMENTS = FOLDER / "requirements.txt"
LOCK = FOLDER / "requirements-locked.txt"

# The Python and the system of the image: pip evaluates conditions such as `sys_platform` for the Python that runs it.
PYTHON = (3, 12)
MACHINE = ("Linux", "x86_64")

STAMP = "# sha256 of requirements.txt: "
PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+]+) --hash=sha256:([0-9a-f]{64})$")


class LockError(Exception):
    """The lock cannot be made, or is no lock of the requirements."""


def normalized(name: str) -> str:
    """Returns a package's name as indexes compare it: lower case, with single hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Returns the versions that a requirements file pins, by normalized name.

    Raises:
        LockError: A line pins no version.
    """
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, version = line.partition("==")
        if not separator:
            raise LockError(f"{line!r} pins no version; it must be NAME==VERSION")
        found[normalized(name.strip())] = version.strip()
    return found


def digest(text: str) -> str:
    """Returns the SHA-256 of the pins, so that a remark does not make the lock stale."""
    lines = [f"{name}=={version}" for name, version in sorted(pins(text).items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def render(report: dict[str, Any], requirements: str) -> str:
    """Converts pip's installation report to the text of a lock.

    Raises:
        LockError: The report has a package without a SHA-256, or from elsewhere than an index.
    """
    lines = []
    for item in report["install"]:
        name, version = normalized(item["metadata"]["name"]), item["metadata"]["version"]
        sha256 = item.get("download_info", {}).get("archive_info", {}).get("hashes", {}).get("sha256")
        line = f"{name}=={version} --hash=sha256:{sha256}"
        if not PACKAGE.match(line):
            raise LockError(f"{name} {version} has no SHA-256 in pip's report; it must come from a package index")
        lines.append(line)
    head = f"# Written by ./build.sh --target=Lock-Requirements; never edited by hand.\n{STAMP}{digest(requirements)}\n"
    return head + "".join(f"{line}\n" for line in sorted(lines))


def faults(lock: str, requirements: str) -> list[str]:
    """Returns what is wrong with a lock: its form, its age, and the pins that it lacks."""
    found = []
    locked: dict[str, str] = {}
    for number, line in enumerate(lock.splitlines(), start=1):
        if line.startswith("#"):
            continue
        match = PACKAGE.match(line)
        if match is None:
            found.append(f"line {number} is {line!r}; it must be NAME==VERSION --hash=sha256:DIGEST")
        elif normalized(match[1]) in locked:
            found.append(f"line {number} locks {match[1]} again; each package must be locked once")
        else:
            locked[normalized(match[1])] = match[2]
    if f"{STAMP}{digest(requirements)}" not in lock.splitlines():
        found.append("it is of other requirements; make it again: ./build.sh --target=Lock-Requirements")
    for name, version in pins(requirements).items():
        if locked.get(name) != version:
            found.append(f"{name} is {locked.get(name, 'missing')}; it must be {version}, as in requirements.txt")
    return found


def resolve() -> dict[str, Any]:
    """Lets pip resolve the requirements, without installing anything.

    Raises:
        LockError: This Python is not the image's, or pip failed.
    """
    here = (platform.system(), platform.machine())
    if sys.version_info[:2] != PYTHON or here != MACHINE:
        raise LockError(
            f"this is Python {platform.python_version()} on {' '.join(here)}; it must be Python "
            f"{'.'.join(map(str, PYTHON))} on {' '.join(MACHINE)}, as in the image: pip resolves for itself"
        )
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    done = subprocess.run(
        [*command, "--only-binary=:all:", "--requirement", str(REQUIREMENTS)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode != 0:
        raise LockError(f"pip exited with code {done.returncode}; the reason is above")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare only; a lock that does not exist is no fault")
    arguments = parser.parse_args()
    requirements = REQUIREMENTS.read_text()
    try:
        if not arguments.check:
            LOCK.write_text(render(resolve(), requirements))
            print(f"written: {LOCK}")
        wrong = faults(LOCK.read_text(), requirements) if LOCK.exists() else []
    except LockError as error:
        print(f"The requirements cannot be locked: {error}.", file=sys.stderr)
        return 1
    for fault in wrong:
        print(f"{LOCK.name}: {fault}.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
