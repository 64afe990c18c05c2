"""The stages that read the dataset of an experiment and prepare its images."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from detection.config.settings import Settings
from detection.data.datasets import NO_FILE, Dataset, ImageRecord, read_dataset
from detection.data.images import ImageStore
from detection.errors import FaultsError, TrainingError


def read_or_fail(
    settings: Settings, data: Path, say: Callable[[str], None], *, with_validation: bool = True
) -> Dataset:
    """Reads the dataset of an experiment; reports its contents and every dropped row.

    Args:
        settings: The exp_config.
        data: The data folder.
        say: Receives the report, line by line.
        with_validation: Whether the file of DATA.VALIDATION_CSV is read too.

    Raises:
        TrainingError: The folder of IMAGE_TYPE does not exist.
        FaultsError: The dataset cannot be used; every fault is named.
    """
    folder = data / settings.image_type
    if not folder.is_dir():
        raise TrainingError(f"{folder} does not exist; IMAGE_TYPE must name a folder of the data folder {data}.")
    reading = read_dataset(
        data,
        settings.image_type,
        settings.train_csv,
        settings.test_csv,
        on_bad_rows=settings.on_bad_rows,
        clip_pixels=settings.clip_pixels,
        exif=settings.exif,
        depth=settings.depth,
        validation_csv=settings.validation_csv if with_validation else NO_FILE,
    )
    if reading.dropped:
        rows = "1 row is" if reading.dropped_rows == 1 else f"{reading.dropped_rows} rows are"
        say(f"{rows} dropped (DATA.ON_BAD_ROWS is drop):")
        for line in reading.dropped:
            say(f"  {line}")
    if reading.dataset is None:
        count = len(reading.faults)
        raise FaultsError(f"the dataset has {count} fault{'s' if count != 1 else ''}", reading.faults)
    for note in reading.notes:
        say(f"note: {note}")
    dataset = reading.dataset
    for csv, records in ((dataset.train_csv, dataset.train), (dataset.test_csv, dataset.test)):
        say(f"{csv}: {_contents(records)}")
    if dataset.validation_csv:
        say(f"{dataset.validation_csv}: {_contents(dataset.validation)}; the best weights are chosen by them")
    say(f"classes: {', '.join(dataset.class_names.values())}; dataset hash {dataset.hash}")
    return dataset


def prepare_images(dataset: Dataset, store: ImageStore, threads: int, say: Callable[[str], None]) -> None:
    """Decodes all images into the store, if they fit into its memory.

    Raises:
        TrainingError: An image cannot be decoded.
    """
    records = [record for records in dataset.splits.values() for record in records]
    side = store.longer_side
    if not store.fits(records):
        say(f"{len(records)} images are decoded and resized to {side} pixels when they are needed")
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="images") as pool:
        mebibytes = sum(pixels.nbytes for pixels in pool.map(store.load, records)) / 2**20
    say(f"{len(records)} images decoded, resized to {side} pixels and kept in memory ({mebibytes:.0f} MiB)")


def _contents(records: tuple[ImageRecord, ...]) -> str:
    objects = sum(len(record.labels) for record in records)
    empty = sum(not record.labels for record in records)
    return f"{len(records)} images, {objects} objects" + (f", {empty} images without objects" if empty else "")
