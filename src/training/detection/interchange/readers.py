"""The formats of other tools: which one a folder has, and its reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from detection.errors import TrainingError
from detection.interchange.csv_formats import TFOD_COLUMNS, read_openimages, read_tfod
from detection.interchange.json_formats import read_coco, read_labelme
from detection.interchange.labels import BrokenFile, Labelled, Source
from detection.interchange.objects import delimiter_of
from detection.interchange.xml_formats import read_cvat, read_voc
from detection.interchange.yolo_format import read_yolo


def read_format(source: Source, form: str) -> tuple[str, list[Labelled]]:
    """Returns the format that a folder has, and its labelled images.

    Raises:
        TrainingError: ``auto`` recognises no format.
    """
    if form == "auto":
        form = recognise(source)
    return form, _in_one_name(list(READERS[form](source)))


def recognise(source: Source) -> str:
    """Returns the format of a folder, by its files.

    Raises:
        TrainingError: No format is recognised.
    """
    stems = {path.with_suffix("") for path in source.images}

    def is_label(path: PurePosixPath) -> bool:
        return "labels" in path.parts or path.with_suffix("") in stems

    for path in source.ending(".json")[:50]:
        try:
            found = source.json_of(path)
        except BrokenFile:
            continue
        if isinstance(found, dict) and {"images", "annotations"} <= found.keys():
            return "coco"
        if isinstance(found, dict) and "shapes" in found:
            return "labelme"
    for path in source.ending(".xml")[:50]:
        try:
            root = source.xml_of(path)
        except BrokenFile:
            continue
        if root.tag == "annotations" or (root.tag == "annotation" and root.find("image") is not None):
            return "cvat"
        if root.tag == "annotation":
            return "voc"
    for path in source.ending(".csv")[:50]:
        try:
            text = source.text_of(path)
            header = {field.strip() for field in text.partition("\n")[0].split(delimiter_of(text))}
        except BrokenFile:
            continue
        if {"ImageID", "LabelName", "XMin"} <= header:
            return "openimages"
        if set(TFOD_COLUMNS) <= header:
            return "tfod"
    if source.ending(".yaml", ".yml", "classes.txt", "obj.names") or any(map(is_label, source.ending(".txt"))):
        return "yolo"
    raise TrainingError(
        f"{source.root} holds no annotations of a known format; --format must be one of {', '.join(READERS)}."
    )


def _in_one_name(images: list[Labelled]) -> list[Labelled]:
    """Returns images whose names differ: equal names are extended by their folders."""
    named: dict[str, list[Labelled]] = defaultdict(list)
    for image in images:
        named[image.name].append(image)
    result = []
    for image in images:
        if len({other.path for other in named[image.name]}) > 1:
            folder = image.path.parent.name
            image = Labelled(image.path, f"{folder}/{image.name}", image.boxes, image.split, image.size)
        result.append(image)
    return result


READERS: Mapping[str, Callable[[Source], Iterator[Labelled]]] = {
    "voc": read_voc,
    "coco": read_coco,
    "yolo": read_yolo,
    "tfod": read_tfod,
    "labelme": read_labelme,
    "cvat": read_cvat,
    "openimages": read_openimages,
}
"""Each format with its reader."""
