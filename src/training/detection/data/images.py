"""Images as the model gets them: decoded, resized, kept in memory when they fit, and varied."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageEnhance

from detection.data.datasets import ImageRecord
from detection.errors import TrainingError

CACHE_BYTES = 1 << 30
"""Most memory that resized images may take; beyond it they are decoded again each time."""


class ImageStore:
    """Decodes and resizes images, and remembers them up to a bound. Safe to use from several threads.

    Args:
        longer_side: Longer side after resizing, in pixels; smaller images are enlarged.
        capacity: Bytes of resized images to keep.
    """

    def __init__(self, longer_side: int, capacity: int = CACHE_BYTES) -> None:
        self.longer_side = longer_side
        self._free = capacity
        self._kept: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def fits(self, records: Sequence[ImageRecord]) -> bool:
        """Tells whether all these images can be kept in memory together with those already there."""
        return sum(3 * width * height for width, height in map(self.size, records)) <= self._free

    def size(self, record: ImageRecord) -> tuple[int, int]:
        """Returns width and height after resizing, in pixels."""
        scale = self.longer_side / max(record.width, record.height)
        return max(1, int(record.width * scale + 0.5)), max(1, int(record.height * scale + 0.5))

    def load(self, record: ImageRecord) -> np.ndarray:
        """Returns the resized image: uint8 (H, W, 3), RGB. The array is shared and must not be written to.

        Raises:
            TrainingError: The file cannot be decoded; its header alone was checked before.
        """
        kept = self._kept.get(record.file_name)
        if kept is not None:
            return kept
        size = self.size(record)
        try:
            with Image.open(record.path) as file:
                file.draft("RGB", size)  # a JPEG is decoded at the nearest size that is large enough
                pixels = np.asarray(file.convert("RGB").resize(size, Image.Resampling.BILINEAR))
        except (OSError, SyntaxError, ValueError) as error:
            raise TrainingError(
                f"image '{record.path}' cannot be decoded: {error}; replace the file or remove its rows."
            ) from error
        with self._lock:
            if pixels.nbytes <= self._free and record.file_name not in self._kept:
                self._kept[record.file_name] = pixels
                self._free -= pixels.nbytes
        return pixels


def scaled_boxes(record: ImageRecord, size: tuple[int, int]) -> np.ndarray:
    """Returns the boxes of an image, float32 (N, 4) xyxy, in pixels of it resized to ``size`` (width, height)."""
    boxes = np.asarray(record.boxes, dtype=np.float32).reshape(-1, 4)
    factors = np.array([size[0] / record.width, size[1] / record.height], dtype=np.float32)
    return boxes * np.tile(factors, 2)


def augment(
    pixels: np.ndarray, boxes: np.ndarray, kind: str, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Varies one image and its boxes.

    Args:
        pixels: uint8 (H, W, 3), left as it is.
        boxes: float32 (N, 4), xyxy in pixels, left as they are.
        kind: AUGMENTATION: ``none``, ``flip`` (left to right, every second image) or ``flip_color`` (brightness,
            contrast and saturation between 0.7 and 1.3 as well).
        random: Draws what is done.
    """
    if kind == "none":
        return pixels, boxes
    if random.random() < 0.5:
        width = pixels.shape[1]
        pixels = pixels[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    if kind == "flip_color":
        image = Image.fromarray(np.ascontiguousarray(pixels))
        for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhancer(image).enhance(0.7 + 0.6 * random.random())
        pixels = np.asarray(image)
    return pixels, boxes
