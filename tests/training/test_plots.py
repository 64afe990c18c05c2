from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detection.evaluate.analysis.analysis import analyse_files
from detection.evaluate.confusion import count_confusions, image_outcome
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.pictures.image_plots import ImageSheets
from detection.evaluate.pictures.plots import save_figure, write_plots
from detection.evaluate.pictures.style import drawable_names, line_style
from detection.evaluate.pictures.training_plots import smoothed

pytestmark = pytest.mark.slow

CLASSES = {1: "pothole", 2: "$5 crack"}
ALL = [
    "losses.png",
    "learning_rate.png",
    "metrics.png",
    "precision_recall.png",
    "f1_threshold.png",
    "confusion_matrix.png",
    "calibration.png",
    "recall_by_size.png",
    "worst_images.png",
    "contact_sheet.png",
]
SHEETS = ("worst_images.png", "contact_sheet.png")


def objects(*boxes_and_labels: Any) -> GroundTruth:
    return GroundTruth([box for box, _ in boxes_and_labels], [label for _, label in boxes_and_labels])


def predicted(*rows: Any) -> Detections:
    return Detections([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


@dataclass
class Run:
    """A run of images, which are in its folder; without pictures, the sheets of images are left out."""

    folder: Path
    truths: dict[str, GroundTruth]
    detections: dict[str, Detections]
    history: list[dict[str, Any]]
    class_names: dict[int, str] = field(default_factory=lambda: dict(CLASSES))
    has_pictures: bool = True

    def write(self, folder: Path) -> list[Path]:
        analysis = analyse_files(self.truths, self.detections, self.class_names, 0.5)
        sheets = ImageSheets(
            self.truths,
            self.detections,
            {file: self.folder / file for file in self.truths} if self.has_pictures else {},
            class_names=self.class_names,
            orientations={},
            threshold=0.5,
            iou=0.5,
        )
        return write_plots(folder, history=self.history, analysis=analysis, sheets=sheets)


def _run(folder: Path) -> Run:
    """Returns a run of three images, one of them without objects and predictions."""
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
        Image.fromarray(np.full((96, 128, 3), 120, np.uint8)).save(folder / file)
    history = [
        {"step": step, "train_loss": 2 / step, "learning_rate": 0.01, "note": "x", "eval_mAP": step / 30}
        for step in range(1, 30)
    ]
    return Run(folder, truths, detections, history)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return _run(tmp_path)


class Texts:
    """Records every text of each picture of write_plots, and draws and writes those alone that a test looks at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drawn: tuple[str, ...] = ()
        self._found: dict[str, set[str]] = {}
        monkeypatch.setattr("detection.evaluate.pictures.plots.save_figure", self._record)

    def __getitem__(self, name: str) -> set[str]:
        return self._found[name]

    def _record(self, figure: Any, path: Path) -> None:
        from matplotlib.text import Text

        self._found[path.name] = {text.get_text() for text in figure.findobj(Text)}
        if path.name in self.drawn:
            save_figure(figure, path)


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    pytest.importorskip("matplotlib")
    return Texts(monkeypatch)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Writes the plots of the run, for the tests that only look at them."""
    folder = tmp_path_factory.mktemp("run")
    return _run(folder).write(folder / "plots")


def test_write_plots_writes_every_plot(written: list[Path]) -> None:
    assert [path.name for path in written] == ALL
    for path in written:
        with Image.open(path) as image:
            assert path.name in SHEETS or image.size == (1200, 800)
            assert len(np.unique(np.asarray(image.convert("L")))) > 20, f"{path.name} is blank"


def test_write_plots_writes_the_same_bytes_and_ignores_and_keeps_the_settings_of_matplotlib(
    written: list[Path], run: Run, tmp_path: Path
) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        styled = run.write(tmp_path / "styled")
        assert matplotlib.rcParams["font.size"] == 30
    assert [path.read_bytes() for path in written] == [path.read_bytes() for path in styled]


def test_write_plots_skips_plots_without_data(run: Run, tmp_path: Path) -> None:
    run.history, run.truths, run.detections = [], {"a.png": objects()}, {}
    assert [path.name for path in run.write(tmp_path / "plots")] == ["confusion_matrix.png", "contact_sheet.png"]


def test_write_plots_draws_ground_truth_in_green_and_predictions_in_red(
    written: list[Path], run: Run, tmp_path: Path, texts: Texts
) -> None:
    pixels = _above_the_legend(written[-1])
    green = (pixels[..., 1] > pixels[..., 0] + 60) & (pixels[..., 1] > pixels[..., 2] + 40)
    assert green.sum() > 300 and _red(pixels) > 150
    run.detections, texts.drawn = {}, ("contact_sheet.png",)
    path = run.write(tmp_path / "none")[-1]
    assert _red(_above_the_legend(path)) == 0


def _above_the_legend(path: Path) -> Any:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)[:-60]


def _red(pixels: Any) -> int:
    return int(((pixels[..., 0] > pixels[..., 1] + 80) & (pixels[..., 0] > pixels[..., 2] + 80)).sum())


def test_write_plots_names_its_axes_and_boxes_in_the_terms_of_the_field(run: Run, tmp_path: Path, texts: Texts) -> None:
    run.write(tmp_path / "plots")

    assert {"actual (numbers of objects)", "predicted (numbers of predictions)"} <= texts["confusion_matrix.png"]
    assert {"recall (share of the objects)", "precision (share of the predictions)"} <= texts["precision_recall.png"]
    assert {"step (optimizer updates)", "loss (no unit)"} <= texts["losses.png"]
    assert "learning rate (per step)" in texts["learning_rate.png"]
    assert "metric (0 to 1, higher is better)" in texts["metrics.png"]
    assert {"least score that counts (EVAL_CONF)", "F1 (0 to 1)"} <= texts["f1_threshold.png"]
    assert {"score of the detection (0 to 1)", "share that is right"} <= texts["calibration.png"]
    assert "object size: root of the area (pixels of the image on disk)" in texts["recall_by_size.png"]
    assert {"ground truth", "prediction of score ≥ 0.5"} <= texts["contact_sheet.png"]
    # Of the worst images also the scores, and the classes of what is missed or wrong.
    assert {"0.90", "$5 crack 0.70", "$5 crack", "pothole", "a.png: 1 missed, 1 wrong"} <= texts["worst_images.png"]


def test_write_plots_shows_classes_without_a_glyph_by_their_numbers(
    run: Run, tmp_path: Path, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detection.evaluate.pictures.style._wide_font", lambda letters: None)
    run.class_names = {1: "人", 2: "Benzene(C6H6)"}

    run.write(tmp_path / "plots")

    assert {"class 1", "Benzene(C6H6)"} <= texts["confusion_matrix.png"]
    assert "class 1" in texts["worst_images.png"]
    assert (tmp_path / "plots" / "class_numbers.csv").read_text(encoding="utf-8") == "shown,class\nclass 1,人\n"
    run.class_names = {1: "a", 2: "b"}
    run.write(tmp_path / "plots")
    assert not (tmp_path / "plots" / "class_numbers.csv").exists()


def test_drawable_names_uses_a_font_of_the_machine_that_has_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(
        "detection.evaluate.pictures.style._wide_font", lambda letters: "WenQuanYi" if letters == {"人"} else None
    )

    names = drawable_names({1: "人 ok", 2: "ẍ\x00", 3: "crack", 4: "x" * 60})

    assert names.fonts == ("DejaVu Sans", "WenQuanYi")
    assert names.numbered == (2,)
    assert [names.shown[label] for label in (1, 2, 3)] == ["人 ok", "class 2", "crack"]
    assert len(names.shown[4]) == 28


def test_line_style_tells_ten_lines_apart_without_colour() -> None:
    styles = [line_style(number) for number in range(10)]
    assert len({(style["linestyle"], style["marker"]) for style in styles}) == 10


def test_write_plots_shows_120_classes(tmp_path: Path, texts: Texts) -> None:
    random = np.random.default_rng(0)
    class_names = {label: f"class of things {label}" for label in range(1, 121)}
    truths, detections = {}, {}
    for number in range(40):
        corners = random.uniform(0, 90, (12, 2))
        boxes, labels = np.hstack([corners, corners + 25]), random.integers(1, 121, 12)
        truths[f"{number}.png"] = GroundTruth(boxes, labels)
        detections[f"{number}.png"] = Detections(
            boxes + 1, np.where(random.random(12) < 0.8, labels, 7), random.random(12)
        )
    texts.drawn = ("confusion_matrix.png",)

    Run(tmp_path, truths, detections, [], class_names, has_pictures=False).write(tmp_path / "plots")

    with Image.open(tmp_path / "plots" / "confusion_matrix.png") as image:
        assert image.size[0] >= 120 * 13  # each class has room for its name
    assert "class of things 120" in texts["confusion_matrix.png"]
    lines = [text for text in texts["precision_recall.png"] if text.startswith("class of things")]
    assert len(lines) == 10  # the lowest of them; the others are grey


def test_a_foreign_file_name_is_shown_without_its_control_characters(run: Run, tmp_path: Path, texts: Texts) -> None:
    name = "\u202egnp.\x07$x$.png"
    (tmp_path / "a.png").rename(tmp_path / name)
    run.truths[name], run.detections[name] = run.truths.pop("a.png"), run.detections.pop("a.png")

    run.write(tmp_path / "plots")

    assert "□gnp.□$x$.png: 1 missed, 1 wrong" in texts["worst_images.png"]


def test_write_plots_writes_nothing_without_matplotlib(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without_matplotlib(name: str, *arguments: object, **named: object) -> object:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    assert run.write(tmp_path / "plots") == []
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
    outcome = image_outcome(truths["a"], detections["a"], threshold=0.5, iou=0.5)
    assert (outcome.missed.tolist(), outcome.wrong.tolist()) == ([False, True, True], [False, True])
    assert image_outcome(truths["a"], None, threshold=0.5, iou=0.5).missed.tolist() == [True] * 3


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
