"""Reads single objects and files of labels. What cannot be read is named and left out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from detection.interchange.labels import LOST, Box, BrokenFile, Labelled, Source, image_split, number, split_hint


_DECIMAL = re.compile(r"^\s*([+-]?[0-9]+),([0-9]+)\s*$")

NO_IMAGE = "names an image that is not in the folder, or is there more than once"
CROWD = "has an object that stands for a crowd or group"
_NO_BOX = "has an object whose box cannot be read"
_NO_CLASS = "has an object without a class"


class Attempt:
    """Reads one object, and names it when it cannot be read."""

    def __init__(self, source: Source, path: PurePosixPath, class_name: str, line: int = 0) -> None:
        self._source = source
        self._where = f"{path}({line})" if line else str(path)
        self._class = class_name

    def box(self, read: Callable[[], Box]) -> tuple[Box, str]:
        """Returns the box that ``read`` returns, with its class; LOST when either is missing."""
        if not self._class:
            self._source.left_out.add(self._where, _NO_CLASS)
            return LOST, ""
        try:
            return read(), self._class
        except (ValueError, TypeError, KeyError, OverflowError):
            self._source.left_out.add(self._where, _NO_BOX, self._class)
            return LOST, ""


def class_of(value: Any) -> str:
    """Returns the name of a class in JSON, which some tools write as a number; empty for what is neither."""
    is_name = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value).strip() if is_name else ""


def stated_size(width: Any, height: Any) -> tuple[float, float] | None:
    """Returns the width and height in pixels that an annotation states; None when it states none."""
    try:
        size = number(width), number(height)
    except ValueError:
        return None
    return size if min(size) > 0 else None


def labelled(
    source: Source,
    image: PurePosixPath,
    name: str,
    boxes: Iterable[tuple[Box, str]],
    split_from: PurePosixPath,
    size: tuple[float, float] | None,
) -> Labelled:
    """Returns an image with its boxes; its split follows from the path of the labels or of the image."""
    split = split_hint(split_from) if split_from != image else ""
    return Labelled(source.root / image, name, tuple(boxes), split or image_split(image), size)


def plain_name(name: str, image: PurePosixPath) -> str:
    """Returns the name that an annotation gives an image, where it is a path of the dataset; otherwise the file's."""
    parts = name.replace("\\", "/").split("/")
    is_plain = all(part not in ("", ".", "..") for part in parts) and not (len(parts) > 1 and parts[0].endswith(":"))
    return "/".join(parts) if is_plain and parts[-1] == image.name else image.name


def after_split(image: PurePosixPath) -> str:
    """Returns the path of an image behind ``images`` and the folder of its split."""
    parts = list(image.parts)
    if "images" in parts[:-1]:
        parts = parts[parts.index("images") + 1 :]
    # One folder: a second one of such a name is part of the image's name.
    if len(parts) > 1 and split_hint(PurePosixPath(parts[0])):
        parts = parts[1:]
    return "/".join(parts)


def xml_files(source: Source, tag: str) -> Iterator[tuple[PurePosixPath, Any]]:
    """Yields each XML file whose root has the tag, with its root."""
    for path in source.ending(".xml"):
        try:
            root = source.xml_of(path)
        except BrokenFile as error:
            source.left_out.add(str(path), str(error))
            continue
        if root.tag == tag:
            yield path, root


def json_file(source: Source, path: PurePosixPath) -> Any:
    """Returns the content of a JSON file; None when it cannot be read."""
    try:
        return source.json_of(path)
    except BrokenFile as error:
        source.left_out.add(str(path), str(error))
        return None


def items(found: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yields the objects of a list in a JSON object."""
    listed = found.get(key)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            yield item


def key_of(item: Mapping[str, Any], key: str) -> Any:
    """Returns an identifier of a JSON object: "7" is the number 7; None for what is neither number nor text."""
    value = item.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, (int, str)) else None


def delimiter_of(text: str) -> str:
    """Returns what separates the fields of a CSV: the one of comma, semicolon and tab that its header has most."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def csv_rows(source: Source, path: PurePosixPath, columns: Iterable[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yields each row of a CSV file that has all the columns, with its line."""
    try:
        text = source.text_of(path)
        delimiter = delimiter_of(text)
        reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, delimiter=delimiter)
        if not set(columns) <= {(name or "").strip() for name in reader.fieldnames or ()}:
            return
        reader.fieldnames = [(name or "").strip() for name in reader.fieldnames or ()]
        for row in reader:
            # Where a semicolon or a tab separates fields, the program that wrote them may have decimal commas.
            is_decimal = delimiter != ","
            yield reader.line_num, (
                {key: _DECIMAL.sub(r"\1.\2", value or "") for key, value in row.items() if key} if is_decimal else row
            )
    except (BrokenFile, csv.Error) as error:
        source.left_out.add(str(path), str(error))
