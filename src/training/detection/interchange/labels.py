"""The result of reading any format: labelled images, and what was left out and why."""

from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from detection.config.alike import alike
from detection.data.csv_text import NUMBER
from detection.data.pictures import ENDINGS
from detection.files import write_bytes

_MOST_BYTES = 1 << 30  # of one annotation file
_MOST_DEPTH = 64  # levels of XML elements inside each other
_MOST_NAMED = 1000  # left-out things of one kind

Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in pixels."""

LOST: Box = (math.nan, math.nan, math.nan, math.nan)
"""In place of an object that is left out, so that its image is not taken for one without objects."""


@dataclass(frozen=True)
class Labelled:
    """One image with its boxes.

    Attributes:
        path: The file.
        name: Its name in the dataset that is written, with forward slashes.
        boxes: Boxes in pixels, each with its class.
        split: ``train``, ``test`` or ``validation`` where the source says so; empty otherwise.
        size: Width and height in pixels as the annotation states them; None when it does not.
    """

    path: Path
    name: str
    boxes: tuple[tuple[Box, str], ...]
    split: str = ""
    size: tuple[float, float] | None = None


class BrokenFile(Exception):
    """An annotation file that cannot be read; the message is the rest of a sentence that begins with its name."""


@dataclass
class LeftOut:
    """Counts and names what is not imported.

    Attributes:
        reasons: Number of things by reason.
        lines: Each of them, with its place; at most 1,000 per reason.
    """

    reasons: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def add(self, where: str, reason: str, detail: str = "") -> None:
        """Adds one thing.

        Args:
            where: File and place.
            reason: A clause that is the same for all things of the kind.
            detail: What makes this one special.
        """
        self.reasons[reason] += 1
        if self.reasons[reason] <= _MOST_NAMED:
            self.lines.append(f"{where}: {reason}" + (f" ({detail})" if detail else ""))


class Source:
    """The files of the folder that is imported. Links are not followed, and no path leads out of it.

    Args:
        root: The folder.
        left_out: Receives what is not imported.
        scratch: Receives the images that annotations embed; None where none are written.
    """

    def __init__(self, root: Path, left_out: LeftOut, scratch: Path | None = None) -> None:
        self.root = root
        self._scratch = scratch
        self.left_out = left_out
        self.files: list[PurePosixPath] = []
        for parent, folders, names in os.walk(root, followlinks=False):
            folders.sort()
            relative = PurePosixPath(Path(parent).relative_to(root).as_posix())
            for name in sorted(names):
                if os.path.islink(os.path.join(parent, name)):
                    left_out.add(str(relative / name), "is a link, and links are not followed")
                else:
                    self.files.append(relative / name)
        self._known = set(self.files)
        self._images = [path for path in self.files if path.suffix.lower() in ENDINGS]
        self._by_name: dict[str, list[PurePosixPath]] = defaultdict(list)
        self._by_stem: dict[str, list[PurePosixPath]] = defaultdict(list)
        self._by_look: dict[str, list[PurePosixPath]] = defaultdict(list)
        for path in self._images:
            self._by_name[path.name].append(path)
            self._by_stem[path.stem].append(path)
            self._by_look[alike(path.name)].append(path)

    @property
    def images(self) -> list[PurePosixPath]:
        """Returns the files that are images by their ending."""
        return self._images

    def has(self, path: PurePosixPath) -> bool:
        """Returns whether the folder holds a file."""
        return path in self._known

    def ending(self, *endings: str) -> list[PurePosixPath]:
        """Returns the files with one of the endings, which are in lower case."""
        return [path for path in self.files if path.name.lower().endswith(endings)]

    def bytes_of(self, path: PurePosixPath) -> bytes:
        """Returns the content of an annotation file.

        Raises:
            BrokenFile: It cannot be read, or is too long.
        """
        file = self.root / path
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise BrokenFile(f"has more than {_MOST_BYTES >> 20} MiB")
            return file.read_bytes()
        except OSError as error:
            raise BrokenFile(f"cannot be read: {error.strerror}") from error

    def text_of(self, path: PurePosixPath) -> str:
        """Returns the text of an annotation file: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it.

        Raises:
            BrokenFile: It has another encoding.
        """
        content = self.bytes_of(path)
        try:
            return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenFile("is not UTF-8") from error

    def json_of(self, path: PurePosixPath) -> Any:
        """Returns the content of a JSON file.

        Raises:
            BrokenFile: It is no JSON.
        """
        try:
            return json.loads(self.text_of(path))
        except (ValueError, RecursionError) as error:
            raise BrokenFile("is not valid JSON") from error

    def xml_of(self, path: PurePosixPath) -> ElementTree.Element:
        """Returns the root of an XML file.

        Raises:
            BrokenFile: It is no XML, or has a document type: entities may expand without end, or read other files.
        """
        builder = ElementTree.TreeBuilder()
        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _MOST_DEPTH:
                raise BrokenFile(f"has elements in more than {_MOST_DEPTH} others")
            builder.start(name, attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            builder.end(name)

        def refuse(*_: Any) -> None:
            raise BrokenFile("has a document type (DOCTYPE), which annotations do not need and which may be an attack")

        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = builder.data
        parser.StartDoctypeDeclHandler = refuse
        try:
            parser.Parse(self.bytes_of(path), True)
            return builder.close()
        except expat.ExpatError as error:
            raise BrokenFile(f"is not valid XML (line {error.lineno})") from error

    def embed(self, path: PurePosixPath, content: bytes) -> Path | None:
        """Writes an image that an annotation embeds, and returns its file; None without a scratch folder."""
        if self._scratch is None:
            return None
        file = self._scratch / path / ("image.jpg" if content[:2] == b"\xff\xd8" else "image.png")
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, content)
        return file

    def find_image(self, name: str, beside: PurePosixPath, *folders: str) -> PurePosixPath | None:
        """Returns the image that an annotation names; None when it is missing, or more than one could be meant.

        Args:
            name: As the annotation has it: a path in any style, or a name without ending.
            beside: The annotation file.
            folders: Names of folders beside that of the annotation that hold images.
        """
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts:
            return None
        if ".." not in parts and not parts[0].endswith(":"):
            relative = PurePosixPath(*parts)
            bases = [
                beside.parent,
                *(beside.parent / f for f in folders),
                *(beside.parent.parent / f for f in folders),
            ]
            for base in (*bases, PurePosixPath()):
                if base / relative in self._known:
                    return base / relative
        # The folder existed on the machine on which the image was labelled; only the name counts.
        found = (
            self._by_name.get(parts[-1]) or self._by_stem.get(parts[-1]) or self._by_stem.get(_stem(parts[-1])) or []
        )
        # macOS decomposes letters with accents, and Windows ignores case.
        found = found or self._by_look.get(alike(parts[-1])) or []
        return found[0] if len(found) == 1 else None


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def number(value: Any) -> float:
    """Returns a finite number of an annotation.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("no number")
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        raise ValueError("no number")  # float() takes 1_000 and the digits of every script
    try:
        found = float(value)
    except OverflowError as error:
        raise ValueError("not finite") from error
    if not math.isfinite(found):
        raise ValueError("not finite")
    return found


