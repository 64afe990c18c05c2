"""Reads the class names of YOLO: data.yaml, or a file with one name per line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from detection.errors import TrainingError
from detection.interchange.labels import BrokenFile, Source

_NUMBER = re.compile(r"[0-9]{1,9}")  # int() refuses a text of thousands of digits


@dataclass(frozen=True)
class Names:
    """What the files about the classes say.

    Attributes:
        names: The name of each class number; empty where no file names any.
        keypoint_numbers: Numbers that follow a box, for its key points; 0 for none.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    keypoint_numbers: int = 0


def yolo_names(source: Source) -> Names:
    """Returns the names of the classes.

    Raises:
        TrainingError: Two files name the classes differently.
    """
    return _agreed(source, source.ending(".yaml", ".yml"), _of_yaml) or (
        _agreed(source, source.ending("classes.txt", "obj.names"), _of_lines) or Names()
    )


def _agreed(source: Source, paths: Iterable[PurePosixPath], read: Callable[[list[str]], Names]) -> Names | None:
    """Returns what the files say that name classes; None when none does."""
    found: dict[PurePosixPath, Names] = {}
    for path in paths:
        try:
            names = read(source.text_of(path).splitlines())
        except BrokenFile as error:
            source.left_out.add(str(path), str(error))
            continue
        if names.names:
            found[path] = names
    first = next(iter(found), None)
    if first is None:
        return None
    for path, names in found.items():
        if names != found[first]:
            raise TrainingError(
                f"{source.root} names its classes in {first} and, differently, in {path}; import the folder of each by "
                "itself, or remove the wrong file."
            )
    return found[first]


def _of_lines(lines: list[str]) -> Names:
    # A line without a name counts, as in YOLO itself.
    return Names({place: line.strip() for place, line in enumerate(lines) if line.strip()})


def _of_yaml(lines: list[str]) -> Names:
    shape = list(_yaml_texts(lines, "kpt_shape").values())
    numbers = 1 if len(shape) == 2 else 0
    for text in shape:
        numbers *= int(text) if _NUMBER.fullmatch(text) else 0
    return Names(_yaml_texts(lines, "names"), numbers)


def _yaml_texts(lines: list[str], key: str) -> dict[int, str]:
    """Returns the texts of a key: a list or a mapping, in one line or in several; empty for anything else.

    Raises:
        BrokenFile: The list or mapping in brackets is another one than of texts, or never closes.
    """
    for place, line in enumerate(lines):
        if not line.startswith(f"{key}:"):
            continue
        rest = line[len(key) + 1 :].strip()
        if rest.startswith(("[", "{")):
            return _Flow("\n".join([rest, *lines[place + 1 :]]), key).texts()
        found: dict[int, str] = {}
        for entry in lines[place + 1 :]:
            stripped = entry.strip()
            if not stripped or stripped.startswith("#"):
                continue
            number, _, value = stripped.partition(":")
            number = _unquoted(number)
            if stripped == "-" or stripped.startswith("- "):
                found[len(found)] = _unquoted(stripped[1:])
            elif entry[:1] in " \t" and _NUMBER.fullmatch(number):
                found[int(number)] = _unquoted(value)
            else:
                break
        return found
    return {}


class _Flow:
    """Reads a list or mapping in brackets, as YAML writes it in one line or in several."""

    def __init__(self, text: str, key: str) -> None:
        self._text = text
        self._key = key
        self._at = 0

    def texts(self) -> dict[int, str]:
        close = "]" if self._text[0] == "[" else "}"
        found: dict[int, str] = {}
        self._at = 1
        while True:
            self._skip()
            if self._sign() == close:
                return found
            number, text = len(found), self._scalar()
            self._skip()
            if close == "}":
                if self._sign() != ":" or not _NUMBER.fullmatch(text):
                    raise self._broken()
                self._at += 1
                self._skip()
                number, text = int(text), self._scalar()
                self._skip()
            found[number] = text
            if self._sign() == ",":
                self._at += 1
            elif self._sign() != close:
                raise self._broken()

    def _sign(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self) -> None:
        """Skips white space and comments."""
        while self._sign().isspace() or (self._sign() == "#" and self._text[self._at - 1].isspace()):
            if self._sign() == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                self._at += 1

    def _scalar(self) -> str:
        begin, quote = self._at, self._sign()
        if quote in ("'", '"'):
            self._at += 1
            while self._sign() != quote or (quote == "'" and self._text[self._at : self._at + 2] == "''"):
                if self._sign() == "":
                    raise self._broken()
                self._at += 2 if self._sign() == ("\\" if quote == '"' else "'") else 1
            self._at += 1
            return _unquoted(self._text[begin : self._at])
        if quote in ("[", "{"):
            raise self._broken()
        while self._sign() not in ("", ",", "]", "}", "\n"):
            following = self._text[self._at + 1 : self._at + 2]
            if self._sign() == ":" and (following == "" or following in " \n,]}"):
                break
            if self._sign() == "#" and self._text[self._at - 1].isspace():
                break
            self._at += 1
        return self._text[begin : self._at].strip()

    def _broken(self) -> BrokenFile:
        return BrokenFile(f"has {self._key} that are no list of texts")


def _unquoted(text: str) -> str:
    stripped = text.strip()
    if stripped[:1] in ("'", '"'):
        end = _end_of_quote(stripped)
        if end:
            stripped = stripped[:end]
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"':
        try:
            return str(json.loads(stripped))
        except ValueError:
            return stripped[1:-1]
    if len(stripped) > 1 and stripped[0] == stripped[-1] == "'":
        return stripped[1:-1].replace("''", "'")
    return "" if stripped.startswith("#") else stripped.partition(" #")[0].strip()


def _end_of_quote(text: str) -> int:
    """Returns the position behind the quote that closes the first one, where only a comment follows; else 0."""
    quote, at = text[0], 1
    while at < len(text):
        if quote == '"' and text[at] == "\\":
            at += 2
        elif text[at] == quote and text[at + 1 : at + 2] == quote == "'":
            at += 2
        elif text[at] == quote:
            rest = text[at + 1 :].strip()
            return at + 1 if not rest or rest.startswith("#") else 0
        else:
            at += 1
    return 0
