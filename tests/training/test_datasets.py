from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from detection.config.alike import alike
from detection.data.datasets import DatasetReading, read_dataset

_TABLE = Path(__file__).resolve().parents[1] / "datasets" / "cases.json"
_ALIKE = json.loads(_TABLE.with_name("alike.json").read_text(encoding="utf-8"))["rows"]
_CASES = json.loads(_TABLE.read_text(encoding="utf-8"))["cases"]


def _write(folder: Path, case: dict) -> None:
    datasets, images = folder / case["imageType"] / "datasets", folder / case["imageType"] / "images"
    datasets.mkdir(parents=True)
    images.mkdir()
    for name, text in case["files"].items():
        (datasets / name).write_bytes(text.encode(case.get("encoding", {}).get(name, "utf-8")))
    for name, content in case["images"].items():
        (images / name).parent.mkdir(parents=True, exist_ok=True)
        (images / name).write_bytes(base64.b64decode(content))


def _read(folder: Path, case: dict[str, Any], on_bad_rows: str | None = None) -> DatasetReading:
    settings = case.get("settings", {})
    return read_dataset(
        folder,
        case["imageType"],
        case["trainCsv"],
        case["testCsv"],
        on_bad_rows=on_bad_rows or settings.get("onBadRows", "fail"),
        clip_pixels=settings.get("clipPixels", 2.0),
        exif=settings.get("exif", "apply"),
        depth=settings.get("depth", "range"),
        validation_csv=case.get("validationCsv", "none"),
    )


def test_alike_leaves_of_each_name_what_the_shared_table_says() -> None:
    assert [[name, alike(name)] for name, _ in _ALIKE] == _ALIKE


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_read_dataset_reports_exactly_these_faults(case: dict[str, Any], tmp_path: Path) -> None:
    _write(tmp_path, case)

    reading = _read(tmp_path, case)

    assert list(reading.faults) == case["faults"]
    assert (reading.dataset.hash if reading.dataset else None) == case["hash"]
    assert (reading.dataset.train_hash if reading.dataset else None) == case.get("trainHash")
    assert ((reading.dataset.validation_hash or None) if reading.dataset else None) == case.get("validationHash")
    assert reading.notes == tuple(case.get("notes", ()))
    assert reading.dropped == ()


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_read_dataset_keeps_exactly_these_rows_when_bad_rows_are_dropped(case: dict[str, Any], tmp_path: Path) -> None:
    _write(tmp_path, case)

    reading = _read(tmp_path, case, "drop")

    dataset = reading.dataset
    assert {
        "faults": list(reading.faults),
        "trainRows": dataset.train_rows if dataset else None,
        "testRows": dataset.test_rows if dataset else None,
        "hash": dataset.hash if dataset else None,
        "validationRows": (dataset.validation_rows or None) if dataset else None,
    } == {"validationRows": None, **case["drop"]}


def test_read_dataset_names_every_row_it_drops(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "many faults at once, in order")
    _write(tmp_path, case)

    reading = read_dataset(tmp_path, case["imageType"], "latest", "latest", on_bad_rows="drop")

    assert reading.dataset is not None
    used = reading.dataset.train_rows + reading.dataset.test_rows
    lines = {fault.split(":")[0] for fault in reading.dropped}
    rows = sum(len(text.strip().splitlines()) - 1 for text in case["files"].values())
    assert used + len(lines) == rows


def test_read_dataset_names_the_file_that_is_not_utf_8(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "plain")
    _write(tmp_path, case)
    path = tmp_path / "pothole" / "datasets" / "test_pothole_240102030405.csv"
    path.write_bytes(path.read_bytes() + "c.png,1,1,2,2,Straße".encode("latin-1"))

    reading = read_dataset(tmp_path, "pothole", "latest", "latest", on_bad_rows="drop")

    assert reading.faults == (
        "pothole/datasets/test_pothole_240102030405.csv(1): is not UTF-8; save the file as UTF-8.",
    )


def test_read_dataset_hashes_rows_and_images_by_this_formula(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "plain")
    _write(tmp_path, case)

    dataset = read_dataset(tmp_path, "pothole", "latest", "latest", on_bad_rows="fail").dataset

    images = {name: hashlib.md5(base64.b64decode(content)).hexdigest() for name, content in case["images"].items()}
    lines = [
        "train",
        "a.png\x1f1\x1f2\x1f30\x1f40\x1fpothole",
        "a.png\x1f3\x1f3\x1f9\x1f9\x1fcrack",
        "b.png\x1f5\x1f5\x1f20\x1f20\x1fpothole",
        "test",
        "c.png\x1f0\x1f0\x1f64\x1f48\x1fpothole",
        "c.png\x1f10\x1f10\x1f20\x1f20\x1fcrack",
        *(f"{name}\x1f{images[name]}" for name in ("a.png", "b.png", "c.png")),
    ]
    assert dataset is not None
    assert dataset.hash == hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


@pytest.mark.skipif(os.name == "nt", reason="Windows allows none of these names, and links only to some users")
def test_read_dataset_takes_names_and_links_as_they_are(tmp_path: Path) -> None:
    case = next(case for case in _CASES if case["name"] == "plain")
    _write(tmp_path, case)
    images = tmp_path / "pothole" / "images"
    (images / "a.png").rename(images / "a\\b.png")
    (images / "circle.png").symlink_to("circle.png")
    (images / "broken.png").symlink_to("nothing")
    (images / "up").symlink_to("..")
    Path(os.fsdecode(os.fsencode(images) + b"/\xff.png")).write_bytes(b"")
    Path(os.fsdecode(os.fsencode(images) + b"/caf\xe9")).mkdir()
    Path(os.fsdecode(os.fsencode(images) + b"/caf\xe9/alike.png")).write_bytes(b"")
    csv = tmp_path / "pothole" / "datasets" / "train_pothole_240102030405.csv"
    rows = [
        f"{name},1,2,30,40,pothole"
        for name in ("a\\b.png", "a/b.png", "circle.png", "broken.png", "up/images/b.png", "alike.png")
    ]
    csv.write_text("filename,xmin,ymin,xmax,ymax,class\n" + "\n".join(rows) + "\n")

    reading = read_dataset(tmp_path, "pothole", "latest", "latest")

    missing = [fault.split("'")[1] for fault in reading.faults if "is not in pothole/images" in fault]
    assert missing == ["a/b.png", "circle.png", "broken.png", "up/images/b.png", "alike.png"]
    assert not any("alike" in fault and "Did you mean" in fault for fault in reading.faults)
