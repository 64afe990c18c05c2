"""Finds the images that ``--images`` names: a folder, a pattern, a list of files, or one file."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from detection.errors import TrainingError

_LIST = ".txt"
PICTURES = "pictures"
"""Folder of the output that receives the drawn pictures."""


@dataclass(frozen=True)
class Inputs:
    """The images to predict.

    Attributes:
        paths: The file of each image by its name: the path below a common folder, with forward slashes; sorted.
        others: Number of files in the folder or the pattern that are no pictures by their suffix.
    """

    paths: dict[str, Path]
    others: int = 0


def find_images(text: str, output: Path) -> Inputs:
    """Finds the images.

    Args:
        text: A folder, which is searched with its subfolders; a pattern with ``*``, ``?`` or ``[…]``, in which ``**``
            stands for any number of folders; a ``.txt`` file with one path per line, relative to its folder; or an
            image.
        output: The folder of the results. Its files are no input, so that a second run finds the same images; where
            it holds the images itself, this is true of its pictures.

    Raises:
        TrainingError: The text is of another kind, or there is no image.
    """
    path = Path(text)
    # The functions of os.path call a name that is too long, or that holds a zero byte, a missing one.
    if not text:
        raise TrainingError("--images is empty; it must be a folder, a pattern, a .txt file or an image.")
    if os.path.isdir(path):
        found = _named(_files(path, _own_folder(path, output)), path)
    elif os.path.isfile(path) and path.suffix.lower() == _LIST:
        found = _listed(path)
    elif os.path.isfile(path):
        found = Inputs({path.name: path})
    elif glob.has_magic(text):
        base = Path(*_plain_parts(text))
        files = (Path(name) for name in glob.iglob(text, recursive=True) if not os.path.isdir(name))
        own = _own_folder(base, output)
        found = _named((file for file in files if own not in file.resolve().parents), base)
    else:
        raise TrainingError(
            f"--images is {text!r}, which does not exist; it must be a folder, a pattern such as 'new/**/*.jpg' in "
            "quotes, a .txt file with one path per line, or an image."
        )
    if not found.paths:
        raise TrainingError(
            f"--images is {text!r}, which holds no image among {found.others} files; it must name files with one of "
            f"the suffixes {', '.join(sorted(_endings()))}."
        )
    return found


def _own_folder(base: Path, output: Path) -> Path:
    """Returns the folder that holds no input, because the command writes pictures there.

    Args:
        base: Folder of the images.
        output: The folder of the results; where it holds the images, only its pictures are no input.

    Raises:
        TrainingError: The images would be among the pictures that are drawn.
    """
    images, own = base.resolve(), output.resolve()
    if own != images and own not in images.parents:
        return own
    own /= PICTURES
    if own == images or own in images.parents:
        raise TrainingError(
            f"--output is {str(output)!r}, whose folder {PICTURES} holds the images; it must be another folder."
        )
    return own


def _files(folder: Path, own: Path) -> Iterable[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(parent, name).resolve() != own]
        yield from (Path(parent, name) for name in names)


def _endings() -> frozenset[str]:
    from detection.data.pictures import ENDINGS  # Pillow, which other commands do not need

    return ENDINGS


def _named(paths: Iterable[Path], base: Path) -> Inputs:
    pictures, others, endings = [], 0, _endings()
    for path in paths:
        if path.suffix.lower() in endings:  # a link to a missing file is named with the images that cannot be read
            pictures.append(path)
        else:
            others += 1
    return Inputs({path.relative_to(base).as_posix(): path for path in sorted(pictures, key=os.fsencode)}, others)


def _plain_parts(pattern: str) -> list[str]:
    """Returns the folders of a pattern before the first one with a wildcard."""
    parts: list[str] = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return parts or ["."]


def _listed(file: Path) -> Inputs:
    """Reads a list. A missing path stays in it and is reported with the images that cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(
            f"{file} cannot be read: {error}; it must be UTF-8 with one path of an image per line."
        ) from error
    folder = file.parent.resolve()
    # Not resolved further: a link keeps its own name.
    paths = [Path(os.path.normpath(folder / line.strip())) for line in lines if line.strip()]
    paths = list(dict.fromkeys(paths))
    base = folder
    if any(folder not in path.parents for path in paths):
        base = Path(os.path.commonpath([str(path.parent) for path in paths]))
    return Inputs({path.relative_to(base).as_posix(): path for path in sorted(paths, key=os.fsencode)})
