"""Makes the demo dataset: synthetic road pictures with potholes, laid out as a datastore."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from detection.errors import TrainingError
from detection.data.road_pictures import RoadPicture, draw_road_picture

CLASS_NAME = "pothole"
LEAST_IMAGES = 5  # one of five is a test picture, and each split needs a pothole

_STAMP = "240102030405"  # fixed: what `latest` finds must not depend on the day
_MANIFEST = "demo_data.json"
_DRAWING = 1  # to be raised when the drawing changes, so that older sets are made anew
_PICTURES_WORTH_A_PROCESS = 50  # a process takes as long to start as ten pictures to draw


@dataclass(frozen=True)
class DemoDataResult:
    """Where the demo dataset lies and what was done for it.

    Attributes:
        train_csv: Training split.
        test_csv: Test split.
        created: Whether anything was written; False when the whole set was there.
        train_images: Pictures in the training split.
        test_images: Pictures in the test split.
    """

    train_csv: Path
    test_csv: Path
    created: bool
    train_images: int
    test_images: int


def create_demo_data(data: Path, *, image_type: str, images: int, seed: int) -> DemoDataResult:
    """Makes ``{image_type}/images`` and ``{image_type}/datasets`` under ``data``, or finds them made.

    The files hold the same bytes on every machine for the same arguments. Every fifth picture is a test picture;
    every fifth of each split holds no pothole. A set that is whole is left untouched, an interrupted or damaged one is
    completed, and one made with other arguments is replaced. Files that this function did not make are never touched.

    Args:
        data: Root of the datastore; made when missing.
        image_type: Name of the folder under it.
        images: Number of pictures, at least 5.
        seed: Picks the pictures, from 0.

    Raises:
        ValueError: An argument is out of its range.
        TrainingError: A file of the same name is there that was not made by this function, or its manifest is broken.
    """
    if not re.fullmatch(r"[^/\\]+", image_type) or image_type in (".", ".."):
        raise ValueError(f"image type is {image_type!r}; it must be one folder name")
    if images < LEAST_IMAGES:
        raise ValueError(f"images is {images}; it must be at least {LEAST_IMAGES}")
    if seed < 0:
        raise ValueError(f"seed is {seed}; it must be 0 or more")

    folder = data / image_type
    arguments = {"drawing": _DRAWING, "images": images, "seed": seed}
    names = [f"images/{image_type}_{number:04d}.png" for number in range(1, images + 1)]
    csvs = {split: f"datasets/{split}_{image_type}_{_STAMP}.csv" for split in ("train", "test")}
    test_images = images // 5
    manifest = _read_manifest(folder)
    created = not _is_whole(folder, manifest, arguments)
    if created:
        _make(folder, manifest, arguments, names, csvs)
    return DemoDataResult(folder / csvs["train"], folder / csvs["test"], created, images - test_images, test_images)


def _make(folder: Path, manifest: dict, arguments: dict[str, int], names: list[str], csvs: dict[str, str]) -> None:
    files = [*names, *csvs.values()]
    own = manifest.get("files", {})
    foreign = [name for name in files if name not in own and (folder / name).exists()]
    if foreign:
        raise TrainingError(
            f"{folder / foreign[0]} is there already and is not demo data; it must be moved away, "
            "or another image type be named with --image-type"
        )

    # The manifest goes first, without hashes: after an interruption it tells which files are ours.
    _write_manifest(folder, arguments, dict.fromkeys([*own, *files], None))
    hashes: dict[str, str] = {}
    rows = {split: ["filename,xmin,ymin,xmax,ymax,class"] for split in csvs}
    for index, picture in enumerate(_draw(arguments["seed"], len(names))):
        hashes[names[index]] = _write(folder / names[index], picture.png)
        file = Path(names[index]).name
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
    place = index // 5 if _is_test(index) else index - index // 5  # within its split
    return place % 5 == 2


def _draw(seed: int, images: int) -> Iterator[RoadPicture]:
    # Each picture has a stream of numbers of its own, so how the work is shared out does not show.
    draw, numbers = partial(_draw_one, seed), range(images)
    workers = min(os.cpu_count() or 1, images // _PICTURES_WORTH_A_PROCESS)
    if workers < 2:
        yield from map(draw, numbers)
        return
    # Spawned, not forked: the caller may have threads.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(draw, numbers, chunksize=8)


def _draw_one(seed: int, index: int) -> RoadPicture:
    return draw_road_picture(seed, index, with_potholes=not _is_empty(index))


def _is_whole(folder: Path, manifest: dict, arguments: dict[str, int]) -> bool:
    if manifest.get("arguments") != arguments:
        return False
    return all(
        sha256 is not None and (folder / name).is_file() and _sha256((folder / name).read_bytes()) == sha256
        for name, sha256 in manifest["files"].items()
    )


def _read_manifest(folder: Path) -> dict:
    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise TrainingError(
            f"{path} is not JSON ({error}); it must be restored, or the folder {folder} removed"
        ) from error
    if not (isinstance(manifest, dict) and isinstance(manifest.get("files"), dict)):
        raise TrainingError(f"{path} holds no list of files; it must be restored, or the folder {folder} removed")
    return manifest


def _write_manifest(folder: Path, arguments: dict[str, int], files: dict[str, str | None]) -> None:
    text = json.dumps({"arguments": arguments, "files": files}, indent=2) + "\n"
    _write(folder / _MANIFEST, text.encode())


def _write(path: Path, content: bytes) -> str:
    """Writes a file whole or not at all, unless it is there with this content; returns its SHA-256 in hex."""
    if not (path.is_file() and path.read_bytes() == content):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return _sha256(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
