"""Reads a checkpoint of TensorFlow without TensorFlow: the tensor bundle of ``*.index`` and ``*.data-*`` files.

The index is a LevelDB table whose values are protocol buffers. Every block and every tensor has a checksum, CRC-32C
with TensorFlow's mask. An error names the file and the byte at which it was found.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.pretrained.protocol_buffers import ProtocolBufferError, fields, varint

MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5  # bytes after a block: its compression, and its checksum
_MASK_DELTA = 0xA282EAD8
_LONGEST = 1 << 40  # entries of one dimension: numpy has no larger ones, even of a tensor without a number
_ROW = 1024  # bytes whose checksums are computed at once
_TYPES = {
    1: "f4",
    2: "f8",
    3: "i4",
    4: "u1",
    5: "i2",
    6: "i1",
    9: "i8",
    10: "?",
    17: "u2",
    19: "f2",
    22: "u4",
    23: "u8",
}


class BundleError(Exception):
    """The checkpoint is damaged, or has something that this reader does not know. The message names the byte."""


@dataclass(frozen=True)
class Bundle:
    """A checkpoint, read whole.

    Attributes:
        tensors: The numeric tensors by name.
        digest: SHA-256 in hex of the index file and of the data files, in order.
        skipped: Names of the entries that hold no numbers, such as strings.
    """

    tensors: Mapping[str, NDArray[Any]]
    digest: str
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    kind: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    checksum: int
    is_sliced: bool


def read_bundle(index: Path) -> Bundle:
    """Reads a checkpoint.

    Args:
        index: The ``*.index`` file; the ``*.data-*`` files are beside it.

    Raises:
        BundleError: The checkpoint is damaged, or of an unknown kind.
        OSError: A file cannot be read.
    """
    data = index.read_bytes()
    entries: dict[bytes, bytes] = {}
    for key, value in _table(data, index.name):
        entries[key] = value
    try:
        header = fields(entries.pop(b""))
    except KeyError:
        raise BundleError(f"{index.name} has no header entry") from None
    except ProtocolBufferError as error:
        raise BundleError(f"{index.name}: the header is damaged: {error}") from error
    try:
        count = _integer(header, 1, 0)
        order = ">" if _integer(header, 2, 0) else "<"
    except ProtocolBufferError as error:
        raise BundleError(f"{index.name}: the header is damaged: {error}") from error
    digest = hashlib.sha256(data)
    shards: list[bytes] = []
    prefix = index.name[: -len(".index")]
    for number in range(count):
        shard = index.with_name(f"{prefix}.data-{number:05d}-of-{count:05d}")
        shards.append(shard.read_bytes())
        digest.update(shards[-1])
    tensors: dict[str, NDArray[Any]] = {}
    skipped: list[str] = []
    left = sum(map(len, shards))
    for key, value in entries.items():
        name = key.decode("utf-8", "replace")
        try:
            entry = _entry(value)
        except ProtocolBufferError as error:
            raise BundleError(f"{index.name}: the entry of {name!r} is damaged: {error}") from error
        if entry.is_sliced:
            raise BundleError(f"{name!r} is partitioned, which this reader does not know")
        if entry.kind not in _TYPES:
            skipped.append(name)
        else:
            tensors[name] = _tensor(name, entry, shards, prefix, order)
            left -= entry.size
            if left < 0:
                raise BundleError(f"{name!r} and those before it have more bytes than the data files: entries overlap")
    return Bundle(tensors, digest.hexdigest(), tuple(skipped))


def crc32c(data: bytes) -> int:
    """Returns the checksum CRC-32C (Castagnoli) of some bytes.

    The checksum is linear: that of two parts follows from those of each. So the data are cut into rows of equal length,
    all rows are read at once, byte by byte, and neighbours are joined until one is left. It takes about 20 ms per MiB.
    """
    table = _table_of_bytes()
    if len(data) < 2 * _ROW:
        crc = 0xFFFFFFFF
        for byte in data:
            crc = int(table[(crc ^ byte) & 0xFF]) ^ crc >> 8
        return crc ^ 0xFFFFFFFF
    rows = -(-len(data) // _ROW)
    padded = np.zeros(rows * _ROW, dtype=np.uint8)
    start = len(padded) - len(data)
    padded[start:] = np.frombuffer(data, dtype=np.uint8)  # zeros before the data change nothing
    padded[start : start + 4] ^= 0xFF  # the checksum begins with all bits set
    crcs = np.zeros(rows, dtype=np.uint32)
    for column in np.ascontiguousarray(padded.reshape(rows, _ROW).T):
        crcs = table[(crcs ^ column) & 0xFF] ^ crcs >> 8
    shift = _shift_of_row()
    while len(crcs) > 1:
        if len(crcs) % 2:
            crcs = np.concatenate([np.zeros(1, dtype=np.uint32), crcs])
        crcs = _apply(shift, crcs[0::2]) ^ crcs[1::2]
        shift = _apply(shift, shift)
    return int(crcs[0]) ^ 0xFFFFFFFF


@functools.lru_cache(maxsize=None)
def _shift_of_row() -> NDArray[np.uint32]:
    """Returns what each bit of a checksum becomes after a row of zeros."""
    table = _table_of_bytes()
    shift = np.array([1 << bit for bit in range(32)], dtype=np.uint32)
    for _ in range(_ROW):
        shift = table[shift & 0xFF] ^ shift >> 8
    return shift


def _apply(images: NDArray[np.uint32], values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Applies a linear map of 32 bits, given by the image of each bit, to every value."""
    result = np.zeros_like(values)
    for bit in range(32):
        result ^= np.where(values >> bit & 1, images[bit], 0).astype(np.uint32)
    return result


