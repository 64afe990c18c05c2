"""Random numbers and PNG files that have the same bits on every machine.

The numbers are the raw output of PCG64, whole numbers, combined by ``+ - * /`` and ``floor`` of single elements:
IEEE 754 defines each of those to the last bit. numpy's distributions and sums over arrays are avoided, because they
differ between numpy versions, C libraries and vector units.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class RandomStream:
    """A stream of random numbers from PCG64's raw output, which numpy keeps stable, unlike its distributions.

    Args:
        seed: Decides the series of streams.
        index: Selects a stream of the series.
    """

    def __init__(self, seed: int, index: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, index]))

    def number(self, low: float = 0.0, high: float = 1.0) -> float:
        """Returns a number in [low, high)."""
        return low + (high - low) * ((int(self._bits.random_raw()) >> 11) * 2.0**-53)

    def whole(self, low: int, high: int) -> int:
        """Returns a whole number from low to high, both included."""
        return low + int(self.number() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Returns True with the given probability."""
        return self.number() < probability

    def direction(self) -> tuple[float, float]:
        """Returns cosine and sine of an almost uniform angle, computed by rational functions alone."""
        t = self.number(-1.0, 1.0)
        cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        return (cosine, sine) if self.chance(0.5) else (-sine, cosine)

    def grain(self, height: int, width: int) -> Floats:
        """Returns independent bell-shaped noise in [-1, 1], (height, width): the mean of four bytes each."""
        count = height * width
        words = np.asarray(self._bits.random_raw((count + 1) // 2))
        raw = words.astype("<u8", copy=False).view(np.uint8)[: 4 * count].reshape(4, count)
        total = np.sum(raw, axis=0, dtype=np.uint16)
        noise: Floats = total.astype(np.float64).reshape(height, width)
        noise -= 510
        noise /= 510.0
        return noise

    def clouds(self, cell: float, height: int, width: int) -> Floats:
        """Returns smooth noise in [-1, 1], (height, width), with features ``cell`` pixels wide."""
        rows, columns = int(height / cell) + 2, int(width / cell) + 2
        knots = self.grain(rows, columns) * 1.8
        knots = np.minimum(np.maximum(knots, -1.0), 1.0)
        row, row_weight = _knots(height, cell)
        column, column_weight = _knots(width, cell)
        along = knots[row] * (1 - row_weight[:, None]) + knots[row + 1] * row_weight[:, None]
        clouds: Floats = along.take(column, axis=1)
        clouds *= 1 - column_weight
        right = along.take(column + 1, axis=1)
        right *= column_weight
        clouds += right
        return clouds


def _knots(length: int, cell: float) -> tuple[NDArray[np.int64], Floats]:
    place = np.arange(length) / cell
    knot = np.floor(place).astype(np.int64)
    return knot, smooth_step(place - knot)


def smooth_step(value: Floats) -> Floats:
    """Returns 0 below 0, 1 above 1, and a smooth step between."""
    value = np.minimum(np.maximum(value, 0.0), 1.0)
    step: Floats = value * value * (3 - 2 * value)
    return step


def encode_png(pixels: NDArray[np.uint8], palette: bytes) -> bytes:
    """Encodes palette indices without compression.

    The output of a compressor depends on its library and version. Stored blocks (RFC 1951, 3.2.4) do not, and for noise
    they are hardly larger.

    Args:
        pixels: uint8 (H, W), indices into the palette.
        palette: RGB of each colour, three bytes each.

    Returns:
        An 8-bit PNG file.
    """
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:] = pixels
    data = rows.tobytes()
    blocks = [data[start : start + 0xFFFF] for start in range(0, len(data), 0xFFFF)]
    stored = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )
    compressed = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(data))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", compressed), (b"IEND", b""))
    )
