"""How predictions read pictures: by the reader of the training. No other module of this folder opens a picture."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from detection.data.datasets import ImageRecord
from detection.data.exif import turned_upright
from detection.data.image_sizes import read_header


def record_of(name: str, path: Path, *, applies_exif: bool) -> ImageRecord:
    """Returns an image without objects, of the size and orientation that its header says.

    Args:
        name: Name of the image.
        path: Its file.
        applies_exif: Whether DATA.EXIF of the model is ``apply``.

    Raises:
        ValueError: The file is no picture; the message is the reason.
    """
    header = read_header(path)
    if header is None or min(header.stored) < 1:
        raise ValueError("it is no picture that training reads, or its header is damaged")
    if not applies_exif:
        return ImageRecord(name, path, *header.stored, (), ())
    return ImageRecord(name, path, *header.upright, (), (), header.orientation)


def upright_picture(path: Path, width: int, height: int) -> Image.Image:
    """Returns an image in RGB, turned upright as its EXIF orientation says where that gives ``width`` and ``height``.

    Raises:
        OSError, ValueError: The file can no longer be read.
    """
    header = read_header(path)
    with Image.open(path) as file:
        picture = file.convert("RGB")
    is_turned = header is not None and header.upright == (width, height)
    return turned_upright(picture, header.orientation) if header is not None and is_turned else picture
