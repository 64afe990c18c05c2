"""Images for the model: decoded, resized and cached in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from PIL import Image

from detection.data.augmentation import Boxes, Pixels
from detection.data.datasets import ImageRecord
from detection.data.pictures import PictureError, read_picture
from detection.errors import TrainingError

CACHE_BYTES = 1 << 30
"""Most memory for resized images; the others are decoded each time."""


class ImageStore:
    """Decodes and resizes images, and caches them. Safe to use from several threads.

    Args:
        longer_side: Longer side after resizing, in pixels; smaller images are enlarged.
        capacity: Size of the cache in bytes of resized images.
    """

    def __init__(self, longer_side: int, capacity: int = CACHE_BYTES) -> None:
        self.longer_side = longer_side
        self._free = capacity
        self._cache: dict[str, Pixels] = {}
        self._lock = threading.Lock()

    def fits(self, records: Sequence[ImageRecord]) -> bool:
        """Returns whether all these images fit into the rest of the cache."""
        return sum(3 * width * height for width, height in map(self.size, records)) <= self._free

    def size(self, record: ImageRecord) -> tuple[int, int]:
        """Returns width and height after resizing, in pixels."""
        scale = self.longer_side / max(record.width, record.height)
        return max(1, int(record.width * scale + 0.5)), max(1, int(record.height * scale + 0.5))

    def padded_size(self, record: ImageRecord) -> tuple[int, int]:
        """Returns width and height of a batch of this image alone, in pixels: the model pads to multiples of 32."""
        width, height = self.size(record)
        return -(-width // 32) * 32, -(-height // 32) * 32

    def load(self, record: ImageRecord) -> Pixels:
        """Returns the resized image. The array is shared and must not be modified.

        Raises:
            TrainingError: The file cannot be decoded: it has changed since the dataset was read.
        """
        cached = self._cache.get(record.file_name)
        if cached is not None:
            return cached
        size = self.size(record)
        try:
            picture = read_picture(record.path, record.orientation, at_least=size, depth=record.depth)
        except PictureError as error:
            raise TrainingError(f"image '{record.path}' {error}") from error
        pixels: Pixels = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
        with self._lock:
            if pixels.nbytes <= self._free and record.file_name not in self._cache:
                self._cache[record.file_name] = pixels
                self._free -= pixels.nbytes
        return pixels


def scaled_boxes(record: ImageRecord, size: tuple[int, int]) -> Boxes:
    """Returns the boxes of an image in pixels of the image resized to ``size`` (width, height)."""
    boxes = np.asarray(record.boxes, dtype=np.float32).reshape(-1, 4)
    factors = np.array([size[0] / record.width, size[1] / record.height], dtype=np.float32)
    scaled: Boxes = boxes * np.tile(factors, 2)
    return scaled
