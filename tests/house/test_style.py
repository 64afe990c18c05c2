"""The formatters and linters, each as one test: what a contributor's editor does not do, this finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sources import ROOT, csharp_files, listed, read, tracked

LONGEST_LINE = 140
PYTHON_FOLDERS = ("src/training/detection", "tests/training", "tests/house", "tests/docker", "bench")


def _program(name: str) -> str:
    """Returns the program of the virtual environment that runs the tests, else the one on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else name


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


@pytest.mark.parametrize(
    ("command", "fix"),
    [
        pytest.param(["dotnet", "csharpier", "check", "."], "dotnet csharpier format .", id="csharpier"),
        pytest.param(
            ["dotnet", "format", "ModelTraining.slnx", "--verify-no-changes", "--no-restore", "--severity", "warn"],
            "dotnet format ModelTraining.slnx",
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
            [_program("shellcheck"), *map(str, tracked("*.sh", ".ci/run", "docker/*.sh"))],
            "the edits that it names",
            id="shellcheck",
        ),
    ],
)
def test_tool_finds_nothing(command: list[str], fix: str) -> None:
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{' '.join(command)}\n{run.stdout[-8000:]}{run.stderr[-2000:]}\nFix: {fix}"


def test_lines_of_csharp_fit_the_screen() -> None:
    faults = [
        f"{file.path}({number}): {len(line)} columns; at most {LONGEST_LINE}"
        for file in csharp_files()
        for number, line in enumerate(read(file.path).splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert not faults, listed(faults)
