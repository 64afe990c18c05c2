"""Reads protocol buffers by field number, without their declarations and without a package."""

from __future__ import annotations

from collections.abc import Mapping


class ProtocolBufferError(ValueError):
    """The bytes are no protocol buffer."""


def varint(data: bytes, position: int) -> tuple[int, int]:
    """Reads a number of variable length, 7 bits per byte, the lowest first.

    Returns:
        The number, from 0 to 2**64 - 1, and the position after it.

    Raises:
        ProtocolBufferError: The data end inside the number, or it is longer than 10 bytes.
    """
    result = shift = 0
    while True:
        if position >= len(data):
            raise ProtocolBufferError(f"the data end at byte {position}, inside a number")
        if shift > 63:
            raise ProtocolBufferError(f"the number that ends at byte {position} is longer than 10 bytes")
        byte = data[position]
        result |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return result, position


def fields(data: bytes) -> Mapping[int, list[int | bytes]]:
    """Reads the fields of a message.

    Returns:
        The values of each field number, in their order: numbers for varints and fixed widths, bytes for the rest.

    Raises:
        ProtocolBufferError: The data are no message.
    """
    found: dict[int, list[int | bytes]] = {}
    position = 0
    while position < len(data):
        at = position
        tag, position = varint(data, position)
        number, kind = tag >> 3, tag & 7
        value: int | bytes
        if kind == 0:
            value, position = varint(data, position)
        elif kind in (1, 5):
            width = 8 if kind == 1 else 4
            value = int.from_bytes(data[position : position + width], "little")
            position += width
        elif kind == 2:
            length, position = varint(data, position)
            value = data[position : position + length]
            position += length
        else:
            raise ProtocolBufferError(f"the field at byte {at} has the unknown wire type {kind}")
        if number == 0 or position > len(data):
            raise ProtocolBufferError(f"the field at byte {at} ends beyond the message of {len(data)} bytes")
        found.setdefault(number, []).append(value)
    return found
