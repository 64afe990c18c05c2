"""The sizes of the images of a dataset, read from the file headers."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

_FORMATS = ("JPEG", "PNG", "BMP", "GIF")


class ImageSizes:
    """Reads the size of each image once.

    Args:
        images: Folder of the images.
        image_type: Use case, for messages.
    """

    def __init__(self, images: Path, image_type: str) -> None:
        self._images = images
        self._image_type = image_type
        # Names in exactly their letters: a file system that ignores case must not decide what a dataset holds.
        self._names = file_names(images)
        self._read: dict[str, tuple[int, int] | str] = {}

    def size(self, name: str) -> tuple[int, int] | None:
        """Returns width and height in pixels; None when the file has a fault."""
        known = self._known(name)
        return None if isinstance(known, str) else known

    def fault(self, name: str) -> str | None:
        """Returns why the size of an image cannot be read, as a whole sentence; None when it can."""
        known = self._known(name)
        return known if isinstance(known, str) else None

    def _known(self, name: str) -> tuple[int, int] | str:
        if name not in self._read:
            self._read[name] = self._size_or_fault(name)
        return self._read[name]

    def _size_or_fault(self, name: str) -> tuple[int, int] | str:
        if name not in self._names:
            return f"image '{name}' is not in {self._image_type}/images; it must be there, or the row removed."
        try:
            with Image.open(self._images / name, formats=_FORMATS) as image:
                width, height = image.size
                return int(width), int(height)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            # Pillow's readers raise any of these for a truncated or damaged header.
            return (
                f"image '{name}' cannot be read as a picture (JPEG, PNG, BMP or GIF); "
                "replace the file or remove its rows."
            )


def file_names(folder: Path) -> set[str]:
    """Returns the names of the files in a folder; none when it does not exist."""
    return {entry.name for entry in folder.iterdir() if entry.is_file()} if folder.is_dir() else set()
