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

from detection.cli import main
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.coco_evaluation import evaluate, evaluate_boxes
from detection.evaluate.coco_matching import Boxes
from detection.evaluate.comparison.compare import compare_runs
from detection.evaluate.comparison.compare_bootstrap import Matches, average_precisions, draw_weights, object_weights
from detection.evaluate.comparison.compare_files import read_run
from detection.evaluate.detections import Detections, GroundTruth

_SOURCE = Path(__file__).resolve().parents[2] / "src" / "training"
CLASSES = {1: "pothole", 2: "Benzene(C6H6)", 5: "crack"}
Images = tuple[dict[str, GroundTruth], dict[str, Detections]]


def make_images(seed: int, images: int, *, hit: float, blur: float = 2.0, classes: int = 3) -> Images:
    """Creates images with 0 to 4 objects, each detected with a probability, and up to three wrong detections.

    The same seed gives the same objects, whatever the detector.
    """
    truth_random, random = np.random.RandomState(seed), np.random.RandomState(seed + 10_000 + int(1000 * hit))
    labels = np.array(sorted(CLASSES)[:classes])
    truths, detections = {}, {}
    for number in range(images):
        count = truth_random.randint(0, 5)
        corners = truth_random.uniform(0, 400, (count, 2))
        boxes = np.hstack([corners, corners + truth_random.uniform(20, 120, (count, 2))])
        label = truth_random.choice(labels, count)
        seen = random.random_sample(count) < hit
        wrong = random.randint(0, 4)
        far = random.uniform(0, 400, (wrong, 2))
        guesses = np.vstack(
            [
                boxes[seen] + random.normal(0, blur, (int(seen.sum()), 4)),
                np.hstack([far, far + random.uniform(20, 120, (wrong, 2))]),
            ]
        )
        scores = np.concatenate([random.beta(4, 2, int(seen.sum())), random.beta(2, 4, wrong)])
        truths[f"{number:05d}.png"] = GroundTruth(boxes, label)
        detections[f"{number:05d}.png"] = Detections(
            guesses, np.concatenate([label[seen], random.choice(labels, wrong)]), scores
        )
    return truths, detections


def write_run(folder: Path, images: Images, classes: dict[int, str] | None = None, eval_conf: float = 0.5) -> Path:
    """Writes a run as the trainer does, with the images not in the order of their names."""
    truths, detections = images
    names = sorted(truths, reverse=True)
    ids = {name: number for number, name in enumerate(names, start=1)}

    def box(values: Any) -> list[float]:
        return [float(values[0]), float(values[1]), float(values[2] - values[0]), float(values[3] - values[1])]

    outputs = folder / "outputs"
    outputs.mkdir(parents=True)
    truth = {
        "info": {"eval_conf": eval_conf},
        "images": [{"id": ids[name], "file_name": name} for name in names],
        "categories": [{"id": label, "name": name} for label, name in (classes or CLASSES).items()],
        "annotations": [
            {"image_id": ids[name], "category_id": int(label), "bbox": box(values)}
            for name in names
            for values, label in zip(truths[name].boxes, truths[name].labels)
        ],
    }
    results = [
        {"image_id": ids[name], "category_id": int(label), "bbox": box(values), "score": float(score)}
        for name in names
        for values, label, score in zip(detections[name].boxes, detections[name].labels, detections[name].scores)
    ]
    (outputs / "ground_truth.json").write_text(json.dumps(truth))
    (outputs / "predictions.json").write_text(json.dumps(results))
    return folder


def test_compare_runs_gives_the_values_of_the_trainer_to_the_last_bit(tmp_path: Path) -> None:
    images, baseline = make_images(1, 60, hit=0.8), make_images(1, 60, hit=0.5)
    runs = write_run(tmp_path / "a", images), write_run(tmp_path / "b", baseline)

    metrics = compare_runs(*runs, resamples=50, seed=0)["metrics"]

    for (truths, detections), key in ((images, "value"), (baseline, "baseline")):
        expected = evaluate(truths, detections, CLASSES).metrics() | evaluate_images(truths, detections, 0.5)
        assert {name: metric[key] for name, metric in metrics.items()} == {name: expected[name] for name in metrics}
    assert set(metrics) == {
        "eval_mAP", "eval_AP50", "eval_AP75", "eval_AP50_pothole", "eval_AP50_Benzene(C6H6)", "eval_AP50_crack",
        "binary_precision", "binary_recall", "binary_accuracy", "binary_f1",
    }  # fmt: skip
    assert all(metric["difference"] == metric["value"] - metric["baseline"] for metric in metrics.values())


