"""Reads JSON with the position of each value. Its faults have the wording of C#'s LocatedJson."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn, Optional

from detection.config.nearest_name import utf16

OVERRIDE = "--set="
"""Prefix of the source of a command-line override."""

_DEEPEST = 64  # levels of objects and arrays inside each other, the outermost counted
_LONGEST_SHOWN = 80  # UTF-16 code units of a string that a message shows
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,40}")
_PLAIN = re.compile(r'[^"\\\u0000-\u001f]*')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LITERALS = ("true", "false", "null")
_HERE = "the text here"


@dataclass(frozen=True)
class Location:
    """Place of a value: a position in a file, a whole file or variable, or an override of the command line.

    Attributes:
        source: The file as the user named it, or the whole ``--set=…`` argument.
        line: From 1; None when the whole source is meant.
        column: From 1, in UTF-16 code units, as editors count; None when the whole source is meant.
    """

    source: str
    line: Optional[int] = None
    column: Optional[int] = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}({self.line},{self.column})"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in an exp_config.

    Attributes:
        where: File and position, or the override.
        subject: What the sentence is about: a key path, the file or its text.
        found: What is there, as in ``0``, ``"abc"`` or ``missing``.
        required: The rule, to be read after "it must be".
        hint: A sentence that says what to do; None when the rule already says it.
    """

    where: Location
    subject: str
    found: str
    required: str
    hint: Optional[str] = None

    def __str__(self) -> str:
        hint = "" if self.hint is None else " " + self.hint
        return f"{self.where}: {self.subject} is {self.found}; it must be {self.required}.{hint}"


@dataclass
class Value:
    """A JSON value with its place.

    Attributes:
        kind: ``object``, ``array``, ``string``, ``number``, ``true``, ``false`` or ``null``.
        text: The characters of a string, or a number as it was written; empty for the other kinds.
        location: First character of the value, or the override that gave it.
        members: Members of an object in file order; a key that is set twice is here twice.
        items: Values of an array.
    """

    kind: str
    text: str
    location: Location
    members: list[Member] = field(default_factory=list)
    items: list[Value] = field(default_factory=list)

    def find(self, key: str) -> Optional[Value]:
        """Returns the value of the first member with this key, or None."""
        return next((member.value for member in self.members if member.key == key), None)

    def find_path(self, path: str) -> Optional[Value]:
        """Returns the value of a key path such as ``RUN_PARAMS.STEPS``, or None when it is missing."""
        value: Optional[Value] = self
        for key in path.split("."):
            value = None if value is None else value.find(key)
        return value

    def set(self, key: str, value: Value) -> None:
        """Sets a member. Replaces an earlier one of the same key."""
        member = Member(key, value.location, value)
        for index, existing in enumerate(self.members):
            if existing.key == key:
                self.members[index] = member
                return
        self.members.append(member)

    def plain(self) -> Any:
        """Returns the value as ``json.loads`` does, except that the first value of a duplicate key counts."""
        if self.kind == "object":
            return {member.key: member.value.plain() for member in reversed(self.members)}
        if self.kind == "array":
            return [item.plain() for item in self.items]
        if self.kind == "number":
            return int(self.text) if self.text.lstrip("-").isdigit() else float(self.text)
        return {"true": True, "false": False, "null": None}.get(self.kind, self.text)

    def shown(self, looks_like_secret: bool) -> str:
        """Returns the value as a message shows it. A text that looks like a secret is not repeated."""
        if self.kind in ("object", "array"):
            return f"an {self.kind}"
        if self.kind != "string":
            return self.text if self.kind == "number" else self.kind
        if looks_like_secret:
            return "a text that looks like a secret"
        length = len(utf16(self.text))
        return f"a text of {length} characters" if length > _LONGEST_SHOWN else _quoted(self.text)


@dataclass(frozen=True)
class Member:
    """A key of a JSON object, its place, and its value."""

    key: str
    location: Location
    value: Value


