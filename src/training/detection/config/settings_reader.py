from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from detection.errors import FaultsError, TrainingError
from detection.config.settings import FirstStage, ModelParams, RunParams, Settings
from detection.config.settings_rules import REQUIRED, RETIRED, RULES, Rule

_SECTIONS = {key.rsplit(".", depth)[0] for key in RULES for depth in range(1, key.count(".") + 1)}


def read_settings(
    *,
    file: Path | None = None,
    variable: str | None = None,
    environment: Mapping[str, str],
    overrides: Sequence[str] = (),
) -> Settings:
    """Reads an exp_config from a file, or from an environment variable, and applies ``KEY=VALUE`` overrides.

    Raises:
        TrainingError: There is no such file or variable, or it holds no JSON object.
        FaultsError: A key or a value cannot be used; every such fault is named.
    """
    if file is not None:
        source = str(file)
        try:
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise TrainingError(f"{source} cannot be read: {error.strerror}.") from error
    else:
        source = f"environment variable {variable}"
        if not environment.get(variable or ""):
            raise TrainingError(f"{source} is not set; it must hold an exp_config as JSON.")
        text = environment[variable or ""]
    return parse_settings(text, source, overrides)


def parse_settings(text: str, source: str, overrides: Sequence[str] = ()) -> Settings:
    """Makes settings from the text of an exp_config; ``source`` names it in messages."""
    faults: list[str] = []
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, faults))
    except json.JSONDecodeError as error:
        raise TrainingError(f"{source}({error.lineno},{error.colno}): {error.msg}; it must be JSON.") from error
    if not isinstance(document, dict):
        raise TrainingError(f"{source} holds {json.dumps(document)[:40]}; it must be a JSON object.")

    document.pop("$schema", None)
    for override in overrides:
        _apply(override, document, faults)
    values = dict(_flatten(document, "", faults))
    for key, rule in RULES.items():
        if key not in values:
            if rule.default is REQUIRED:
                faults.append(f"{key} is missing; it must be {rule.requirement()}.")
            values[key] = None if rule.default is REQUIRED else rule.default
        elif values[key] is None and rule.default is None:
            continue  # what a planner writes for a value that follows from others
        elif not rule.accepts(values[key]):
            faults.append(f"{key} is {json.dumps(values[key])}; it must be {rule.requirement()}.")
    _fill_dependent(values, faults)
    if faults:
        raise FaultsError(f"{source} cannot be run", faults)
    return _settings(values)


def _object(pairs: Iterable[tuple[str, Any]], faults: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            faults.append(f"{key} is there twice; it must be there once.")
        result[key] = value
    return result


def _apply(override: str, document: dict[str, Any], faults: list[str]) -> None:
    key, equals, text = override.partition("=")
    key = key.strip()
    rule = RULES.get(key)
    if not equals:
        faults.append(f"--set {override} has no '='; it must be KEY=VALUE.")
        return
    if rule is None:
        faults.append(f"--set {override}: {_unknown(key, RULES)}")
        return
    *sections, name = key.split(".")
    target = document
    for section in sections:
        child = target.get(section)
        if not isinstance(child, dict):
            child = target[section] = {}
        target = child
    target[name] = _value(text, rule)


def _value(text: str, rule: Rule) -> Any:
    if rule.kind == "string":
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text  # reported as a value of the wrong type


def _flatten(node: Mapping[str, Any], prefix: str, faults: list[str]) -> Iterable[tuple[str, Any]]:
    for name, value in node.items():
        key = prefix + name
        if key in RETIRED:
            faults.append(f"{key} is of an older version: {RETIRED[key]}.")
        elif key in RULES:
            yield key, value
        elif key not in _SECTIONS:
            siblings = {known[len(prefix) :].split(".")[0] for known in RULES if known.startswith(prefix)}
            faults.append(_unknown(key, [prefix + sibling for sibling in siblings]))
        elif isinstance(value, dict):
            yield from _flatten(value, key + ".", faults)
        else:
            faults.append(f"{key} is {json.dumps(value)}; it must be an object.")


def _unknown(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key.upper(), sorted(known), n=1)
    return f"{key} is not a key of an exp_config" + (f"; did you mean {near[0]}?" if near else ".")


def _fill_dependent(values: dict[str, Any], faults: list[str]) -> None:
    steps, warmup = values["RUN_PARAMS.STEPS"], values["RUN_PARAMS.WARMUP_STEPS"]
    if isinstance(steps, int):
        if warmup is None:
            values["RUN_PARAMS.WARMUP_STEPS"] = min(100, steps)
        elif isinstance(warmup, int) and warmup > steps >= 1:
            rule = f"at most RUN_PARAMS.STEPS, which is {steps}"
            faults.append(f"RUN_PARAMS.WARMUP_STEPS is {warmup}; it must be {rule}.")
    nodes, least = values["NODES"], values["COMPUTE.MIN_NODES"]
    if isinstance(nodes, int) and isinstance(least, int) and least > nodes >= 1:
        faults.append(f"COMPUTE.MIN_NODES is {least}; it must be at most NODES, which is {nodes}.")
    for key in ("HYPERTUNE_PARAMS.MAX_TRIALS", "HYPERTUNE_PARAMS.MAX_CONCURRENT"):
        if values[key] is None:
            values[key] = nodes


def _settings(values: Mapping[str, Any]) -> Settings:
    document: dict[str, Any] = {}
    for key in RULES:
        *sections, name = key.split(".")
        target = document
        for section in sections:
            target = target.setdefault(section, {})
        if values[key] is not None:
            target[name] = values[key]

    def section(name: str) -> dict[str, Any]:
        node: Any = document
        for part in name.split("."):
            node = node[part]
        return {key.lower(): value for key, value in node.items() if not isinstance(value, dict)}

    run = section("RUN_PARAMS")
    del run["timeout_minutes"]  # enforced by the service that runs the job
    return Settings(
        description=values["DESCRIPTION"],
        exp_name=values["EXP_NAME"],
        image_type=values["IMAGE_TYPE"],
        train_csv=values["TRAIN_CSV"],
        test_csv=values["TEST_CSV"],
        eval_conf=float(values["EVAL_CONF"]),
        on_bad_rows=values["DATA.ON_BAD_ROWS"],
        run=RunParams(**run),
        model=ModelParams(first_stage=FirstStage(**section("MODEL_PARAMS.FIRST_STAGE")), **section("MODEL_PARAMS")),
        document=document,
    )
