"""Reads the formats of other tools: Pascal VOC, COCO, YOLO, TensorFlow's CSV, LabelMe, CVAT and Open Images."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from detection.data.pictures import PictureError, read_header
from detection.errors import TrainingError
from detection.interchange.labels import Box, BrokenFile, Labelled, Source, around, number, split_hint

_NO_IMAGE = "names an image that is not in the folder, or is there more than once"
_NO_BOX = "has an object whose box cannot be read"
_NO_CLASS = "has an object without a class"
_CROWD = "has an object that stands for a crowd or group"

_TFOD = ("filename", "class", "xmin", "ymin", "xmax", "ymax")


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
            header = {field.strip() for field in source.text_of(path).partition("\n")[0].split(",")}
        except BrokenFile:
            continue
        if {"ImageID", "LabelName", "XMin"} <= header:
            return "openimages"
        if set(_TFOD) <= header:
            return "tfod"
    if source.ending(".yaml", ".yml") or any("labels" in path.parts for path in source.ending(".txt")):
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


def _voc(source: Source) -> Iterator[Labelled]:
    for path, root in _xml(source, "annotation"):
        name = (root.findtext("filename") or "").strip() or path.stem
        image = source.find_image(name, path, "JPEGImages", "images") or source.find_image(path.stem, path, "images")
        if image is None:
            source.left_out.add(str(path), _NO_IMAGE, name)
            continue
        boxes = []
        for item in root.iter("object"):
            bounds = item.find("bndbox")
            read = _Try(source, path, (item.findtext("name") or "").strip())
            box = read.box(lambda: _corners(bounds, ("xmin", "ymin", "xmax", "ymax")))  # noqa: B023
            if box is not None:
                boxes.append(box)
        size = root.find("size")
        yield _labelled(source, image, image.name, boxes, path, _size(size, "width", "height"))


def _corners(element: Any, names: Iterable[str]) -> Box:
    if element is None:
        raise ValueError("no box")
    xmin, ymin, xmax, ymax = (number((element.findtext(name) or "").strip()) for name in names)
    return xmin, ymin, xmax, ymax


def _size(element: Any, width: str, height: str) -> tuple[float, float] | None:
    try:
        size = (number(element.findtext(width)), number(element.findtext(height))) if element is not None else (0, 0)
    except ValueError:
        return None
    return size if min(size) > 0 else None


def _cvat(source: Source) -> Iterator[Labelled]:
    for path, root in _xml(source, "annotations"):
        for element in root.iter("image"):
            name = element.get("name", "")
            image = source.find_image(name, path, "images")
            if image is None:
                source.left_out.add(str(path), _NO_IMAGE, name)
                continue
            boxes = []
            for shape in element:
                if shape.tag in ("box", "polygon", "polyline", "ellipse", "mask"):
                    read = _Try(source, path, (shape.get("label") or "").strip())
                    box = read.box(lambda: _cvat_box(shape))  # noqa: B023
                    if box is not None:
                        boxes.append(box)
            try:
                size = number(element.get("width")), number(element.get("height"))
            except ValueError:
                size = None
            yield _labelled(source, image, _plain_name(name, image), boxes, path, size)


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


def _coco(source: Source) -> Iterator[Labelled]:
    for path in source.ending(".json"):
        found = _json(source, path)
        if not isinstance(found, dict) or not {"images", "annotations"} <= found.keys():
            continue
        names = {_key(item, "id"): str(item.get("name", "")).strip() for item in _items(found, "categories")}
        boxes: dict[Any, list[tuple[Box, str]]] = defaultdict(list)
        for item in _items(found, "annotations"):
            if item.get("iscrowd"):
                source.left_out.add(str(path), _CROWD)
                continue
            read = _Try(source, path, names.get(_key(item, "category_id"), ""))
            box = read.box(lambda: _coco_box(item))  # noqa: B023
            if box is not None:
                boxes[_key(item, "image_id")].append(box)
        for item in _items(found, "images"):
            name = str(item.get("file_name", ""))
            image = source.find_image(name, path, split_hint(path) or "images", "images", *_coco_folders(path))
            if image is None:
                source.left_out.add(str(path), _NO_IMAGE, name)
                continue
            try:
                size = number(item.get("width")), number(item.get("height"))
            except ValueError:
                size = None
            yield _labelled(source, image, _plain_name(name, image), boxes[_key(item, "id")], path, size)


def _coco_folders(path: PurePosixPath) -> Iterable[str]:
    stem = path.stem.rpartition("_")[2]
    return (stem, f"images/{stem}")


def _coco_box(item: Mapping[str, Any]) -> Box:
    bounds = item.get("bbox")
    if isinstance(bounds, list) and len(bounds) == 4:
        x, y, width, height = map(number, bounds)
        return x, y, x + width, y + height
    polygons = item.get("segmentation")
    if not isinstance(polygons, list):
        raise ValueError("no box")
    numbers = [list(map(number, polygon)) for polygon in polygons]
    return around(point for polygon in numbers for point in zip(polygon[::2], polygon[1::2]))


def _yolo(source: Source) -> Iterator[Labelled]:
    names = _yolo_names(source)
    labels = {
        path for path in source.ending(".txt") if path.name not in ("classes.txt", "train.txt", "val.txt", "test.txt")
    }
    used: set[PurePosixPath] = set()
    for image in source.images:
        label = next((path for path in _yolo_labels(image) if path in labels), None)
        if label is None:
            # An image without a label file holds no object, as in YOLO itself.
            yield _labelled(source, image, _after_split(image), [], image, None)
            continue
        used.add(label)
        try:
            header = read_header(source.root / image)
            width, height = header.upright
            lines = source.text_of(label).splitlines()
        except PictureError:
            yield _labelled(source, image, _after_split(image), [], label, None)  # left out when it is decoded
            continue
        except BrokenFile as error:
            source.left_out.add(str(label), str(error))
            continue
        boxes = []
        for place, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields:
                continue
            read = _Try(source, label, _yolo_class(fields[0], names), place)
            box = read.box(lambda: _yolo_box(fields[1:], width, height))  # noqa: B023
            if box is not None:
                boxes.append(box)
        yield _labelled(source, image, _after_split(image), boxes, image, (width, height))
    for path in sorted(labels - used):
        source.left_out.add(str(path), _NO_IMAGE)


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


def _tfod(source: Source) -> Iterator[Labelled]:
    for path in source.ending(".csv"):
        rows = _csv(source, path, _TFOD)
        images: dict[str, list[tuple[Box, str]]] = defaultdict(list)
        sizes: dict[str, tuple[float, float]] = {}
        for line, row in rows:
            name = (row.get("filename") or "").strip()
            entries = images[name]
            if not any((row.get(key) or "").strip() for key in _TFOD[1:]):
                continue  # an image without an object
            read = _Try(source, path, (row.get("class") or "").strip(), line)
            box = read.box(
                lambda: (
                    number(row["xmin"]),
                    number(row["ymin"]),
                    number(row["xmax"]),
                    number(row["ymax"]),
                )  # noqa: B023
            )
            if box is not None:
                entries.append(box)
            try:
                sizes[name] = number(row.get("width")), number(row.get("height"))
            except ValueError:
                pass
        for name, boxes in images.items():
            hint = split_hint(path)
            image = source.find_image(name, path, hint or "images", "images", f"images/{hint}")
            if image is None:
                source.left_out.add(str(path), _NO_IMAGE, name)
                continue
            yield _labelled(source, image, _plain_name(name, image), boxes, path, sizes.get(name))


def _labelme(source: Source) -> Iterator[Labelled]:
    for path in source.ending(".json"):
        found = _json(source, path)
        if not isinstance(found, dict) or not isinstance(found.get("shapes"), list):
            continue
        name = str(found.get("imagePath", ""))
        image = source.find_image(name, path, "images") or source.find_image(path.stem, path, "images")
        if image is None:
            source.left_out.add(str(path), _NO_IMAGE, name)
            continue
        boxes = []
        for shape in _items(found, "shapes"):
            read = _Try(source, path, str(shape.get("label") or "").strip())
            box = read.box(lambda: _labelme_box(shape))  # noqa: B023
            if box is not None:
                boxes.append(box)
        try:
            size = number(found.get("imageWidth")), number(found.get("imageHeight"))
        except ValueError:
            size = None
        yield _labelled(source, image, image.name, boxes, image, size)


def _labelme_box(shape: Mapping[str, Any]) -> Box:
    points = [(number(x), number(y)) for x, y in shape["points"]]
    if shape.get("shape_type") == "circle":
        (x, y), (px, py) = points
        radius = math.hypot(px - x, py - y)
        return x - radius, y - radius, x + radius, y + radius
    return around(points)


def _openimages(source: Source) -> Iterator[Labelled]:
    names: dict[str, str] = {}
    for path in source.ending(".csv"):
        if "class-descriptions" in path.name or "class_descriptions" in path.name:
            try:
                rows = csv.reader(io.StringIO(source.text_of(path)))
                names.update({row[0].strip(): row[1].strip() for row in rows if len(row) >= 2})
            except (BrokenFile, csv.Error) as error:
                source.left_out.add(str(path), str(error))
    for path in source.ending(".csv"):
        images: dict[str, list[tuple[int, Mapping[str, str]]]] = defaultdict(list)
        for line, row in _csv(source, path, ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")):
            images[(row.get("ImageID") or "").strip()].append((line, row))
        for name, rows_of in images.items():
            image = source.find_image(name, path, split_hint(path) or "images", "images")
            if image is None:
                source.left_out.add(str(path), _NO_IMAGE, name)
                continue
            try:
                width, height = read_header(source.root / image).upright
            except PictureError:
                yield _labelled(source, image, image.name, [], path, None)  # left out when it is decoded
                continue
            boxes = []
            for line, row in rows_of:
                if row.get("IsGroupOf", "").strip() == "1":
                    source.left_out.add(f"{path}({line})", _CROWD)
                    continue
                label = (row.get("LabelName") or "").strip()
                read = _Try(source, path, names.get(label, label), line)
                box = read.box(
                    lambda: (
                        number(row["XMin"]) * width,  # noqa: B023
                        number(row["YMin"]) * height,  # noqa: B023
                        number(row["XMax"]) * width,  # noqa: B023
                        number(row["YMax"]) * height,  # noqa: B023
                    )
                )
                if box is not None:
                    boxes.append(box)
            yield _labelled(source, image, image.name, boxes, path, (width, height))


class _Try:
    """Reads one object, and names it when it cannot be read."""

    def __init__(self, source: Source, path: PurePosixPath, class_name: str, line: int = 0) -> None:
        self._source = source
        self._where = f"{path}({line})" if line else str(path)
        self._class = class_name

    def box(self, read: Callable[[], Box]) -> tuple[Box, str] | None:
        if not self._class:
            self._source.left_out.add(self._where, _NO_CLASS)
            return None
        try:
            return read(), self._class
        except (ValueError, TypeError, KeyError, OverflowError):
            self._source.left_out.add(self._where, _NO_BOX, self._class)
            return None


def _labelled(
    source: Source,
    image: PurePosixPath,
    name: str,
    boxes: Iterable[tuple[Box, str]],
    split_from: PurePosixPath,
    size: tuple[float, float] | None,
) -> Labelled:
    return Labelled(source.root / image, name, tuple(boxes), split_hint(split_from) or split_hint(image), size)


def _plain_name(name: str, image: PurePosixPath) -> str:
    """Returns the name that an annotation gives an image, where it is a path of the dataset; otherwise the file's."""
    parts = name.replace("\\", "/").split("/")
    is_plain = all(part not in ("", ".", "..") and ":" not in part for part in parts)
    return "/".join(parts) if is_plain and parts[-1] == image.name else image.name