class NotJson(Exception):
    """The text is not JSON. Holds the first fault of the text."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def read_json(data: bytes, source: str, place: Optional[Location] = None) -> Value:
    """Reads one JSON value.

    Args:
        data: UTF-8, with or without a byte order mark.
        source: The file as the user named it.
        place: Location of every value, instead of its line and column; None for a file.

    Raises:
        NotJson: The text is not JSON, or is nested deeper than 64 levels.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = _Lines(data[: error.start].decode("utf-8"), source).locate(error.start)
        raise NotJson(Fault(where, _HERE, "not UTF-8", "UTF-8", "Save the file as UTF-8.")) from None
    if not text.strip(" \t\r\n"):
        raise NotJson(Fault(Location(source), "the file", "empty", "a JSON object"))
    return _Parser(text, source, place).read()


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Returns the faults by line and column, those of overrides last."""
    found = list(faults)
    sources = list(dict.fromkeys(fault.where.source for fault in found))

    def key(fault: Fault) -> tuple[bool, int, int, int]:
        where = fault.where
        return where.source.startswith(OVERRIDE), sources.index(where.source), where.line or 0, where.column or 0

    return sorted(found, key=key)


def _quoted(text: str) -> str:
    letters = (
        "\\" + letter if letter in '"\\' else f"\\u{ord(letter):04x}" if letter < " " else letter for letter in text
    )
    return '"' + "".join(letters) + '"'


class _Lines:
    """Converts an offset in a text to a line and a column."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source

    def locate(self, offset: int) -> Location:
        before = self.text[:offset]
        start = before.rfind("\n") + 1
        return Location(self.source, before.count("\n") + 1, len(utf16(before[start:])) + 1)


