from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from detection.cli import main
from detection.config.settings_reader import parse_settings
from detection.data.datasets import read_dataset
from detection.data.depth import depth_document, read_depth
from detection.errors import TrainingError
from detection.predict.pyfunc import DetectorModel
from detection.run import train
from detection.tracking.progress import Console
from detection.train.train_stage import checkpoint_identity

_STAMP = "240102030405"


def _write_data(data: Path, *, brightest: int) -> Path:
    """Writes a dataset of 16-bit pictures: a bright square each, on noise up to a share of ``brightest``."""
    images, csvs = data / "deep" / "images", data / "deep" / "datasets"
    images.mkdir(parents=True)
    csvs.mkdir(parents=True)
    random = np.random.default_rng(5)
    for split, count in (("train", 4), ("test", 2)):
        rows = ["filename,xmin,ymin,xmax,ymax,class"]
        for number in range(count):
            name, left = f"{split}{number}.png", 8 + 9 * number
            values = random.integers(0, brightest // 4, (48, 64))
            values[10:30, left : left + 20] = brightest
            Image.fromarray(values.astype(np.uint16)).save(images / name)
            rows.append(f"{name},{left},10,{left + 20},30,square")
        (csvs / f"{split}_deep_{_STAMP}.csv").write_text("\n".join(rows) + "\n")
    return data


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Trains on pictures whose values end at 1,200; returns the run, its data and its exp_config."""
    folder = tmp_path_factory.mktemp("depth")
    data = _write_data(folder / "data", brightest=1200)
    config = {
        "ENV_CONFIG_FILE": "local_config.json",
        "EXP_NAME": "deep",
        "COMPUTE_NAME": "local",
        "DATA_MOUNT": "demo_data",
        "IMAGE_TYPE": "deep",
        "RUN_PARAMS": {"STEPS": 4, "BATCH_SIZE": 2, "WARMUP_STEPS": 1, "LEARNING_RATE": 0.01},
        "MODEL_PARAMS": {"BASE_MODEL": "faster_rcnn_tiny", "IMAGE_SIZE": 64, "FIRST_STAGE": {"MAX_PROPOSALS": 20}},
        "DATA": {"DEPTH": "percentiles"},
    }
    text = json.dumps(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detection.evaluate.outputs.write_plots", lambda folder, **options: [])
        train(
            parse_settings(text, "x.json"),
            data=data,
            output=folder / "run",
            checkpoints=folder / "run" / "checkpoints",
            environment={},
            console=Console(io.StringIO()),
        )
    return folder / "run", data, text


def _boxes(output: Path) -> dict[str, list[tuple[float, ...]]]:
    """Returns the predictions in predictions.json by image: label, score, box."""
    names = {
        image["id"]: image["file_name"]
        for image in json.loads((output / "predictions_images.json").read_text())["images"]
    }
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in names.values()}
    for row in json.loads((output / "predictions.json").read_text()):
        found[names[row["image_id"]]].append((row["category_id"], row["score"], *row["bbox"]))
    return {name: sorted(rows, reverse=True) for name, rows in found.items()}


def test_a_saved_model_keeps_the_percentiles_of_its_training_split(trained: tuple[Path, Path, str]) -> None:
    run, data, _ = trained
    dataset = read_dataset(data, "deep", "latest", "latest", depth="percentiles").dataset
    model = run / "final_model"
    extra = {"depth.json": ""}
    torch.jit.load(str(model / "model.torchscript.pt"), _extra_files=extra)

    assert dataset is not None and dataset.depth is not None and 1000 < dataset.depth[1] <= 1200
    assert read_depth(model) == dataset.depth
    assert json.loads(extra["depth.json"]) == depth_document(dataset.depth)
    assert json.dumps(depth_document(dataset.depth)).encode() in (model / "model.onnx").read_bytes()


@pytest.mark.usefixtures("no_plots")
def test_predict_and_evaluate_give_the_same_for_an_image_whatever_the_data_folder_holds(
    trained: tuple[Path, Path, str], tmp_path: Path
) -> None:
    run, data, _ = trained
    other = _write_data(tmp_path / "other", brightest=60_000)
    # The other set's test images are those of the training, its training images are fifty times as bright.
    for name in ("test0.png", "test1.png"):
        (other / "deep" / "images" / name).write_bytes((data / "deep" / "images" / name).read_bytes())
    model = run / "final_model"
    expected = _boxes(run)

    common = ["--model", str(model), "--output"]
    one = data / "deep" / "images" / "test0.png"
    assert main(["predict", *common, str(tmp_path / "predicted"), "--images", str(one), "--confidence", "0"]) == 0
    config = ["--exp-config", str(model / "exp_config.json"), "--data", str(other)]
    assert main(["evaluate", *common, str(tmp_path / "evaluated"), *config]) == 0
    found = DetectorModel(model).predict([one], {"confidence": 0})[0]["predictions"]

    assert len(expected["test0.png"]) > 3
    assert _boxes(tmp_path / "evaluated") == expected
    # One image at a time, as the convolutions of two differ in the last bits.
    assert np.allclose(_boxes(tmp_path / "predicted")["test0.png"], expected["test0.png"], atol=1e-4)
    scores = sorted((row["score"] for row in found), reverse=True)
    assert np.allclose(scores, [row[1] for row in expected["test0.png"]], atol=1e-5)


@pytest.mark.usefixtures("no_plots")
def test_pictures_of_an_evaluation_of_predictions_are_those_that_the_model_saw(
    trained: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, data, text = trained
    dataset = read_dataset(data, "deep", "latest", "latest", depth="percentiles").dataset
    assert dataset is not None and dataset.depth is not None
    other = _write_data(tmp_path / "other", brightest=60_000)
    for name in ("test0.png", "test1.png"):
        (other / "deep" / "images" / name).write_bytes((data / "deep" / "images" / name).read_bytes())
    config = tmp_path / "deep.json"
    config.write_text(text)
    images = data / "deep" / "images"
    bare = tmp_path / "bare.json"  # predictions of another program, with no file beside them
    bare.write_text("[]")
    model = run / "final_model"
    assert main(["predict", "--model", str(model), "--images", str(images), "--output", str(tmp_path / "p")]) == 0
    seen: list[object] = []
    monkeypatch.setattr(
        "detection.evaluate.outputs.ImageSheets", lambda *_, depth, **__: seen.append(depth) or _Sheets()
    )

    def evaluate(predictions: Path, *arguments: str) -> object:
        command = ["evaluate", "--predictions", str(predictions), "--output", str(tmp_path / "e"), *arguments]
        assert main(command) == 0
        return seen.pop()

    own = ("--exp-config", str(config), "--data", str(data))
    brighter = ("--exp-config", str(config), "--data", str(other))
    truth = ("--ground-truth", str(run / "ground_truth.json"), "--images", str(images))
    assert evaluate(run / "predictions.json", *own) == dataset.depth
    assert evaluate(run / "predictions.json", *brighter) == dataset.depth  # the model's, not those of the split
    assert evaluate(run / "predictions.json", *truth) == dataset.depth
    assert evaluate(bare, *own) == dataset.depth
    assert evaluate(bare, *truth) == dataset.depth
    depth = json.loads((tmp_path / "p" / "predictions_images.json").read_text())["info"]["depth"]
    assert depth == depth_document(dataset.depth)


class _Sheets:
    """Stands for the pictures."""

    worst: list[object] = []

    def write_worst(self, folder: Path) -> list[Path]:
        return []


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"black": 1, "white": 2}, 0),
        ({"black": None, "white": None}, 0),
        ("any word", 0),
        ({"black": 1, "white": "x"}, 1),
        ({"black": 2, "white": 1}, 1),
        ({"black": 1, "white": None}, 1),
        ({"black": 1, "white": 10**400}, 1),
    ],
)
def test_stated_values_that_are_no_pair_are_a_fault(stated: object, code: int, tmp_path: Path) -> None:
    document = {
        "info": {"depth": stated},
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "square"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}],
    }
    truth, predictions = tmp_path / "truth.json", tmp_path / "p.json"
    truth.write_text(json.dumps(document))
    predictions.write_text("[]")
    command = ["evaluate", "--predictions", str(predictions), "--ground-truth", str(truth), "--output"]

    assert main([*command, str(tmp_path / "out")]) == code


def test_checkpoints_of_other_percentiles_are_not_continued(trained: tuple[Path, Path, str]) -> None:
    _, data, text = trained
    settings = parse_settings(text, "x.json")
    dataset = read_dataset(data, "deep", "latest", "latest", depth="percentiles").dataset
    assert dataset is not None

    changed = dataset.with_depth((0.0, 5.0))

    assert {record.depth for record in (*changed.train, *changed.test)} == {(0.0, 5.0)}
    assert checkpoint_identity(settings, dataset, None) != checkpoint_identity(settings, changed, None)


@pytest.mark.parametrize("content", ["", "[]", '{"black": 1}', '{"black": "x", "white": 2}'])
def test_a_damaged_depth_file_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "depth.json").write_text(content)

    with pytest.raises(TrainingError, match=re.escape(f"{tmp_path / 'depth.json'} cannot be read: ")):
        read_depth(tmp_path)


def test_a_model_without_the_file_scales_from_the_full_range(tmp_path: Path) -> None:
    assert read_depth(tmp_path) is None
