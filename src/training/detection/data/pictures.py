"""Opens pictures. Doctor, the trainer and every report decode files through this module.

Whether a file can be used is decided here alone. The build starts this module to decode (``detection.inspect``), so
that both accept and refuse the same files in the same words.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detection.data.exif import UPRIGHT, read_orientation, swaps_sides, turned_upright, without_orientation

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
FORMATS_TEXT = "JPEG, PNG, BMP, GIF, WebP or TIFF"
ENDINGS = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"))
"""Ends of file names, in lower case, by which a folder of many kinds of files is searched for pictures."""

MOST_PIXELS = 178_956_970
"""Pillow's limit of the pixels of one picture: twice its MAX_IMAGE_PIXELS."""

BACKGROUND = (255, 255, 255)
"""The colour behind transparent pixels: white."""

CUT = "cut"
"""The file ends before its end marker, and all its pixels are there."""
DEEP = "deep"
"""The picture has one channel of more than 8 bits."""
ALPHA = "alpha"
"""The picture has pixels that are not opaque."""

# What may follow a JPEG that lacks its last bytes: its end marker, or more data. Where all pixels are there, the
# decoder reads none of it, so that every tail gives the same pixels.
_TAILS = (b"\xff\xd9", b"\x00" * 64 + b"\xff\xd9", b"\x55\xaa" * 32 + b"\xff\xd9", b"\xfe" * 64 + b"\xff\xd9")

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"

_SHOWN = 32  # pixels of each side that a thumbnail needs

_COUNT = re.compile(r"\(([0-9]+) pixels\)")

# The pixel limit is an error with its own message; below it, size is no reason to warn.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Pillow warns about odd metadata, which nothing here reads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\..*")

Range = tuple[float, float]
"""The values that become black and white."""


class PictureError(Exception):
    """A file that cannot be used as a picture; the message continues a sentence that begins with the image's name."""


@dataclass(frozen=True)
class Picture:
    """What decoding a file showed.

    Attributes:
        width: Width of the stored pixels.
        height: Height of the stored pixels.
        orientation: EXIF orientation, 1 to 8.
        traits: What is special: CUT, DEEP, ALPHA.
        md5: MD5 of the file in lower-case hex; empty when only the header was read.
    """

    width: int
    height: int
    orientation: int
    traits: tuple[str, ...] = ()
    md5: str = ""

    @property
    def stored(self) -> tuple[int, int]:
        """Returns width and height of the stored pixels."""
        return self.width, self.height

    @property
    def upright(self) -> tuple[int, int]:
        """Returns width and height of the picture turned upright."""
        return (self.height, self.width) if swaps_sides(self.orientation) else self.stored

    def tells(self, stated: tuple[float, float] | None) -> bool | None:
        """Returns whether a stated width and height are those of the upright picture; None when they do not tell."""
        if self.stored == self.upright or stated not in (self.stored, self.upright):
            return None
        return stated == self.upright

    def orientation_for(self, stated: tuple[float, float] | None, *, applies_exif: bool) -> int:
        """Returns the orientation to apply, 1 to 8.

        Args:
            stated: Width and height that whoever drew the boxes states; None for none.
            applies_exif: Whether the orientation is applied where they do not tell.
        """
        told = self.tells(stated)
        return self.orientation if (applies_exif if told is None else told) else UPRIGHT


def read_header(path: Path) -> Picture:
    """Returns the size and orientation of a picture from its header; its pixels may still be damaged.

    Raises:
        PictureError: The file does not have the header of a picture.
    """
    try:
        with open(path, "rb") as file:
            orientation = read_orientation(file)
            file.seek(0)
            is_tiff = file.read(2) in (b"II", b"MM")
            file.seek(0)
            with _opened(io.BytesIO(without_orientation(file.read())) if is_tiff else file) as image:
                return Picture(int(image.width), int(image.height), orientation)
    except Exception as error:  # noqa: B902 - Pillow's readers raise nearly any type for a damaged file
        raise _explained(error) from error


def examine(path: Path) -> Picture:
    """Decodes a picture whole, as training does, and returns what it is.

    Raises:
        PictureError: The file cannot be decoded.
    """
    return examine_and_show(path)[0]


def examine_and_show(path: Path) -> tuple[Picture, Image.Image]:
    """Decodes a picture whole; returns what it is, and its stored pixels, those of a JPEG at a smaller scale.

    Raises:
        PictureError: The file cannot be decoded.
    """
    try:
        content = path.read_bytes()
        orientation = read_orientation(io.BytesIO(content))
        size = (0, 0)

        def shrink(image: Image.Image) -> None:
            nonlocal size
            size = image.size
            # A JPEG's data is read whole at every scale, and the smallest is the fastest.
            image.draft("RGB", (_SHOWN, _SHOWN))

        image, is_cut = _decoded(content, shrink)
        traits = [CUT] * is_cut + [DEEP] * is_deep(image)
        if _has_transparent_pixels(image):
            traits.append(ALPHA)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Picture(int(size[0]), int(size[1]), orientation, tuple(traits), md5), image
    except Exception as error:  # noqa: B902 - as above
        raise _explained(error) from error


