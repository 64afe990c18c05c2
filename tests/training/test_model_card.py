from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detection.config.settings_reader import parse_settings
from detection.data.datasets import Dataset, ImageRecord
from detection.evaluate.analysis.analysis import analyse_files
from detection.evaluate.detections import Detections, GroundTruth
from detection.export.model_card import CardFacts, model_card, plain
from detection.models.registry import base_model

NAMES = {1: "Benzene(C6H6)", 2: "人", 3: "a|b `x` <script> @team\n# title"}


def record(name: str, *labels: int) -> ImageRecord:
    return ImageRecord(name, Path(name), 100, 80, tuple((1.0, 1.0, 9.0, 9.0) for _ in labels), labels)


@pytest.fixture
def facts(exp_config: Callable[..., str]) -> CardFacts:
    """Creates the facts of a run with three classes, of which one has no test object."""
    settings = parse_settings(exp_config({"DESCRIPTION": "Finds [things](http://x.y)."}).encode(), "small.json")
    test = (record("a", 1, 1), record("b", 2), record("c", 1))
    truths = {entry.file_name: GroundTruth(list(entry.boxes), list(entry.labels)) for entry in test}
    found = {"a": Detections([[1, 1, 9, 9]], [1], [0.8]), "b": Detections([[1, 1, 9, 9]], [2], [0.7])}
    analysis = analyse_files(truths, found, NAMES, 0.5)
    metrics: dict[str, Any] = {**analysis.coco.metrics(), "proposal_recall_人": 0.5, "binary_f1": -1.0}
    return CardFacts(
        settings=settings,
        base_model=base_model("fasterrcnn_resnet18_fpn"),
        dataset=Dataset("t/train.csv", "t/test.csv", (record("x", 1, 2, 3), record("y")), test, NAMES, "ab" * 32, 4, 4),
        validation_images=7,
        weights="resnet18.pth (SHA-256 1234)",
        steps=50,
        measured=analysis.measured(metrics),
        passport={"git": {"commit": "c0ffee"}, "image": None, "seed": 3},
    )


def test_the_card_tells_data_results_thresholds_limits_passport_and_licences(facts: CardFacts) -> None:
    card = model_card(facts)

    titles = ["Model", "Data", "Results", "Classes and thresholds", "Limits", "Passport", "Licences", "Use"]
    assert re.findall(r"^## (.+)$", card, re.MULTILINE) == titles
    assert "| training | t/train.csv | 2 | 3 | 1 |" in card and "| test | t/test.csv | 3 | 4 | 0 |" in card
    assert f"Dataset hash `{'ab' * 32}`." in card and "7 further training images were held out" in card
    assert "| started from | resnet18.pth (SHA-256 1234) |" in card
    interval = facts.measured["intervals"]["metrics"]["eval_mAP"]
    assert (
        f"| `eval_mAP` | {facts.measured['eval_mAP']:.4g} | {interval['low']:.3f} to {interval['high']:.3f} |" in card
    )
    # AP50, its interval, then the suggested threshold with F1, precision and recall: one of three is found, at 0.8.
    row = next(line for line in card.splitlines() if line.startswith("| Benzene(C6H6) |"))
    assert row.endswith("| 0.4 | 0.5 | 1 | 0.3333 |")
    assert "| `git` | commit c0ffee |" in card and "`image`" not in card
    assert "MIT (usual source: ImageNet backbone of the NuGet package" in card


def test_the_card_names_the_limits_that_the_numbers_show(facts: CardFacts) -> None:
    limits = model_card(facts).partition("## Limits")[2].partition("## Passport")[0]

    assert "The test split has 3 images, so the intervals are too narrow." in limits
    assert "Fewer than 20 test objects: Benzene(C6H6), 人, a" in limits
    assert "No test object is medium or large (COCO's sizes), so these were not tested." in limits
    assert "The first stage proposes less than 0.9 of the objects of: 人." in limits
    assert "Every test image has an object, so false alarms in images without one were not tested." in limits
    assert "No validation split" not in limits
    assert "No validation split was held out." in model_card(replace(facts, validation_images=0))


def test_the_card_gives_foreign_texts_no_mark_tag_or_link(facts: CardFacts) -> None:
    card = model_card(facts)

    assert "<script" not in card and "\n# title" not in card and "@team" not in card and "](http" not in card
    rows = [line for line in card.splitlines() if line.startswith("| ")]
    foreign = next(line for line in rows if "script" in line)
    assert foreign.count("|") == next(line for line in rows if line.startswith("| Benzene")).count("|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Benzene(C6H6)", "Benzene(C6H6)"),
        ("人", "人"),
        ("train_csv", "train_csv"),
        ("_x_", "&#95;x&#95;"),
        ("a\x1b[31m\u202eb", "a &#91;31m b"),
        ("https://x.y www.z", "https&#58;//x.y www&#46;z"),
        ("\ud800", ""),
    ],
)
def test_plain_keeps_words_and_escapes_marks(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_the_card_of_a_run_without_intervals_is_whole(facts: CardFacts) -> None:
    card = model_card(replace(facts, measured={"eval_mAP": 0.5}, weights=None, passport={}))
    assert "| `eval_mAP` | 0.5 |  |" in card and "random weights" in card
    json.dumps(card)
