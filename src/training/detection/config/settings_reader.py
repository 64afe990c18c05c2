from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

from detection.config import schema
from detection.config.located_json import OVERRIDE, Fault, Location, Member, NotJson, Value, in_order, read_json
from detection.config.nearest_name import difference, is_same_but_for_style, nearest_name
from detection.config.schema import Key
from detection.config.settings import FirstStage, ModelParams, RunParams, Settings
from detection.errors import FaultsError, TrainingError

_WHAT = "an exp_config"


def read_settings(
    *,
    file: Optional[Path] = None,
    variable: Optional[str] = None,
    environment: Mapping[str, str],
    overrides: Sequence[str] = (),
) -> Settings:
    """Reads an exp_config from a file, or from an environment variable, and applies ``KEY=VALUE`` overrides.

    Raises:
        TrainingError: There is no such file or variable.
        FaultsError: The text is not JSON, or a key or a value is not valid; every fault is named.
    """
    if file is not None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise TrainingError(f"{file} cannot be read: {error.strerror}.") from error
        return parse_settings(data, str(file), overrides)
    source = f"environment variable {variable}"
    text = environment.get(variable or "", "")
    if not text.strip():
        raise TrainingError(f"{source} is not set; it must hold an exp_config as JSON.")
    # A variable is one long line, so its name says where a value is. Only a syntax error needs the column.
    return parse_settings(text.encode("utf-8", "surrogateescape"), source, overrides, Location(source))


def parse_settings(
    data: Union[str, bytes], source: str, overrides: Sequence[str] = (), place: Optional[Location] = None
) -> Settings:
    """Creates settings from the text of an exp_config.

    Args:
        data: The text, as UTF-8 when it is bytes.
        source: Names the text in messages.
        overrides: ``KEY.PATH=VALUE``, with or without ``--set=`` before it; the last one of a key wins.
        place: Location of every value in messages, instead of its line and column.

    Raises:
        FaultsError: The text is not JSON, or a key or a value is not valid; every fault is named.
    """
    faults: list[Fault] = []
    document: dict[str, Any] = {}
    try:
        root = read_json(data.encode("utf-8") if isinstance(data, str) else data, source, place)
    except NotJson as error:
        faults.append(error.fault)
    else:
        document = _Validator(faults).read(root, overrides if root.kind == "object" else ())
    if faults:
        raise FaultsError(f"{source} cannot be run", [str(fault) for fault in in_order(faults)])
    return _settings(document)


