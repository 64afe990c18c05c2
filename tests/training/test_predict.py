from __future__ import annotations

import csv
import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from same_detections import assert_same_detections

from detection.cli import main
from detection.data.datasets import read_dataset
from detection.evaluate.detections import Detections
from detection.predict.journal import Journal, Prediction
from detection.predict.pyfunc import DetectorModel
from detection.predict.reading import predicted_picture, record_of
from detection.predict.writers import output_names

HOSTILE = "sub dir/人 $x 'q' <b>.png"


def save(path: Path, *, seed: int = 0, size: tuple[int, int] = (64, 48), **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path, **options)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Creates a folder of three pictures, one in a subfolder and one that EXIF turns upright, and a text."""
    folder = tmp_path / "new"
    exif = Image.Exif()
    exif[0x0112] = 6
    save(folder / "a.png")
    save(folder / "b.jpg", seed=1, exif=exif)
    save(folder / HOSTILE, seed=2, size=(40, 50))
    (folder / "notes.md").write_text("no picture")
    return folder


@pytest.fixture
def predict(final_model: Path, tmp_path: Path) -> Callable[..., int]:
    """Returns a function that runs the command with further arguments; the output is in ``out``."""

    def run(images: object, *arguments: str) -> int:
        common = ["--model", str(final_model), "--images", str(images), "--output", str(tmp_path / "out")]
        return main(["predict", *common, *arguments])

    return run


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_predict_writes_every_format(predict: Callable[..., int], images: Path, tmp_path: Path) -> None:
    formats = [text for name in ("json", "csv", "voc", "yolo") for text in ("--format", name)]
    assert predict(images, *formats, "--pictures", "--batch", "2") == 0

    out = tmp_path / "out"
    rows = rows_of(out / "predictions.csv")
    assert list(rows[0]) == ["filename", "width", "height", "xmin", "ymin", "xmax", "ymax", "class", "score"]
    assert list(dict.fromkeys(row["filename"] for row in rows)) == ["a.png", "b.jpg", HOSTILE]
    assert {row["class"] for row in rows} <= {"Benzene(C6H6)", "人"}
    # b.jpg is stored as 64 x 48 and used upright.
    assert {(row["width"], row["height"]) for row in rows if row["filename"] == "b.jpg"} == {("48", "64")}
    results = json.loads((out / "predictions.json").read_text())
    beside = json.loads((out / "predictions_images.json").read_text())
    assert [image["file_name"] for image in beside["images"]] == ["a.png", "b.jpg", HOSTILE]
    assert beside["categories"] == [{"id": 1, "name": "Benzene(C6H6)"}, {"id": 2, "name": "人"}]
    assert len(results) == len(rows) and all(result["score"] >= 0.3 for result in results)  # EVAL_CONF
    xml = ElementTree.parse(out / "voc" / HOSTILE.replace(".png", ".xml")).getroot()
    assert (xml.findtext("filename"), xml.findtext("folder")) == ("人 $x 'q' <b>.png", "sub dir")
    assert len(xml.findall("object")) == sum(row["filename"] == HOSTILE for row in rows)
    first = next(row for row in rows if row["filename"] == "a.png")
    line = (out / "yolo" / "labels" / "a.txt").read_text().splitlines()[0].split()
    assert int(line[0]) == ["Benzene(C6H6)", "人"].index(first["class"])
    assert float(line[1]) * 64 == pytest.approx((float(first["xmin"]) + float(first["xmax"])) / 2, abs=1e-3)
    assert float(line[4]) * 48 == pytest.approx(float(first["ymax"]) - float(first["ymin"]), abs=1e-3)
    assert (out / "yolo" / "data.yaml").read_text().splitlines()[:2] == ["nc: 2", "names:"]
    with Image.open(out / "pictures" / "b.jpg.png") as picture:
        assert picture.size == (48, 64)
    assert (out / "pictures" / f"{HOSTILE}.png").is_file()
    assert not list(out.rglob("*.part"))


@pytest.mark.parametrize("applies, brighter", [(True, "right"), (False, "left")])
def test_picture_of_a_prediction_is_what_the_model_saw(applies: bool, brighter: str, tmp_path: Path) -> None:
    pixels = np.full((20, 30, 3), 10, np.uint8)
    pixels[:, :15] = 240
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down: its sides do not tell
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    record = record_of("a.png", tmp_path / "a.png", applies_exif=applies)

    shown = predicted_picture(record.path, (record.width, record.height), applies_exif=applies)

    assert np.array_equal(np.asarray(shown), pixels[::-1, ::-1] if brighter == "right" else pixels)


def test_predict_finds_what_the_exported_model_finds(
    predict: Callable[..., int], images: Path, final_model: Path, tmp_path: Path
) -> None:
    assert predict(images, "--confidence", "0.1") == 0

    exported = DetectorModel(final_model)
    for line in (tmp_path / "out" / "predictions.jsonl").read_text().splitlines()[1:]:
        entry = json.loads(line)
        (expected,) = exported.predict([images / entry["file_name"]], {"confidence": 0.1})
        assert (entry["width"], entry["height"]) == (expected["width"], expected["height"])
        by_class = {name: label for label, name in enumerate(["Benzene(C6H6)", "人"], start=1)}
        predictions = expected["predictions"]
        assert_same_detections(
            entry,
            {
                "boxes": [found["box"] for found in predictions],
                "labels": [by_class[found["label"]] for found in predictions],
                "scores": [found["score"] for found in predictions],
            },
            least=21,
        )


def test_predict_gives_the_same_boxes_for_any_batch(predict: Callable[..., int], images: Path, tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    for batch in ("1", "2", "7"):
        assert predict(images, "--batch", batch) == 0
        journal = tmp_path / "out" / "predictions.jsonl"
        entries = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
        found.append({entry["file_name"]: entry for entry in entries})
        journal.unlink()
    for other in found[1:]:
        assert set(other) == set(found[0]) == {"a.png", "b.jpg", HOSTILE}
        for name, expected in found[0].items():
            assert_same_detections(other[name], expected, least=21)


def test_predicted_csv_is_a_dataset(predict: Callable[..., int], images: Path, tmp_path: Path) -> None:
    save(images / "empty.png", seed=5)
    assert predict(images, "--format", "csv", "--confidence", "0.35") == 0

    data = tmp_path / "data" / "cells"
    (data / "datasets").mkdir(parents=True)
    images.rename(data / "images")
    text = (tmp_path / "out" / "predictions.csv").read_text(encoding="utf-8")
    (data / "datasets" / "train.csv").write_text(text, encoding="utf-8")
    (data / "datasets" / "test.csv").write_text("filename,xmin,ymin,xmax,ymax,class\nt.png,1,1,9,9,人\n")
    save(data / "images" / "t.png", seed=9)
    reading = read_dataset(tmp_path / "data", "cells", "train.csv", "test.csv")

    assert reading.faults == ()
    assert reading.dataset is not None
    rows = rows_of(tmp_path / "out" / "predictions.csv")
    sizes = {record.file_name: (record.width, record.height) for record in reading.dataset.train}
    assert sizes == {row["filename"]: (int(row["width"]), int(row["height"])) for row in rows}
    assert sum(len(record.boxes) for record in reading.dataset.train) == sum(row["class"] != "" for row in rows) > 0


def test_predict_names_and_counts_the_images_that_cannot_be_read(
    predict: Callable[..., int], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "broken\x1b[31m.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (images / "empty.jpg").write_bytes(b"")
    whole = (images / "a.png").read_bytes()
    (images / "cut.png").write_bytes(whole[: len(whole) // 2])
    (images / "x.tif").write_bytes(b"II*\0")

    assert predict(images) == 1

    error = capsys.readouterr().err.splitlines()
    assert error[0].startswith("error: 4 of 7 images cannot be predicted, all listed in ")
    assert [line.split(":")[0].strip() for line in error[1:]] == [
        "broken\\x1b[31m.png",
        "cut.png",
        "empty.jpg",
        "x.tif",
    ]
    assert "it cannot be decoded" in error[2] and error[3].endswith(".")
    assert len(json.loads((tmp_path / "out" / "predictions_images.json").read_text())["images"]) == 3
    failed = rows_of(tmp_path / "out" / "predictions_failed.csv")
    assert [row["filename"] for row in failed] == ["broken\x1b[31m.png", "cut.png", "empty.jpg", "x.tif"]
    for name in ("broken\x1b[31m.png", "cut.png", "empty.jpg", "x.tif"):
        (images / name).unlink()
    assert predict(images) == 0
    assert not (tmp_path / "out" / "predictions_failed.csv").exists()


def test_predict_continues_where_it_was_interrupted(
    predict: Callable[..., int], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = ("--format", "csv", "--batch", "1")  # the last digits depend on the other images of a batch
    assert predict(images, *alone) == 0
    journal, table = (tmp_path / "out" / "predictions.jsonl", (tmp_path / "out" / "predictions.csv").read_bytes())
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:2]) + lines[2][:40])  # killed while it wrote the second image
    capsys.readouterr()

    assert predict(images, *alone) == 0

    assert "predictions.jsonl: 1 image\n" in capsys.readouterr().out
    assert (tmp_path / "out" / "predictions.csv").read_bytes() == table
    assert sorted(journal.read_bytes().splitlines()) == sorted(line.rstrip(b"\n") for line in lines)
    assert predict(images, *alone) == 0
    assert "predictions.jsonl: 3 images\n" in capsys.readouterr().out


def test_predict_begins_again_for_a_changed_image_or_another_confidence(
    predict: Callable[..., int], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(images) == 0
    save(images / "a.png", seed=8, size=(80, 48))
    capsys.readouterr()

    assert predict(images) == 0
    assert "predictions.jsonl: 2 images\n" in capsys.readouterr().out
    image = json.loads((tmp_path / "out" / "predictions_images.json").read_text())["images"][0]
    assert image == {"id": 1, "file_name": "a.png", "width": 80, "height": 48}
    assert predict(images, "--confidence", "0.9") == 0
    assert "known from" not in capsys.readouterr().out


def test_predict_takes_the_suggested_confidence_of_each_class(
    predict: Callable[..., int], images: Path, tmp_path: Path
) -> None:
    assert predict(images, "--confidence", "suggested", "--format", "csv") == 0
    scores: dict[str, list[float]] = {"人": [], "Benzene(C6H6)": []}
    for row in rows_of(tmp_path / "out" / "predictions.csv"):
        if row["class"]:
            scores[row["class"]].append(float(row["score"]))
    head = json.loads((tmp_path / "out" / "predictions.jsonl").read_text().splitlines()[0])
    assert head["least_scores"] == [0.3, 0.3, 0.4]  # one class has no suggestion, so EVAL_CONF
    assert min(scores["Benzene(C6H6)"], default=1) >= 0.3 and min(scores["人"], default=1) >= 0.4


def test_predict_takes_patterns_lists_and_single_images(
    predict: Callable[..., int], images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[str]:
        out = tmp_path / "out" / "predictions_images.json"
        return [image["file_name"] for image in json.loads(out.read_text())["images"]]

    assert predict(images / "**" / "*.png") == 0
    assert found() == ["a.png", HOSTILE]
    assert predict(images / "b.jpg") == 0
    assert found() == ["b.jpg"]
    save(tmp_path / "other" / "c.png")
    (images / "list.txt").write_text(f"{HOSTILE}\n\na.png\n./a.png\n", encoding="utf-8")
    assert predict(images / "list.txt") == 0
    assert found() == ["a.png", HOSTILE]
    (images / "list.txt").write_text(f"a.png\n../other/c.png\nmissing.png\n{tmp_path / 'other' / 'c.png'}\n")
    assert predict(images / "list.txt") == 1  # the missing one is named
    assert found() == ["new/a.png", "other/c.png"]
    monkeypatch.chdir(images)
    assert predict("*.jpg") == 0
    assert found() == ["b.jpg"]


def test_predict_takes_no_picture_of_its_own_output_for_an_image(
    final_model: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = images / "results"
    for what in (images, images / "**" / "*", images):
        arguments = ["--model", str(final_model), "--images", str(what), "--output", str(output), "--pictures"]
        assert main(["predict", *arguments]) == 0
        assert "predicting 3 images" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "--images is 'nowhere', which does not exist; it must be a folder, a pattern"),
        (["EMPTY"], "which holds no image among 1 files; it must name files with one of the suffixes .bmp"),
        (["IMAGES", "--batch", "0"], "--batch is 0; it must be at least 1 (images)."),
        (["IMAGES", "--confidence", "1.5"], "--confidence is '1.5'; it must be a score from 0 to 1, or suggested."),
        (["IMAGES", "--confidence", "nan"], "--confidence is 'nan'; it must be a score"),
    ],
)
def test_predict_says_what_is_wrong_with_its_arguments(
    arguments: list[str],
    message: str,
    predict: Callable[..., int],
    images: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.md").write_text("")
    places = {"IMAGES": images, "EMPTY": tmp_path / "empty"}
    assert predict(*(str(places.get(text, text)) for text in arguments)) == 1
    assert message in capsys.readouterr().err


def test_predict_says_that_the_model_is_missing(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--model", str(tmp_path), "--images", str(images), "--output", str(tmp_path / "out")]
    assert main(["predict", *arguments]) == 1
    assert "--model must name the final_model folder of a run." in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_predict_names_a_file_whose_name_is_not_utf_8(
    predict: Callable[..., int], images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "a.png").rename(os.fsdecode(os.fsencode(images) + b"/\xff.png"))
    assert predict(images, "--format", "csv", "--format", "voc", "--format", "yolo") == 1
    assert "\\udcff.png: its name is not UTF-8; rename the file." in capsys.readouterr().err


def test_output_names_differ_where_only_the_suffix_or_capitals_do() -> None:
    def prediction(name: str) -> Prediction:
        return Prediction(name, (1, 1), 1, 1, Detections([], [], []))

    names = ["a.png", "a.jpg", "b.png", "x/A.png", "x/a.png", "人" * 80 + ".png"]
    found = output_names([prediction(name) for name in names], ".xml")

    assert [found[name] for name in names[:5]] == ["a.png.xml", "a.jpg.xml", "b.xml", "x/A.png.xml", "x/a.png.xml"]
    assert len({path.lower() for path in found.values()} - {"x/a.png.xml"}) == 4
    longest = output_names([prediction("人" * 84 + ".png")], ".xml.png")
    assert all(len(path.encode()) <= 255 for path in longest.values())


def test_journal_ignores_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_bytes(b"\xff\xfe\n[1]\n")
    with Journal(tmp_path, {"model": "x"}, 2) as journal:
        assert journal.known == {}
        journal.add([Prediction("a", (1, 2), 3, 4, Detections([[0, 0, 1, 1]], [1], [0.5]))])
    with Journal(tmp_path, {"model": "x"}, 2) as journal:
        assert list(journal.known) == ["a"] and journal.known["a"].detections.scores.tolist() == [0.5]
    with Journal(tmp_path, {"model": "y"}, 2) as journal:
        assert journal.known == {}
