from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detection.evaluate.coco_evaluation import evaluate
from detection.evaluate.confusion import count_confusions, image_mistakes
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.pictures.plots import smoothed, write_plots

CLASSES = {1: "pothole", 2: "$5 crack"}
ALL = [
    "losses.png",
    "learning_rate.png",
    "precision_recall.png",
    "confusion_matrix.png",
    "worst_images.png",
    "contact_sheet.png",
]


def objects(*boxes_and_labels: Any) -> GroundTruth:
    return GroundTruth([box for box, _ in boxes_and_labels], [label for _, label in boxes_and_labels])


def predicted(*rows: Any) -> Detections:
    return Detections([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


@pytest.fixture
def run(tmp_path: Path) -> dict[str, Any]:
    """Creates the arguments for a run of three images, one of them without objects and predictions."""
    truths = {
        "a.png": objects(((10, 10, 50, 50), 1), ((60, 10, 90, 40), 2)),
        "b.png": objects(((5, 5, 30, 30), 1)),
        "c.png": objects(),
    }
    detections = {
        "a.png": predicted(((11, 9, 50, 51), 1, 0.9), ((60, 60, 80, 80), 2, 0.7)),
        "b.png": predicted(((5, 5, 30, 29), 2, 0.8)),
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


def test_write_plots_writes_every_plot_at_one_size(run: dict[str, Any], tmp_path: Path) -> None:
    written = write_plots(tmp_path / "plots", **run)
    assert [path.name for path in written] == ALL
    for path in written:
        with Image.open(path) as image:
            assert image.size == (1200, 800)
            assert len(np.unique(np.asarray(image.convert("L")))) > 20, f"{path.name} is blank"


def test_write_plots_writes_the_same_bytes_for_the_same_run(run: dict[str, Any], tmp_path: Path) -> None:
    first, second = (write_plots(tmp_path / name, **run) for name in ("first", "second"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_write_plots_ignores_and_keeps_the_settings_of_matplotlib(run: dict[str, Any], tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    plain = write_plots(tmp_path / "plain", **run)
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        styled = write_plots(tmp_path / "styled", **run)
        assert matplotlib.rcParams["font.size"] == 30
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in styled]


def test_write_plots_skips_plots_without_data(run: dict[str, Any], tmp_path: Path) -> None:
    nothing = {"a.png": objects()}
    run |= {"history": [], "ground_truths": nothing, "detections": {}, "result": evaluate(nothing, {}, CLASSES)}
    assert [path.name for path in write_plots(tmp_path / "plots", **run)] == [
        "confusion_matrix.png",
        "contact_sheet.png",
    ]


def test_write_plots_draws_ground_truth_in_green_and_predictions_in_red(run: dict[str, Any], tmp_path: Path) -> None:
    path = write_plots(tmp_path / "plots", **run)[-1]
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    green = (pixels[..., 1] > pixels[..., 0] + 60) & (pixels[..., 1] > pixels[..., 2] + 40)
    assert green[:740].sum() > 300 and _red(pixels[:740]) > 150  # above the legend
    run["detections"] = {}
    path = write_plots(tmp_path / "none", **run)[-1]
    assert _red(np.asarray(Image.open(path).convert("RGB")).astype(int)[:740]) == 0


def _red(pixels: Any) -> int:
    return int(((pixels[..., 0] > pixels[..., 1] + 80) & (pixels[..., 0] > pixels[..., 2] + 80)).sum())


def test_write_plots_names_its_axes_and_boxes_in_the_terms_of_the_field(
    run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    texts: dict[str, set[str]] = {}
    save = Figure.savefig

    def recording(figure: Figure, path: Path, **options: Any) -> None:
        texts[path.name] = {text.get_text() for text in figure.findobj(Text)}
        save(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", recording)
    write_plots(tmp_path / "plots", **run)

    assert {"actual", "predicted"} <= texts["confusion_matrix.png"]
    assert {"recall", "precision"} <= texts["precision_recall.png"]
    assert {"step", "loss"} <= texts["losses.png"]
    for name in ("worst_images.png", "contact_sheet.png"):
        assert {"ground truth", "prediction of score ≥ 0.5"} <= texts[name]


def test_write_plots_writes_nothing_without_matplotlib(
    run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without_matplotlib(name: str, *arguments: object, **named: object) -> object:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    assert write_plots(tmp_path / "plots", **run) == []
    assert not (tmp_path / "plots").exists()


def test_smoothed_returns_the_mean_of_the_neighbours() -> None:
    # Window 3: (1+2)/2, (1+2+6)/3, (2+6+3)/3, (6+3)/2.
    assert smoothed(np.array([1.0, 2.0, 6.0, 3.0]), 3) == pytest.approx([1.5, 3, 11 / 3, 4.5])
    assert smoothed(np.array([1.0, 2.0, 6.0]), 1) == pytest.approx([1, 2, 6])


def test_count_confusions_counts_by_class_and_background() -> None:
    truths = {"a": objects(((0, 0, 10, 10), 1), ((20, 0, 30, 10), 1), ((40, 0, 50, 10), 2)), "b": objects()}
    detections = {
        "a": predicted(((0, 0, 10, 10), 1, 0.9), ((20, 0, 30, 9), 2, 0.8), ((40, 0, 50, 10), 2, 0.4)),
        "b": predicted(((0, 0, 9, 9), 1, 0.5)),
    }
    # A correct one; a crack predicted for a pothole; a miss at 0.5; and a prediction without an object.
    assert count_confusions(truths, detections, [1, 2], threshold=0.5, iou=0.5).tolist() == [
        [1, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
    ]
    assert image_mistakes(truths["a"], detections["a"], threshold=0.5, iou=0.5) == (2, 1)
    assert image_mistakes(truths["a"], None, threshold=0.5, iou=0.5) == (3, 0)


def test_count_confusions_pairs_the_same_class_when_overlaps_are_equal() -> None:
    truths = {"a": objects(((0, 0, 10, 10), 1))}
    detections = {"a": predicted(((0, 0, 10, 10), 2, 0.9), ((0, 0, 10, 10), 1, 0.8))}
    assert count_confusions(truths, detections, [1, 2], threshold=0.5, iou=0.5).tolist() == [
        [1, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
    ]


@pytest.mark.parametrize("seed", range(20))
def test_count_confusions_counts_every_object_and_every_prediction_once(seed: int) -> None:
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
