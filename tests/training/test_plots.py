from __future__ import annotations

import builtins
from pathlib import Path

import numpy as np
import pytest
from detection.evaluate.coco_evaluation import Detections, GroundTruth, evaluate
from detection.evaluate.confusion import count_confusions, image_mistakes
from detection.evaluate.plots import smoothed, write_plots
from PIL import Image

CLASSES = {1: "pothole", 2: "$5 crack"}
ALL = [
    "losses.png",
    "learning_rate.png",
    "precision_recall.png",
    "confusion_matrix.png",
    "worst_images.png",
    "contact_sheet.png",
]


def objects(*boxes_and_labels: tuple) -> GroundTruth:
    return GroundTruth([box for box, _ in boxes_and_labels], [label for _, label in boxes_and_labels])


def found(*rows: tuple) -> Detections:
    return Detections([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


@pytest.fixture
def run(tmp_path: Path) -> dict:
    """The arguments of a run of three images, one of them without objects and detections."""
    truths = {
        "a.png": objects(((10, 10, 50, 50), 1), ((60, 10, 90, 40), 2)),
        "b.png": objects(((5, 5, 30, 30), 1)),
        "c.png": objects(),
    }
    detections = {
        "a.png": found(((11, 9, 50, 51), 1, 0.9), ((60, 60, 80, 80), 2, 0.7)),
        "b.png": found(((5, 5, 30, 29), 2, 0.8)),
    }
    for file in truths:
        Image.fromarray(np.full((96, 128, 3), 120, np.uint8)).save(tmp_path / file)
    return {
        "history": [
            {"step": step, "train_loss": 2 / step, "learning_rate": 0.01, "note": "x"} for step in range(1, 30)
        ],
        "result": evaluate(truths, detections, CLASSES),
        "ground_truths": truths,
        "detections": detections,
        "class_names": CLASSES,
        "image_paths": {file: tmp_path / file for file in truths},
        "threshold": 0.5,
    }


def test_every_plot_is_written_at_one_size(run: dict, tmp_path: Path):
    written = write_plots(tmp_path / "plots", **run)
    assert [path.name for path in written] == ALL
    for path in written:
        with Image.open(path) as image:
            assert image.size == (1200, 800)
            assert len(np.unique(np.asarray(image.convert("L")))) > 20, f"{path.name} is blank"


def test_the_same_run_gives_the_same_bytes(run: dict, tmp_path: Path):
    first, second = (write_plots(tmp_path / name, **run) for name in ("first", "second"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_the_settings_of_matplotlib_neither_matter_nor_change(run: dict, tmp_path: Path):
    matplotlib = pytest.importorskip("matplotlib")
    plain = write_plots(tmp_path / "plain", **run)
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        styled = write_plots(tmp_path / "styled", **run)
        assert matplotlib.rcParams["font.size"] == 30
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in styled]


def test_what_there_is_nothing_to_show_of_is_left_out(run: dict, tmp_path: Path):
    nothing = {"a.png": objects()}
    run |= {"history": [], "ground_truths": nothing, "detections": {}, "result": evaluate(nothing, {}, CLASSES)}
    assert [path.name for path in write_plots(tmp_path / "plots", **run)] == [
        "confusion_matrix.png",
        "contact_sheet.png",
    ]


def test_boxes_are_drawn_where_they_are(run: dict, tmp_path: Path):
    path = write_plots(tmp_path / "plots", **run)[-1]
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    green = (pixels[..., 1] > pixels[..., 0] + 60) & (pixels[..., 1] > pixels[..., 2] + 40)
    red = (pixels[..., 0] > pixels[..., 1] + 80) & (pixels[..., 0] > pixels[..., 2] + 80)
    assert green.sum() > 300 and red.sum() > 150
    run["detections"] = {}
    path = write_plots(tmp_path / "none", **run)[-1]
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert not ((pixels[..., 0] > pixels[..., 1] + 80) & (pixels[..., 0] > pixels[..., 2] + 80)).any()


def test_without_matplotlib_nothing_is_written(run: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without_matplotlib(name: str, *arguments: object, **named: object) -> object:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    assert write_plots(tmp_path / "plots", **run) == []
    assert not (tmp_path / "plots").exists()


def test_smoothed_is_the_mean_of_the_neighbours():
    # Window 3: (1+2)/2, (1+2+6)/3, (2+6+3)/3, (6+3)/2.
    assert smoothed(np.array([1.0, 2.0, 6.0, 3.0]), 3) == pytest.approx([1.5, 3, 11 / 3, 4.5])
    assert smoothed(np.array([1.0, 2.0, 6.0]), 1) == pytest.approx([1, 2, 6])


def test_confusions_by_class_with_background():
    truths = {"a": objects(((0, 0, 10, 10), 1), ((20, 0, 30, 10), 1), ((40, 0, 50, 10), 2)), "b": objects()}
    detections = {
        "a": found(((0, 0, 10, 10), 1, 0.9), ((20, 0, 30, 9), 2, 0.8), ((40, 0, 50, 10), 2, 0.4)),
        "b": found(((0, 0, 9, 9), 1, 0.5)),
    }
    # Right; taken for a crack; not found at 0.5; and one of nothing.
    assert count_confusions(truths, detections, [1, 2], threshold=0.5, iou=0.5).tolist() == [
        [1, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
    ]
    assert image_mistakes(truths["a"], detections["a"], threshold=0.5, iou=0.5) == (2, 1)
    assert image_mistakes(truths["a"], None, threshold=0.5, iou=0.5) == (3, 0)


def test_of_equal_overlaps_the_same_class_is_paired():
    truths = {"a": objects(((0, 0, 10, 10), 1))}
    detections = {"a": found(((0, 0, 10, 10), 2, 0.9), ((0, 0, 10, 10), 1, 0.8))}
    assert count_confusions(truths, detections, [1, 2], threshold=0.5, iou=0.5).tolist() == [
        [1, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
    ]


@pytest.mark.parametrize("seed", range(20))
def test_every_object_and_every_detection_is_counted_once(seed: int):
    rng = np.random.default_rng(seed)
    truths, detections = {}, {}
    for number in range(5):
        corners = rng.uniform(0, 40, (6, 2))
        truths[str(number)] = GroundTruth(np.hstack([corners, corners + 20]), rng.integers(1, 3, 6))
        corners = rng.uniform(0, 40, (9, 2))
        detections[str(number)] = Detections(np.hstack([corners, corners + 20]), rng.integers(1, 3, 9), rng.random(9))
    counts = count_confusions(truths, detections, [1, 2], threshold=0.3, iou=0.5)
    assert counts[:-1].sum() == 30
    assert counts[:, :-1].sum() == sum((d.scores >= 0.3).sum() for d in detections.values())
