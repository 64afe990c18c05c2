"""Reads the text of a CSV file: its encoding, its records with their lines, and signs that it is not a CSV."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITERS = ((";", ";", "semicolons"), ("\t", r"\t", "tabs"), ("|", "|", "vertical bars"))
_LONE_CR = re.compile(r"\r(?!\n)")
_NUMERIC = frozenset(("xmin", "ymin", "xmax", "ymax", "width", "height"))
_WIDE_COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")  # as label tools write them
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")
BYTE_ORDER_MARK = "\ufeff"
"""What a file in UTF-8 may begin with; it belongs to no field."""
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A number as text: digits of ASCII, a point, and no other separator; it may be too large to be finite."""


class CsvError(Exception):
    """A file that cannot be read as CSV.

    Attributes:
        line: Line of the fault, from 1.
        fault: A whole sentence, without file and line.
    """

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(fault)
        self.line = line
        self.fault = fault


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        line: Line on which it starts, from 1.
        fields: Fields without their quotes and without white space around them.
    """

    line: int
    fields: tuple[str, ...]


def decode(content: bytes, name: str) -> str:
    """Returns the text of a file in UTF-8, with the byte order marks that it begins with.

    Args:
        content: The bytes of the file.
        name: Path for messages.

    Raises:
        CsvError: The file has another encoding.
    """
    encoding = _wide_encoding(content)
    if encoding is not None:
        file, converted = quoted(name), quoted(name + ".utf8")
        command = f"iconv -f {encoding} -t UTF-8 {file} > {converted} && mv {converted} {file}"
        raise CsvError(1, f"is {encoding}; it must be UTF-8: {command}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise CsvError(1, "is not UTF-8; save the file as UTF-8.") from None


def records(text: str) -> Iterator[Record]:
    """Splits CSV text (RFC 4180) into records. Blank lines are not records. A quoted field may hold line ends.

    Raises:
        CsvError: A quote never closes.
    """
    if '"' not in text:
        for line, content in enumerate(_LINE_END.split(text), start=1):
            if content.strip():
                yield Record(line, tuple(field.strip() for field in content.split(",")))
        return
    position, line = 0, 1
    while position < len(text):
        start, fields = line, []
        while True:
            field, position, line = _field(text, position, line)
            fields.append(field)
            if position == len(text) or text[position] != ",":
                break
            position += 1
            if position == len(text):
                fields.append("")
                break
        if position < len(text):
            position += _line_end(text, position)
            line += 1
        if fields != [""]:
            yield Record(start, tuple(fields))


def dialect_fault(text: str, header: Record, columns: Collection[str], name: str) -> str | None:
    """Returns what the file is instead of a CSV with a header, as a whole sentence; None when it may be one.

    Args:
        text: The text of the file, with its byte order marks.
        header: Its first record, without them.
        columns: The columns that the header must hold.
        name: Path for commands.
    """
    file = quoted(name)
    # Of a file whose lines end by CR alone, sed sees one line, and would delete it.
    cleared = f"sed -i 's/\\r$//;s/\\r/\\n/g' {file} && " if _LONE_CR.search(text) else ""
    delete = f"{cleared}sed -i {header.line}d {file}"
    known = sum(field in columns for field in header.fields)
    line = _LINE_END.split(text.lstrip(BYTE_ORDER_MARK), maxsplit=header.line)[header.line - 1].strip()
    if line[:4].lower() == "sep=":
        return f'is "{line}", a line for spreadsheets; the first line must be the header: {delete}'
    if line.startswith("#") and known == 0:
        return f"is a comment; the first line must be the header: {delete}"
    for delimiter, pattern, word in _DELIMITERS:
        if known < 2 and sum(field.strip().strip('"') in columns for field in line.split(delimiter)) >= 4:
            command = ", in a spreadsheet for example." if "," in text else f": sed -i 's/{pattern}/,/g' {file}"
            return f"separates its fields by {word}; it must separate them by commas{command}"
    numbers = [bool(NUMBER.fullmatch(field)) for field in header.fields]
    if known == 0 and len(numbers) >= 6 and sum(numbers) >= 4:
        names = _columns_of(numbers, columns)
        if names:
            unmarked = r"1s/^\(\xef\xbb\xbf\)*//;" if text.startswith(BYTE_ORDER_MARK) else ""
            command = f"sed -i '{unmarked}1i {','.join(names)}' {file}"
            return f"has no header; its first line must name the columns: {command}"
        return f"has no header; its first line must name the columns {','.join(columns)}, in the order of its fields."
    return None


def _columns_of(numbers: list[bool], columns: Collection[str]) -> Collection[str]:
    """Returns the columns that rows can have of whose fields these are numbers; none where no known order fits."""
    for names in (columns, _WIDE_COLUMNS):
        if len(names) == len(numbers) and all(
            is_number or name not in _NUMERIC for name, is_number in zip(names, numbers)
        ):
            return names
    return ()


def quoted(name: str) -> str:
    """Returns a file name as one word of a shell command."""
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "'\\''") + "'"


def _wide_encoding(content: bytes) -> str | None:
    """Returns UTF-16 or UTF-32, by the byte order mark or by the zeros of the first letter; None for another."""
    if content[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "UTF-32"
    if len(content) >= 4 and content[1:3] == b"\0\0" and (content[0] == 0) != (content[3] == 0):
        return "UTF-32BE" if content[0] == 0 else "UTF-32LE"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    if len(content) >= 2 and (content[0] == 0) != (content[1] == 0):
        return "UTF-16BE" if content[0] == 0 else "UTF-16LE"
    return None


def _field(text: str, position: int, line: int) -> tuple[str, int, int]:
    """Reads one field; returns it, the position behind it, and the line there."""
    if position == len(text) or text[position] != '"':
        end = position
        while end < len(text) and text[end] not in ",\r\n":
            end += 1
        return text[position:end].strip(), end, line
    opened, parts = line, []
    position += 1
    while True:
        close = text.find('"', position)
        if close < 0:
            raise CsvError(opened, "opens a quote that never closes; close it, or remove it.")
        parts.append(text[position:close])
        line += len(_LINE_END.findall(text, position, close))
        position = close + 1
        if not text.startswith('"', position):
            break
        parts.append('"')
        position += 1
    end = position  # what follows a closing quote belongs to the field as it is
    while end < len(text) and text[end] not in ",\r\n":
        end += 1
    parts.append(text[position:end])
    return "".join(parts).strip(), end, line


def _line_end(text: str, position: int) -> int:
    return 2 if text.startswith("\r\n", position) else 1
