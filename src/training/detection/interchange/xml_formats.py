"""Reads Pascal VOC and CVAT."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from detection.interchange.labels import LOST, Box, Labelled, Source, around, number
from detection.interchange.objects import NO_IMAGE, Attempt, labelled, plain_name, stated_size, xml_files

_SHAPES = ("box", "polygon", "polyline", "ellipse", "mask")
_NO_SHAPE = "has an object whose shape has no box"


def read_voc(source: Source) -> Iterator[Labelled]:
    """Yields the images of Pascal VOC."""
    for path, root in xml_files(source, "annotation"):
        name = (root.findtext("filename") or "").strip() or path.stem
        image = source.find_image(name, path, "JPEGImages", "images") or source.find_image(path.stem, path, "images")
        if image is None:
            source.left_out.add(str(path), NO_IMAGE, name)
            continue
        boxes = []
        for item in root.iter("object"):
            bounds = item.find("bndbox")
            # A line break in a text is that of the file's layout.
            read = Attempt(source, path, " ".join((item.findtext("name") or "").split()))
            box = read.box(lambda: _corners(bounds, ("xmin", "ymin", "xmax", "ymax")))  # noqa: B023
            boxes.append(box)
        size = stated_size(root.findtext("size/width"), root.findtext("size/height"))
        yield labelled(source, image, image.name, boxes, path, size)


def _corners(element: Any, names: Iterable[str]) -> Box:
    if element is None:
        raise ValueError("no box")
    xmin, ymin, xmax, ymax = (number((element.findtext(name) or "").strip()) for name in names)
    return xmin, ymin, xmax, ymax


def read_cvat(source: Source) -> Iterator[Labelled]:
    """Yields the images of CVAT; rotated boxes, ellipses, masks and polygons become the boxes around them."""
    for path, root in xml_files(source, "annotations"):
        for element in root.iter("image"):
            name = element.get("name", "")
            image = source.find_image(name, path, "images")
            if image is None:
                source.left_out.add(str(path), NO_IMAGE, name)
                continue
            boxes = []
            for shape in element:
                if shape.tag in ("points", "cuboid", "skeleton"):
                    source.left_out.add(str(path), _NO_SHAPE, f"{shape.tag} {shape.get('label')} of {name}")
                    boxes.append((LOST, ""))
                if shape.tag in _SHAPES:
                    read = Attempt(source, path, (shape.get("label") or "").strip())
                    box = read.box(lambda: _cvat_box(shape))  # noqa: B023
                    boxes.append(box)
            size = stated_size(element.get("width"), element.get("height"))
            yield labelled(source, image, plain_name(name, image), boxes, path, size)
        yield from _cvat_tracks(source, path, root)


def _cvat_tracks(source: Source, path: PurePosixPath, root: Any) -> Iterator[Labelled]:
    """Yields the frames of a video's tracks, whose images are named frame_000000 and so on; CVAT lists every frame."""
    frames: dict[str, list[tuple[Box, str]]] = {}
    for track in root.iter("track"):
        for shape in track:
            frame = shape.get("frame", "")
            boxes = frames.setdefault(frame, [])
            if shape.get("outside") == "1":
                continue
            if shape.tag not in _SHAPES:
                source.left_out.add(str(path), _NO_SHAPE, f"{shape.tag} {track.get('label')} of frame {frame}")
                boxes.append((LOST, ""))
                continue
            box = Attempt(source, path, (track.get("label") or "").strip()).box(lambda: _cvat_box(shape))  # noqa: B023
            boxes.append(box)
    for frame, boxes in frames.items():
        name = f"frame_{frame:0>6}"
        image = source.find_image(name, path, "images")
        if image is None:
            source.left_out.add(str(path), NO_IMAGE, name)
            continue
        yield labelled(source, image, image.name, boxes, path, None)


def _cvat_box(shape: Any) -> Box:
    if shape.tag == "box":
        xmin, ymin, xmax, ymax = (number(shape.get(key)) for key in ("xtl", "ytl", "xbr", "ybr"))
        turn = math.radians(number(shape.get("rotation", "0")))
        if turn == 0:
            return xmin, ymin, xmax, ymax
        x, y, w, h = (xmin + xmax) / 2, (ymin + ymax) / 2, (xmax - xmin) / 2, (ymax - ymin) / 2
        dx, dy = abs(w * math.cos(turn)) + abs(h * math.sin(turn)), abs(w * math.sin(turn)) + abs(h * math.cos(turn))
        return x - dx, y - dy, x + dx, y + dy
    if shape.tag == "ellipse":
        x, y, dx, dy = (number(shape.get(key)) for key in ("cx", "cy", "rx", "ry"))
        return x - dx, y - dy, x + dx, y + dy
    if shape.tag == "mask":
        left, top, width, height = (number(shape.get(key)) for key in ("left", "top", "width", "height"))
        return left, top, left + width, top + height
    pairs = [pair.split(",") for pair in (shape.get("points") or "").split(";") if pair]
    return around((number(x), number(y)) for x, y in pairs)
