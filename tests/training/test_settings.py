from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detection.errors import FaultsError, TrainingError
from detection.config.settings_reader import parse_settings, read_settings
from detection.config.settings_rules import REQUIRED, RULES

_SCHEMA = Path(__file__).resolve().parents[2] / "exp_configs" / "exp_config.schema.json"
_EXAMPLES = sorted(path for path in _SCHEMA.parent.glob("*.json") if not path.name.endswith(".schema.json"))


def _faults(text: str, *overrides: str) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        parse_settings(text, "x.json", overrides)
    return list(caught.value.faults)


def test_parse_fills_every_default(exp_config: Callable[..., str]) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.WARMUP_STEPS": None, "RUN_PARAMS.STEPS": 40}), "x.json")

    assert settings.run.warmup_steps == 40
    assert (settings.run.seed, settings.eval_conf, settings.on_bad_rows) == (42, 0.5, "fail")
    assert (settings.train_csv, settings.model.weights, settings.model.augmentation) == ("latest", "auto", "flip")
    assert settings.model.first_stage.localization_loss_weight == 2.0
    # The saved exp_config reads back as the same settings.
    assert parse_settings(json.dumps(settings.document), "again") == settings


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"RUN_PARAMS.STEPS": 0},
            "RUN_PARAMS.STEPS is 0; it must be a whole number of at least 1 and at most 10000000.",
        ),
        (
            {"RUN_PARAMS.STEPS": 1.5},
            "RUN_PARAMS.STEPS is 1.5; it must be a whole number of at least 1 and at most 10000000.",
        ),
        (
            {"RUN_PARAMS.STEPS": None},
            "RUN_PARAMS.STEPS is missing; it must be a whole number of at least 1 and at most 10000000.",
        ),
        (
            {"RUN_PARAMS.BATCH_SIZE": True},
            "RUN_PARAMS.BATCH_SIZE is true; it must be a whole number of at least 1 and at most 1024.",
        ),
        ({"RUN_PARAMS.LEARNING_RATE": 0}, "RUN_PARAMS.LEARNING_RATE is 0; it must be a number above 0 and at most 1."),
        (
            {"RUN_PARAMS.WARMUP_STEPS": 7},
            "RUN_PARAMS.WARMUP_STEPS is 7; it must be at most RUN_PARAMS.STEPS, which is 6.",
        ),
        ({"RUN_PARAMS.PRECISION": "fp8"}, 'RUN_PARAMS.PRECISION is "fp8"; it must be one of fp32, amp.'),
        ({"RUN_PARAMS": 3}, "RUN_PARAMS is 3; it must be an object."),
        ({"RUN_PARAMS.STEPZ": 3}, "RUN_PARAMS.STEPZ is not a key of an exp_config; did you mean RUN_PARAMS.STEPS?"),
        (
            {"EXP_NAME": "a b"},
            "EXP_NAME is \"a b\"; it must be 1 to 255 letters, digits, '-' or '_', the first a letter or a digit.",
        ),
        ({"IMAGE_TYPE": "../x"}, 'IMAGE_TYPE is "../x"; it must be one folder name, with no slash.'),
        ({"EVAL_CONF": 1.01}, "EVAL_CONF is 1.01; it must be a number of at least 0 and at most 1."),
        ({"MODEL_PARAMS.FIRST_STAGE.STRIDE": 12}, "MODEL_PARAMS.FIRST_STAGE.STRIDE is 12; it must be one of 8, 16."),
        (
            {"TF_VERSION": "1.15"},
            "TF_VERSION is of an older version: the framework version comes with the image; remove the key.",
        ),
        (
            {"DOCKER_IMAGE_NAME": "x"},
            "DOCKER_IMAGE_NAME is of an older version: it is now DOCKER_IMAGE; rename the key.",
        ),
    ],
)
def test_parse_reports_a_fault(exp_config: Callable[..., str], changes: dict[str, Any], fault: str) -> None:
    assert fault in _faults(exp_config(changes))


