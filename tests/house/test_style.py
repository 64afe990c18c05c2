"""The formatters and linters, each as one test: what a contributor's editor does not do, this finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import ROOT, csharp_files, listed, read, tracked

LONGEST_LINE = 140
PYTHON_FOLDERS = (
    "src/training/detection",
    "tests/training",
    "tests/house",
    "tests/docker",
    "tests/conformance/python",
    "docs/samples/pytest",
    "bench",
)


def _program(name: str) -> str:
    """Returns the program of the virtual environment that runs the tests, else the one on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else name


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def _shell_scripts() -> list[str]:
    """Returns every tracked script for a shell, whatever its name is."""
    first_lines = ((path, (ROOT / path).read_bytes().split(b"\n", 1)[0]) for path in tracked())
    return [str(path) for path, line in first_lines if re.fullmatch(rb"#!.*\b(ba)?sh", line)]


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        pytest.param(["dotnet", "csharpier", "check", "."], "dotnet csharpier format .", id="csharpier"),
        pytest.param(
            ["dotnet", "format", "whitespace", ".", "--folder", "--verify-no-changes"],
            "dotnet format whitespace . --folder",
            id="dotnet-format",
        ),
        pytest.param(
            _python("black", "--check", "--quiet", "--diff", "--line-length", "120", *PYTHON_FOLDERS),
            f"black --line-length 120 {' '.join(PYTHON_FOLDERS)}",
            id="black",
        ),
        pytest.param(_python("flake8", *PYTHON_FOLDERS), "the edits that it names", id="flake8"),
        pytest.param(
            _python("mypy", "--strict", "--config-file", "src/training/pyproject.toml", "src/training/detection"),
            "the edits that it names",
            id="mypy",
        ),
        pytest.param(
            [_program("shellcheck"), *_shell_scripts()],
            "the edits that it names",
            id="shellcheck",
        ),
    ],
)
def test_tool_finds_nothing(command: list[str], fix: str) -> None:
    # The .NET tools compute for seconds without a pause; compiled once, and well, they take less time.
    environment = {**os.environ, "DOTNET_TieredCompilation": "0"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{' '.join(command)}\n{run.stdout[-8000:]}{run.stderr[-2000:]}\nFix: {fix}"


def test_compiler_checks_the_style_of_every_project() -> None:
    """Usings, braces and names are checked where the code is compiled anyway; so no tool compiles it a second time."""
    text = read(ROOT / "Directory.Build.props")
    for setting in ("EnforceCodeStyleInBuild", "TreatWarningsAsErrors"):
        assert f"<{setting}>true</{setting}>" in text
    rules = read(ROOT / ".editorconfig")
    for rule in ("IDE0005", "IDE0011", "IDE0161", "IDE1006"):
        assert f"dotnet_diagnostic.{rule}.severity = warning" in rules.replace("= error", "= warning")
    changed = [
        f"{path}: {setting}"
        for path in tracked("*.csproj", "*.props", "*.targets")
        for setting in ("EnforceCodeStyleInBuild", "TreatWarningsAsErrors", "RunAnalyzers")
        if f"<{setting}>false" in read(path).replace(" ", "")
    ]
    assert not changed, listed(changed)


def _lines_outside_texts(text: str) -> Iterator[tuple[int, str]]:
    """Yields the lines, with their numbers, that are not part of a raw string literal: its content is data."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        quotes = line.count('"""')
        if not inside and quotes == 0:
            yield number, line
        inside ^= quotes % 2 == 1


def _is_unbreakable(line: str) -> bool:
    """Tells whether the line is a regular expression, or the name of an explicit implementation."""
    return line.lstrip().startswith('Pattern = "') or (
        line.endswith("(") and " " not in line.strip().replace(" I", "", 1)
    )


def test_lines_of_csharp_fit_the_screen() -> None:
    faults = [
        f"{file.path}({number}): {len(line)} columns; at most {LONGEST_LINE}"
        for file in csharp_files()
        for number, line in _lines_outside_texts(read(file.path))
        if len(line) > LONGEST_LINE and not _is_unbreakable(line)
    ]
    assert not faults, listed(faults)
