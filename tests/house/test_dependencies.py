"""docs/dependencies.md names every package that a manifest of the repository requires."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from sources import listed, read, tracked

PAGE = "docs/dependencies.md"


def nuget() -> Iterator[tuple[str, str]]:
    for path in tracked("Directory.Packages.props"):
        for name in re.findall(r'<PackageVersion Include="([^"]+)"', read(path)):
            yield str(path), name


def dotnet_tools() -> Iterator[tuple[str, str]]:
    for path in tracked(".config/dotnet-tools.json"):
        for name in json.loads(read(path))["tools"]:
            yield str(path), name


def npm() -> Iterator[tuple[str, str]]:
    for path in tracked("*package.json"):
        manifest = json.loads(read(path))
        for name in [*manifest.get("dependencies", {}), *manifest.get("devDependencies", {})]:
            yield str(path), name


def python() -> Iterator[tuple[str, str]]:
    for path in tracked("*requirements*.txt"):
        for line in read(path).splitlines():
            if match := re.match(r"[A-Za-z0-9][\w.-]*", line):
                yield str(path), match[0]
    for path in tracked("src/training/pyproject.toml"):
        # Python 3.9 has no parser of TOML; the names stand in quotes before a version.
        for name in re.findall(r'"([A-Za-z][\w-]*)>=', read(path)):
            yield str(path), name


def rows() -> set[str]:
    """Returns the first cell of each row of the page."""
    (page,) = tracked(PAGE)
    return {line.split("|")[1].strip().lower() for line in read(page).splitlines() if line.startswith("| ")}


@pytest.mark.parametrize("manifests", [nuget, dotnet_tools, npm, python])
def test_each_package_has_a_row_with_licence_and_reason(manifests: Callable[[], Iterator[tuple[str, str]]]) -> None:
    packages = list(manifests())
    known = rows()
    faults = [
        f"{path} names {name}, which {PAGE} does not; add a row with its licence, where it is used, and why"
        for path, name in packages
        if name.lower() not in known and name != "setuptools"
    ]
    assert packages
    assert not faults, listed(sorted(set(faults)))
