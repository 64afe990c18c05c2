from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from test_compare import CLASSES, make_images, write_run

from detection.cli import main
from detection.evaluate.analysis.analysis import analyse_files
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.coco_evaluation import evaluate
from detection.evaluate.pictures.plots import write_plots

_SOURCE = Path(__file__).resolve().parents[2] / "src" / "training"

pytestmark = pytest.mark.usefixtures("no_plots")

# Two images: one object and a crowd in the first, one ignored object in the second; a class without objects.
TRUTH: dict[str, Any] = {
    "images": [{"id": 7, "file_name": "b.png"}, {"id": 3, "file_name": "a.png"}],
    "categories": [{"id": 1, "name": "Benzene(C6H6)"}, {"id": 90, "name": "人"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 90, "bbox": [0, 0, 40, 40], "area": 900, "iscrowd": 0},
        {"id": 2, "image_id": 7, "category_id": 90, "bbox": [100, 100, 100, 100], "area": 10000, "iscrowd": 1},
        {"id": 3, "image_id": 3, "category_id": 90, "bbox": [0, 0, 50, 50], "ignore": 1},
    ],
}
PREDICTIONS: list[dict[str, Any]] = [
    {"image_id": 7, "category_id": 90, "bbox": [110, 110, 20, 20], "score": 0.9},
    {"image_id": 7, "category_id": 90, "bbox": [150, 150, 20, 20], "score": 0.8},
    {"image_id": 3, "category_id": 90, "bbox": [0, 0, 50, 50], "score": 0.7},
    {"image_id": 7, "category_id": 90, "bbox": [0, 0, 40, 40], "score": 0.6},
    {"image_id": 3, "category_id": 90, "bbox": [60, 60, 20, 20], "score": 0.5},
]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    """Returns a function that writes both files and returns the arguments that evaluate them."""

    def write(truth: Any = TRUTH, predictions: Any = PREDICTIONS) -> list[str]:
        for name, content in (("truth.json", truth), ("results.json", predictions)):
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            (tmp_path / name).write_bytes(data)
        inputs = ["--predictions", str(tmp_path / "results.json"), "--ground-truth", str(tmp_path / "truth.json")]
        return ["evaluate", *inputs, "--output", str(tmp_path / "out")]

    return write


def metrics_of(folder: Path) -> Any:
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_evaluate_counts_crowds_areas_and_ignored_objects_as_computed_by_hand(
    files: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files()) == 0

    # One object counts. The two predictions in the crowd and that of the ignored object count neither way: the object
    # is found first (AP 1), and the wrong one of lower score changes no precision at a recall.
    metrics = metrics_of(tmp_path / "out")
    assert [metrics["eval_mAP"], metrics["eval_AP50_人"]] == pytest.approx([1, 1], abs=1e-12)
    assert metrics["eval_AP50_Benzene(C6H6)"] == -1
    # Its mask of 900 square pixels makes it small, whatever its box of 1600.
    assert metrics["eval_AP_small"] == pytest.approx(1, abs=1e-12)
    assert metrics["eval_AP_medium"] == metrics["eval_AP_large"] == -1
    # The best prediction of the image is in the crowd, so the best one finds nothing.
    assert (metrics["eval_AR1"], metrics["eval_AR10"]) == (0, 1)
    # Of right 0.6, wrong 0.5 the best F1 counts down to 0.6.
    suggested = {entry["name"]: entry for entry in metrics["suggested_eval_conf"]["classes"]}
    assert suggested["人"]["eval_conf"] == pytest.approx(0.55) and suggested["人"]["f1"] == 1
    assert suggested["Benzene(C6H6)"]["eval_conf"] is None
    output = capsys.readouterr().out
    assert "1 of the objects are crowds (iscrowd)" in output
    assert "1 of the objects do not count (ignore); pycocotools, which skips that flag, counts them" in output
    assert "Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 1.000" in output


