"""The images of a dataset: which exist, whether they decode, their sizes, and which way up they are used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from detection.config.nearest_name import difference
from detection.config.alike import alike
from detection.processes.cores import core_count
from detection.data.exif import UPRIGHT
from detection.data.pictures import ALPHA, CUT, DEEP, Picture, PictureError, examine, read_header

_MOST_NAMES = 5  # named in a note


Size = tuple[float, float]
"""Width and height in pixels."""


class ImageSizes:
    """Reads each image once, and decides whether its EXIF orientation is applied.

    The boxes of an image belong to the pixels whose width and height its rows state. Where they state none, or where
    both ways have the same size, the setting decides.

    Args:
        images: Folder of the images.
        image_type: Use case, for messages.
        applies_exif: Whether DATA.EXIF is ``apply``.
        decode: Whether each image is decoded whole, so that none fails later, or what decodes it in place of
            ``examine``; otherwise its header is read.
        depth: DATA.DEPTH, for notes.
    """

    def __init__(
        self,
        images: Path,
        image_type: str,
        *,
        applies_exif: bool,
        decode: bool | Callable[[Path], Picture] = False,
        depth: str = "range",
    ) -> None:
        self._images = images
        self._image_type = image_type
        self._applies = applies_exif
        self._examine = decode if callable(decode) else examine if decode else read_header
        self._depth = depth
        # Names are compared exactly: a file system that ignores case must not decide what a dataset holds.
        self._names = tree_names(images)
        self._read: dict[str, Picture | str] = {}
        self._stated: Mapping[str, Size] = {}
        self._alike: dict[str, str] | None = None

    def state(self, sizes: Mapping[str, Size]) -> None:
        """Takes the width and height that the first row of each image states."""
        self._stated = sizes

    def read(self, names: Iterable[str]) -> None:
        """Reads images in parallel; the others are read when they are needed."""
        missing = [name for name in dict.fromkeys(names) if name in self._names and name not in self._read]
        with ThreadPoolExecutor(_threads(), thread_name_prefix="pictures") as pool:
            self._read.update(zip(missing, pool.map(self._picture_or_fault, missing)))

    def picture(self, name: str) -> Picture | None:
        """Returns what is known of an image; None when the file has a fault."""
        known = self._known(name)
        return None if isinstance(known, str) else known

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
        return header.orientation_for(self._stated.get(name), applies_exif=self._applies)

    def fault(self, name: str) -> str | None:
        """Returns why an image cannot be read, as a whole sentence; None when it can."""
        known = self._known(name)
        return known if isinstance(known, str) else None

    def notes(self, names: Iterable[str]) -> list[str]:
        """Returns how images are used where their files leave a choice, as whole sentences."""
        names = list(names)
        turned: list[str] = []
        left: list[str] = []
        stored: list[str] = []
        for name in names:
            header = self._known(name)
            if isinstance(header, str) or header.orientation == UPRIGHT:
                continue
            is_applied = header.tells(self._stated.get(name))
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
        return notes + self._trait_notes(names)

    def _trait_notes(self, names: Iterable[str]) -> list[str]:
        having: dict[str, list[str]] = {CUT: [], DEEP: [], ALPHA: []}
        for name in names:
            known = self._known(name)
            for trait in known.traits if isinstance(known, Picture) else ():
                having[trait].append(name)
        scaled = (
            "from its full range (DATA.DEPTH is range)"
            if self._depth == "range"
            else "from percentiles of the training split (DATA.DEPTH is percentiles)"
        )
        sentences = {
            CUT: "lacks the last bytes of its file and decodes whole",
            DEEP: f"has more than 8 bits per pixel and is scaled {scaled}",
            ALPHA: "has transparent pixels and is composed on white",
        }
        return [f"{_each(found)} {sentences[trait]}: {_list(found)}." for trait, found in having.items() if found]

    def _known(self, name: str) -> Picture | str:
        if name not in self._read:
            self._read[name] = self._picture_or_fault(name)
        return self._read[name]

    def _picture_or_fault(self, name: str) -> Picture | str:
        if name not in self._names:
            meant = self._meant(name)
            hint = f" Did you mean '{meant}'?{difference(name, meant)}" if meant is not None else ""
            return f"image '{name}' is not in {self._image_type}/images; it must be there, or the row removed.{hint}"
        try:
            return self._examine(self._images / name)
        except PictureError as error:
            return f"image '{name}' {error}"

    def _meant(self, name: str) -> str | None:
        """Returns the file that differs only in folder, path style, or what may look the same; None without one."""
        if self._alike is None:
            self._alike = {}
            for known in sorted(self._names, key=os.fsencode):
                self._alike.setdefault(alike(known), known)
        return self._alike.get(alike(name))


def file_names(folder: Path) -> set[str]:
    """Returns the names of the files in a folder; none when it does not exist."""
    return {entry.name for entry in folder.iterdir() if entry.is_file()} if folder.is_dir() else set()


def tree_names(folder: Path) -> set[str]:
    """Returns the files in a folder and its subfolders, as paths with forward slashes.

    Links to folders are skipped, and so is a name that is not UTF-8: no row of a CSV can say it.
    """
    names: set[str] = set()
    for parent, _, files in os.walk(folder):
        relative = Path(parent).relative_to(folder)
        names.update((relative / name).as_posix() for name in files if os.path.isfile(os.path.join(parent, name)))
    return {name for name in names if _is_unicode(name)}


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _threads() -> int:
    return min(32, core_count())


def _each(names: list[str]) -> str:
    return "1 image" if len(names) == 1 else f"each of {len(names)} images"


def _images(names: list[str]) -> str:
    return "1 image is" if len(names) == 1 else f"{len(names)} images are"


def _list(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