@pytest.mark.parametrize("long", [False, True])
def test_a_resample_gives_what_an_evaluation_of_its_images_gives(
    long: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if long:
        monkeypatch.setattr("detection.evaluate.comparison.compare_bootstrap._LONG", 0)
    truths, detections = make_images(2, 25, hit=0.7)
    run = read_run(write_run(tmp_path / "run", (truths, detections)), "the run")
    weights = draw_weights(25, 30, seed=4)
    _, counted, matched, ignored = evaluate_boxes(run.objects, run.detections, CLASSES)
    objects = object_weights(run.objects, 3, weights)

    precisions = average_precisions(Matches.of(counted, matched, ignored, 3), objects, weights)

    for resample, drawn in zip(precisions, weights):
        copies = {f"{name}-{copy}": name for name, count in zip(run.files, drawn) for copy in range(count)}
        expected = evaluate(
            {copy: truths[name] for copy, name in copies.items()},
            {copy: detections[name] for copy, name in copies.items()},
            CLASSES,
        ).metrics()
        by_class = [expected[f"eval_AP50_{name}"] for _, name in sorted(CLASSES.items())]
        assert np.where(np.isnan(resample[:, 0]), -1, resample[:, 0]) == pytest.approx(by_class, abs=1e-12)
        assert np.nanmean(resample.mean(axis=1)) == pytest.approx(expected["eval_mAP"], abs=1e-12)


def test_identical_runs_are_not_distinguishable(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", make_images(3, 40, hit=0.7))

    comparison = compare_runs(run, run, resamples=200, seed=0)

    assert comparison["paired"] and comparison["images"] == 40
    for metric in comparison["metrics"].values():
        assert (metric["difference"], metric["low"], metric["high"]) == (0, 0, 0)
        assert metric["word"] == "notDistinguishable"


def test_the_word_follows_from_the_interval_in_both_directions(tmp_path: Path) -> None:
    good = write_run(tmp_path / "good", make_images(4, 80, hit=0.9))
    bad = write_run(tmp_path / "bad", make_images(4, 80, hit=0.4))

    assert compare_runs(good, bad, resamples=300, seed=0)["metrics"]["eval_mAP"]["word"] == "better"
    assert compare_runs(bad, good, resamples=300, seed=0)["metrics"]["eval_mAP"]["word"] == "worse"


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    runs = [
        "--current", str(write_run(tmp_path / "a", make_images(5, 20, hit=0.9))),
        "--baseline", str(write_run(tmp_path / "b", make_images(5, 20, hit=0.6))),
        "--resamples", "100",
    ]  # fmt: skip
    for output, seed in (("first", "7"), ("second", "7"), ("third", "8")):
        assert main(["compare", *runs, "--seed", seed, "--output", str(tmp_path / "new" / output)]) == 0

    first, second, third = ((tmp_path / "new" / name).read_text() for name in ("first", "second", "third"))
    assert first == second
    assert first != third


@pytest.mark.slow
@pytest.mark.night
def test_the_interval_covers_the_difference_of_the_population_in_90_to_99_of_100_seeds(tmp_path: Path) -> None:
    # What the difference is on average over all images that could be drawn: measured on very many of them.
    population = [
        evaluate(*make_images(900, 12_000, hit=hit, classes=1), {1: "pothole"}).metrics() for hit in (0.75, 0.65)
    ]
    expected = {name: population[0][name] - population[1][name] for name in ("eval_mAP", "eval_AP50", "eval_AP75")}
    covered = dict.fromkeys(expected, 0)
    for seed in range(100):
        runs = [
            write_run(tmp_path / f"{seed}-{hit}", make_images(seed, 120, hit=hit, classes=1), {1: "pothole"})
            for hit in (0.75, 0.65)
        ]
        metrics = compare_runs(runs[0], runs[1], resamples=400, seed=seed)["metrics"]
        for name, difference in expected.items():
            covered[name] += metrics[name]["low"] <= difference <= metrics[name]["high"]

    assert all(90 <= count <= 99 for count in covered.values()), covered


def changed_classes(folder: Path) -> None:
    path = folder / "outputs" / "ground_truth.json"
    path.write_text(path.read_text().replace("crack", "<script>"))


def changed_images(folder: Path) -> None:
    path = folder / "outputs" / "ground_truth.json"
    path.write_text(path.read_text().replace("00003.png", "other.png"))


def changed_boxes(folder: Path) -> None:
    path = folder / "outputs" / "ground_truth.json"
    truth = json.loads(path.read_text())
    truth["annotations"][0]["bbox"][2] += 1
    path.write_text(json.dumps(truth))


def without_predictions(folder: Path) -> None:
    (folder / "outputs" / "predictions.json").unlink()


def broken_predictions(folder: Path) -> None:
    (folder / "outputs" / "predictions.json").write_text("[{]")


def infinite_box(folder: Path) -> None:
    path = folder / "outputs" / "predictions.json"
    path.write_text('[{"image_id": 1, "category_id": 1, "bbox": [0, 0, Infinity, 1], "score": 0.5}]')


def deep_predictions(folder: Path) -> None:
    (folder / "outputs" / "predictions.json").write_text("[" * 100_000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed_classes, "the classes differ: only the run has crack, and only the baseline has <script>"),
        (changed_images, "the test sets differ: the run has 10 images and the baseline 10, of which 9 are the same"),
        (changed_boxes, "the test sets differ: the ground truth of the same 10 images has changed"),
        (without_predictions, "the baseline has no outputs/predictions.json"),
        (broken_predictions, "outputs/predictions.json of the baseline cannot be read: no JSON at line 1, column 3: "),
        (
            infinite_box,
            "outputs/predictions.json of the baseline cannot be read: "
            "[0].bbox is [0, 0, Infinity, 1]; it must be [x, y",
        ),
        (
            deep_predictions,
            "outputs/predictions.json of the baseline cannot be read: its brackets are nested too deeply",
        ),
    ],
)
def test_compare_runs_says_why_runs_cannot_be_paired(
    change: Callable[[Path], None], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = make_images(6, 10, hit=0.8)
    current, baseline = write_run(tmp_path / "a", images), write_run(tmp_path / "b", images)
    change(baseline)
    output = tmp_path / "comparison.json"

    arguments = ["--current", str(current), "--baseline", str(baseline), "--output", str(output)]
    assert main(["compare", *arguments]) == 0

    comparison = json.loads(output.read_text())
    assert not comparison["paired"] and comparison["metrics"] == {}
    assert comparison["reason"].startswith(reason)
    assert capsys.readouterr().out.startswith(f"the runs cannot be paired: {reason}")


@pytest.mark.parametrize(
    "key, value",
    [
        ("image_id", True),
        ("image_id", "1"),
        ("image_id", 10**30),
        ("category_id", True),
        ("category_id", "1"),
        ("category_id", 1.5),
        ("category_id", 99),
        ("bbox", [True, 1, 1, 1]),
        ("bbox", ["1", 1, 1, 1]),
        ("bbox", [1, 1, -3, 3]),
        ("bbox", [1e308, 1e308, 1e308, 1e308]),
        ("bbox", [[1, 2, 3, 4]]),
        ("score", True),
        ("score", "1"),
        ("score", None),
        ("score", float("nan")),
    ],
)
def test_compare_runs_takes_no_prediction_that_evaluate_refuses(key: str, value: object, tmp_path: Path) -> None:
    images = make_images(6, 10, hit=0.8)
    current, baseline = write_run(tmp_path / "a", images), write_run(tmp_path / "b", images)
    path = current / "outputs" / "predictions.json"
    entries = json.loads(path.read_text())
    entries[1][key] = value
    path.write_text(json.dumps(entries))

    reason = compare_runs(current, baseline, resamples=2, seed=0)["reason"]

    assert reason.startswith(f"outputs/predictions.json of the run cannot be read: [1].{key} is ")


@pytest.mark.parametrize(
    "key, value, message",
    [
        ("categories", [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], "categories[1] is "),
        ("categories", [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}], "two of categories have one name"),
        ("categories", [{"id": 10**30, "name": "a"}], "categories[0] is "),
        ("images", [{"id": 1.7, "file_name": "a"}], "images[0] is "),
        ("images", [{"id": True, "file_name": "a"}], "images[0] is "),
        ("images", [{"id": 1, "file_name": None}], "images[0] is "),
        ("images", None, "images is null; it must be a list"),
        ("info", {"eval_conf": True}, "info.eval_conf is true; it must be from 0 to 1"),
        ("info", {"eval_conf": 7}, "info.eval_conf is 7; it must be from 0 to 1"),
    ],
)
def test_compare_runs_takes_no_ground_truth_that_lies(key: str, value: object, message: str, tmp_path: Path) -> None:
    images = make_images(6, 10, hit=0.8)
    runs = write_run(tmp_path / "a", images), write_run(tmp_path / "b", images)
    for run in runs:
        path = run / "outputs" / "ground_truth.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))

    reason = compare_runs(*runs, resamples=2, seed=0)["reason"]

    assert reason.startswith(f"outputs/ground_truth.json of the run cannot be read: {message}")