def _after_split(image: PurePosixPath) -> str:
    """Returns the path of an image behind ``images`` and the folder of its split."""
    parts = list(image.parts)
    if "images" in parts[:-1]:
        parts = parts[parts.index("images") + 1 :]
    while len(parts) > 1 and (split_hint(PurePosixPath(parts[0])) or parts[0] == "images"):
        parts = parts[1:]
    return "/".join(parts)


def _xml(source: Source, tag: str) -> Iterator[tuple[PurePosixPath, Any]]:
    for path in source.ending(".xml"):
        try:
            root = source.xml_of(path)
        except BrokenFile as error:
            source.left_out.add(str(path), str(error))
            continue
        if root.tag == tag:
            yield path, root


def _json(source: Source, path: PurePosixPath) -> Any:
    try:
        return source.json_of(path)
    except BrokenFile as error:
        source.left_out.add(str(path), str(error))
        return None


def _items(found: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    listed = found.get(key)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            yield item


def _key(item: Mapping[str, Any], key: str) -> Any:
    value = item.get(key)
    return value if isinstance(value, (int, str)) else None


def _csv(source: Source, path: PurePosixPath, columns: Iterable[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        reader = csv.DictReader(io.StringIO(source.text_of(path)), skipinitialspace=True)
        if not set(columns) <= {(name or "").strip() for name in reader.fieldnames or ()}:
            return
        reader.fieldnames = [(name or "").strip() for name in reader.fieldnames or ()]
        for row in reader:
            yield reader.line_num, row
    except (BrokenFile, csv.Error) as error:
        source.left_out.add(str(path), str(error))


READERS: Mapping[str, Callable[[Source], Iterator[Labelled]]] = {
    "voc": _voc,
    "coco": _coco,
    "yolo": _yolo,
    "tfod": _tfod,
    "labelme": _labelme,
    "cvat": _cvat,
    "openimages": _openimages,
}
"""Each format with its reader."""
