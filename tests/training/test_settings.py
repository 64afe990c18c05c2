from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detection.config import schema
from detection.config.nearest_name import difference, distance, nearest_name
from detection.config.settings import deciding
from detection.config.settings_reader import parse_settings, read_settings
from detection.errors import FaultsError, TrainingError

_REPOSITORY = Path(__file__).resolve().parents[2]
_EXAMPLES = sorted(path for path in (_REPOSITORY / "exp_configs").glob("*.json") if ".schema." not in path.name)
_TABLE = json.loads((_REPOSITORY / "tests" / "settings" / "cases.json").read_text(encoding="utf-8"))
_FILE = "exp_configs/demo.json"


def _data(case: dict[str, Any]) -> bytes:
    if "base64" in case:
        return base64.b64decode(case["base64"])
    text = case.get("text", _TABLE["base"])
    for place, replacement in case.get("replace", []):
        assert text.count(place) == 1
        text = text.replace(place, replacement)
    return str(text).encode("utf-8")


def _faults(text: str, *overrides: str) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        parse_settings(text, "x.json", overrides)
    return list(caught.value.faults)


@pytest.mark.parametrize("case", _TABLE["cases"], ids=[case["name"] for case in _TABLE["cases"]])
def test_parse_gives_the_values_or_the_faults_of_the_table(case: dict[str, Any]) -> None:
    overrides = case.get("overrides", [])
    if "faults" in case:
        with pytest.raises(FaultsError) as caught:
            parse_settings(_data(case), _FILE, overrides)
        assert list(caught.value.faults) == case["faults"]
        assert str(caught.value) == "\n  ".join([f"{_FILE} cannot be run:", *case["faults"]])
    else:
        settings = parse_settings(_data(case), _FILE, overrides)
        assert {path: settings.value(path) for path in case["values"]} == case["values"]


def test_parse_reads_back_the_document_that_it_saves(exp_config: Callable[..., str]) -> None:
    settings = parse_settings(exp_config({"RUN_PARAMS.WARMUP_STEPS": None, "RUN_PARAMS.STEPS": 40}), "x.json")

    assert settings.run.warmup_steps == 40
    assert settings.model.first_stage.localization_loss_weight == 2.0
    assert parse_settings(json.dumps(settings.document), "again") == settings


def test_read_takes_the_exp_config_from_a_variable(exp_config: Callable[..., str]) -> None:
    assert read_settings(variable="EXP_CONFIG", environment={"EXP_CONFIG": exp_config()}).exp_name == "small"


def test_read_names_the_variable_in_faults(exp_config: Callable[..., str]) -> None:
    text = exp_config({"RUN_PARAMS.STEPS": 0})[:-1] + ', "EXP_NAME": "other"}'

    with pytest.raises(FaultsError) as caught:
        read_settings(variable="EXP_CONFIG", environment={"EXP_CONFIG": text}, overrides=["EVAL_CONF=2"])

    assert str(caught.value) == (
        "environment variable EXP_CONFIG cannot be run:\n"
        "  environment variable EXP_CONFIG: EXP_NAME is set twice; it must be set once.\n"
        "  environment variable EXP_CONFIG: RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 "
        "(optimizer steps).\n"
        "  --set=EVAL_CONF=2: EVAL_CONF is 2; it must be a number from 0 to 1 (score)."
    )


def test_read_gives_the_column_of_a_syntax_error_in_a_variable() -> None:
    with pytest.raises(FaultsError, match=r"EXP_CONFIG\(1,9\): the text here is '3'; it must be ':'\."):
        read_settings(variable="EXP_CONFIG", environment={"EXP_CONFIG": '{"NODES"3}'})


def test_read_says_where_it_looked(tmp_path: Path) -> None:
    for text in ({}, {"EXP_CONFIG": " "}):
        with pytest.raises(TrainingError, match="environment variable EXP_CONFIG is not set; it must hold an exp_co"):
            read_settings(variable="EXP_CONFIG", environment=text)
    with pytest.raises(TrainingError, match=r"none\.json cannot be read: No such file or directory\."):
        read_settings(file=tmp_path / "none.json", environment={})


