"""How predictions read pictures: by the reader of the training. No other module of this folder opens a picture."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from detection.data.datasets import ImageRecord
from detection.data.pictures import PictureError, Range, read_header, read_picture


def record_of(name: str, path: Path, *, applies_exif: bool, depth: Range | None = None) -> ImageRecord:
    """Returns an image without objects, of the size and orientation that its header says.

    Args:
        name: Name of the image.
        path: Its file.
        applies_exif: Whether DATA.EXIF of the model is ``apply``.
        depth: The values that the model takes for black and white in images of more than 8 bits.

    Raises:
        ValueError: The file is no picture; the message is the reason.
    """
    try:
        header = read_header(path)
    except PictureError as error:
        raise ValueError(f"it {error}") from error
    if not applies_exif:
        return ImageRecord(name, path, *header.stored, (), (), depth=depth)
    return ImageRecord(name, path, *header.upright, (), (), header.orientation, depth)


def predicted_picture(
    path: Path, size: tuple[int, int], *, applies_exif: bool, depth: Range | None = None
) -> Image.Image:
    """Returns an image in RGB as the model saw it.

    Args:
        path: Its file.
        size: Width and height for which it was predicted.
        applies_exif: Whether DATA.EXIF of the model is ``apply``.
        depth: The values that the model takes for black and white in images of more than 8 bits.

    Raises:
        ValueError: The file can no longer be read.
    """
    try:
        header = read_header(path)
        return read_picture(path, header.orientation_for(size, applies_exif=applies_exif), depth=depth)
    except PictureError as error:
        raise ValueError(f"it {error}") from error
