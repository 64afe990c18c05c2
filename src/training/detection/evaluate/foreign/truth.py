"""The ground truth of an evaluation: a file in COCO's format, or a split of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detection.config.json_file import number, printable, read_json, shown
from detection.data.depth import Depth
from detection.evaluate.coco_matching import Boxes
from detection.evaluate.detections import GroundTruth
from detection.evaluate.foreign.json_input import (
    BOX_RULE,
    Faults,
    box,
    entries,
    identifier,
    stated_depth,
)

if TYPE_CHECKING:
    from detection.data.datasets import ImageRecord

_RULE = "a file in COCO's format with images, annotations and categories"


@dataclass(frozen=True)
class Truth:
    """The images that are evaluated, with their objects.

    Attributes:
        names: Name of each of the N images, in the order in which they count; all differ.
        places: Place of each image by its id, where the ground truth has ids.
        class_names: Name of each label.
        objects: The objects of all images in one table.
        truths: The same objects by image name.
        eval_conf: EVAL_CONF that the ground truth states; None when it does not.
        paths: The file of each image by its name, where it is known.
        orientations: The EXIF orientation that is applied to each, by name.
        depth: The values that become black and white in images of more than 8 bits; None for their full range.
    """

    names: tuple[str, ...]
    places: Mapping[int | str, int]
    class_names: Mapping[int, str]
    objects: Boxes
    truths: Mapping[str, GroundTruth]
    eval_conf: float | None = None
    paths: Mapping[str, Path] = field(default_factory=dict)
    orientations: Mapping[str, int] = field(default_factory=dict)
    depth: Depth = None


def read_truth(path: Path, images: Path | None) -> Truth:
    """Reads annotations in COCO's format: crowds, areas and ignore flags are used as they are stated.

    The images count in the order of their ids, as for COCO's own tool.

    Args:
        path: The file.
        images: Folder of the images, for the pictures; None for none.

    Raises:
        TrainingError: The file cannot be read.
        FaultsError: Its content has faults; all are named.
    """
    document = read_json(path, _RULE)
    faults = Faults(printable(path.name))
    if not isinstance(document, dict):
        faults.add("", document, _RULE)
        faults.raise_any()
    names = _images(document, faults)
    class_names = read_categories(document, faults)
    order = sorted(names, key=lambda key: (isinstance(key, str), key))
    places = {key: place for place, key in enumerate(order)}
    table = _Annotations(document, places, class_names, faults)
    info = document.get("info")
    eval_conf = info.get("eval_conf") if isinstance(info, dict) else None
    threshold = number(eval_conf)
    if eval_conf is not None and (threshold is None or not 0 <= threshold <= 1):
        faults.add(".info.eval_conf", eval_conf, "a number from 0 to 1")
    depth = stated_depth(document, faults)
    faults.raise_any()
    ordered = tuple(names[key] for key in order)
    found = {} if images is None else {name: images / name for name in ordered if _is_inside(images, name)}
    orientations = {} if images is None else _orientations(document, found)
    return Truth(
        ordered,
        places,
        class_names,
        table.boxes(ordered),
        table.by_image(ordered),
        threshold,
        found,
        orientations,
        depth=None if depth is None else depth.values,
    )


def truth_of(records: Sequence[ImageRecord], class_names: Mapping[int, str], eval_conf: float) -> Truth:
    """Returns a split of a dataset as ground truth. The images count in the order of their names."""
    ordered = sorted(records, key=lambda record: record.file_name)
    truths = {
        record.file_name: GroundTruth(
            np.asarray(record.boxes, dtype=np.float64).reshape(-1, 4), np.asarray(record.labels, dtype=np.int64)
        )
        for record in ordered
    }
    return Truth(
        tuple(truths),
        {},
        dict(class_names),
        Boxes.collect(list(truths), truths, np.array(sorted(class_names), dtype=np.int64)),
        truths,
        eval_conf,
        {record.file_name: record.path for record in ordered},
        {record.file_name: record.orientation for record in ordered},
        ordered[0].depth if ordered else None,
    )


def read_categories(document: Mapping[str, Any], faults: Faults) -> dict[int, str]:
    """Returns the name of each category by its id; each that cannot be used is a fault."""
    class_names: dict[int, str] = {}
    for place, entry in entries(document, "categories", faults):
        key, name = identifier(entry.get("id", ...)), entry.get("name", ...)
        if not isinstance(key, int) or abs(key) >= 2**62:
            faults.add(f".categories[{place}].id", entry.get("id", ...), "a whole number")
        elif key in class_names:
            faults.add(f".categories[{place}].id", key, "another one than those before it")
        elif not isinstance(name, str) or not name:
            faults.add(f".categories[{place}].name", name, "a text that is not empty")
        elif name in class_names.values():
            faults.add(f".categories[{place}].name", name, "another one than those before it")
        else:
            class_names[key] = name
    return class_names


class _Annotations:
    """The annotations of a file as columns, sorted by image."""

    def __init__(
        self,
        document: Mapping[str, Any],
        places: Mapping[int | str, int],
        class_names: Mapping[int, str],
        faults: Faults,
    ) -> None:
        self._labels = np.array(sorted(class_names), dtype=np.int64)
        classes = _listed(class_names)
        rows: list[tuple[int, tuple[float, float, float, float], int, float, bool, bool]] = []
        for place, entry in entries(document, "annotations", faults):
            where = f".annotations[{place}]"
            image, label = identifier(entry.get("image_id", ...)), identifier(entry.get("category_id", ...))
            corners = box(entry.get("bbox", ...))
            area = entry.get("area")
            square = None if area is None else number(area)
            flags = [entry.get(flag, 0) for flag in ("iscrowd", "ignore")]
            if image is None or image not in places:
                faults.add(f"{where}.image_id", entry.get("image_id", ...), "the id of one of the images")
            if label is None or label not in class_names:
                faults.add(f"{where}.category_id", entry.get("category_id", ...), f"the id of a category: {classes}")
            if corners is None:
                faults.add(f"{where}.bbox", entry.get("bbox", ...), BOX_RULE)
            if area is not None and (square is None or square < 0):
                faults.add(f"{where}.area", area, "a finite number of square pixels, at least 0")
            for name, flag in zip(("iscrowd", "ignore"), flags):
                if flag not in (0, 1):
                    faults.add(f"{where}.{name}", flag, "0 or 1")
            if image in places and label in class_names and corners is not None:
                assert image is not None and isinstance(label, int)
                size = corners[2] * corners[3] if square is None else square
                rows.append((places[image], corners, label, size, flags[0] == 1, flags[1] == 1))
        rows.sort(key=lambda row: row[0])  # stable: objects keep their order within an image
        self._image = np.array([row[0] for row in rows], dtype=np.int64)
        self._box = np.array([row[1] for row in rows], dtype=np.float64).reshape(-1, 4)
        self._label = np.array([row[2] for row in rows], dtype=np.int64)
        self._area = np.array([row[3] for row in rows], dtype=np.float64)
        self._crowd = np.array([row[4] for row in rows], dtype=bool)
        self._ignored = np.array([row[5] for row in rows], dtype=bool)

    def boxes(self, names: Sequence[str]) -> Boxes:
        """Returns the table, from the stated widths and heights: a computed corner may differ."""
        return Boxes.arrange(
            names,
            self._labels,
            self._image,
            self._box[:, :2],
            self._box[:, 2:],
            self._label,
            np.zeros(len(self._label)),
            self._area,
            self._crowd,
            self._ignored,
        )

    def by_image(self, names: Sequence[str]) -> dict[str, GroundTruth]:
        """Returns the objects of each image by its name."""
        corners = np.hstack([self._box[:, :2], self._box[:, :2] + self._box[:, 2:]])
        bounds = np.searchsorted(self._image, np.arange(len(names) + 1))
        truths = {}
        for place, name in enumerate(names):
            rows = slice(bounds[place], bounds[place + 1])
            truths[name] = GroundTruth(
                corners[rows], self._label[rows], self._area[rows], self._crowd[rows], self._ignored[rows]
            )
        return truths


def _images(document: Mapping[str, Any], faults: Faults) -> dict[int | str, str]:
    """Returns the name of each image by its id."""
    names: dict[int | str, str] = {}
    seen: set[str] = set()
    for place, entry in entries(document, "images", faults):
        key = identifier(entry.get("id", ...))
        name = entry.get("file_name", str(key))
        if key is None:
            faults.add(f".images[{place}].id", entry.get("id", ...), "a whole number or a text")
        elif key in names:
            faults.add(f".images[{place}].id", key, "another one than those before it")
        elif not isinstance(name, str) or not name or name in seen:
            faults.add(f".images[{place}].file_name", name, "a text that is not empty and that no other image has")
        else:
            names[key] = name
            seen.add(name)
    return names


def _orientations(document: Mapping[str, Any], paths: Mapping[str, Path]) -> dict[str, int]:
    """Returns the EXIF orientation of each image that is shown: what its entry states, or what its sides tell.

    Where neither tells, as for an image that is stored upside down, the image is turned upright.
    """
    from detection.data.pictures import PictureError, read_header

    orientations = {}
    for entry in document["images"]:
        name = entry.get("file_name", str(entry["id"]))
        if name not in paths:
            continue
        stated = entry.get("exif_orientation")
        if type(stated) is int and 1 <= stated <= 8:
            orientations[name] = stated
            continue
        try:
            header = read_header(paths[name])
        except PictureError:
            continue  # drawing it says why
        width, height = number(entry.get("width")), number(entry.get("height"))
        size = None if width is None or height is None else (width, height)
        orientations[name] = header.orientation_for(size, applies_exif=True)
    return orientations


def _listed(class_names: Mapping[int, str]) -> str:
    shown_names = [f"{key} {shown(name)}" for key, name in sorted(class_names.items())[:10]]
    return ", ".join(shown_names) + (f" and {len(class_names) - 10} more" if len(class_names) > 10 else "")


def _is_inside(folder: Path, name: str) -> bool:
    """Returns whether a name is that of a file in the folder; a foreign name must not lead out of it."""
    try:
        path = (folder / name).resolve()
        return path.is_file() and folder.resolve() in path.parents
    except (OSError, ValueError):  # too long, or with a zero byte
        return False