def mask(checksum: int) -> int:
    """Returns a checksum as it is stored: rotated and shifted, so that a checksum of checksums is not weak."""
    return ((checksum >> 15 | checksum << 17) + _MASK_DELTA) & 0xFFFFFFFF


@functools.lru_cache(maxsize=None)
def _table_of_bytes() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ 0x82F63B78, table >> 1).astype(np.uint32)
    return table


def _table(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yields the keys and values of a LevelDB table, in its order."""
    if len(data) < _FOOTER:
        raise BundleError(f"{name} has {len(data)} bytes; a table has at least {_FOOTER}")
    start = len(data) - _FOOTER
    magic = int.from_bytes(data[-8:], "little")
    if magic != MAGIC:
        raise BundleError(f"{name}, byte {len(data) - 8}: the magic number is {magic:#018x}, not {MAGIC:#018x}")
    try:
        _, position = varint(data, start)  # the first handle is of a block without content
        _, position = varint(data, position)
        offset, position = varint(data, position)
        size, _ = varint(data, position)
    except ProtocolBufferError as error:
        raise BundleError(f"{name}, byte {start}: the footer is damaged: {error}") from error
    seen: set[int] = set()
    for _, handle in _block(data, offset, size, name):
        try:
            block_offset, position = varint(handle, 0)
            block_size, _ = varint(handle, position)
        except ProtocolBufferError as error:
            raise BundleError(f"{name}, byte {offset}: a handle of the index is damaged: {error}") from error
        if block_offset in seen:
            raise BundleError(f"{name}, byte {block_offset}: the index names the block twice")
        seen.add(block_offset)
        yield from _block(data, block_offset, block_size, name)


def _block(data: bytes, offset: int, size: int, name: str) -> Iterator[tuple[bytes, bytes]]:
    end = offset + size
    if end + _TRAILER > len(data) - _FOOTER:
        raise BundleError(f"{name}, byte {offset}: a block of {size} bytes ends beyond the file")
    if data[end] == 1:
        raise BundleError(f"{name}, byte {end}: the block is compressed by snappy, which this reader does not know")
    if data[end] != 0:
        raise BundleError(f"{name}, byte {end}: the compression is {data[end]}; it must be 0")
    stored = int.from_bytes(data[end + 1 : end + _TRAILER], "little")
    if mask(crc32c(data[offset : end + 1])) != stored:
        raise BundleError(f"{name}, byte {offset}: the checksum of the block of {size} bytes does not match")
    restarts = int.from_bytes(data[end - 4 : end], "little") if size >= 4 else 0
    entries_end = end - 4 - 4 * restarts
    if size < 4 or entries_end < offset:
        raise BundleError(f"{name}, byte {offset}: the block has no room for its {restarts} restart points")
    position = offset
    key = b""
    while position < entries_end:
        at = position
        try:
            shared, position = varint(data, position)
            unshared, position = varint(data, position)
            length, position = varint(data, position)
        except ProtocolBufferError as error:
            raise BundleError(f"{name}, byte {at}: an entry is damaged: {error}") from error
        if shared > len(key) or position + unshared + length > entries_end:
            raise BundleError(f"{name}, byte {at}: an entry ends beyond its block")
        key = key[:shared] + data[position : position + unshared]
        position += unshared
        yield key, data[position : position + length]
        position += length


def _entry(value: bytes) -> _Entry:
    found = fields(value)
    shape = []
    for raw_shape in found.get(2, []):
        for dimension in fields(_bytes(raw_shape)).get(2, []):
            shape.append(_integer(fields(_bytes(dimension)), 1, 0))
    return _Entry(
        kind=_integer(found, 1, 0),
        shape=tuple(shape),
        shard=_integer(found, 3, 0),
        offset=_integer(found, 4, 0),
        size=_integer(found, 5, 0),
        checksum=_integer(found, 6, 0),
        is_sliced=7 in found,
    )


def _tensor(name: str, entry: _Entry, shards: list[bytes], prefix: str, order: str) -> NDArray[Any]:
    dtype = np.dtype(order + _TYPES[entry.kind])
    if entry.shard >= len(shards):
        raise BundleError(f"{name!r} is in data file {entry.shard} of {len(shards)}")
    file = f"{prefix}.data-{entry.shard:05d}-of-{len(shards):05d}"
    expected = dtype.itemsize
    for length in entry.shape:
        expected *= length
    if entry.size != expected or max(entry.shape, default=0) > _LONGEST:
        raise BundleError(f"{name!r} has {entry.size} bytes; its shape {entry.shape} needs {expected}")
    data = shards[entry.shard][entry.offset : entry.offset + entry.size]
    if len(data) != entry.size:
        raise BundleError(
            f"{file}, byte {entry.offset}: {name!r} has {entry.size} bytes, but the file ends at byte "
            f"{len(shards[entry.shard])}"
        )
    if mask(crc32c(data)) != entry.checksum:
        raise BundleError(f"{file}, byte {entry.offset}: the checksum of {name!r} ({entry.size} bytes) does not match")
    array: NDArray[Any] = np.frombuffer(data, dtype).reshape(entry.shape).astype(dtype.newbyteorder("="))
    return array


def _integer(found: Mapping[int, list[int | bytes]], number: int, default: int) -> int:
    value = found.get(number, [default])[-1]
    if not isinstance(value, int):
        raise ProtocolBufferError(f"field {number} is no number")
    return value


def _bytes(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ProtocolBufferError("a message is a number")
    return value