def around(points: Iterable[tuple[float, float]]) -> Box:
    """Returns the box around points.

    Raises:
        ValueError: There is no point.
    """
    listed = list(points)
    if not listed:
        raise ValueError("no point")
    xs, ys = [x for x, _ in listed], [y for _, y in listed]
    return min(xs), min(ys), max(xs), max(ys)


def split_hint(path: PurePosixPath) -> str:
    """Returns the split that the folders or the name of a file indicate; empty when they indicate none."""
    return next(filter(None, map(_hint, reversed(path.parts))), "")


def image_split(path: PurePosixPath) -> str:
    """Returns the split of an image, by its folder in ``images``, else by the nearest folder, else by its name."""
    *folders, name = path.parts
    if "images" in folders:
        within = folders[folders.index("images") + 1 :]
        if within and _hint(within[0]):
            return _hint(within[0])
    return split_hint(PurePosixPath(*folders)) or _hint(name)


def _hint(part: str) -> str:
    words = set(_words(part))
    if words & {"train", "training"}:
        return "train"
    if words & {"test", "testing"}:
        return "test"
    return "validation" if words & {"val", "valid", "validation"} else ""


def _words(text: str) -> Iterable[str]:
    return "".join(sign if sign.isalpha() else " " for sign in text.lower()).split()
