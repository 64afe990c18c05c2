"""Reads YOLO."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from detection.data.pictures import PictureError, read_header
from detection.errors import TrainingError
from detection.interchange.labels import LOST, Box, BrokenFile, Labelled, Source, around, number
from detection.interchange.objects import NO_IMAGE, Attempt, after_split, labelled
from detection.interchange.yolo_names import Names, yolo_names

_LISTS = ("classes.txt", "train.txt", "val.txt", "test.txt")

_NO_NAME = "has an object whose class number has no name"
_SCORE = "has an object with a fifth number: the score of a prediction, which no ground truth has"
_LIST_NAME = "has the name of a list of YOLO, from which its labels cannot be told; rename both"


def read_yolo(source: Source) -> Iterator[Labelled]:
    """Yields the images of YOLO; polygons become the boxes around them.

    Raises:
        TrainingError: The classes have no names, or names that differ between files.
    """
    names = yolo_names(source)
    labels = {path for path in source.ending(".txt") if not _is_list(path)}
    used: set[PurePosixPath] = set()
    for image in source.images:
        places = list(_yolo_labels(image))
        label = next((path for path in places if path in labels), None)
        if label is None and any(_is_list(path) and source.has(path) for path in places):
            source.left_out.add(str(image), _LIST_NAME)
            continue
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
            if fields:
                boxes.append(_yolo_object(source, label, place, fields, names, (width, height)))
        yield labelled(source, image, after_split(image), boxes, image, (width, height))
    for path in sorted(labels - used):
        source.left_out.add(str(path), NO_IMAGE)


def _is_list(path: PurePosixPath) -> bool:
    """Returns whether a file lists classes or images; in a folder ``labels`` it has the labels of an image."""
    return path.name in _LISTS and "labels" not in path.parts


def _yolo_labels(image: PurePosixPath) -> Iterator[PurePosixPath]:
    """Returns where the labels of an image may be: in ``labels`` in place of ``images``, or beside it."""
    parts = list(image.parts)
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] == "images":
            yield PurePosixPath(*parts[:place], "labels", *parts[place + 1 :]).with_suffix(".txt")
    yield image.with_suffix(".txt")


def _yolo_object(
    source: Source, label: PurePosixPath, line: int, fields: list[str], names: Names, size: tuple[int, int]
) -> tuple[Box, str]:
    """Returns the box of one line with its class; LOST, and says why, when it has none."""
    if len(fields) == 6:
        source.left_out.add(f"{label}({line})", _SCORE)
        return LOST, ""
    try:
        value = number(fields[0])
    except ValueError:
        value = -0.5
    if value.is_integer() and int(value) not in names.names:
        if not names.names:
            raise TrainingError(
                f"{source.root} holds no names of its classes; data.yaml with names, classes.txt or obj.names must "
                "be in it."
            )
        source.left_out.add(f"{label}({line})", _NO_NAME, fields[0])
        return LOST, ""
    class_name = names.names[int(value)] if value.is_integer() else ""
    return Attempt(source, label, class_name, line).box(lambda: _yolo_box(fields[1:], names.keypoint_numbers, *size))


def _yolo_box(fields: list[str], keypoint_numbers: int, width: int, height: int) -> Box:
    numbers = [number(field) for field in fields]
    if len(numbers) == 4 or (keypoint_numbers and len(numbers) == 4 + keypoint_numbers):
        x, y, w, h = numbers[:4]
        return (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height
    if keypoint_numbers or len(numbers) < 6 or len(numbers) % 2:
        raise ValueError("no box")
    return around((x * width, y * height) for x, y in zip(numbers[::2], numbers[1::2]))
