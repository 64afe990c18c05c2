"""Reads COCO and LabelMe."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from detection.interchange.labels import LOST, Box, Labelled, Source, around, number, split_hint
from detection.interchange.run_lengths import run_length_box
from detection.interchange.objects import CROWD, NO_IMAGE, Attempt, items, json_file, key_of, labelled, plain_name


def read_coco(source: Source) -> Iterator[Labelled]:
    """Yields the images of COCO; an object without a box has the one around its polygons."""
    for path in source.ending(".json"):
        found = json_file(source, path)
        if not isinstance(found, dict) or not {"images", "annotations"} <= found.keys():
            continue
        names = {key_of(item, "id"): str(item.get("name", "")).strip() for item in items(found, "categories")}
        boxes: dict[Any, list[tuple[Box, str]]] = defaultdict(list)
        for item in items(found, "annotations"):
            if item.get("iscrowd") not in (None, 0, "0", ""):
                source.left_out.add(str(path), CROWD)
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
            try:
                size = number(item.get("width")), number(item.get("height"))
            except ValueError:
                size = None
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
    """Yields the images of LabelMe; circles and polygons become the boxes around them."""
    for path in source.ending(".json"):
        found = json_file(source, path)
        if not isinstance(found, dict) or not isinstance(found.get("shapes"), list):
            continue
        name = str(found.get("imagePath", ""))
        image = source.find_image(name, path, "images") or source.find_image(path.stem, path, "images")
        if image is None:
            source.left_out.add(str(path), NO_IMAGE, name)
            continue
        boxes = []
        for shape in items(found, "shapes"):
            read = Attempt(source, path, str(shape.get("label") or "").strip())
            box = read.box(lambda: _labelme_box(shape))  # noqa: B023
            boxes.append(box)
        try:
            size = number(found.get("imageWidth")), number(found.get("imageHeight"))
        except ValueError:
            size = None
        yield labelled(source, image, image.name, boxes, image, size)


def _labelme_box(shape: Mapping[str, Any]) -> Box:
    points = [(number(x), number(y)) for x, y in shape["points"]]
    if shape.get("shape_type") == "circle":
        (x, y), (px, py) = points
        radius = math.hypot(px - x, py - y)
        return x - radius, y - radius, x + radius, y + radius
    return around(points)
