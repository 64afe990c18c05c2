"""The validation split: training images that are held out to choose the best weights by."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detection.config.settings import Settings
from detection.data.datasets import Dataset, ImageRecord, read_dataset
from detection.errors import FaultsError

NO_FILE = "none"
"""DATA.VALIDATION_CSV without a file."""

# Roboflow names the copies that it augmented of one image alike up to this part.
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


def read_validation(
    settings: Settings, data: Path, dataset: Dataset, say: Callable[[str], None]
) -> tuple[Dataset, Dataset]:
    """Reads the validation split of DATA.VALIDATION_CSV.

    Args:
        settings: The exp_config, whose VALIDATION_CSV names a file.
        data: The data folder.
        dataset: The training and the test split.
        say: Receives a line about the split, and one for each row that is dropped.

    Returns:
        The dataset, whose hash covers the validation split too, and the dataset with that split in place of the test
        split. An image of several splits stays in the test split, then in the validation split, where bad rows are
        dropped.

    Raises:
        FaultsError: The file does not exist or has faults, or one of its images is in another split.
    """
    place, name = f"{settings.image_type}/datasets", settings.validation_csv
    if not (data / place / name).is_file():
        raise FaultsError(
            "the validation split has 1 fault",
            [f"{place}/{name} does not exist; DATA.VALIDATION_CSV must name a file in {place} or be {NO_FILE}."],
        )
    # Bad rows are dropped in any case, so that a class which only the training split has is no fault of this one.
    clips = settings.on_bad_rows == "clip"
    reading = read_dataset(
        data,
        settings.image_type,
        dataset.train_csv.rpartition("/")[2],
        name,
        on_bad_rows="clip" if clips else "drop",
        clip_pixels=settings.clip_pixels,
        exif=settings.exif,
    )
    dropped = [line for line in reading.dropped if line.startswith(f"{place}/{name}(")]
    faults = [*reading.faults]
    known = {record.file_name for record in dataset.train}
    tested = {record.file_name for record in dataset.test}
    records = () if reading.dataset is None else reading.dataset.test
    if settings.on_bad_rows != "drop":
        faults += dropped
        for split, names in ((dataset.train_csv, known), (dataset.test_csv, tested)):
            faults += [
                f"{place}/{name}: '{record.file_name}' is in {split} too; an image must be in one split."
                for record in records
                if record.file_name in names
            ]
    records = tuple(record for record in records if record.file_name not in tested)
    if not records and not faults:
        faults.append(f"{place}/{name} has no image that is not in {dataset.test_csv}.")
    if faults or reading.dataset is None:
        raise FaultsError(f"the validation split has {len(faults)} fault{'s' if len(faults) != 1 else ''}", faults)
    for line in dropped:
        say(f"  {line}")
    labels = {class_name: label for label, class_name in dataset.class_names.items()}
    own = reading.dataset.class_names
    chosen = tuple(replace(record, labels=tuple(labels[own[label]] for label in record.labels)) for record in records)
    held = {record.file_name for record in chosen}
    kept = tuple(record for record in dataset.train if record.file_name not in held)
    digest = hashlib.sha256(f"{dataset.hash}:{reading.dataset.hash}".encode()).hexdigest()
    say(f"{place}/{name}: {len(chosen)} images, by which the best weights are chosen")
    rest = replace(dataset, train=kept, hash=digest)
    return rest, replace(rest, test=chosen)
