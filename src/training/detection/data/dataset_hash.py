"""The dataset hash: one formula for a folder, a blob container and the trainer, on every platform."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from detection.data.dataset_csv import Row

_SEPARATOR = "\x1f"


def dataset_hash(
    rows: Mapping[str, Sequence[Row]], images: Path, known: Callable[[str], str | None] = lambda name: None
) -> str:
    """Returns the SHA-256 in lower-case hex over the rows used and the MD5 of their images.

    The hashed text is UTF-8, each line ended by a line feed, fields joined by U+001F:

    1. for each split, train first: a line with its name, then one line per row in file order with its six fields as
       written;
    2. one line per image with its name and the MD5 of its bytes in lower-case hex, in the order of the UTF-8 bytes of
       the names.

    MD5 because a blob container lists it, so that no image is downloaded for the hash. It identifies content here and
    protects nothing.

    Args:
        rows: The rows used of each split, train first.
        images: Folder of the images.
        known: Returns the MD5 of an image that was read already; None or empty for others.
    """
    lines = []
    for split, used in rows.items():
        lines.append(split)
        lines += [_SEPARATOR.join(row.fields) for row in used]
    names = {row.file_name for used in rows.values() for row in used}
    for name in sorted(names, key=str.encode):
        md5 = known(name) or hashlib.md5((images / name).read_bytes(), usedforsecurity=False).hexdigest()
        lines.append(f"{name}{_SEPARATOR}{md5}")
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
