"""The images of a dataset: which exist, their sizes, and which way up they are used. Read from the file headers."""

from __future__ import annotations

import os
import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from detection.data.exif import UPRIGHT, read_orientation, swaps_sides

_FORMATS = ("JPEG", "PNG", "BMP", "GIF")
_MOST_NAMES = 5  # named in a note


def _plain(letter: str) -> str:
    return letter.lower() if letter.isascii() else letter


# Letters A to Z in lower case, and the letters of Latin-1 and Latin Extended-A without their accents.
_ALIKE = {
    **{letter: letter.lower() for letter in string.ascii_uppercase},
    **{chr(code): _plain(unicodedata.normalize("NFD", chr(code))[0]) for code in range(0xC0, 0x180)},
}

Size = tuple[float, float]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Header:
    """What the header of an image says.

    Attributes:
        width: Width of the stored pixels.
        height: Height of the stored pixels.
        orientation: EXIF orientation, 1 to 8.
    """

    width: int
    height: int
    orientation: int

    @property
    def stored(self) -> tuple[int, int]:
        """Returns width and height of the stored pixels."""
        return self.width, self.height

    @property
    def upright(self) -> tuple[int, int]:
        """Returns width and height of the picture turned upright."""
        return (self.height, self.width) if swaps_sides(self.orientation) else self.stored


class ImageSizes:
    """Reads the header of each image once, and decides whether its EXIF orientation is applied.

    The boxes of an image belong to the pixels whose width and height its rows state. Where they state none, or where
    both ways have the same size, the setting decides.

    Args:
        images: Folder of the images.
        image_type: Use case, for messages.
        applies_exif: Whether DATA.EXIF is ``apply``.
    """

    def __init__(self, images: Path, image_type: str, *, applies_exif: bool) -> None:
        self._images = images
        self._image_type = image_type
        self._applies = applies_exif
        # Names in exactly their letters: a file system that ignores case must not decide what a dataset holds.
        self._names = tree_names(images)
        self._read: dict[str, Header | str] = {}
        self._stated: Mapping[str, Size] = {}
        self._alike: dict[str, str] | None = None

    def state(self, sizes: Mapping[str, Size]) -> None:
        """Takes the width and height that the first row of each image states."""
        self._stated = sizes

    def size(self, name: str) -> tuple[int, int] | None:
        """Returns width and height of the image as it is used; None when the file has a fault."""
        header = self._known(name)
        if isinstance(header, str):
            return None
        return header.stored if self.orientation(name) == UPRIGHT else header.upright

    def orientation(self, name: str) -> int:
        """Returns the EXIF orientation that is applied, 1 to 8."""
        header = self._known(name)
        if isinstance(header, str):
            return UPRIGHT
        is_applied = self._evidence(name, header)
        return header.orientation if (self._applies if is_applied is None else is_applied) else UPRIGHT

    def fault(self, name: str) -> str | None:
        """Returns why the header of an image cannot be read, as a whole sentence; None when it can."""
        known = self._known(name)
        return known if isinstance(known, str) else None

    def notes(self, names: Iterable[str]) -> list[str]:
        """Returns how the EXIF orientations of images are used, as whole sentences."""
        turned: list[str] = []
        left: list[str] = []
        stored: list[str] = []
        for name in names:
            header = self._known(name)
            if isinstance(header, str) or header.orientation == UPRIGHT:
                continue
            is_applied = self._evidence(name, header)
            if is_applied is None:
                (turned if self._applies else left).append(name)
            elif not is_applied:
                stored.append(name)
        notes = []
        if turned:
            notes.append(
                f"{_images(turned)} turned upright as the EXIF orientation says (DATA.EXIF is apply): {_list(turned)}. "
                "Set DATA.EXIF=ignore if the boxes were drawn on the stored pixels."
            )
        if left:
            notes.append(
                f"{_images(left)} used as stored in spite of the EXIF orientation (DATA.EXIF is ignore): {_list(left)}."
            )
        if stored:
            notes.append(
                f"{_images(stored)} used as stored in spite of the EXIF orientation, because width and height of the "
                f"rows are those of the stored pixels: {_list(stored)}."
            )
        return notes

    def _evidence(self, name: str, header: Header) -> bool | None:
        """Returns whether the rows speak for the upright picture; None when they do not tell."""
        stated = self._stated.get(name)
        if header.stored == header.upright or stated not in (header.stored, header.upright):
            return None
        return stated == header.upright

    def _known(self, name: str) -> Header | str:
        if name not in self._read:
            self._read[name] = self._header_or_fault(name)
        return self._read[name]

    def _header_or_fault(self, name: str) -> Header | str:
        if name not in self._names:
            meant = self._meant(name)
            hint = f" Did you mean '{meant}'?" if meant is not None else ""
            return f"image '{name}' is not in {self._image_type}/images; it must be there, or the row removed.{hint}"
        header = read_header(self._images / name)
        if header is None:
            return (
                f"image '{name}' cannot be read as a picture (JPEG, PNG, BMP or GIF); "
                "replace the file or remove its rows."
            )
        return header

    def _meant(self, name: str) -> str | None:
        """Returns the file whose name differs in case, accents, folder or style of path alone; None without one."""
        if self._alike is None:
            self._alike = {}
            for known in sorted(self._names, key=os.fsencode):
                self._alike.setdefault(_likeness(known), known)
        return self._alike.get(_likeness(name))


def read_header(path: Path) -> Header | None:
    """Returns what the header of an image says; None when it cannot be read as a picture."""
    try:
        with open(path, "rb") as file:
            orientation = read_orientation(file)
            file.seek(0)
            with Image.open(file, formats=_FORMATS) as image:
                width, height = image.size
                return Header(int(width), int(height), orientation)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        # Pillow's readers raise any of these for a truncated or damaged header.
        return None


def file_names(folder: Path) -> set[str]:
    """Returns the names of the files in a folder; none when it does not exist."""
    return {entry.name for entry in folder.iterdir() if entry.is_file()} if folder.is_dir() else set()


def tree_names(folder: Path) -> set[str]:
    """Returns the files in a folder and its subfolders, as paths with forward slashes; links to folders are skipped."""
    names: set[str] = set()
    for parent, _, files in os.walk(folder):
        relative = Path(parent).relative_to(folder)
        names.update((relative / name).as_posix() for name in files if os.path.isfile(os.path.join(parent, name)))
    return names


def _likeness(name: str) -> str:
    """Returns a name without its folder, the style of its path, the case of its letters and its accents."""
    letters = name.replace("\\", "/").rpartition("/")[2]
    return "".join(_ALIKE.get(letter, letter) for letter in letters if not "\u0300" <= letter <= "\u036f")


def _images(names: list[str]) -> str:
    return "1 image is" if len(names) == 1 else f"{len(names)} images are"


def _list(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
