from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detection.data.datasets import Dataset, ImageRecord, read_dataset
from detection.errors import FaultsError, TrainingError
from detection.config.settings import Settings


def read_or_fail(settings: Settings, data: Path, say: Callable[[str], None]) -> Dataset:
    """Reads the dataset of an experiment and says what it holds, and every row that was left out.

    Raises:
        TrainingError: There is no such folder.
        FaultsError: The dataset cannot be used; every fault is named.
    """
    folder = data / settings.image_type
    if not folder.is_dir():
        raise TrainingError(f"{folder} is not there; IMAGE_TYPE must name a folder of the data folder {data}.")
    reading = read_dataset(
        data, settings.image_type, settings.train_csv, settings.test_csv, drop_bad_rows=settings.on_bad_rows == "drop"
    )
    if reading.dropped:
        say(f"{len(reading.dropped)} rows are left out (DATA.ON_BAD_ROWS is drop):")
        for line in reading.dropped:
            say(f"  {line}")
    if reading.dataset is None:
        count = len(reading.faults)
        raise FaultsError(f"the dataset has {count} fault{'s' if count != 1 else ''}", reading.faults)
    dataset = reading.dataset
    for csv, records in ((dataset.train_csv, dataset.train), (dataset.test_csv, dataset.test)):
        say(f"{csv}: {_contents(records)}")
    say(f"classes: {', '.join(dataset.class_names.values())}; dataset hash {dataset.hash}")
    if not dataset.class_names:
        raise TrainingError("the dataset holds no object; a detector needs at least one class.")
    return dataset


def _contents(records: tuple[ImageRecord, ...]) -> str:
    objects = sum(len(record.labels) for record in records)
    empty = sum(not record.labels for record in records)
    return f"{len(records)} images, {objects} objects" + (f", {empty} images without any" if empty else "")
