"""The keys of an exp_config with their types, ranges, defaults and words, from the schema that is part of this package.

The C# records in src/Experiments/Model declare them; ``dotnet cake --target=Build`` writes the schema. Its keywords
that begin with ``x-`` carry what JSON Schema has no words for.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

SCHEMA_FILE = Path(__file__).with_name("exp_config.schema.json")

_MIN = re.compile(r"min\((.+), (.+)\)")


@dataclass(frozen=True)
class Key:
    """One key of an exp_config, or a section of keys.

    Attributes:
        path: Path such as ``RUN_PARAMS.STEPS``; empty for the whole exp_config.
        node: What the schema says of the key.
        required: Whether the file is faulty without the key.
        members: The keys of a section, in their order; None for a key that holds a value.
    """

    path: str
    node: Mapping[str, Any]
    required: bool
    members: Optional[Mapping[str, Key]]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def rule(self) -> str:
        """The rule of the value, to be read after "it must be"."""
        return "an object" if self.members is not None else str(self.node["x-rule"])

    @property
    def holds_text(self) -> bool:
        return bool(self.node["type"] == "string")

    @functools.cached_property
    def pattern(self) -> Optional[re.Pattern[str]]:
        """Matches a whole string. '$' is the end of the text in JSON Schema, and also before a line break in Python."""
        return re.compile(self.node["pattern"][:-1] + r"\Z") if "pattern" in self.node else None


@functools.lru_cache(maxsize=None)
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern[:-1] + r"\Z")


def matches(pattern: str, text: str) -> bool:
    """Returns whether a whole text matches a regular expression of the schema, which begins with ^ and ends with $."""
    return _whole(pattern).match(text) is not None


def evaluate(expression: str, value_of: Callable[[str], int]) -> int:
    """Evaluates a default that follows from other keys: a whole number, a key path, or ``min(a, b)`` of two of them.

    Args:
        value_of: Returns the value of a key by its path.
    """
    both = _MIN.fullmatch(expression)
    operands = both.groups() if both else (expression,)
    return min(int(operand) if operand.isdigit() else value_of(operand) for operand in operands)


@functools.lru_cache(maxsize=None)
def root() -> Key:
    """Returns the exp_config as a whole, whose members are its keys."""
    return _key("", json.loads(SCHEMA_FILE.read_text(encoding="utf-8")), required=True)


def leaves(key: Optional[Key] = None) -> Iterator[Key]:
    """Yields the keys that hold a value, in the order of the schema."""
    key = key or root()
    if key.members is None:
        yield key
    else:
        for member in key.members.values():
            yield from leaves(member)


def paths(key: Optional[Key] = None) -> Iterator[str]:
    """Yields the paths of all keys and sections, each section before its keys."""
    key = key or root()
    for member in (key.members or {}).values():
        yield member.path
        yield from paths(member)


def retired(path: str) -> Optional[tuple[str, str]]:
    """Returns what a key of older files must be instead, and what to do; None for other keys."""
    words = root().node["x-retired"].get(path)
    return None if words is None else (words["required"], words["hint"])


def is_secret_key(key: str) -> bool:
    """Returns whether a key is named like a secret: ``ACCOUNT_KEY``, ``SasToken``, ``CONNECTION_STRING``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).upper()
    compact = spaced.replace("_", "").replace("-", "")
    return (
        any(word in root().node["x-secrets"]["keys"] for word in re.split("[_. -]", spaced))
        or "CONNECTIONSTRING" in compact
        or compact.endswith(("PASSWORD", "ACCOUNTKEY"))
    )


def looks_like_secret(value: str) -> bool:
    """Returns whether a text looks like a secret, which a message must not repeat."""
    secrets = root().node["x-secrets"]
    lower = value.lower()
    return any(part.lower() in lower for part in secrets["values"]) or bool(
        re.search(secrets["address"], value, re.IGNORECASE)
    )


def _key(path: str, node: Mapping[str, Any], required: bool) -> Key:
    if "properties" not in node:
        return Key(path, node, required, None)
    prefix = path + "." if path else ""
    members = {
        name: _key(prefix + name, child, name in node.get("required", ()))
        for name, child in node["properties"].items()
        if name != "$schema"
    }
    return Key(path, node, required, members)
