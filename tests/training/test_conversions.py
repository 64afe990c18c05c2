"""The commands in the faults of CSV files, run by a shell: what they leave is read with the same rows."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from detection.data.datasets import DatasetReading, read_dataset

_TABLE = json.loads(
    Path(__file__).resolve().parents[1].joinpath("datasets", "conversions.json").read_text(encoding="utf-8")
)
_PLAIN = next(
    case
    for case in json.loads(
        Path(__file__).resolve().parents[1].joinpath("datasets", "cases.json").read_text(encoding="utf-8")
    )["cases"]
    if case["name"] == "plain"
)
_TEST = "test_pothole_240102030405.csv"
_COMMAND = re.compile(r"\(\d+\): .*?: ((?:sed|iconv) .+)", re.DOTALL)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a shell")


def _write(folder: Path, text: str, encoding: str = "utf-8") -> None:
    for part in ("datasets", "images"):
        (folder / "pothole" / part).mkdir(parents=True)
    for name, content in _PLAIN["images"].items():
        (folder / "pothole" / "images" / name).write_bytes(base64.b64decode(content))
    (folder / "pothole" / "datasets" / _TEST).write_text(_PLAIN["files"][_TEST], encoding="utf-8")
    (folder / "pothole" / "datasets" / _TABLE["file"]).write_bytes(text.encode(encoding))


def _read(folder: Path) -> DatasetReading:
    return read_dataset(folder, "pothole", _TABLE["file"], _TEST)


def _commands(folder: Path) -> list[str]:
    return [command[1] for fault in _read(folder).faults if (command := _COMMAND.search(fault))]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("case", _TABLE["cases"], ids=[case["name"] for case in _TABLE["cases"]])
def test_the_commands_of_the_faults_convert_the_file(case: dict[str, Any], locale: str, tmp_path: Path) -> None:
    _write(tmp_path / "plain", _TABLE["plain"])
    plain = _read(tmp_path / "plain").dataset
    folder = tmp_path / "other"
    _write(folder, case["text"], case.get("encoding", "utf-8"))
    files = {path.relative_to(folder) for path in folder.rglob("*")}

    for _ in range(case["commands"]):
        (command,) = _commands(folder)
        subprocess.run(["sh", "-c", command], cwd=folder, env={**os.environ, "LC_ALL": locale}, check=True)

    reading = _read(folder)
    assert reading.faults == ()
    assert plain is not None and reading.dataset is not None
    assert (reading.dataset.hash, reading.dataset.train_rows) == (plain.hash, plain.train_rows)
    assert {path.relative_to(folder) for path in folder.rglob("*")} == files


@pytest.mark.parametrize(
    "row",
    [
        "a.png,64,48,pothole,1,2,30,40,extra",
        "a.png,pothole,1,2,30,40",
        "1,2,30,40,pothole,a.png,7",
    ],
)
def test_no_command_names_the_columns_of_rows_that_are_in_another_order(row: str, tmp_path: Path) -> None:
    _write(tmp_path, row + "\n")

    faults = _read(tmp_path).faults

    assert "(1): has no header; its first line must name the columns filename,xmin,ymin,xmax,ymax,class" in faults[0]
    assert _commands(tmp_path) == []