def test_a_metric_without_anything_to_measure_has_no_word(tmp_path: Path) -> None:
    truths, detections = make_images(7, 10, hit=0.8, classes=1)
    run = write_run(tmp_path / "run", (truths, detections))  # no image has a crack

    metric = compare_runs(run, run, resamples=20, seed=0)["metrics"]["eval_AP50_crack"]

    assert metric == dict.fromkeys(("value", "baseline", "difference", "low", "high", "word"))


def test_the_order_of_objects_does_not_matter_for_pairing(tmp_path: Path) -> None:
    current = write_run(tmp_path / "a", make_images(8, 10, hit=0.8))
    baseline = write_run(tmp_path / "b", make_images(8, 10, hit=0.8))
    path = baseline / "outputs" / "ground_truth.json"
    truth = json.loads(path.read_text())
    truth["annotations"].reverse()
    path.write_text(json.dumps(truth))

    assert compare_runs(current, baseline, resamples=20, seed=0)["paired"]


def test_draw_weights_draws_as_many_images_as_there_are() -> None:
    weights = draw_weights(7, 1000, seed=1)

    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean() == 1
    # The stream of numpy's RandomState is frozen: these are the weights with every version.
    assert draw_weights(7, 2, seed=1).tolist() == [[1, 1, 0, 2, 1, 2, 0], [2, 1, 0, 0, 2, 1, 1]]


