"""Decodes the images of a folder for the build, so that it accepts and refuses exactly what the trainer does."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from detection.processes.cores import core_count
from detection.data.pictures import PictureError, examine
from detection.errors import TrainingError

_AHEAD = 64  # waiting images per thread; the limit keeps the memory for a long list small


def decode_images(images: Path, list_file: Path, write: Callable[[str], None]) -> None:
    """Writes one JSON object in ASCII per image, in the order of the list.

    ``{"name": …, "width": …, "height": …, "orientation": …, "traits": […], "md5": …}`` for an image that decodes, and
    ``{"name": …, "fault": …}`` for another, where the fault continues a sentence that begins with the image's name.

    Args:
        images: Folder of the images.
        list_file: One JSON string per line: the path of an image in the folder, with forward slashes.
        write: Receives each line without its end.

    Raises:
        TrainingError: The list cannot be read.
    """
    try:
        names = [json.loads(line) for line in list_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise TrainingError(f"{list_file} cannot be read as a list of images: {error}") from error
    for line in in_parallel(lambda name: _line(images, name), names):
        write(json.dumps(line))


def in_parallel(work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """Yields the results of ``work`` in the order of the items. Pillow decodes outside the interpreter's lock."""
    threads = min(32, core_count())
    waiting: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="images") as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > threads * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _line(images: Path, name: str) -> dict[str, Any]:
    try:
        found = examine(images / name)
    except PictureError as error:
        return {"name": name, "fault": str(error)}
    return {
        "name": name,
        "width": found.width,
        "height": found.height,
        "orientation": found.orientation,
        "traits": list(found.traits),
        "md5": found.md5,
    }
