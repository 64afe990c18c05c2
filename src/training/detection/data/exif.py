"""The EXIF orientation of a picture: where its first row and column are, seen upright.

Read by the same steps as in C# (Datasets.Checks.ExifOrientation), so that both see every file alike, damaged ones too.
Source: CIPA DC-008 (Exif 2.32), section 4.6.4, tag 0x0112.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image

UPRIGHT = 1
"""The orientation of a picture that is stored upright, or has none."""

_TAG = 0x0112
_SHORT = 3
_XMP = 700  # from which newer versions of Pillow take an orientation where there is no other
_NO_XMP = 701  # which nobody reads; entries are in the order of their tags


@dataclass(frozen=True)
class _Layout:
    """Where the numbers of a TIFF are.

    Attributes:
        offset_bytes: Size of an offset, and of an entry's count.
        count_bytes: Size of the number of entries.
        entry_bytes: Size of an entry.
        value: Position of the value in its entry.
    """

    offset_bytes: int
    count_bytes: int
    entry_bytes: int
    value: int


_CLASSIC = _Layout(offset_bytes=4, count_bytes=2, entry_bytes=12, value=8)
_BIG = _Layout(offset_bytes=8, count_bytes=8, entry_bytes=20, value=12)
# What Pillow opens as a TIFF. C# leaves all but the first two to the decoder.
_MAGIC = {
    b"II*\0": _CLASSIC,
    b"MM\0*": _CLASSIC,
    b"MM*\0": _CLASSIC,
    b"II\0*": _CLASSIC,
    b"II+\0": _BIG,
    b"MM\0+": _BIG,
}
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_orientation(file: BinaryIO) -> int:
    """Returns the orientation of a JPEG, PNG, WebP or TIFF, 1 to 8; 1 for other values, formats and damaged files.

    Args:
        file: The picture, at its beginning.
    """
    head = file.read(8)
    if head[:2] == b"\xff\xd8":
        return _of_tiff(_jpeg_segment(file))
    if head == b"\x89PNG\r\n\x1a\n":
        return _of_tiff(_png_chunk(file))
    if head[:4] == b"RIFF":
        return _of_tiff(_webp_chunk(file))
    if head[:4] in _MAGIC:
        file.seek(0)
        return _of_tiff(file.read(), _MAGIC[head[:4]])
    return UPRIGHT


def without_orientation(tiff: bytes) -> bytes:
    """Returns the bytes of a TIFF that nothing but its rows and columns turns: not its orientation, and not its XMP."""
    layout = _MAGIC.get(tiff[:4])
    if layout is None:
        return tiff
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    changed = bytearray(tiff)

    def write(at: int, size: int, value: int) -> None:
        changed[at : at + size] = value.to_bytes(size, order)

    for place, tag in _entries_of_tiff(tiff, layout):
        if tag == _TAG:
            write(place + 2, 2, _SHORT)
            write(place + 4, layout.offset_bytes, 1)
            write(place + layout.value, 2, UPRIGHT)
        elif tag == _XMP:
            write(place, 2, _NO_XMP)
    return bytes(changed)


def swaps_sides(orientation: int) -> bool:
    """Returns whether width and height are swapped when the picture is turned upright."""
    return orientation >= 5


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Returns the picture turned upright."""
    return image if orientation == UPRIGHT else image.transpose(_TRANSPOSITIONS[orientation])


def _jpeg_segment(file: BinaryIO) -> bytes:
    """Returns the TIFF data of the first EXIF segment before the frame; empty without one."""
    position = 2
    while True:
        file.seek(position)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return b""
        marker = head[1]
        if marker == 0xFF:  # a fill byte before a marker
            position += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            position += 2
        elif marker in (0xD9, 0xDA) or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            return b""
        else:
            length = int.from_bytes(head[2:4], "big")
            content = file.read(max(0, length - 2)) if marker == 0xE1 else b""
            if content.startswith(b"Exif\0\0"):
                return content[6:]
            position += 2 + length


def _png_chunk(file: BinaryIO) -> bytes:
    """Returns the EXIF chunk before the image data; empty without one."""
    position = 8
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8 or head[4:] in (b"IDAT", b"IEND"):
            return b""
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"eXIf":
            return file.read(min(length, 1 << 16))
        position += 12 + length


def _webp_chunk(file: BinaryIO) -> bytes:
    """Returns the EXIF chunk; empty without one."""
    file.seek(8)
    if file.read(4) != b"WEBP":
        return b""
    position = 12
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return b""
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"EXIF":
            content = file.read(min(length, 1 << 16))
            return content[6:] if content.startswith(b"Exif\0\0") else content
        position += 8 + length + length % 2


def _of_tiff(tiff: bytes, layout: _Layout | None = None) -> int:
    """Returns the orientation of TIFF data: that of a picture's EXIF, or with a layout that of a whole file."""
    if layout is None:
        if tiff[:4] not in (b"II*\0", b"MM\0*"):
            return UPRIGHT
        layout = _CLASSIC
    at = next((place for place, tag in _entries_of_tiff(tiff, layout) if tag == _TAG), None)
    if at is None:
        return UPRIGHT
    number = _Numbers(tiff)
    is_one = number(at + 2, 2) == _SHORT and number(at + 4, layout.offset_bytes) == 1
    value = number(at + layout.value, 2) if is_one else UPRIGHT
    return value if 1 <= value <= 8 else UPRIGHT


def _entries_of_tiff(tiff: bytes, layout: _Layout) -> Iterator[tuple[int, int]]:
    """Yields the position and the tag of each entry in the first directory."""
    number = _Numbers(tiff)
    directory = number(layout.offset_bytes, layout.offset_bytes)
    first = directory + layout.count_bytes
    for entry in range(number(directory, layout.count_bytes)):
        at = first + layout.entry_bytes * entry
        if at + layout.entry_bytes > len(tiff):
            break
        yield at, number(at, 2)


class _Numbers:
    """Reads the whole numbers of a TIFF; 0 beyond its end."""

    def __init__(self, tiff: bytes) -> None:
        self._tiff = tiff
        self._is_little = tiff[:2] == b"II"

    def __call__(self, at: int, size: int) -> int:
        return (
            int.from_bytes(self._tiff[at : at + size], "little" if self._is_little else "big")
            if (at + size <= len(self._tiff))
            else 0
        )
