from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from detection.data.datasets import read_dataset

_TABLE = Path(__file__).resolve().parents[1] / "datasets" / "cases.json"
_CASES = json.loads(_TABLE.read_text(encoding="utf-8"))["cases"]


def _write(folder: Path, case: dict) -> None:
    datasets, images = folder / case["imageType"] / "datasets", folder / case["imageType"] / "images"
    datasets.mkdir(parents=True)
    images.mkdir()
    for name, text in case["files"].items():
        (datasets / name).write_bytes(text.encode())
    for name, content in case["images"].items():
        (images / name).write_bytes(base64.b64decode(content))


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_read_dataset_reports_exactly_these_faults(case: dict, tmp_path: Path) -> None:
    _write(tmp_path, case)

    reading = read_dataset(tmp_path, case["imageType"], case["trainCsv"], case["testCsv"], drop_bad_rows=False)

    assert list(reading.faults) == case["faults"]
    assert (reading.dataset.hash if reading.dataset else None) == case["hash"]
    assert reading.dropped == ()


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_read_dataset_keeps_exactly_these_rows_when_bad_rows_are_dropped(case: dict, tmp_path: Path) -> None:
    _write(tmp_path, case)

    reading = read_dataset(tmp_path, case["imageType"], case["trainCsv"], case["testCsv"], drop_bad_rows=True)

    found = reading.dataset
    assert {
        "faults": list(reading.faults),
        "trainRows": found.train_rows if found else None,
        "testRows": found.test_rows if found else None,
        "hash": found.hash if found else None,
    } == case["drop"]


def test_read_dataset_names_every_row_it_drops(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "many faults at once, in order")
    _write(tmp_path, case)

    reading = read_dataset(tmp_path, case["imageType"], "latest", "latest", drop_bad_rows=True)

    used = reading.dataset.train_rows + reading.dataset.test_rows
    lines = {fault.split(":")[0] for fault in reading.dropped}
    rows = sum(len(text.strip().splitlines()) - 1 for text in case["files"].values())
    assert used + len(lines) == rows


def test_read_dataset_says_when_a_file_is_not_utf_8(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "plain")
    _write(tmp_path, case)
    path = tmp_path / "pothole" / "datasets" / "test_pothole_240102030405.csv"
    path.write_bytes(path.read_bytes() + "c.png,1,1,2,2,Straße".encode("latin-1"))

    reading = read_dataset(tmp_path, "pothole", "latest", "latest", drop_bad_rows=True)

    assert reading.faults == (
        "pothole/datasets/test_pothole_240102030405.csv(1): is not UTF-8; save the file as UTF-8.",
    )
