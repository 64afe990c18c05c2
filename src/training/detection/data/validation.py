"""The validation split, by which the best weights are chosen: images that are held out, or a file of its own."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace

from detection.data.datasets import Dataset, ImageRecord

# Roboflow gives the augmented copies of one image names that are equal up to this part.
_COPY = re.compile(r"\.rf\.[0-9a-f]+(?=\.[^.]+$)")


def hold_out(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset | None]:
    """Splits the training images in two.

    Copies of one image stay together: files whose names are equal but for ``.rf.`` and a hash. A group is not held out
    when a class would have no other image. What is held out follows from the names and the seed alone.

    Args:
        dataset: The dataset.
        share: DATA.VALIDATION, from 0 to 0.9.
        seed: RUN_PARAMS.SEED.

    Returns:
        The dataset without the images held out, and the dataset with them in place of the test split; None for a share
        of 0, or when no image can be held out.
    """
    if share == 0:
        return dataset, None
    groups: dict[str, list[ImageRecord]] = {}
    for record in dataset.train:
        groups.setdefault(_COPY.sub("", record.file_name), []).append(record)
    remaining = Counter(label for record in dataset.train for label in set(record.labels))
    wanted = round(share * len(dataset.train))
    held: set[str] = set()
    for name in sorted(groups, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()):
        taken = Counter(label for record in groups[name] for label in set(record.labels))
        fits = len(held) + len(groups[name]) <= wanted
        if fits and all(remaining[label] > count for label, count in taken.items()):
            remaining -= taken
            held.update(record.file_name for record in groups[name])
    if not held:
        return dataset, None
    kept = tuple(record for record in dataset.train if record.file_name not in held)
    chosen = tuple(record for record in dataset.train if record.file_name in held)
    return replace(dataset, train=kept), replace(dataset, train=kept, test=chosen)


def with_held_out(dataset: Dataset, share: float, seed: int) -> Dataset:
    """Returns the dataset whose validation split is that of DATA.VALIDATION_CSV, or else the images of ``hold_out``."""
    if dataset.validation_csv:
        return dataset
    kept, held_out = hold_out(dataset, share, seed)
    return kept if held_out is None else replace(kept, validation=held_out.test)


def held_out_file(dataset: Dataset) -> tuple[Dataset, Dataset | None]:
    """Returns the dataset, and the dataset with the split of DATA.VALIDATION_CSV in place of the test split.

    The second has the hash of the validation split; it is None where DATA.VALIDATION_CSV names no file.
    """
    if not dataset.validation_csv:
        return dataset, None
    return dataset, replace(dataset, test=dataset.validation, hash=dataset.validation_hash)