class _Validator:
    """Validates an exp_config against the schema, as C#'s SettingsValidator, Overrides and KeyRelations do."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def read(self, root: Value, overrides: Iterable[str]) -> dict[str, Any]:
        """Returns the exp_config with every default; meaningful only when no fault was added."""
        for override in overrides:
            self._override(root, override)
        before = len(self.faults)
        document = self._object(schema.root(), root, root.location)
        if len(self.faults) == before:
            values = {key.path: _at(document, key.path) for key in schema.leaves()}
            self._fill_in(root, document, values)
            self._relations(root, values)
        return document

    # Overrides

    def _override(self, root: Value, argument: str) -> None:
        text = argument[len(OVERRIDE) :] if argument.startswith(OVERRIDE) else argument
        path, equals, value = text.partition("=")
        where = Location(OVERRIDE + _shown_override(text))
        if path and equals:
            self._apply(root, path, value, where)
        else:
            required = "KEY.PATH=VALUE, as in --set=RUN_PARAMS.STEPS=1000"
            self.faults.append(Fault(where, "the override", "without a key and a value", required))

    def _apply(self, root: Value, path: str, text: str, where: Location) -> None:
        section, rest = schema.root(), path
        target: Optional[Value] = root
        while True:
            name, dot, after = rest.partition(".")
            key = (section.members or {}).get(name)
            if key is None:
                self._unknown(where, section, rest)
                return
            if not dot:
                if target is not None:
                    target.set(name, _override_value(key, text, where))
                return
            if key.node["type"] != "object":
                self.faults.append(Fault(where, path, "an unknown key", f"{key.path}, which holds one value"))
                return
            target = None if target is None else _inner(target, name, where)
            rest = after
            if key.members is None:
                if target is not None:
                    target.set(rest, _json(text, where) or Value("string", text, where))
                return
            section = key

    # Keys by themselves

    def _object(self, section: Key, value: Optional[Value], anchor: Location) -> dict[str, Any]:
        keys = list((section.members or {}).values())
        if value is not None and value.kind != "object":
            if section.path:
                self._add(value, section.path, "an object")
            else:
                self._add(value, "the file's content", "an object in braces")
            value = None
            # The value is to be replaced whole, so missing keys inside are not reported.
            keys = [key for key in keys if not key.required]
        elif value is not None:
            self._keys(section, value)

        result: dict[str, Any] = {}
        for key in keys:
            given = None if value is None else value.find(key.name)
            if key.members is not None:
                result[key.name] = self._object(key, given, anchor if given is None else given.location)
            elif given is None and key.required:
                proposal = _proposal("Add it", key, anchor)
                self.faults.append(Fault(anchor, key.path, "missing", key.rule, proposal))
            elif given is None:
                if "default" in key.node:
                    number = key.node["type"] == "number"
                    result[key.name] = float(key.node["default"]) if number else key.node["default"]
            else:
                if key.node["type"] == "object":
                    self._duplicates(key.path + ".", given)
                converted = _convert(key, given)
                if converted is None:
                    self._add(given, key.path, key.rule, _hint(key, given))
                else:
                    result[key.name] = converted
        return result

    def _keys(self, section: Key, value: Value) -> None:
        self._duplicates(section.path + "." if section.path else "", value)
        for member in value.members:
            if member.key not in (section.members or {}) and (section.path or member.key != "$schema"):
                self._unknown(member.location, section, member.key)

    def _duplicates(self, prefix: str, value: Value) -> None:
        first: dict[str, Member] = {}
        for member in value.members:
            earlier = first.setdefault(member.key, member)
            if earlier is not member:
                line = earlier.location.line
                hint = None if line is None else f"It is also set at line {line}; remove one."
                self.faults.append(Fault(member.location, prefix + member.key, "set twice", "set once", hint))

    def _unknown(self, where: Location, section: Key, name: str) -> None:
        prefix = section.path + "." if section.path else ""
        words = None if section.path else schema.retired(name)
        if words is not None:
            self.faults.append(Fault(where, name, "a key of older files", *words))
            return
        siblings = list(section.members or {})
        near = nearest_name(name, siblings)
        if near is not None:
            near = prefix + near
        else:
            last = name.rpartition(".")[2]
            near = next((path for path in schema.paths() if is_same_but_for_style(path.rpartition(".")[2], last)), None)
        rule = f"one of the keys of {section.path or _WHAT}"
        if near is None:
            self.faults.append(Fault(where, prefix + name, "an unknown key", f"{rule}: {', '.join(siblings)}"))
        else:
            self.faults.append(Fault(where, prefix + name, "an unknown key", rule, _meant(prefix + name, near)))

    # Keys together

    def _fill_in(self, root: Value, document: dict[str, Any], values: dict[str, Any]) -> None:
        keys = {key.path: key for key in schema.leaves()}
        for key in keys.values():
            section, _, name = key.path.rpartition(".")
            if not _applies(key, values) and root.find_path(key.path) is None:
                (_at(document, section) if section else document).pop(name, None)
                values[key.path] = None
            if "x-key-paths-of" in key.node and root.find_path(key.path) is None:
                given = {path: value for path, value in values[key.path].items() if _applies(keys[path], values)}
                _at(document, section)[name] = values[key.path] = given
            if values[key.path] is None and "x-default-from" in key.node:
                value = schema.evaluate(key.node["x-default-from"], values.__getitem__)
                (_at(document, section) if section else document)[name] = values[key.path] = value

    def _relations(self, root: Value, values: Mapping[str, Any]) -> None:
        for key in schema.leaves():
            given = root.find_path(key.path)
            if given is None:  # a default never breaks a rule
                continue
            value = values[key.path]
            limit = key.node.get("x-at-most")
            if limit is not None and value > values[limit]:
                self._add(given, key.path, f"at most {limit}, which is {values[limit]}")
            differs = key.node.get("x-differs-from")
            if differs is not None and value == values[differs["key"]] and value != differs["unless"]:
                self._add(given, key.path, f"different from {differs['key']}")
            if not _applies(key, values):
                only = key.node["x-only-with"]
                required = f"left out, because {only['key']} is \"{values[only['key']]}\""
                self._add(given, key.path, required, only["hint"])
            if "x-needs" in key.node and not _is_off(value):
                self._needs(key, given, root, values)
            if "x-key-paths-of" in key.node:
                self._key_paths(key, given)

    def _needs(self, key: Key, given: Value, root: Value, values: Mapping[str, Any]) -> None:
        needs = key.node["x-needs"]
        broken = [path for need in needs["one-of-each"] if all(_is_off(values[p]) for p in need) for path in need]
        if needs["excludes"] is not None and not _is_off(values[needs["excludes"]]):
            broken.append(needs["excludes"])
        if broken:
            others = " and ".join(f"{path} is {_shown(root.find_path(path), values[path])}" for path in broken)
            self._add(given, key.path, f"left out, because {others}", needs["hint"])

    def _key_paths(self, key: Key, given: Value) -> None:
        rule = f"key path of {' or '.join(key.node['x-key-paths-of'])}"
        known = key.node["propertyNames"]["enum"]
        if not given.members:
            required = f"an object with at least one {rule}"
            self.faults.append(Fault(given.location, key.path, "empty", required))
        for member in given.members:
            path = f"{key.path}.{member.key}"
            if member.key not in known:
                near = nearest_name(member.key, known)
                hint = None if near is None else _meant(member.key, near)
                self.faults.append(Fault(member.location, path, "an unknown key", "a " + rule, hint))
            if [item.kind for item in member.value.items] != ["string", "array"]:
                self._add(member.value, path, key.node["x-value-rule"])

    def _add(self, value: Value, subject: str, required: str, hint: Optional[str] = None) -> None:
        shown = value.shown(value.kind == "string" and schema.looks_like_secret(value.text))
        self.faults.append(Fault(value.location, subject, shown, required, hint))


def _shown_override(text: str) -> str:
    key, equals, _ = text.partition("=")
    if schema.looks_like_secret(text) or (key and equals and schema.is_secret_key(key)):
        return key + "=…" if key and equals else "…"
    return text


def _override_value(key: Key, text: str, where: Location) -> Value:
    """A string stays what was typed, unless it is a JSON string; anything else is JSON where it can be."""
    value = _json(text, where)
    if value is None or (key.members is None and key.holds_text and value.kind != "string"):
        return Value("string", text, where)
    return value


def _json(text: str, where: Location) -> Optional[Value]:
    try:
        return read_json(text.encode("utf-8", "surrogateescape"), where.source, where)
    except NotJson:
        return None  # a text that is not JSON is not wrong here: the text itself is the value


def _inner(target: Value, name: str, where: Location) -> Optional[Value]:
    """Returns the object of a key, which is created when it is missing. None when the key has another value."""
    existing = target.find(name)
    if existing is not None:
        return existing if existing.kind == "object" else None
    created = Value("object", "", where if target.location.line is None else target.location)
    target.set(name, created)
    return created


def _convert(key: Key, value: Value) -> Any:
    """Returns the value as the type of its key, or None when the key does not take it."""
    kind, node = key.node["type"], key.node
    if kind == "string" and value.kind == "string":
        fits = value.text in node["enum"] if "enum" in node else key.pattern is None or key.pattern.match(value.text)
        return value.text if fits else None
    if kind in ("integer", "number") and value.kind == "number":
        number = float(value.text)
        if kind == "integer" and not number.is_integer():
            return None
        if not node.get("minimum", number) <= number <= node.get("maximum", number):
            return None
        if "exclusiveMinimum" in node and not number > node["exclusiveMinimum"]:
            return None
        if "enum" in node and number not in node["enum"]:
            return None
        return int(number) if kind == "integer" else number
    if kind == "boolean" and value.kind in ("true", "false"):
        return value.kind == "true"
    return value.plain() if kind == "object" and value.kind == "object" else None


def _is_off(value: Any) -> bool:
    """Returns whether the value of a key turns off what the key is about."""
    return value is None or value == "none" or (not isinstance(value, str) and value == 0)


def _shown(given: Optional[Value], value: Any) -> str:
    """Returns a value as it was given, or its default, which is off."""
    if given is not None:
        return given.shown(given.kind == "string" and schema.looks_like_secret(given.text))
    return f'"{value}"' if isinstance(value, str) else "0"


def _applies(key: Key, values: Mapping[str, Any]) -> bool:
    """Returns whether a key applies given the others; one of two-stage detectors depends on the base model, say."""
    only = key.node.get("x-only-with")
    return only is None or schema.matches(only["pattern"], values[only["key"]])


def _hint(key: Key, value: Value) -> Optional[str]:
    """Returns what to do about a value that its key does not take: the nearest of its choices is proposed first."""
    if value.kind != "string":
        return _proposal("Edit it", key, value.location)
    refused = key.node.get("x-refused")
    if refused is not None and schema.matches(refused["pattern"], value.text):
        return str(refused["hint"])
    choices = key.node.get("examples", key.node.get("enum", [])) if key.holds_text else []
    near = nearest_name(value.text, choices)
    if near is None:
        return _proposal("Edit it", key, value.location)
    meant = _meant(value.text, near)
    return _proposal(f"{meant} Edit it", key, value.location, near) or meant


def _meant(given: str, near: str) -> str:
    return f"Did you mean {near}?{difference(given, near)}"


def _proposal(edit: str, key: Key, where: Location, value: Optional[str] = None) -> Optional[str]:
    example = value or key.node.get("x-example")
    if where.line is None or not example:
        return None
    argument = f"{OVERRIDE}{key.path}={example}"
    return f"{edit}, or run with " + (f"'{argument}'." if any(c in argument for c in ' "{*') else f"{argument}.")


def _at(document: Mapping[str, Any], path: str) -> Any:
    node: Any = document
    for part in path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _settings(document: Mapping[str, Any]) -> Settings:
    def section(path: str) -> dict[str, Any]:
        return {key.lower(): value for key, value in _at(document, path).items() if not isinstance(value, dict)}

    run = section("RUN_PARAMS")
    del run["timeout_minutes"]  # enforced by the service that runs the job
    return Settings(
        description=document["DESCRIPTION"],
        exp_name=document["EXP_NAME"],
        image_type=document["IMAGE_TYPE"],
        train_csv=document["TRAIN_CSV"],
        test_csv=document["TEST_CSV"],
        eval_conf=document["EVAL_CONF"],
        **section("DATA"),
        run=RunParams(**run),
        model=ModelParams(first_stage=FirstStage(**section("MODEL_PARAMS.FIRST_STAGE")), **section("MODEL_PARAMS")),
        document=document,
    )