def test_boxes_of_sizes_are_boxes_of_corners() -> None:
    truths, detections = make_images(9, 5, hit=0.8)
    files, labels = sorted(truths), np.array(sorted(CLASSES))
    table = Boxes.collect(files, detections, labels)

    image = np.repeat(np.arange(5), [len(detections[file].labels) for file in files])
    boxes = np.concatenate([detections[file].boxes for file in files])
    label = np.concatenate([detections[file].labels for file in files])
    scores = np.concatenate([detections[file].scores for file in files])
    arranged = Boxes.arrange(files, labels, image, boxes[:, :2], boxes[:, 2:] - boxes[:, :2], label, scores)

    assert np.array_equal(table.far_corners, arranged.far_corners) and np.array_equal(table.groups, arranged.groups)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (["--resamples", "0"], "--resamples is 0; it must be at least 1."),
        (["--seed", "-1"], "--seed is -1; it must be from 0 to 4294967295."),
    ],
)
def test_compare_fails_on_numbers_out_of_range(
    argument: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--current", "a", "--baseline", "b", "--output", str(tmp_path / "c.json")]

    assert main(["compare", *run, *argument]) == 1
    assert capsys.readouterr().err == f"error: {message}\n"


def test_compare_needs_numpy_alone(tmp_path: Path) -> None:
    run = str(write_run(tmp_path / "run", make_images(10, 5, hit=0.8)))
    arguments = [
        "compare",
        "--current",
        run,
        "--baseline",
        run,
        "--output",
        str(tmp_path / "c.json"),
        "--resamples",
        "5",
    ]
    absent = ("torch", "torchvision", "PIL", "matplotlib", "mlflow")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r})); "
        f"from detection.cli import main; raise SystemExit(main({arguments!r}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(_SOURCE)}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
