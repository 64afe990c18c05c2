"""Reads one annotation CSV: its columns, its rows, and the faults of each row by itself."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detection.config.nearest_name import distance, is_same_but_for_style

COLUMNS = ("filename", "xmin", "ymin", "xmax", "ymax", "class")
BOX_COLUMNS = COLUMNS[1:5]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Row:
    """One data row.

    Attributes:
        line: 1-based line of the file on which the row starts; the header is line 1.
        fields: The six columns in the order of COLUMNS, as written but trimmed; empty when their number is wrong.
        box: xmin, ymin, xmax, ymax in pixels; None when the row has no valid box.
        faults: Faults of the row itself, not of its image; whole sentences without file and line.
    """

    line: int
    fields: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    faults: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """Returns the image name; empty when the row has none."""
        return self.fields[0] if self.fields else ""

    @property
    def class_name(self) -> str:
        """Returns the class name; empty when the row has none."""
        return self.fields[5] if self.fields else ""


@dataclass
class CsvFile:
    """The content of an annotation CSV.

    Attributes:
        name: Path relative to the data folder, with forward slashes.
        rows: The data rows in file order; empty when the columns have a fault.
        faults: Faults of the file and its columns; whole sentences with file and line.
    """

    name: str
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_csv(path: Path, name: str, image_type: str) -> CsvFile:
    """Reads one CSV: UTF-8, with or without byte order mark. Quoted fields may hold commas and line breaks.

    Args:
        path: The file.
        name: Its path relative to the data folder, for messages.
        image_type: Use case, for messages.
    """
    result = CsvFile(name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        result.faults.append(f"{name}(1): is not UTF-8; save the file as UTF-8.")
        return result
    reader = csv.reader(io.StringIO(text, newline=""))  # newline="" keeps the line breaks, which line_num counts
    header: list[str] | None = None
    indices: list[int] = []
    next_line = 1
    for fields in reader:
        line, next_line = next_line, reader.line_num + 1
        fields = [value.strip() for value in fields]
        if fields in ([], [""]):
            continue
        if header is None:
            header = fields
            result.faults = [f"{name}({line}): {fault}" for fault in _column_faults(header)]
            if result.faults:
                return result
            indices = [header.index(column) for column in COLUMNS]
        elif len(fields) != len(header):
            noun = "field" if len(fields) == 1 else "fields"
            fault = f"has {len(fields)} {noun}; it must have {len(header)}, as the header has."
            result.rows.append(Row(line, (), None, (fault,)))
        else:
            result.rows.append(_row(line, tuple(fields[index] for index in indices), image_type))
    return result


def number_text(value: float) -> str:
    """Returns a number of pixels without trailing zeros."""
    return str(int(value)) if value.is_integer() else repr(value)


def _row(line: int, fields: tuple[str, ...], image_type: str) -> Row:
    faults = []
    numbers: list[float] = []
    for column, text in zip(BOX_COLUMNS, fields[1:5]):
        number = float(text) if _NUMBER.fullmatch(text) else math.nan
        if math.isfinite(number):
            numbers.append(number)
        elif text:
            faults.append(f'{column} is "{text}"; it must be a number of pixels.')
    if not fields[0]:
        faults.append(f"filename is empty; it must name a file in {image_type}/images.")
    elif any(fields[1:]) and not all(fields[1:]):
        first = COLUMNS[fields.index("", 1)]
        faults.append(
            f"{first} is empty; a row must hold a box and a class, or a file name alone when the image holds no object."
        )
    box = (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None
    return Row(line, fields, box, tuple(faults))


def _column_faults(header: Sequence[str]) -> list[str]:
    missing = [column for column in COLUMNS if column not in header]
    unused = [column for column in header if column not in COLUMNS]
    renames: dict[str, str] = {}
    for column in missing:  # each unknown column is offered once
        same = [other for other in unused if is_same_but_for_style(column, other)]
        if same:
            renames[column] = same[0]
            unused.remove(same[0])
    for column in missing:
        near = min(unused, key=lambda other: distance(column, other), default=None)
        if column not in renames and near is not None and distance(column, near) <= 2:
            renames[column] = near
            unused.remove(near)
    return [
        f"column '{column}' is missing; the header must hold filename, xmin, ymin, xmax, ymax and class."
        + (f" Rename the unknown column '{renames[column]}' to '{column}'." if column in renames else "")
        for column in missing
    ]
