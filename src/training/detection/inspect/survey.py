"""Decodes the images of a dataset once, keeps a thumbnail of each, and remembers both between runs."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detection import __version__
from detection.data.pictures import Picture, PictureError, as_rgb, examine_and_show

SIDE = 32
"""Width and height of a thumbnail in pixels; it is grey, and the picture's proportions are not kept."""

Thumbnail = NDArray[np.uint8]
"""uint8 (SIDE, SIDE)."""

_FORMAT = 1


class Survey:
    """Examines images as the dataset's reader asks for them. Safe to use from several threads.

    Args:
        images: Folder of the images.
        memory: File that remembers what was seen of unchanged images, by size and time; None remembers nothing.
        more: Other folders of images; no path is in two of them.
    """

    def __init__(self, images: Path, memory: Path | None = None, more: Sequence[Path] = ()) -> None:
        self._images = images
        self._more = more
        self._memory = memory
        self._lock = threading.Lock()
        self._before: dict[str, tuple[str, Picture | str, Thumbnail]] = _remembered(memory)
        self._seen: dict[str, tuple[str, Picture | str, Thumbnail]] = {}
        self.decoded = 0
        """Images that were decoded and not remembered."""

    def __call__(self, path: Path) -> Picture:
        """Returns what an image is; decodes it unless it is remembered.

        Raises:
            PictureError: The file cannot be decoded.
        """
        name = self.name_of(path)
        version = _version(path)
        known = self._before.get(name)
        if known is None or known[0] != version:
            known = (version, *_look(path))
            with self._lock:
                self.decoded += 1
        with self._lock:
            self._seen[name] = known
        if isinstance(known[1], str):
            raise PictureError(known[1])
        return known[1]

    def name_of(self, path: Path) -> str:
        """Returns the path of an image in its folder, with forward slashes."""
        root = next(root for root in (self._images, *self._more) if root in path.parents)
        return path.relative_to(root).as_posix()

    def thumbnail(self, name: str) -> Thumbnail:
        """Returns the thumbnail of an image that was examined."""
        return self._seen[name][2]

    def picture(self, name: str) -> Picture:
        """Returns what an image is that was examined and decodes."""
        found = self._seen[name][1]
        assert isinstance(found, Picture)
        return found

    def save(self) -> None:
        """Remembers what was seen in this run, if anything is new. A memory that cannot be written is no fault."""
        if self._memory is None or (not self.decoded and len(self._seen) == len(self._before)):
            return
        names = sorted(self._seen)
        rows = [[name, self._seen[name][0], _written(self._seen[name][1])] for name in names]
        head = json.dumps({"format": _FORMAT, "version": __version__, "rows": rows})
        thumbnails = [self._seen[name][2] for name in names]
        unfinished = self._memory.with_name(self._memory.name + ".unfinished")
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                np.savez(
                    file,
                    head=np.frombuffer(head.encode("utf-8", "surrogatepass"), dtype=np.uint8),
                    thumbnails=np.stack(thumbnails) if thumbnails else np.zeros((0, SIDE, SIDE), np.uint8),
                )
            unfinished.replace(self._memory)


def _look(path: Path) -> tuple[Picture | str, Thumbnail]:
    try:
        picture, image = examine_and_show(path)
    except PictureError as error:
        return str(error), np.zeros((SIDE, SIDE), np.uint8)
    grey = as_rgb(image).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return picture, np.asarray(grey, dtype=np.uint8)


def _version(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size}-{found.st_mtime_ns}"


def _written(found: Picture | str) -> Any:
    if isinstance(found, str):
        return found
    return [found.width, found.height, found.orientation, list(found.traits), found.md5]


def _remembered(memory: Path | None) -> dict[str, tuple[str, Picture | str, Thumbnail]]:
    if memory is None:
        return {}
    try:
        with np.load(memory, allow_pickle=False) as stored:
            head = json.loads(stored["head"].tobytes().decode("utf-8", "surrogatepass"))
            thumbnails = stored["thumbnails"]
        if head["format"] != _FORMAT or head["version"] != __version__:
            return {}
        return {
            name: (
                version,
                found if isinstance(found, str) else Picture(found[0], found[1], found[2], tuple(found[3]), found[4]),
                thumbnail,
            )
            for (name, version, found), thumbnail in zip(head["rows"], thumbnails)
        }
    except Exception:  # noqa: B902 - missing, of an older version, or incomplete: the images are examined again
        return {}