@pytest.mark.parametrize("path", _EXAMPLES, ids=[path.name for path in _EXAMPLES])
def test_exp_configs_of_the_repository_are_valid(path: Path) -> None:
    assert read_settings(file=path, environment={}).run.steps >= 1


@pytest.mark.parametrize("length", range(0, len(_TABLE["base"]) - 1))
def test_parse_reports_one_fault_of_a_text_that_is_cut(length: int) -> None:
    assert len(_faults(_TABLE["base"][:length])) == 1


def test_schema_of_the_package_is_the_one_for_editors() -> None:
    assert schema.SCHEMA_FILE.read_bytes() == (_REPOSITORY / "exp_configs" / "exp_config.schema.json").read_bytes()


def test_schema_is_part_of_the_package_and_of_the_images() -> None:
    project = (_REPOSITORY / "src" / "training" / "pyproject.toml").read_text(encoding="utf-8")
    ignore = (_REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert 'detection = ["config/*.json"' in project
    assert schema.SCHEMA_FILE in schema.SCHEMA_FILE.parent.glob("*.json")
    assert "!src/training/detection" in ignore and not any("json" in line for line in ignore)


def test_every_key_decides_one_thing() -> None:
    keys = {key.path for key in schema.leaves()}
    parts = [deciding(what) for what in ("weights", "metrics", "data", "nothing")]

    assert deciding("weights", "metrics", "data", "nothing") == keys
    assert sum(len(part) for part in parts) == len(keys)
    assert deciding("data") == {
        "IMAGE_TYPE",
        "TRAIN_CSV",
        "TEST_CSV",
        "DATA_MOUNT",
        "DATA.ON_BAD_ROWS",
        "DATA.CLIP_PIXELS",
    }
    assert "RUN_PARAMS.STEPS" in deciding("weights") and "EVAL_CONF" in deciding("metrics")


@pytest.mark.parametrize(
    ("expression", "value"), [("7", 7), ("NODES", 3), ("min(100, NODES)", 3), ("min(NODES, COMPUTE.MIN_NODES)", 2)]
)
def test_evaluate_takes_numbers_keys_and_the_smaller_of_two(expression: str, value: int) -> None:
    assert schema.evaluate(expression, {"NODES": 3, "COMPUTE.MIN_NODES": 2}.__getitem__) == value


def test_defaults_follow_from_keys_that_are_declared_earlier() -> None:
    earlier: set[str] = set()
    for key in schema.leaves():
        if "x-default-from" in key.node:
            schema.evaluate(key.node["x-default-from"], {path: 1 for path in earlier}.__getitem__)
        earlier.add(key.path)


def test_nearest_name_counts_utf16_code_units() -> None:
    assert distance("\U0001f6a7", "") == 2
    assert nearest_name("STEPZ", ["SEED", "STEPS"]) == "STEPS"
    assert nearest_name("X", ["XY"]) is None


@pytest.mark.parametrize(
    ("given", "meant", "expected"),
    [
        ("STEPZ", "STEPS", ""),
        ("STEPS", "STEPS", ""),
        ("", "STEPS", ""),
        ("é.PNG", "é.png", ""),
        ("cafe\u0301", "caf\u00e9", r" That is caf\u00e9, not cafe\u0301."),
        ("a\u200b", "a", r" That is a, not a\u200b."),
        ("\u0421PU", "CPU", r" That is CPU, not \u0421PU."),
        ("x\U0001f600", "x\U0001f601", r" That is x\ud83d\ude01, not x\ud83d\ude00."),
    ],
)
def test_difference_shows_codes_when_other_letters_than_ascii_differ(given: str, meant: str, expected: str) -> None:
    assert difference(given, meant) == expected
