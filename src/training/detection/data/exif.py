"""The EXIF orientation of a picture: where its first row and column are, seen upright.

Read by the same steps as in C# (Datasets.Checks.ExifOrientation), so that both see every file alike, damaged ones too.
Source: CIPA DC-008 (Exif 2.32), section 4.6.4, tag 0x0112.
"""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

UPRIGHT = 1
"""The orientation of a picture that is stored upright, or has none."""

_TAG = 0x0112
_SHORT = 3
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
    """Returns the orientation of a JPEG or PNG, 1 to 8; 1 for another value, another format, and a damaged file.

    Args:
        file: The picture, at its beginning.
    """
    head = file.read(8)
    if head[:2] == b"\xff\xd8":
        return _of_tiff(_jpeg_segment(file))
    return _of_tiff(_png_chunk(file)) if head == b"\x89PNG\r\n\x1a\n" else UPRIGHT


def swaps_sides(orientation: int) -> bool:
    """Returns whether width and height change places when the picture is turned upright."""
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


def _of_tiff(tiff: bytes) -> int:
    if tiff[:4] == b"II*\0":
        little = True
    elif tiff[:4] == b"MM\0*":
        little = False
    else:
        return UPRIGHT

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if little else "big") if at + size <= len(tiff) else 0

    directory = number(4, 4)
    for entry in range(number(directory, 2)):
        at = directory + 2 + 12 * entry
        if at + 12 > len(tiff):
            break
        if number(at, 2) == _TAG:
            value = number(at + 8, 2) if number(at + 2, 2) == _SHORT and number(at + 4, 4) == 1 else UPRIGHT
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT
