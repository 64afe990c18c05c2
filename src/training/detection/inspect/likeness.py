"""Finds near-duplicates: a perceptual hash with an index proposes pairs, and the pixels decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from detection.inspect.survey import SIDE, Thumbnail

LEAST_CORRELATION = 0.97
"""Least correlation of the thumbnails of near-duplicates."""

# Squared distance of two unit vectors of that correlation; the hash, a projection of them, is no farther.
_MOST_DISTANCE = 2 - 2 * LEAST_CORRELATION
_FREQUENCIES = 6  # of each direction that are in the hash
_FLAT = 3.0  # standard deviation of grey values below which a picture has no texture to correlate
_FLAT_DIFFERENCE = 3.0
_DIHEDRAL = 8  # ways to turn and mirror a picture
_ROWS = 1024  # images compared at once
_COLUMNS = 4096  # with these
_MANY = 0.01  # of the pairs of a block

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


def near_duplicates(thumbnails: Sequence[Thumbnail]) -> list[tuple[int, int]]:
    """Returns the pairs of images that show the same; copies may be resized, recompressed, turned or mirrored.

    The hash is the part of a thumbnail in the lowest frequencies, of its texture scaled to length 1. Thumbnails that
    correlate have near hashes, so that comparing the hashes misses no pair. The index is the order along the axis in
    which the hashes differ most: only images that are near on it are compared.

    Args:
        thumbnails: One of each image.

    Returns:
        Index pairs, ascending.
    """
    if len(thumbnails) < 2:
        return []
    stack = np.stack(thumbnails)
    textures, spread = _textures(stack)
    textured = np.flatnonzero(spread >= _FLAT)
    pairs = set(_flat_pairs(stack, np.flatnonzero(spread < _FLAT)))
    if len(textured) > 1:
        plain = textures[textured]
        hashes = _hashes(plain)
        axis = np.linalg.eigh(np.cov(hashes, rowvar=False))[1][:, -1].astype(np.float32)
        for way in range(_DIHEDRAL):
            turned = _turned(plain, way)
            for rows, columns, near in _close(hashes, hashes if way == 0 else _hashes(turned), axis):
                near &= rows[:, None] < columns[None]
                first, second = _alike(plain, turned, rows, columns, near)
                pairs.update(zip(textured[first].tolist(), textured[second].tolist()))
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


def _textures(stack: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Returns the thumbnails without their mean and of length 1, and the standard deviation that they had."""
    values = stack.reshape(len(stack), -1).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return (values / np.maximum(length, 1e-6)).reshape(-1, SIDE, SIDE), length[:, 0] / SIDE


def _turned(textures: Floats, way: int) -> Floats:
    mirrored = textures[:, :, ::-1] if way >= 4 else textures
    return np.ascontiguousarray(np.rot90(mirrored, way % 4, axes=(1, 2)))


def _hashes(textures: Floats) -> Floats:
    """Returns the coefficients of the lowest frequencies in an orthonormal cosine transform: float32 (N, 35)."""
    place = np.arange(SIDE)
    frequency = np.arange(_FREQUENCIES)[:, None]
    cosines = np.cos(np.pi * (2 * place[None] + 1) * frequency / (2 * SIDE)) * np.sqrt(2 / SIDE)
    cosines[0] /= np.sqrt(2)
    low = np.einsum("ui,nij,vj->nuv", cosines.astype(np.float32), textures, cosines.astype(np.float32), optimize=True)
    return np.ascontiguousarray(low.reshape(len(textures), -1)[:, 1:])


def _close(ones: Floats, others: Floats, axis: Floats) -> Iterator[tuple[Integers, Integers, NDArray[np.bool_]]]:
    """Yields blocks of rows and columns, and which of their pairs have near hashes."""
    places, other_places = ones @ axis, others @ axis
    order, other_order = np.argsort(places), np.argsort(other_places)
    sorted_places = other_places[other_order]
    reach = _MOST_DISTANCE**0.5 + 1e-4
    for at in range(0, len(ones), _ROWS):
        rows = order[at : at + _ROWS]
        low, high = np.searchsorted(sorted_places, (places[rows[0]] - reach, places[rows[-1]] + reach))
        for start in range(int(low), int(high), _COLUMNS):
            columns = other_order[start : min(start + _COLUMNS, int(high))]
            one, other = ones[rows], others[columns]
            distance = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1)[None] - 2 * (one @ other.T)
            yield rows, columns, distance <= _MOST_DISTANCE + 1e-4


def _alike(
    textures: Floats, turned: Floats, rows: Integers, columns: Integers, near: NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    """Returns the pairs of a block whose pixels correlate."""
    place = np.nonzero(near)
    if len(place[0]) > _MANY * near.size:  # one product of matrices is faster than many pairs
        products = textures[rows].reshape(len(rows), -1) @ turned[columns].reshape(len(columns), -1).T
        place = np.nonzero(near & (products >= LEAST_CORRELATION))
        return rows[place[0]], columns[place[1]]
    first, second = rows[place[0]], columns[place[1]]
    kept = np.zeros(len(first), dtype=bool)
    for at in range(0, len(first), _ROWS):  # in parts, so that many pairs need little memory
        part = slice(at, at + _ROWS)
        correlation = np.einsum("nij,nij->n", textures[first[part]], turned[second[part]])
        kept[part] = correlation >= LEAST_CORRELATION
    return first[kept], second[kept]


def _flat_pairs(stack: NDArray[np.uint8], flat: Integers) -> list[tuple[int, int]]:
    """Returns pairs of pictures without texture, each with the next brighter one, where the pixels are nearly equal."""
    values = stack[flat].reshape(len(flat), SIDE * SIDE).astype(np.float32)
    order = np.argsort(values.mean(axis=1), kind="stable")
    pairs = []
    for one, other in zip(order, order[1:]):
        if np.abs(values[one] - values[other]).max() <= _FLAT_DIFFERENCE:
            pairs.append((int(min(flat[one], flat[other])), int(max(flat[one], flat[other]))))
    return pairs
