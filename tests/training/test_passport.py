from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detection import __version__
from detection.config.settings_reader import parse_settings
from detection.data.datasets import Dataset
from detection.errors import TrainingError
from detection.run import train
from detection.tracking.passport import read_passport
from detection.tracking.progress import Console

_DATASET = Dataset("pothole/datasets/train_p_1.csv", "pothole/datasets/test_p_1.csv", (), (), {1: "p"}, "a1" * 32, 1, 1)
_VERSIONS = {"python": "3.11.2", "torch": "2.11.0", "torchvision": "0.26.0", "numpy": "2.2.6"}

_PLANNED: dict[str, Any] = {
    "plan": "demo-f015be81adce",
    "image": {"reference": "registry/repository@sha256:00", "digest": "sha256:00"},
    "codeHash": None,
    "git": {"commit": "c0ffee", "branch": "main", "repository": None, "isDirty": True},
    "experimentHash": "e1" * 32,
    "datasetHash": "a1" * 32,
    "trainCsv": "train_p_1.csv",
    "testCsv": "test_p_1.csv",
    "seed": 42,
    "versions": {"modelTraining": "1.2.3"},
}
_OPEN = {"trainCsv": None, "testCsv": None, "datasetHash": None}


def _environment(**changes: Any) -> dict[str, str]:
    return {"RUN_PASSPORT": json.dumps({**_PLANNED, **changes})}


@pytest.mark.parametrize("changes", [{}, _OPEN, {"datasetHash": None}])
def test_complete_adds_the_dataset_and_the_versions(changes: dict[str, Any], exp_config: Callable[..., str]) -> None:
    planned = read_passport(_environment(**changes), parse_settings(exp_config(), "x"))

    passport = planned.complete(_DATASET, _VERSIONS)

    assert passport.document == {**_PLANNED, "versions": {"modelTraining": "1.2.3", **_VERSIONS}}


def test_complete_keeps_keys_that_the_trainer_does_not_know(exp_config: Callable[..., str]) -> None:
    planned = read_passport(_environment(approvedBy="somebody"), parse_settings(exp_config(), "x"))

    assert planned.complete(_DATASET, _VERSIONS).document["approvedBy"] == "somebody"


def test_complete_makes_the_passport_of_a_run_by_hand(exp_config: Callable[..., str]) -> None:
    planned = read_passport({}, parse_settings(exp_config({"RUN_PARAMS.SEED": 5}), "x"))

    assert planned.complete(_DATASET, _VERSIONS).document == {
        "plan": None,
        "image": None,
        "codeHash": None,
        "git": None,
        "experimentHash": None,
        "datasetHash": "a1" * 32,
        "trainCsv": "train_p_1.csv",
        "testCsv": "test_p_1.csv",
        "seed": 5,
        "versions": {"modelTraining": __version__, **_VERSIONS},
    }


def test_complete_fails_when_the_dataset_has_changed_since_the_plan(exp_config: Callable[..., str]) -> None:
    planned = read_passport(_environment(datasetHash="b2" * 32), parse_settings(exp_config(), "x"))

    with pytest.raises(TrainingError) as caught:
        planned.complete(_DATASET, _VERSIONS)

    assert str(caught.value) == (
        f"the dataset hash is {'a1' * 32}; it must be {'b2' * 32}, as RUN_PASSPORT says: the dataset has changed since "
        "the run was planned. Plan and submit it again: dotnet cake --target=Train"
    )


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        ({}, {}),
        (_OPEN, {"train_set": "train_p_1.csv", "test_set": "test_p_1.csv", "dataset_hash": "a1" * 32}),
        ({"datasetHash": None}, {"dataset_hash": "a1" * 32}),
    ],
)
def test_tags_are_only_those_that_the_planner_left_open(
    changes: dict[str, Any], tags: dict[str, str], exp_config: Callable[..., str]
) -> None:
    settings = parse_settings(exp_config({"DESCRIPTION": "words"}), "x")
    planned = read_passport(_environment(**changes), settings)

    assert planned.tags(planned.complete(_DATASET, _VERSIONS), settings) == tags


def test_tags_are_all_that_is_known_for_a_run_by_hand(exp_config: Callable[..., str]) -> None:
    settings = parse_settings(exp_config({"DESCRIPTION": "words"}), "x")
    planned = read_passport({}, settings)

    assert planned.tags(planned.complete(_DATASET, _VERSIONS), settings) == {
        "description": "words",
        "base_model": "faster_rcnn_tiny",
        "steps": "6",
        "seed": "42",
        "train_set": "train_p_1.csv",
        "test_set": "test_p_1.csv",
        "dataset_hash": "a1" * 32,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "RUN_PASSPORT is not JSON: "),
        ("[]", "RUN_PASSPORT is []; it must be a JSON object, the run passport of a plan."),
        ('{"datasetHash": 5}', "datasetHash of RUN_PASSPORT is 5; it must be a string or null."),
        ('{"versions": "1"}', 'versions of RUN_PASSPORT is "1"; it must be an object.'),
    ],
)
def test_read_passport_fails_when_the_variable_holds_something_else(
    text: str, message: str, exp_config: Callable[..., str]
) -> None:
    with pytest.raises(TrainingError) as caught:
        read_passport({"RUN_PASSPORT": text}, parse_settings(exp_config(), "x"))

    assert str(caught.value).startswith(message)


@pytest.mark.usefixtures("no_plots", "no_exports")
def test_train_writes_the_passport_beside_the_model(
    exp_config: Callable[..., str], demo_data: Path, tmp_path: Path, console: tuple[Console, io.StringIO]
) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.STEPS": 1, "RUN_PARAMS.WARMUP_STEPS": 0}), "x")

    train(
        settings,
        data=demo_data,
        output=tmp_path,
        checkpoints=tmp_path / "checkpoints",
        environment=_environment(**_OPEN),
        console=console[0],
    )

    passport = json.loads((tmp_path / "final_model" / "passport.json").read_text())
    assert passport["plan"] == "demo-f015be81adce"
    assert passport["trainCsv"] == "train_pothole_240102030405.csv"
    assert len(passport["datasetHash"]) == 64
    assert set(passport["versions"]) == {"modelTraining", "python", "torch", "torchvision", "numpy"}
