"""Reads YOLO."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from detection.data.pictures import PictureError, read_header
from detection.interchange.labels import Box, BrokenFile, Labelled, Source, around, number
from detection.interchange.objects import NO_IMAGE, Attempt, after_split, labelled


def read_yolo(source: Source) -> Iterator[Labelled]:
    """Yields the images of YOLO; polygons become the boxes around them."""
    names = _yolo_names(source)
    labels = {
        path for path in source.ending(".txt") if path.name not in ("classes.txt", "train.txt", "val.txt", "test.txt")
    }
    used: set[PurePosixPath] = set()
    for image in source.images:
        label = next((path for path in _yolo_labels(image) if path in labels), None)
        if label is None:
            # An image without a label file holds no object, as in YOLO itself.
            yield labelled(source, image, after_split(image), [], image, None)
            continue
        used.add(label)
        try:
            header = read_header(source.root / image)
            width, height = header.upright
            lines = source.text_of(label).splitlines()
        except PictureError:
            yield labelled(source, image, after_split(image), [], label, None)  # left out when it is decoded
            continue
        except BrokenFile as error:
            source.left_out.add(str(label), str(error))
            continue
        boxes = []
        for place, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields:
                continue
            read = Attempt(source, label, _yolo_class(fields[0], names), place)
            box = read.box(lambda: _yolo_box(fields[1:], width, height))  # noqa: B023
            boxes.append(box)
        yield labelled(source, image, after_split(image), boxes, image, (width, height))
    for path in sorted(labels - used):
        source.left_out.add(str(path), NO_IMAGE)


def _yolo_labels(image: PurePosixPath) -> Iterator[PurePosixPath]:
    """Returns where the labels of an image may be: in ``labels`` in place of ``images``, or beside it."""
    parts = list(image.parts)
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == "images":
            yield PurePosixPath(*parts[:place], "labels", *parts[place + 1 :]).with_suffix(".txt")
    yield image.with_suffix(".txt")


def _yolo_class(text: str, names: Mapping[int, str]) -> str:
    try:
        return names.get(int(text), f"class {int(text)}")
    except ValueError:
        return ""


def _yolo_box(fields: list[str], width: int, height: int) -> Box:
    numbers = [number(field) for field in fields]
    if len(numbers) in (4, 5):  # a fifth is the score of a prediction
        x, y, w, h = numbers[:4]
        return (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
    if len(numbers) < 6 or len(numbers) % 2:
        raise ValueError("no box")
    return around((x * width, y * height) for x, y in zip(numbers[::2], numbers[1::2]))


def _yolo_names(source: Source) -> dict[int, str]:
    for path in source.ending(".yaml", ".yml"):
        try:
            names = _yaml_names(source.text_of(path).splitlines())
        except BrokenFile as error:
            source.left_out.add(str(path), str(error))
            continue
        if names:
            return names
    for path in source.ending("classes.txt", "obj.names"):
        try:
            return dict(enumerate(line.strip() for line in source.text_of(path).splitlines() if line.strip()))
        except BrokenFile as error:
            source.left_out.add(str(path), str(error))
    return {}


def _yaml_names(lines: list[str]) -> dict[int, str]:
    """Returns the ``names`` of a data.yaml: a list or a mapping, in one line or in several."""
    for place, line in enumerate(lines):
        if not line.startswith("names:"):
            continue
        rest = line[len("names:") :].strip()
        if rest.startswith(("[", "{")):
            text = rest
            for more in lines[place + 1 :]:
                if text.count("[") + text.count("{") <= text.count("]") + text.count("}"):
                    break
                text += " " + more.strip()
            return _inline_names(text)
        found: dict[int, str] = {}
        for entry in lines[place + 1 :]:
            stripped = entry.strip()
            if not stripped or stripped.startswith("#"):
                continue
            if stripped.startswith("- "):
                found[len(found)] = _unquoted(stripped[2:])
            elif entry[:1] in " \t" and ":" in stripped and stripped.partition(":")[0].strip().isdecimal():
                key, _, value = stripped.partition(":")
                found[int(key)] = _unquoted(value)
            else:
                break
        return found
    return {}


def _inline_names(text: str) -> dict[int, str]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        value = [_unquoted(part) for part in text.strip("[]{} ").split(",") if part.strip()]
        if text.startswith("{"):
            pairs = (part.partition(":") for part in value)
            return {int(key): _unquoted(name) for key, _, name in pairs if key.strip().isdecimal()}
    if isinstance(value, Mapping):
        return {int(key): str(name) for key, name in value.items() if str(key).isdecimal()}
    return {place: str(name) for place, name in enumerate(value)}


def _unquoted(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"':
        try:
            return str(json.loads(stripped))
        except ValueError:
            return stripped[1:-1]
    if len(stripped) > 1 and stripped[0] == stripped[-1] == "'":
        return stripped[1:-1].replace("''", "'")
    return stripped.partition(" #")[0].strip()