def test_evaluate_gives_the_metrics_of_the_trainer_for_its_files(tmp_path: Path) -> None:
    truths, detections = make_images(1, 40, hit=0.8)
    outputs = write_run(tmp_path / "run", (truths, detections)) / "outputs"
    inputs = ["--predictions", str(outputs / "predictions.json"), "--ground-truth", str(outputs / "ground_truth.json")]

    assert main(["evaluate", *inputs, "--output", str(tmp_path / "out")]) == 0

    metrics = metrics_of(tmp_path / "out")
    expected = evaluate(truths, detections, CLASSES).metrics() | evaluate_images(truths, detections, 0.5)
    assert {name: metrics[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    analysis = analyse_files(truths, detections, CLASSES, 0.5)
    assert metrics["suggested_eval_conf"]["all"]["eval_conf"] == analysis.suggestions()["all"]["eval_conf"]


def test_evaluate_reads_predictions_for_a_split_by_names(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(exp_config())
    rows = [
        line.split(",")
        for line in sorted((demo_data / "pothole" / "datasets").glob("test_*.csv"))[-1].read_text().splitlines()
    ]
    places = [rows[0].index(name) for name in ("filename", "xmin", "ymin", "xmax", "ymax", "class")]
    found = [
        (row[places[0]], [float(row[place]) for place in places[1:5]], row[places[5]])
        for row in rows[1:]
        if row[places[1]]
    ]
    ids = {name: 100 + number for number, name in enumerate(sorted({name for name, _, _ in found}))}
    results = [
        {"image_id": ids[name], "category_id": 5, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": 0.9}
        for name, (x1, y1, x2, y2), _ in found
    ]
    (tmp_path / "mine.json").write_text(json.dumps(results))
    beside = {
        "images": [{"id": number, "file_name": name} for name, number in ids.items()],
        "categories": [{"id": 5, "name": found[0][2]}],
    }
    (tmp_path / "mine_images.json").write_text(json.dumps(beside))
    inputs = ["--predictions", str(tmp_path / "mine.json"), "--exp-config", str(config), "--data", str(demo_data)]

    assert main(["evaluate", *inputs, "--output", str(tmp_path / "out")]) == 0

    # The ground truth as predictions.
    assert metrics_of(tmp_path / "out")["eval_mAP"] == pytest.approx(1, abs=1e-12)
    named = [
        {**entry, "image_id": None, "category_id": 1, "file_name": name} for entry, (name, _, _) in zip(results, found)
    ]
    (tmp_path / "named.json").write_text(json.dumps(named))
    inputs[1] = str(tmp_path / "named.json")
    assert main(["evaluate", *inputs, "--output", str(tmp_path / "again")]) == 0
    assert metrics_of(tmp_path / "again")["eval_mAP"] == pytest.approx(1, abs=1e-12)


def test_evaluate_measures_more_than_100_predictions_of_an_image(
    files: Callable[..., list[str]], tmp_path: Path
) -> None:
    annotations = [
        {"id": number, "image_id": 1, "category_id": 1, "bbox": [20 * number, 0, 10, 10]} for number in range(200)
    ]
    truth = {"images": [{"id": 1}], "categories": [{"id": 1, "name": "cell"}], "annotations": annotations}

    assert main(files(truth, [{**entry, "score": 0.9} for entry in annotations])) == 0

    metrics = metrics_of(tmp_path / "out")
    assert metrics["eval_AR100"] == 0.5
    assert [metrics["eval_AR_max"], metrics["eval_mAP_max"]] == pytest.approx([1, 1], abs=1e-12)


def test_evaluate_names_every_fault_of_the_predictions_at_once(
    files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = b"""[
        {"image_id": 8, "category_id": 1, "bbox": [0, 0, 5, 5], "score": 0.5},
        {"image_id": true, "category_id": 2, "bbox": [0, 0, NaN, 5], "score": Infinity},
        {"image_id": 7, "category_id": 1, "bbox": [0, 0, -5, 5]},
        {"image_id": 7, "category_id": [1], "bbox": [1, 2, 3], "score": "0.5"},
        {"image_id": 7, "category_id": 1, "bbox": [0, 0, 1e400, 1], "score": 1},
        "\\u001b[31m"
    ]"""

    assert main(files(predictions=faulty)) == 1

    box_rule = "[x, y, width, height], four finite numbers in pixels, width and height at least 0"
    class_rule = 'the id of a class of the ground truth: "Benzene(C6H6)", "人"'
    assert capsys.readouterr().err.splitlines() == [
        "error: results.json has 12 faults:",
        '  results.json[5] is "\\u001b[31m"; it must be an object.',
        "  results.json[0].image_id is 8; it must be the id of one of the 2 images of the ground truth.",
        "  results.json[1].image_id is true; it must be the id of one of the 2 images of the ground truth.",
        f"  results.json[1].category_id is 2; it must be {class_rule}.",
        f"  results.json[3].category_id is [1]; it must be {class_rule}.",
        f"  results.json[1].bbox is [0, 0, NaN, 5]; it must be {box_rule}.",
        f"  results.json[2].bbox is [0, 0, -5, 5]; it must be {box_rule}.",
        f"  results.json[3].bbox is [1, 2, 3]; it must be {box_rule}.",
        f"  results.json[4].bbox is [0, 0, Infinity, 1]; it must be {box_rule}.",
        "  results.json[1].score is Infinity; it must be a finite number.",
        "  results.json[2].score is missing; it must be a finite number.",
        '  results.json[3].score is "0.5"; it must be a finite number.',
    ]  # fmt: skip


def test_evaluate_names_every_fault_of_the_ground_truth_at_once(
    files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = {
        "info": {"eval_conf": 7},
        "images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}, {"id": 2, "file_name": "a"}, {}],
        "categories": [{"id": 1, "name": "x\u202e"}, {"id": 1.5, "name": "y"}, {"id": 2, "name": "x\u202e"}],
        "annotations": [
            {"image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1]},
            {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "area": -1, "iscrowd": 2, "ignore": "no"},
        ],
    }

    assert main(files(truth=faulty)) == 1

    assert capsys.readouterr().err.splitlines() == [
        "error: truth.json has 10 faults:",
        "  truth.json.images[1].id is 1; it must be another one than those before it.",
        '  truth.json.categories[2].name is "x\\u202e"; it must be another one than those before it.',
        '  truth.json.images[2].file_name is "a"; it must be a text that is not empty and that no other image has.',
        "  truth.json.images[3].id is missing; it must be a whole number or a text.",
        "  truth.json.categories[1].id is 1.5; it must be a whole number.",
        '  truth.json.annotations[0].category_id is 3; it must be the id of a category: 1 "x\\u202e".',
        "  truth.json.annotations[1].area is -1; it must be a finite number of square pixels, at least 0.",
        "  truth.json.annotations[1].iscrowd is 2; it must be 0 or 1.",
        '  truth.json.annotations[1].ignore is "no"; it must be 0 or 1.',
        "  truth.json.info.eval_conf is 7; it must be a number from 0 to 1.",
    ]


def test_evaluate_shows_five_faults_of_a_kind_and_counts_the_others(
    files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"image_id": 99, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}

    assert main(files(predictions=[entry] * 1000)) == 1

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "error: results.json has 1000 faults:"
    assert len(lines) == 7 and lines[-1] == "  and 995 more of this kind"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[{]", "no JSON at line 1, column 3"),
        (b"[" * 200_000, "its brackets are nested too deeply"),
        (b"\xff\xfe[\x00", "no JSON at line 1"),
        (b"[\xff\xff]", "is not UTF-8"),
        (b"", "no JSON at line 1, column 1"),
        (b"7", "it must be a list of predictions"),
        (b"{}", ".annotations is missing; it must be a list of objects."),
        (b"null", "is null; it must be a list of predictions"),
    ],
)
def test_evaluate_says_what_is_wrong_with_a_file_that_is_no_list(
    content: bytes, reason: str, files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files(predictions=content)) == 1
    assert reason in capsys.readouterr().err


def test_evaluate_says_that_a_file_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--predictions", "p.json", "--ground-truth", str(tmp_path / "no\x1b.json"), "--output", str(tmp_path)]
    assert main(["evaluate", *arguments]) == 1
    assert (
        "no\\x1b.json cannot be read: No such file or directory; it must be a file in COCO's" in capsys.readouterr().err
    )


def test_evaluate_shows_images_of_the_folder_and_of_no_other_place(
    files: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("detection.evaluate.outputs.write_plots", write_plots)
    (tmp_path / "images").mkdir()
    for path in (tmp_path / "images" / "b.png", tmp_path / "secret.png"):
        Image.fromarray(np.full((240, 240, 3), 90, np.uint8)).save(path)
    truth = {**TRUTH, "images": [{"id": 7, "file_name": "b.png"}, {"id": 3, "file_name": "../secret.png"}]}

    assert main([*files(truth), "--images", str(tmp_path / "images"), "--eval-conf", "0.3"]) == 0

    evaluation = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert evaluation["evalConf"] == 0.3
    assert (tmp_path / "out" / "plots" / "contact_sheet.png").is_file()
    # b.png has no mistake, and the other image with one is not in the folder.
    assert evaluation["worstImages"] == []


def halves(path: Path, orientation: int) -> None:
    """Saves a picture of 60 by 40 pixels with a bright left half, and its EXIF orientation."""
    pixels = np.full((40, 60, 3), 20, np.uint8)
    pixels[:, :30] = 230
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif)


@pytest.mark.parametrize(
    "orientation, stated, bright",
    [
        (6, {"width": 40, "height": 60}, "top"),
        (6, {"width": 60, "height": 40}, "left"),  # the boxes were drawn on the stored pixels
        (6, {}, "top"),
        (3, {"width": 60, "height": 40}, "right"),
        (3, {"width": 60, "height": 40, "exif_orientation": 1}, "left"),
        (6, {"exif_orientation": "x", "width": True}, "top"),
        (9, {}, "left"),
    ],
)
def test_evaluate_shows_an_image_turned_as_its_sides_tell(
    files: Callable[..., list[str]], tmp_path: Path, orientation: int, stated: dict[str, Any], bright: str
) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "images").mkdir()
    halves(tmp_path / "images" / "b.png", orientation)
    missed = {"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 1, 2, 2]}
    truth = {
        "images": [{"id": 7, "file_name": "b.png", **stated}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [missed],
    }

    assert main([*files(truth, []), "--images", str(tmp_path / "images")]) == 0

    (shown,) = json.loads((tmp_path / "out" / "evaluation.json").read_text())["worstImages"]
    with Image.open(tmp_path / "out" / "worst" / shown["picture"]) as picture:
        grey = np.asarray(picture.convert("L"))
    sides = {"left": grey[20, 8], "right": grey[20, -8], "top": grey[8, 20], "bottom": grey[-8, 20]}
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[bright]
    assert (sides[bright] > 150, sides[opposite] < 100) == (True, True)
    assert (grey.shape[0] > grey.shape[1]) == (bright in ("top", "bottom"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--model", "m", "--predictions", "p"],
        ["--model", "m"],
        ["--predictions", "p"],
        ["--predictions", "p", "--ground-truth", "g", "--data", "d"],
        ["--model", "m", "--ground-truth", "g"],
        ["--model", "m", "--exp-config", "e", "--data", "d", "--split", "train"],
        ["--predictions", "p", "--exp-config", "e", "--data", "d", "--images", "i"],
    ],
)
def test_evaluate_exits_2_when_arguments_do_not_belong_together(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["evaluate", *arguments, "--output", "o"])
    assert caught.value.code == 2
    assert "usage: python -m detection evaluate" in capsys.readouterr().err


def test_evaluate_of_predictions_needs_numpy_alone(files: Callable[..., list[str]], tmp_path: Path) -> None:
    absent = ("torch", "torchvision", "PIL", "matplotlib", "mlflow")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r})); "
        f"from detection.cli import main; raise SystemExit(main({files()!r}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(_SOURCE)}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "no plots are written: matplotlib is not installed" in done.stdout
    assert metrics_of(tmp_path / "out")["eval_mAP"] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("value", ["0.5", True, float("nan"), float("inf"), [], 10**400])
def test_evaluate_takes_no_eval_conf_that_is_no_number_for_the_default(
    value: object, files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    truth = {"info": {"eval_conf": value}, "images": [], "categories": [], "annotations": []}

    assert main(files(truth=truth)) == 1
    assert "truth.json.info.eval_conf is " in capsys.readouterr().err
