"""``predict`` with paths, outputs and journals that are not what they should be."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detection.cli import main
from detection.evaluate.detections import Detections
from detection.predict.journal import FILE, Journal, Prediction


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Creates a folder of one picture."""
    folder = tmp_path / "new"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "a.png")
    return folder


@pytest.fixture
def predict(final_model: Path, tmp_path: Path) -> Callable[..., int]:
    """Returns a function that runs the command; the output is in ``out``."""

    def run(images: object, *arguments: str, output: object = tmp_path / "out", model: Path = final_model) -> int:
        return main(["predict", "--model", str(model), "--images", str(images), "--output", str(output), *arguments])

    return run


@pytest.mark.skipif(os.name == "nt", reason="pipes and links are others there")
def test_predict_names_what_is_no_file_and_reads_no_pipe(
    predict: Callable[..., int], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "empty.png").write_bytes(b"")
    (images / "link.png").symlink_to("nowhere")
    (images / "loop.png").symlink_to("loop.png")
    os.mkfifo(images / "pipe.png")
    (images / "folder").mkdir()
    lines = ["a.png", "folder", "gone.png", "x" * 5000, "nul\0.png", *sorted(os.listdir(images))]
    (images / "list.txt").write_text("\n".join(lines))
    (tmp_path / "out").mkdir()

    assert predict(images) == 1
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  empty.png: it cannot be read as a picture (JPEG, PNG, BMP, GIF, WebP or TIFF); replace the file.",
        "  link.png: it does not exist.",
        "  loop.png: it cannot be read: Too many levels of symbolic links.",
        "  pipe.png: it is no regular file.",
    ]
    assert predict(images / "list.txt") == 1
    error = capsys.readouterr().err.splitlines()
    assert "  folder: it is a folder." in error and "  gone.png: it does not exist." in error
    assert "  nul\\x00.png: it does not exist." in error
    assert error[-1] == f"  {'x' * 299}…: it cannot be read: File name too long."
    with (tmp_path / "out" / "predictions_failed.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 9


@pytest.mark.parametrize(
    "what, message", [("", "--images is empty; it must be a folder"), ("x" * 5000, "which does not exist")]
)
def test_predict_refuses_a_path_that_cannot_be_one(
    what: str, message: str, predict: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(what) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "blocked, is_folder, named",
    [
        ("out", False, "out"),
        ("out/predictions.jsonl", True, "out/predictions.jsonl"),
        ("out/predictions.csv", True, "out/predictions.csv"),
        ("out/predictions_failed.csv", True, "out/predictions_failed.csv"),
        ("out/voc", False, "out/voc"),
        ("out/yolo", False, "out/yolo/labels"),
    ],
)
def test_predict_names_the_output_that_cannot_be_written(
    blocked: str,
    is_folder: bool,
    named: str,
    predict: Callable[..., int],
    images: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.mkdir() if is_folder else path.write_text("")

    assert predict(images, *(text for name in ("csv", "voc", "yolo") for text in ("--format", name))) == 1

    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path / named} cannot be read or written: ") and error.count("\n") == 1
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("pattern", [".", "**/*.png"])
def test_predict_takes_no_drawn_picture_for_an_image_where_the_output_holds_the_images(
    pattern: str, predict: Callable[..., int], images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert predict(images / pattern, "--pictures", output=images) == 0
        assert "predicting 1 image with" in capsys.readouterr().out
    assert predict(images / "pictures", output=images) == 1
    assert "whose folder pictures holds the images; it must be another folder." in capsys.readouterr().err


@pytest.mark.parametrize("file, key, value", [("exp_config.json", "IMAGE_SIZE", 96), ("architecture.json", "", 1)])
def test_predict_begins_again_for_another_architecture_of_the_same_weights(
    file: str,
    key: str,
    value: int,
    predict: Callable[..., int],
    images: Path,
    final_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = Path(shutil.copytree(final_model, tmp_path / "model"))
    assert predict(images, model=model) == 0
    document = json.loads((model / file).read_text())
    if key:
        document["MODEL_PARAMS"][key] = value
    else:
        document["proposals"] = value
    (model / file).write_text(json.dumps(document))
    capsys.readouterr()

    assert predict(images, model=model) == 0
    assert "known from" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"labels": [3]},
        {"labels": [0]},
        {"labels": []},
        {"labels": [10**30]},
        {"scores": [0.5, 0.4]},
        {"scores": ["x"]},
        {"scores": [float("nan")]},
        {"boxes": [[0, 0, float("inf"), 1]]},
        {"width": 0},
        {"height": -4},
    ],
)
def test_a_line_of_the_journal_that_no_model_gives_is_not_taken(change: dict[str, Any], tmp_path: Path) -> None:
    whole = [Prediction(name, (1, 2), 3, 4, Detections([[0, 0, 1, 1]], [2], [0.5])) for name in ("a", "b", "c")]
    with Journal(tmp_path, {}, 2) as journal:
        journal.add(whole)
    lines = (tmp_path / FILE).read_text().splitlines()
    lines[2] = json.dumps({**json.loads(lines[2]), **change})
    (tmp_path / FILE).write_text("\n".join(lines) + "\n")

    with Journal(tmp_path, {}, 2) as journal:
        assert list(journal.known) == ["a"]
    assert len((tmp_path / FILE).read_text().splitlines()) == 2


def test_a_journal_of_brackets_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[" * 100_000 + "\n")

    with Journal(tmp_path, {}, 2) as journal:
        assert journal.known == {}