def test_parse_reports_every_fault_at_once(exp_config: Callable[..., str]) -> None:
    text = exp_config({"EVAL_CONF": 2, "MODEL_PARAMS.IMAGE_SIZE": 32, "HYPERTUNE": "no"})

    assert [fault.split(" is ")[0] for fault in _faults(text)] == ["EVAL_CONF", "MODEL_PARAMS.IMAGE_SIZE", "HYPERTUNE"]


def test_parse_reports_a_key_that_is_there_twice(exp_config: Callable[..., str]) -> None:
    text = exp_config()[:-1] + ', "EXP_NAME": "other"}'

    assert _faults(text) == ["EXP_NAME is there twice; it must be there once."]


def test_overrides_replace_values_and_keep_the_type_of_the_key(exp_config: Callable[..., str]) -> None:
    overrides = ["RUN_PARAMS.STEPS=9", "EXP_NAME=12", "DATA.ON_BAD_ROWS=drop", "MODEL_PARAMS.FIRST_STAGE.STRIDE=8"]

    settings = parse_settings(exp_config(), "x.json", overrides)

    assert (settings.run.steps, settings.exp_name, settings.on_bad_rows) == (9, "12", "drop")
    assert settings.model.first_stage.stride == 8


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        (
            "RUN_PARAMS.STEP=1",
            "--set RUN_PARAMS.STEP=1: RUN_PARAMS.STEP is not a key of an exp_config; did you mean RUN_PARAMS.STEPS?",
        ),
        ("RUN_PARAMS.STEPS", "--set RUN_PARAMS.STEPS has no '='; it must be KEY=VALUE."),
        (
            "RUN_PARAMS.STEPS=many",
            'RUN_PARAMS.STEPS is "many"; it must be a whole number of at least 1 and at most 10000000.',
        ),
    ],
)
def test_overrides_report_a_fault(exp_config: Callable[..., str], override: str, fault: str) -> None:
    assert _faults(exp_config(), override) == [fault]


def test_read_takes_the_exp_config_from_a_variable(exp_config: Callable[..., str]) -> None:
    assert read_settings(variable="EXP_CONFIG", environment={"EXP_CONFIG": exp_config()}).exp_name == "small"


def test_read_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="environment variable EXP_CONFIG is not set; it must hold an exp_config"):
        read_settings(variable="EXP_CONFIG", environment={})
    with pytest.raises(TrainingError, match=r"none\.json cannot be read: No such file or directory\."):
        read_settings(file=tmp_path / "none.json", environment={})


def test_parse_says_where_json_ends_being_json() -> None:
    with pytest.raises(TrainingError, match=r"x\.json\(2,10\): .*; it must be JSON\."):
        parse_settings('{\n "STEPS" 3}', "x.json")


@pytest.mark.parametrize("path", _EXAMPLES, ids=[path.name for path in _EXAMPLES])
def test_exp_configs_of_the_repository_are_valid(path: Path) -> None:
    assert read_settings(file=path, environment={}).run.steps >= 1


def test_rules_are_those_of_the_schema() -> None:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    described = dict(_properties(schema))

    assert set(described) == set(RULES)
    for key, rule in RULES.items():
        node = described[key]
        if "default" in node:
            assert rule.default == node["default"], key
        for bound, keyword in (
            (rule.minimum, "exclusiveMinimum" if rule.above else "minimum"),
            (rule.maximum, "maximum"),
        ):
            assert node.get(keyword) == bound, f"{key} {keyword}"
        if rule.pattern:
            assert node["pattern"] == f"^{rule.pattern}$", key
        if rule.choices:
            assert sorted(map(str, node["enum"])) == sorted(map(str, rule.choices)), key
    required = {key for key, rule in RULES.items() if rule.default is REQUIRED}
    assert {key for key in required if "." not in key} <= set(schema["required"])


def _properties(schema: dict[str, Any], prefix: str = "") -> Any:
    for name, node in schema["properties"].items():
        if name == "$schema":
            continue
        if "properties" in node and prefix + name != "HYPERTUNE_PARAMS.SEARCH_SPACE":
            yield from _properties(node, prefix + name + ".")
        else:
            yield prefix + name, node