def read_picture(
    path: Path, orientation: int = 1, *, at_least: tuple[int, int] | None = None, depth: Range | None = None
) -> Image.Image:
    """Returns a picture in RGB, turned upright.

    Args:
        path: The file.
        orientation: EXIF orientation to apply to the stored pixels, 1 to 8; 1 applies none.
        at_least: Width and height, seen upright, that suffice; a JPEG is decoded at the smallest scale that has them.
        depth: The values that become black and white in a picture of more than 8 bits; None for its full range.

    Raises:
        PictureError: The file cannot be decoded.
    """
    try:
        wanted = at_least[::-1] if at_least and swaps_sides(orientation) else at_least
        image, _ = _decoded(path.read_bytes(), lambda image: image.draft("RGB", wanted) if wanted else None)
        return turned_upright(as_rgb(image, depth), orientation)
    except Exception as error:  # noqa: B902 - as above
        raise _explained(error) from error


def deep_values(path: Path) -> NDArray[np.float64] | None:
    """Returns the values of a picture of more than 8 bits, flattened; None for every other picture.

    Raises:
        PictureError: The file cannot be decoded.
    """
    try:
        image, _ = _decoded(path.read_bytes())
        return _values(image).ravel() if is_deep(image) else None
    except Exception as error:  # noqa: B902 - as above
        raise _explained(error) from error


def is_deep(image: Image.Image) -> bool:
    """Returns whether a picture has one channel of more than 8 bits, or of floating point."""
    return bool(image.mode == "F" or image.mode.startswith("I"))


def as_rgb(image: Image.Image, depth: Range | None = None) -> Image.Image:
    """Converts a decoded picture to RGB: deep ones scaled, transparent ones composed on BACKGROUND.

    Args:
        image: A picture of any mode.
        depth: The values that become black and white in a picture of more than 8 bits; None for its full range: 0 to
            65,535 for whole numbers, 0 to 1 for floating point, and the picture's own smallest and largest value where
            it exceeds those.
    """
    if is_deep(image):
        values = _values(image)
        low, high = depth or _full_range(values, 1.0 if image.mode == "F" else 65535.0)
        grey = np.clip((values - low) * (255 / max(high - low, 1e-12)) + 0.5, 0, 255).astype(np.uint8)
        transparent = _transparent_value(image)
        if transparent is not None:
            grey[values == transparent] = BACKGROUND[0]
        return Image.fromarray(grey).convert("RGB")
    if _has_alpha(image):
        opaque = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        return Image.alpha_composite(opaque, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _full_range(values: NDArray[np.float64], most: float) -> Range:
    low, high = float(values.min()), float(values.max())
    return (0.0, most) if 0 <= low and high <= most else (low, high)


def _values(image: Image.Image) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)


def _has_transparent_pixels(image: Image.Image) -> bool:
    if is_deep(image):
        transparent = _transparent_value(image)
        return transparent is not None and bool((_values(image) == transparent).any())
    return _has_alpha(image) and bool(np.asarray(image.convert("RGBA"))[..., 3].min(initial=255) < 255)


def _transparent_value(image: Image.Image) -> float | None:
    """Returns the value of the transparent pixels of a deep picture; None where all are opaque."""
    value = image.info.get("transparency")
    return float(value) if isinstance(value, int) else None


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _opened(file: BinaryIO) -> Image.Image:
    image: Image.Image = Image.open(file, formats=FORMATS)
    return image


def _decoded(content: bytes, prepare: Callable[[Image.Image], object] | None = None) -> tuple[Image.Image, bool]:
    """Returns the decoded picture, and whether its file lacks its last bytes."""
    if content[:2] in (b"II", b"MM"):
        # Pillow turns a TIFF upright by itself, at a moment that differs between its versions.
        content = without_orientation(content)

    def decode(tail: bytes) -> Image.Image:
        image = _opened(io.BytesIO(content + tail))
        if prepare is not None:
            prepare(image)
        image.load()
        return image

    try:
        return decode(b""), content.startswith(_PNG) and _PNG_END not in content
    except OSError:
        if content[:3] != b"\xff\xd8\xff":
            raise
        first, *others = (_pixels(content + tail) for tail in _TAILS)
        if any(other != first for other in others):
            raise
        return decode(_TAILS[0]), True


def _pixels(content: bytes) -> bytes:
    image = _opened(io.BytesIO(content))
    pixels: bytes = image.tobytes()
    return pixels


def _explained(error: Exception) -> PictureError:
    if isinstance(error, PictureError):
        return error
    if isinstance(error, Image.DecompressionBombError):
        count = _COUNT.search(str(error))
        return PictureError(too_many_pixels(int(count[1]) if count else MOST_PIXELS + 1))
    return PictureError(f"cannot be read as a picture ({FORMATS_TEXT}); replace the file or remove its rows.")


def too_many_pixels(count: int) -> str:
    """Returns the fault of a picture beyond Pillow's limit, without the image's name."""
    return f"has {count} pixels; it must have at most {MOST_PIXELS}; make it smaller, or remove its rows."
