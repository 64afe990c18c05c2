"""Reads COCO and LabelMe."""

from __future__ import annotations

import base64
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from detection.data.pictures import ENDINGS
from detection.interchange.labels import LOST, Box, Labelled, Source, around, image_split, number, split_hint
from detection.interchange.run_lengths import run_length_box
from detection.interchange.objects import (
    CROWD,
    NO_IMAGE,
    Attempt,
    class_of,
    items,
    json_file,
    key_of,
    labelled,
    plain_name,
    stated_size,
)


def read_coco(source: Source) -> Iterator[Labelled]:
    """Yields the images of COCO; an object without a box has the one around its polygons."""
    for path in source.ending(".json"):
        found = json_file(source, path)
        if not isinstance(found, dict) or not {"images", "annotations"} <= found.keys():
            continue
        names: dict[Any, str] = {}
        unclear = set()
        for item in items(found, "categories"):
            own, name = key_of(item, "id"), class_of(item.get("name"))
            if names.setdefault(own, name) != name:
                unclear.add(own)
        images = Counter(key_of(item, "id") for item in items(found, "images"))
        boxes: dict[Any, list[tuple[Box, str]]] = defaultdict(list)
        for item in items(found, "annotations"):
            if item.get("iscrowd") not in (None, 0, "0", ""):
                source.left_out.add(str(path), CROWD)
                boxes[key_of(item, "image_id")].append((LOST, ""))
                continue
            if key_of(item, "image_id") not in images:
                source.left_out.add(str(path), "has an object of an image that the file does not list")
                continue
            if key_of(item, "category_id") in unclear:
                source.left_out.add(str(path), "has an object whose class has several names in the file")
                boxes[key_of(item, "image_id")].append((LOST, ""))
                continue
            read = Attempt(source, path, names.get(key_of(item, "category_id"), ""))
            box = read.box(lambda: _coco_box(item))  # noqa: B023
            if box is not None:
                boxes[key_of(item, "image_id")].append(box)
        for item in items(found, "images"):
            name = str(item.get("file_name", ""))
            image = source.find_image(name, path, *_coco_folders(path), split_hint(path) or "images", "images")
            if image is None:
                source.left_out.add(str(path), NO_IMAGE, name)
                continue
            if images[key_of(item, "id")] > 1:
                source.left_out.add(str(path), "lists several images under one identifier", name)
                continue
            size = stated_size(item.get("width"), item.get("height"))
            yield labelled(source, image, plain_name(name, image), boxes[key_of(item, "id")], path, size)


def _coco_folders(path: PurePosixPath) -> Iterable[str]:
    stem = path.stem.rpartition("_")[2]
    return (f"images/{stem}", stem)


def _coco_box(item: Mapping[str, Any]) -> Box:
    bounds = item.get("bbox")
    if isinstance(bounds, list) and len(bounds) == 4:
        x, y, width, height = map(number, bounds)
        return x, y, x + width, y + height
    polygons = item.get("segmentation")
    if isinstance(polygons, dict):
        return run_length_box(polygons)
    if not isinstance(polygons, list):
        raise ValueError("no box")
    numbers = [list(map(number, polygon)) for polygon in polygons]
    return around(point for polygon in numbers for point in zip(polygon[::2], polygon[1::2]))


def read_labelme(source: Source) -> Iterator[Labelled]:
    """Yields the images of LabelMe; circles and polygons become the boxes around them.

    Where the file of an image is missing, the copy that the annotation embeds is used.
    """
    for path in source.ending(".json"):
        found = json_file(source, path)
        if not isinstance(found, dict) or not isinstance(found.get("shapes"), list):
            continue
        name = str(found.get("imagePath", ""))
        image = source.find_image(name, path, "images") or source.find_image(path.stem, path, "images")
        embedded = _embedded(source, path, found) if image is None else None
        if image is None and embedded is None:
            continue
        boxes = []
        for shape in items(found, "shapes"):
            read = Attempt(source, path, class_of(shape.get("label")))
            box = read.box(lambda: _labelme_box(shape))  # noqa: B023
            boxes.append(box)
        size = stated_size(found.get("imageWidth"), found.get("imageHeight"))
        if image is not None:
            yield labelled(source, image, image.name, boxes, image, size)
        elif embedded is not None:
            own = PurePosixPath(name.replace("\\", "/")).name
            own = own if own not in ("", "..") else path.stem
            own = own if own.lower().endswith(tuple(ENDINGS)) else own + embedded.suffix
            yield Labelled(embedded, own, tuple(boxes), image_split(path.with_name(own)), size)


def _embedded(source: Source, path: PurePosixPath, found: Mapping[str, Any]) -> Path | None:
    """Returns the image that a file of LabelMe embeds; None, and says so, without a usable one."""
    data = found.get("imageData")
    if not data:
        source.left_out.add(str(path), NO_IMAGE, str(found.get("imagePath", "")))
        return None
    try:
        content = base64.b64decode(data.rpartition(",")[2], validate=True)  # behind "data:image/png;base64,"
    except (AttributeError, ValueError):
        source.left_out.add(str(path), "embeds an image (imageData) that is not Base64")
        return None
    return source.embed(path, content)


def _labelme_box(shape: Mapping[str, Any]) -> Box:
    points = [(number(x), number(y)) for x, y in shape["points"]]
    if shape.get("shape_type") == "circle":
        (x, y), (px, py) = points
        radius = math.hypot(px - x, py - y)
        return x - radius, y - radius, x + radius, y + radius
    return around(points)
