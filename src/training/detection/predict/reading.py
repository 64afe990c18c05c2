"""How predictions read pictures: by the reader of the training. No other module of this folder opens a picture."""

from __future__ import annotations

import os
import re
import stat
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
    _check_regular(path)
    try:
        header = read_header(path)
    except PictureError as error:
        raise ValueError(reason_of(error)) from error
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
        raise ValueError(reason_of(error)) from error


def reason_of(error: PictureError) -> str:
    """Returns why a file is no picture, without the advice about the rows of a dataset and without its point."""
    return "it " + re.sub(r",? or remove its rows\.?$", "", str(error))


def _check_regular(path: Path) -> None:
    """Checks that a path is that of a file: one of a pipe or a device might never end.

    Raises:
        ValueError: It is not; the message is the reason.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise ValueError("it does not exist") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from error
    except ValueError:  # a path of a list may hold a zero byte
        raise ValueError("it does not exist") from None
    if stat.S_ISDIR(mode):
        raise ValueError("it is a folder")
    if not stat.S_ISREG(mode):
        raise ValueError("it is no regular file")
