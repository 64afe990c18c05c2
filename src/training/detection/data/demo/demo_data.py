"""Creates the demo dataset: synthetic road images with potholes, in the layout of a datastore."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detection.files import writing
from detection.data.demo.road_pictures import draw_road_picture
from detection.errors import TrainingError

CLASS_NAME = "pothole"
LEAST_IMAGES = 5  # every fifth is a test image, and each split needs a pothole

_STAMP = "240102030405"  # fixed: the files of `latest` must not depend on the day
_MANIFEST = "demo_data.json"
_DRAWING = 1  # raise it when the drawing changes: older sets are then replaced


@dataclass(frozen=True)
class DemoDataResult:
    """The files of the demo dataset, and whether they are new.

    Attributes:
        train_csv: CSV of the training split.
        test_csv: CSV of the test split.
        created: Whether anything was written; False when the complete set already exists.
        train_images: Number of images in the training split.
        test_images: Number of images in the test split.
    """

    train_csv: Path
    test_csv: Path
    created: bool
    train_images: int
    test_images: int


def create_demo_data(data: Path, *, image_type: str, images: int, seed: int) -> DemoDataResult:
    """Creates ``{image_type}/images`` and ``{image_type}/datasets`` under ``data``, unless they exist.

    The same arguments give the same bytes on every machine. Every fifth image is a test image; every fifth of each
    split has no pothole. A complete set stays unchanged, an interrupted or damaged one is completed, and one of other
    arguments is replaced. Files of other origin are never touched.

    Args:
        data: Root of the datastore; created when missing.
        image_type: Name of the folder under it.
        images: Number of images, at least 5.
        seed: Decides the images; at least 0.

    Raises:
        ValueError: An argument is out of its range.
        TrainingError: A file of the same name but of other origin exists, or the manifest is damaged.
    """
    if not re.fullmatch(r"[^/\\]+", image_type) or image_type in (".", ".."):
        raise ValueError(f"--image-type is {image_type!r}; it must be one folder name.")
    if images < LEAST_IMAGES:
        raise ValueError(f"--images is {images}; it must be at least {LEAST_IMAGES}.")
    if seed < 0:
        raise ValueError(f"--seed is {seed}; it must be at least 0.")

    folder = data / image_type
    arguments = {"drawing": _DRAWING, "images": images, "seed": seed}
    names = [f"images/{image_type}_{number:04d}.png" for number in range(1, images + 1)]
    csvs = {split: f"datasets/{split}_{image_type}_{_STAMP}.csv" for split in ("train", "test")}
    test_images = images // 5
    manifest = _read_manifest(folder)
    created = not _is_complete(folder, manifest, arguments)
    if created:
        _create(folder, manifest, arguments, names, csvs)
    return DemoDataResult(folder / csvs["train"], folder / csvs["test"], created, images - test_images, test_images)


def _create(
    folder: Path, manifest: dict[str, Any], arguments: dict[str, int], names: list[str], csvs: dict[str, str]
) -> None:
    files = [*names, *csvs.values()]
    own = manifest.get("files", {})
    foreign = [name for name in files if name not in own and (folder / name).exists()]
    if foreign:
        raise TrainingError(
            f"{folder / foreign[0]} already exists and is not demo data; move it away, "
            "or give another folder with --image-type."
        )

    # The manifest comes first, without hashes: after an interruption it names the files of this set.
    _write_manifest(folder, arguments, dict.fromkeys([*own, *files], None))
    hashes: dict[str, str | None] = {}
    rows = {split: ["filename,xmin,ymin,xmax,ymax,class"] for split in csvs}
    for index, name in enumerate(names):
        picture = draw_road_picture(arguments["seed"], index, with_potholes=not _is_empty(index))
        hashes[name] = _write(folder / name, picture.png)
        file = Path(name).name
        boxes = [f"{file},{xmin},{ymin},{xmax},{ymax},{CLASS_NAME}" for xmin, ymin, xmax, ymax in picture.boxes]
        rows["test" if _is_test(index) else "train"] += boxes or [f"{file},,,,,"]
    for split, name in csvs.items():
        hashes[name] = _write(folder / name, ("\n".join(rows[split]) + "\n").encode())
    for name in set(own) - set(files):
        (folder / name).unlink(missing_ok=True)
    _write_manifest(folder, arguments, hashes)


def _is_test(index: int) -> bool:
    return index % 5 == 4


def _is_empty(index: int) -> bool:
    place = index // 5 if _is_test(index) else index - index // 5  # place within its split
    return place % 5 == 2


def _is_complete(folder: Path, manifest: dict[str, Any], arguments: dict[str, int]) -> bool:
    if manifest.get("arguments") != arguments:
        return False
    return all(
        sha256 is not None and (folder / name).is_file() and _sha256((folder / name).read_bytes()) == sha256
        for name, sha256 in manifest["files"].items()
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise TrainingError(f"{path} is not JSON ({error}); restore it, or delete the folder {folder}.") from error
    if not (isinstance(manifest, dict) and isinstance(manifest.get("files"), dict)):
        raise TrainingError(f"{path} has no list of files; restore it, or delete the folder {folder}.")
    return manifest


def _write_manifest(folder: Path, arguments: dict[str, int], files: dict[str, str | None]) -> None:
    text = json.dumps({"arguments": arguments, "files": files}, indent=2) + "\n"
    _write(folder / _MANIFEST, text.encode())


def _write(path: Path, content: bytes) -> str:
    """Writes a file completely or not at all, unless it already has this content; returns its SHA-256 in hex."""
    if not (path.is_file() and path.read_bytes() == content):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            with writing(path):
                unfinished.write_bytes(content)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return _sha256(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
