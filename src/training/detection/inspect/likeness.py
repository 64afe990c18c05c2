"""Finds near-duplicates: a perceptual hash with an index proposes pairs, and the pixels decide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detection.inspect.survey import SIDE, Thumbnail

MOST_DISTANCE = 7
"""Most bits by which the hashes of near-duplicates differ, of 64."""

LEAST_CORRELATION = 0.97
"""Least correlation of the thumbnails of near-duplicates."""

_HASH_SIDE = 8
_FLAT = 3.0  # standard deviation of grey values below which a picture has no texture to correlate
_FLAT_DIFFERENCE = 3.0
_ROWS = 1024  # hashes compared at once with all of their bucket
_BITS = np.array([bin(value).count("1") for value in range(1 << 16)], dtype=np.uint8)
_DIHEDRAL = 8  # ways to turn and mirror a picture

Integers = NDArray[np.int64]


def near_duplicates(thumbnails: Sequence[Thumbnail]) -> list[tuple[int, int]]:
    """Returns the pairs of images that show the same; copies may be resized, recompressed, turned or mirrored.

    Every pair whose hashes differ by at most MOST_DISTANCE bits is found: of their eight bytes at least one is equal,
    so that an index by each byte proposes them all.

    Args:
        thumbnails: One of each image.
    """
    if len(thumbnails) < 2:
        return []
    stack = np.stack(thumbnails)
    plain = _hashes(stack)
    pairs: set[tuple[int, int]] = set()
    for way in range(_DIHEDRAL):
        turned = _turned(stack, way)
        first, second = _close(plain, plain if way == 0 else _hashes(turned))
        kept = first < second
        first, second = first[kept], second[kept]
        alike = _are_alike(stack, turned, first, second)
        pairs.update(zip(first[alike].tolist(), second[alike].tolist()))
    return sorted(pairs)


def groups(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Returns the groups that pairs join, each ascending, those of one member left out."""
    parent = list(range(count))

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for one, other in pairs:
        parent[root(other)] = root(one)
    found: dict[int, list[int]] = {}
    for member in range(count):
        found.setdefault(root(member), []).append(member)
    return sorted(group for group in found.values() if len(group) > 1)


def _turned(stack: NDArray[np.uint8], way: int) -> NDArray[np.uint8]:
    mirrored = stack[:, :, ::-1] if way >= 4 else stack
    return np.ascontiguousarray(np.rot90(mirrored, way % 4, axes=(1, 2)))


def _hashes(stack: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the signs of the lowest frequencies of each thumbnail against their median: uint8 (N, 8)."""
    place = np.arange(SIDE)
    cosines = np.cos(np.pi * (2 * place[None] + 1) * np.arange(_HASH_SIDE + 1)[:, None] / (2 * SIDE))
    low = np.einsum("ui,nij,vj->nuv", cosines, stack.astype(np.float32), cosines, optimize=True)
    # Without the first frequency in each direction, which hardly tells pictures apart: their brightness.
    bits = low[:, 1:, 1:].reshape(len(stack), -1)
    return np.packbits(bits > np.median(bits, axis=1, keepdims=True), axis=1)


def _close(ones: NDArray[np.uint8], others: NDArray[np.uint8]) -> tuple[Integers, Integers]:
    """Returns the index pairs of hashes that differ by at most MOST_DISTANCE bits."""
    whole, other_whole = ones.view(np.uint64).ravel(), others.view(np.uint64).ravel()
    found: list[NDArray[np.int64]] = []
    for byte in range(ones.shape[1]):
        members, other_members = _by_value(ones[:, byte]), _by_value(others[:, byte])
        for first, second in zip(members, other_members):
            for at in range(0, len(first) if len(second) else 0, _ROWS):
                part = first[at : at + _ROWS]
                near = _distance(whole[part][:, None] ^ other_whole[second][None]) <= MOST_DISTANCE
                rows, columns = np.nonzero(near)
                found.append(part[rows] * np.int64(len(others)) + second[columns])
    joined = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    return joined // len(others), joined % len(others)


def _by_value(bytes_: NDArray[np.uint8]) -> list[Integers]:
    """Returns the indices of each value from 0 to 255."""
    order = np.argsort(bytes_, kind="stable").astype(np.int64)
    return np.split(order, np.searchsorted(bytes_[order], np.arange(1, 256)))


def _distance(differing: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Returns the number of bits that are set in each number."""
    halves = differing[..., None].view(np.uint16)
    counted: NDArray[np.uint8] = _BITS[halves].sum(axis=-1, dtype=np.uint8)
    return counted


def _are_alike(
    stack: NDArray[np.uint8], turned: NDArray[np.uint8], first: Integers, second: Integers
) -> NDArray[np.bool_]:
    result = np.zeros(len(first), dtype=bool)
    for at in range(0, len(first), 4096):  # in parts, so that many pairs need no memory
        part = slice(at, at + 4096)
        one = stack[first[part]].reshape(-1, SIDE * SIDE).astype(np.float32)
        other = turned[second[part]].reshape(-1, SIDE * SIDE).astype(np.float32)
        spread = np.minimum(one.std(axis=1), other.std(axis=1))
        a, b = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
        scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
        correlation = (a * b).sum(axis=1) / np.maximum(scale, 1e-6)
        is_flat = np.abs(one - other).max(axis=1) <= _FLAT_DIFFERENCE
        result[part] = np.where(spread < _FLAT, is_flat, correlation >= LEAST_CORRELATION)
    return result