class _Parser:
    """Reads one text from its beginning to its end."""

    def __init__(self, text: str, source: str, place: Optional[Location]) -> None:
        self.text = text
        self.lines = _Lines(text, source)
        self.place = place
        self.offset = 0

    def read(self) -> Value:
        self._skip()
        value = self._value(0, "an object in braces")
        self._skip()
        if self.offset < len(self.text):
            self._fail("the end of the file")
        return value

    def _value(self, depth: int, required: str, after_comma: bool = False) -> Value:
        start = self.offset
        letter = self.text[start : start + 1]
        if letter in ("{", "["):
            return self._container(letter, depth + 1)
        if letter == '"':
            return Value("string", self._whole(self._string(), start), self._at(start))
        for literal in _LITERALS:
            if self.text.startswith(literal, start):
                self.offset += len(literal)
                return Value(literal, "", self._at(start))
        number = _NUMBER.match(self.text, start)
        if number is None or self.text[number.end() : number.end() + 1] not in ("", *",}] \n\r\t/"):
            self._fail(required, after_comma)
        self.offset = number.end()
        return Value("number", number.group(), self._at(start))

    def _container(self, opening: str, depth: int) -> Value:
        is_object = opening == "{"
        result = Value("object" if is_object else "array", "", self._at(self.offset))
        if depth > _DEEPEST:
            raise NotJson(
                Fault(result.location, _HERE, f"nested {depth} levels deep", f"nested at most {_DEEPEST} levels deep")
            )
        closing = "}" if is_object else "]"
        first = "a key in double quotes or '}'" if is_object else "a value or ']'"
        self.offset += 1
        self._skip()
        if self._take(closing):
            return result
        while True:
            after_comma = first == ""
            if is_object:
                result.members.append(self._member(depth, first or "a key in double quotes", after_comma))
            else:
                result.items.append(self._value(depth, first or "a value", after_comma))
            first = ""
            self._skip()
            if self._take(closing):
                return result
            if not self._take(","):
                self._fail(f"',' or '{closing}'")
            self._skip()

    def _member(self, depth: int, required: str, after_comma: bool) -> Member:
        start = self.offset
        if self.text[start : start + 1] != '"':
            self._fail(required, after_comma)
        key = self._string()
        self._skip()
        if not self._take(":"):
            self._fail("':'")
        key = self._whole(key, start)
        self._skip()
        return Member(key, self._at(start), self._value(depth, "a value"))

    def _string(self) -> str:
        start = self.offset
        offset = start + 1
        parts = []
        while True:
            plain = _PLAIN.match(self.text, offset)
            assert plain is not None  # it matches the empty text
            parts.append(plain.group())
            offset = plain.end()
            if self.text[offset : offset + 1] == '"':
                self.offset = offset + 1
                return "".join(parts)
            if self.text[offset : offset + 1] != "\\":
                self._fail_in_string(start, offset)
            letter = self.text[offset + 1 : offset + 2]
            offset += 1
            if letter in _ESCAPES and letter:
                parts.append(_ESCAPES[letter])
            elif letter == "u":
                parts.append(chr(self._unit(start, offset + 1)))
                offset += 4
            else:
                self._fail_in_string(start, offset)
            offset += 1

    def _unit(self, start: int, offset: int) -> int:
        for index in range(offset, offset + 4):
            if self.text[index : index + 1] not in tuple("0123456789abcdefABCDEF"):
                self._fail_in_string(start, index)
        return int(self.text[offset : offset + 4], 16)

    def _whole(self, text: str, start: int) -> str:
        """Returns a text whose surrogate pairs, which only escapes can give, are joined; fails on half a pair."""
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            required = 'a string of whole characters, as in "\\ud83d\\udea7"'
            self._raise(start, "a string with half a surrogate pair", required)

    def _fail_in_string(self, start: int, offset: int) -> NoReturn:
        closed = "a string closed by a double quote"
        letter = self.text[offset : offset + 1]
        if not letter:
            self._raise(start, "a string without an end", closed)
        if letter in "\r\n":
            self._raise(start, "a string without an end on its line", closed, "A line break inside it is written \\n.")
        if letter < " ":
            self._raise(offset, f"the control character U+{ord(letter):04X}", "written with a backslash")
        required = 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX'
        self._raise(offset, "an unknown escape", required, "A backslash itself is written \\\\.")

    def _fail(self, required: str, after_comma: bool = False) -> NoReturn:
        start = self.offset
        letter = self.text[start : start + 1]
        if not letter:
            self._raise(start, "the end of the file", required)
        if letter == "/":
            self._raise(start, "a comment", required, "JSON has no comments; remove it.")
        if letter in "}]" and after_comma:
            self._raise(start, f"'{letter}' after a comma", required, "Remove the comma before it.")
        if letter == "'":
            self._raise(start, "a single quote", required, "JSON strings have double quotes.")
        token = self._token(start)
        hint = None
        if token.lower() in _LITERALS:
            hint = f"JSON writes it {token.lower()}."
        elif re.match("0[0-9]", token):
            hint = "JSON numbers have no leading zeros."
        self._raise(start, token if letter == '"' else f"'{token}'", required, hint)

    def _token(self, start: int) -> str:
        if self.text[start] == '"':
            end = self.text.find('"', start + 1)
            if end >= 0 and len(self.text[start + 1 : end].encode("utf-8")) < 60:
                return self.text[start : end + 1]
        word = _WORD.match(self.text, start)
        return self.text[start] if word is None else word.group()

    def _raise(self, offset: int, found: str, required: str, hint: Optional[str] = None) -> NoReturn:
        raise NotJson(Fault(self.lines.locate(offset), _HERE, found, required, hint))

    def _take(self, letter: str) -> bool:
        if self.text[self.offset : self.offset + 1] != letter:
            return False
        self.offset += 1
        return True

    def _skip(self) -> None:
        space = _SPACE.match(self.text, self.offset)
        assert space is not None  # it matches the empty text
        self.offset = space.end()

    def _at(self, offset: int) -> Location:
        return self.place or self.lines.locate(offset)
