"""Reads TensorFlow's CSV and Open Images."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping

from detection.data.pictures import PictureError, read_header
from detection.interchange.labels import LOST, Box, BrokenFile, Labelled, Source, number, split_hint
from detection.interchange.objects import CROWD, NO_IMAGE, Attempt, csv_rows, labelled, plain_name, stated_size


TFOD_COLUMNS = ("filename", "class", "xmin", "ymin", "xmax", "ymax")
"""The columns of TensorFlow's CSV that are read."""


def read_tfod(source: Source) -> Iterator[Labelled]:
    """Yields the images of TensorFlow's CSV."""
    for path in source.ending(".csv"):
        rows = csv_rows(source, path, TFOD_COLUMNS)
        images: dict[str, list[tuple[Box, str]]] = defaultdict(list)
        sizes: dict[str, tuple[float, float]] = {}
        for line, row in rows:
            name = (row.get("filename") or "").strip()
            entries = images[name]
            if not any((row.get(key) or "").strip() for key in TFOD_COLUMNS[1:]):
                continue  # an image without an object
            read = Attempt(source, path, (row.get("class") or "").strip(), line)
            box = read.box(
                lambda: (
                    number(row["xmin"]),
                    number(row["ymin"]),
                    number(row["xmax"]),
                    number(row["ymax"]),
                )  # noqa: B023
            )
            entries.append(box)
            size = stated_size(row.get("width"), row.get("height"))
            if size is not None:
                sizes[name] = size
        for name, boxes in images.items():
            hint = split_hint(path)
            image = source.find_image(name, path, hint or "images", "images", f"images/{hint}")
            if image is None:
                source.left_out.add(str(path), NO_IMAGE, name)
                continue
            yield labelled(source, image, plain_name(name, image), boxes, path, sizes.get(name))


def read_openimages(source: Source) -> Iterator[Labelled]:
    """Yields the images of Open Images, with the names of the class descriptions."""
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
        for line, row in csv_rows(source, path, ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")):
            images[(row.get("ImageID") or "").strip()].append((line, row))
        for name, rows_of in images.items():
            image = source.find_image(name, path, split_hint(path) or "images", "images")
            if image is None:
                source.left_out.add(str(path), NO_IMAGE, name)
                continue
            try:
                width, height = read_header(source.root / image).upright
            except PictureError:
                yield labelled(source, image, image.name, [], path, None)  # left out when it is decoded
                continue
            boxes = []
            for line, row in rows_of:
                if row.get("IsGroupOf", "").strip() == "1":
                    source.left_out.add(f"{path}({line})", CROWD)
                    boxes.append((LOST, ""))
                    continue
                label = (row.get("LabelName") or "").strip()
                read = Attempt(source, path, names.get(label, label), line)
                box = read.box(
                    lambda: (
                        number(row["XMin"]) * width,  # noqa: B023
                        number(row["YMin"]) * height,  # noqa: B023
                        number(row["XMax"]) * width,  # noqa: B023
                        number(row["YMax"]) * height,  # noqa: B023
                    )
                )
                boxes.append(box)
            yield labelled(source, image, image.name, boxes, path, (width, height))
