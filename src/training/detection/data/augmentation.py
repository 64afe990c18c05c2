"""The random changes of a training image: flips, colour, scale jitter, crops that keep boxes, and mosaics of four."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

Pixels = NDArray[np.uint8]
"""An image: uint8 (H, W, 3), RGB."""

Boxes = NDArray[np.float32]
"""N boxes: float32 (N, 4), xyxy in pixels."""

_SCALES = (0.6, 1.6)
_LEAST_SHARE = 0.4  # of an object that must remain visible
_LEAST_SIDE = 2.0  # pixels
_TRIALS = 8
_FILL = (124, 116, 104)  # the mean of the input, which the model sees as 0
_MIDDLE = (0.3, 0.7)  # where the four images of a mosaic meet, as shares of its sides

Sample = tuple[Pixels, Boxes, NDArray[np.int64]]
"""An image with its boxes and the label of each."""


def augment(pixels: Pixels, boxes: Boxes, labels: NDArray[np.int64], kind: str, random: np.random.Generator) -> Sample:
    """Returns one image with its boxes and labels after a random change; the arguments stay unchanged.

    Args:
        pixels: The image.
        boxes: Its boxes, in pixels of the image.
        labels: Label of each box.
        kind: AUGMENTATION: ``none``, ``flip`` (left to right, with probability 0.5), ``flip_color`` (brightness,
            contrast and saturation by a factor from 0.7 to 1.3 as well), ``flip_both`` (each axis with probability
            0.5), or ``strong`` (all of it, after a window of 1/1.6 to 1/0.6 of the image is cut and resized to its
            size).
        random: Decides the change.

    Returns:
        An image of the same size, and the boxes that lie inside it: those cut to less than 0.4 of their area are left
        out. A window that would leave out every box is drawn again, eight times at most; then the image stays whole.
    """
    if kind == "none":
        return pixels, boxes, labels
    if kind == "strong":
        pixels, boxes, labels = _window(pixels, boxes, labels, random)
    if random.random() < 0.5:
        width = pixels.shape[1]
        pixels = pixels[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    if kind in ("flip_both", "strong") and random.random() < 0.5:
        height = pixels.shape[0]
        pixels = pixels[::-1]
        boxes = np.stack([boxes[:, 0], height - boxes[:, 3], boxes[:, 2], height - boxes[:, 1]], axis=1)
    if kind in ("flip_color", "strong"):
        image = Image.fromarray(np.ascontiguousarray(pixels))
        for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhancer(image).enhance(0.7 + 0.6 * random.random())
        pixels = np.asarray(image)
    return pixels, boxes, labels


def mosaic(samples: Sequence[Sample], random: np.random.Generator) -> Sample:
    """Returns four images joined to one of the size of the first.

    They meet at a point near its middle. Each is resized to cover its quarter, and the excess is cut off on one side.
    Boxes are cut as in a window. When a mosaic would lose every box, the first image is returned alone.

    Args:
        samples: Four images.
        random: Decides the point and the cuts.
    """
    height, width = samples[0][0].shape[:2]
    across = round(width * random.uniform(*_MIDDLE))
    down = round(height * random.uniform(*_MIDDLE))
    canvas = np.empty((height, width, 3), dtype=np.uint8)
    boxes, labels = [], []
    quarters = (
        (0, 0, across, down),
        (across, 0, width, down),
        (0, down, across, height),
        (across, down, width, height),
    )
    for (pixels, own, names), (left, top, right, bottom) in zip(samples, quarters):
        scale = max((right - left) / pixels.shape[1], (bottom - top) / pixels.shape[0])
        # Of the two numbers one is 0 but for rounding.
        cut_left = random.random() * max(0.0, pixels.shape[1] - (right - left) / scale)
        cut_top = random.random() * max(0.0, pixels.shape[0] - (bottom - top) / scale)
        canvas[top:bottom, left:right] = np.asarray(
            Image.fromarray(pixels).resize(
                (right - left, bottom - top),
                Image.Resampling.BILINEAR,
                box=(
                    cut_left,
                    cut_top,
                    min(pixels.shape[1], cut_left + (right - left) / scale),
                    min(pixels.shape[0], cut_top + (bottom - top) / scale),
                ),
            )
        )
        moved = own * np.float32(scale) + np.array([left - cut_left * scale, top - cut_top * scale] * 2, np.float32)
        inside, kept = _cut(moved, (left, top, right, bottom))
        boxes.append(inside[kept])
        labels.append(names[kept])
    joined = np.concatenate(boxes)
    if not len(joined) and any(len(own) for _, own, _ in samples):
        return samples[0]
    return canvas, joined, np.concatenate(labels)


def _cut(boxes: Boxes, frame: tuple[int, int, int, int]) -> tuple[Boxes, NDArray[np.bool_]]:
    """Returns the boxes cut at a frame (xyxy), and which of them remain large enough to be kept."""
    low, high = np.array(frame[:2] * 2, dtype=np.float32), np.array(frame[2:] * 2, dtype=np.float32)
    inside = np.clip(boxes, low, high).astype(np.float32)
    sides = inside[:, 2:] - inside[:, :2]
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    kept = (sides.prod(axis=1) >= _LEAST_SHARE * whole) & (sides.min(axis=1, initial=np.inf) >= _LEAST_SIDE)
    return inside, kept


def _window(pixels: Pixels, boxes: Boxes, labels: NDArray[np.int64], random: np.random.Generator) -> Sample:
    """Cuts a window of the image's proportions, larger or smaller than it, and resizes it to the size of the image."""
    height, width = pixels.shape[:2]
    for _ in range(_TRIALS):
        scale = float(np.exp(random.uniform(*np.log(_SCALES))))
        across, down = width / scale, height / scale
        left = random.uniform(min(0.0, width - across), max(0.0, width - across))
        top = random.uniform(min(0.0, height - down), max(0.0, height - down))
        moved = (boxes - np.array([left, top, left, top], dtype=np.float32)) * np.float32(scale)
        inside, kept = _cut(moved, (0, 0, width, height))
        if kept.any() or not len(boxes):
            image = Image.fromarray(np.ascontiguousarray(pixels)).transform(
                (width, height),
                Image.Transform.AFFINE,
                (1 / scale, 0, left, 0, 1 / scale, top),
                Image.Resampling.BILINEAR,
                fillcolor=_FILL,
            )
            return np.asarray(image), inside[kept], labels[kept]
    return pixels, boxes, labels
