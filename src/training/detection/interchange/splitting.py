"""Splits images into training and test: by class, and never through a group of images that belong together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Images that stay together.

    Attributes:
        name: Decides, with the seed, the order in which groups are taken.
        members: Indices of the images.
        classes: Number of images of the group that have each class.
    """

    name: str
    members: tuple[int, ...]
    classes: Counter[str]


def stratified(groups: Sequence[Group], share: float, seed: int) -> tuple[set[int], set[str]]:
    """Chooses the images of the test split.

    The rarest class that is left is divided first, each of its groups going to the split that lacks it most (iterative
    stratification, Sechidis and others 2011). In the end every class of two groups or more is in both splits, where
    that takes no other class away.

    Args:
        groups: All images, each in one group.
        share: Wanted share of the images in the test split.
        seed: Decides among equal choices.

    Returns:
        The images of the test split, and the classes that cannot be in both splits.
    """
    order = sorted(range(len(groups)), key=lambda place: _draw(groups[place].name, seed))
    total: Counter[str] = Counter()
    for group in groups:
        total.update(group.classes)
    wanted = {name: share * count for name, count in total.items()}
    images = share * sum(len(group.members) for group in groups)
    left = {place: groups[place] for place in order}
    test: set[int] = set()
    while left:
        remaining: Counter[str] = Counter()
        for group in left.values():
            remaining.update(set(group.classes))
        rarest = min(remaining, key=lambda name: (remaining[name], name)) if remaining else None
        for place in [place for place, group in left.items() if rarest is None or rarest in group.classes]:
            group = left.pop(place)
            lacks = (wanted[rarest] / group.classes[rarest]) if rarest else images / len(group.members)
            # A group goes where more than half of it is still wanted.
            if lacks > 0.5 and images > 0.5 * len(group.members) - 1e-9:
                test.add(place)
                images -= len(group.members)
                for name, count in group.classes.items():
                    wanted[name] -= count
    _complete(groups, order, test)
    one_sided = {name for name in total if not (_has(groups, test, name) and _has(groups, _rest(groups, test), name))}
    return {member for place in test for member in groups[place].members}, one_sided


def _complete(groups: Sequence[Group], order: Sequence[int], test: set[int]) -> None:
    """Moves groups so that each class is in both splits, where no other class loses its last group."""
    for name in sorted({name for group in groups for name in group.classes}):
        for lacking, other in ((True, False), (False, True)):
            having = [place for place in order if name in groups[place].classes]
            if len(having) < 2 or any((place in test) == lacking for place in having):
                continue
            movable = [place for place in having if _keeps(groups, order, test, place, other)]
            if movable:
                moved = min(movable, key=lambda place: len(groups[place].members))
                test.symmetric_difference_update({moved})


def _keeps(groups: Sequence[Group], order: Sequence[int], test: set[int], place: int, is_test: bool) -> bool:
    """Returns whether a split keeps every class when it gives a group away."""
    others = [other for other in order if other != place and (other in test) == is_test]
    return all(any(name in groups[other].classes for other in others) for name in groups[place].classes)


def _has(groups: Sequence[Group], places: set[int], name: str) -> bool:
    return any(name in groups[place].classes for place in places)


def _rest(groups: Sequence[Group], places: set[int]) -> set[int]:
    return set(range(len(groups))) - places


def _draw(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogatepass")).digest()
