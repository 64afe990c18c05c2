"""Reads one annotation CSV: its columns, its rows, and the faults of each row by itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detection.config.nearest_name import distance, is_same_but_for_style
from detection.data.csv_text import BYTE_ORDER_MARK, NUMBER, CsvError, Record, decode, dialect_fault, records

COLUMNS = ("filename", "xmin", "ymin", "xmax", "ymax", "class")
BOX_COLUMNS = COLUMNS[1:5]
SIZE_COLUMNS = ("width", "height")

# Names that other tools give a column.
_SYNONYMS = {
    "filename": ("image", "file", "image_name", "img", "path", "image_path", "image_id"),
    "xmin": ("x1", "left", "min_x"),
    "ymin": ("y1", "top", "min_y"),
    "xmax": ("x2", "right", "max_x"),
    "ymax": ("y2", "bottom", "max_y"),
    "class": ("label", "category", "class_name", "label_name", "object", "name"),
}


@dataclass(frozen=True)
class Row:
    """One data row.

    Attributes:
        line: 1-based line of the file on which the row starts; the header is line 1.
        fields: The six columns in the order of COLUMNS, as written but trimmed; empty when their number is wrong.
        box: xmin, ymin, xmax, ymax in pixels; None when the row has no valid box.
        stated: Width and height of the image in pixels as the row says them; None when it does not.
        faults: Faults of the row itself, not of its image; whole sentences without file and line.
        stated_fields: Width and height as written; empty when a column is missing.
    """

    line: int
    fields: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    faults: tuple[str, ...]
    stated: tuple[float, float] | None = None
    stated_fields: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Returns whether the row says that its image holds no object."""
        return bool(self.fields) and not any(self.fields[1:])

    @property
    def box_text(self) -> str:
        """Returns the box as it is written in the file."""
        return ",".join(self.fields[1:5])

    @property
    def stated_text(self) -> str:
        """Returns the stated size as it is written; empty when the row states none."""
        return " x ".join(self.stated_fields)

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
        text = decode(path.read_bytes(), name)
        all_records = list(records(text.lstrip(BYTE_ORDER_MARK)))
    except CsvError as error:
        result.faults.append(f"{name}({error.line}): {error.fault}")
        return result
    if not all_records:
        return result
    header = all_records[0]
    dialect = dialect_fault(text, header, COLUMNS, name)
    result.faults = [
        f"{name}({header.line}): {fault}" for fault in ([dialect] if dialect else _column_faults(header.fields))
    ]
    if result.faults:
        return result
    columns = [header.fields.index(column) for column in COLUMNS]
    sizes = [header.fields.index(column) for column in SIZE_COLUMNS if column in header.fields]
    result.rows = [_row(record, len(header.fields), columns, sizes, image_type) for record in all_records[1:]]
    if _is_normalised(result.rows):
        result.rows = []
        result.faults.append(
            f"{name}(1): holds coordinates from 0 to 1; they must be pixels: multiply x by the width and y by the "
            "height of each image."
        )
    return result


def _row(record: Record, count: int, columns: Sequence[int], sizes: Sequence[int], image_type: str) -> Row:
    if len(record.fields) != count:
        noun = "field" if len(record.fields) == 1 else "fields"
        fault = f"has {len(record.fields)} {noun}; it must have {count}, as the header has."
        return Row(record.line, (), None, (fault,))
    fields = tuple(record.fields[index] for index in columns)
    faults = []
    numbers: list[float] = []
    for column, text in zip(BOX_COLUMNS, fields[1:5]):
        number = _number(text)
        if number is not None:
            numbers.append(number)
        elif text:
            faults.append(f'{column} is "{text}"; it must be a number of pixels.')
    stated = [record.fields[index] for index in sizes]
    stated_numbers = [_number(text) for text in stated]
    for column, text, number in zip(SIZE_COLUMNS, stated, stated_numbers):
        if text and number is None and len(sizes) == 2:
            faults.append(f'{column} is "{text}"; it must be a number of pixels.')
    if not fields[0]:
        faults.append(f"filename is empty; it must name a file in {image_type}/images.")
    elif any(fields[1:]) and not all(fields[1:]):
        first = COLUMNS[fields.index("", 1)]
        faults.append(
            f"{first} is empty; a row must hold a box and a class, or a file name alone when the image holds no object."
        )
    box = (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None
    size = stated_numbers if len(sizes) == 2 else [None, None]
    both = (size[0], size[1]) if size[0] is not None and size[1] is not None else None
    return Row(record.line, fields, box, tuple(faults), both, tuple(stated))


def _number(text: str) -> float | None:
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


def _is_normalised(rows: Sequence[Row]) -> bool:
    numbers = [number for row in rows if row.box is not None for number in row.box]
    return all(0 <= number <= 1 for number in numbers) and any(0 < number < 1 for number in numbers)


def _column_faults(header: Sequence[str]) -> list[str]:
    missing = [column for column in COLUMNS if column not in header]
    unused = list(dict.fromkeys(column for column in header if column not in COLUMNS))
    renames: dict[str, str] = {}
    for column in missing:  # each unknown column is offered once
        same = [other for other in unused if is_same_but_for_style(column, other)]
        if same:
            renames[column] = same[0]
            unused.remove(same[0])
    for column in missing:
        called = [other for name in _SYNONYMS[column] for other in unused if is_same_but_for_style(name, other)]
        if column not in renames and called:
            renames[column] = called[0]
            unused.remove(called[0])
    for column in missing:
        near = min(unused, key=lambda other: distance(column, other), default=None)
        if column not in renames and near is not None and distance(column, near) <= 2:
            renames[column] = near
            unused.remove(near)
    faults = [
        f"column '{column}' is missing; the header must hold filename, xmin, ymin, xmax, ymax and class."
        + (f" Rename the unknown column '{renames[column]}' to '{column}'." if column in renames else "")
        for column in missing
    ]
    for column in (*COLUMNS, *SIZE_COLUMNS):
        count = header.count(column)
        if count > 1:
            faults.append(f"column '{column}' is in the header {count} times; it must be there once.")
    for column in SIZE_COLUMNS:
        styled = next((other for other in unused if is_same_but_for_style(column, other)), None)
        if column not in header and styled is not None:
            faults.append(f"column '{styled}' states the {column} of the images; its name must be '{column}'.")
    return faults
