"""Reads the dataset of an experiment: selects its files, reports their faults, and returns their contents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detection.data.dataset_csv import CsvFile, Row, read_csv
from detection.data.dataset_faults import BOTH_SPLITS, SPLITS, RowChecks, empty_file
from detection.data.dataset_hash import dataset_hash
from detection.data.image_sizes import ImageSizes, file_names

LATEST = "latest"


@dataclass(frozen=True)
class ImageRecord:
    """One image of a split.

    Attributes:
        file_name: Name in ``{image_type}/images``.
        path: Path of the file.
        width: Width in pixels, from the file header.
        height: Height in pixels, from the file header.
        boxes: N boxes xyxy in pixels; empty when the image has no objects.
        labels: N labels from 1, keys of the dataset's class names.
    """

    file_name: str
    path: Path
    width: int
    height: int
    boxes: tuple[tuple[float, float, float, float], ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Dataset:
    """Both splits, free of faults.

    Attributes:
        train_csv: Path of the training CSV relative to the data folder, with forward slashes.
        test_csv: The same for the test CSV.
        train: The images of the training split.
        test: The images of the test split.
        class_names: Name of each label; labels are 1 to N in the order of the names.
        hash: The dataset hash, 64 hex digits (``dataset_hash``).
        train_rows: Number of rows used of the training CSV.
        test_rows: Number of rows used of the test CSV.
    """

    train_csv: str
    test_csv: str
    train: tuple[ImageRecord, ...]
    test: tuple[ImageRecord, ...]
    class_names: Mapping[int, str]
    hash: str
    train_rows: int
    test_rows: int


@dataclass(frozen=True)
class DatasetReading:
    """The dataset, or the faults that make it unusable.

    Attributes:
        dataset: None when there are faults.
        faults: Whole sentences with file and line, in the order of the files and lines.
        dropped: What was dropped and why, in the same words; empty unless bad rows are dropped.
    """

    dataset: Dataset | None
    faults: tuple[str, ...]
    dropped: tuple[str, ...]


def read_dataset(data: Path, image_type: str, train_csv: str, test_csv: str, *, drop_bad_rows: bool) -> DatasetReading:
    """Reads both splits and validates them together. Image sizes come from the file headers.

    Args:
        data: The data folder, which holds ``{image_type}/datasets`` and ``{image_type}/images``.
        image_type: Use case.
        train_csv: File name in ``{image_type}/datasets``, or ``latest``.
        test_csv: The same for the test split.
        drop_bad_rows: Whether faulty rows are dropped or are faults of the dataset.
    """
    return _Reader(data, image_type, drop_bad_rows).read({"train": train_csv, "test": test_csv})


class _Reader:
    def __init__(self, data: Path, image_type: str, drop: bool) -> None:
        self._folder = data / image_type / "datasets"
        self._images = data / image_type / "images"
        self._image_type = image_type
        self._drop = drop
        self._sizes = ImageSizes(self._images, image_type)
        self._checks = RowChecks(self._sizes)

    def read(self, wanted: Mapping[str, str]) -> DatasetReading:
        names, missing = self._select_files(wanted)
        if not names and missing:
            return DatasetReading(None, tuple(missing.values()), ())
        files: dict[str, CsvFile] = {}
        for split, file_name in names.items():
            name = f"{self._image_type}/datasets/{file_name}"
            files[split] = read_csv(self._folder / file_name, name, self._image_type)
            if not files[split].rows and not files[split].faults:
                files[split].faults.append(empty_file(name))
        return self._read_dropping(files, missing) if self._drop else self._read_strictly(files, missing)

    def _read_strictly(self, files: Mapping[str, CsvFile], missing: Mapping[str, str]) -> DatasetReading:
        row_faults = self._checks.faults(files)
        faults = list(missing.values())
        for split, file in files.items():
            faults += file.faults
            faults += [f"{file.name}({fault.line}): {fault.text}" for fault in row_faults[split]]
        if faults:
            return DatasetReading(None, tuple(faults), ())
        return DatasetReading(self._dataset(files, {split: file.rows for split, file in files.items()}), (), ())

    def _read_dropping(self, files: Mapping[str, CsvFile], missing: Mapping[str, str]) -> DatasetReading:
        faults = [*missing.values(), *(fault for file in files.values() for fault in file.faults)]
        if faults:
            return DatasetReading(None, tuple(faults), ())
        row_faults = self._checks.faults(files)
        kept, reasons = self._checks.drop(files)
        dropped: list[str] = []
        for split, file in files.items():
            # An image in both splits stays in the test split, so that its row there is not dropped.
            own = [f"{file.name}({f.line}): {f.text}" for f in row_faults[split] if f.kind != BOTH_SPLITS]
            dropped += dict.fromkeys([*own, *reasons[split]])
            if not kept[split]:
                faults.append(empty_file(file.name))
        return DatasetReading(None if faults else self._dataset(files, kept), tuple(faults), tuple(dropped))

    def _select_files(self, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Returns the file name of each split, and a fault for each split that has none."""
        existing = file_names(self._folder)
        pattern = re.compile(rf"(train|test)_{re.escape(self._image_type)}_([0-9]{{12}})\.csv")
        stamps: dict[str, set[str]] = {split: set() for split in SPLITS}
        for match in filter(None, map(pattern.fullmatch, existing)):
            stamps[match[1]].add(match[2])
        newest = max(stamps["train"] & stamps["test"], default=None)
        names: dict[str, str] = {}
        missing: dict[str, str] = {}
        place = f"{self._image_type}/datasets"
        no_pair = (
            f"{place} holds no pair of train_{self._image_type}_YYMMDDHHmmss.csv and "
            f"test_{self._image_type}_YYMMDDHHmmss.csv with one stamp; 'latest' needs one."
        )
        for split in SPLITS:
            name = wanted[split]
            if name == LATEST and newest is None:
                if no_pair not in missing.values():
                    missing[split] = no_pair
            elif name == LATEST:
                names[split] = f"{split}_{self._image_type}_{newest}.csv"
            elif name in existing:
                names[split] = name
            else:
                rule = f"{split.upper()}_CSV must name a file in {place} or be latest."
                missing[split] = f"{place}/{name} does not exist; {rule}"
        return names, missing

    def _dataset(self, files: Mapping[str, CsvFile], rows: Mapping[str, Sequence[Row]]) -> Dataset:
        classes = sorted({row.class_name for split in SPLITS for row in rows[split] if row.class_name})
        labels = {name: label for label, name in enumerate(classes, start=1)}
        return Dataset(
            train_csv=files["train"].name,
            test_csv=files["test"].name,
            train=self._records(rows["train"], labels),
            test=self._records(rows["test"], labels),
            class_names={label: name for name, label in labels.items()},
            hash=dataset_hash({split: rows[split] for split in SPLITS}, self._images),
            train_rows=len(rows["train"]),
            test_rows=len(rows["test"]),
        )

    def _records(self, rows: Sequence[Row], labels: Mapping[str, int]) -> tuple[ImageRecord, ...]:
        by_image: dict[str, list[Row]] = {}
        for row in rows:
            by_image.setdefault(row.file_name, []).append(row)
        return tuple(self._record(name, group, labels) for name, group in by_image.items())

    def _record(self, name: str, rows: Sequence[Row], labels: Mapping[str, int]) -> ImageRecord:
        width, height = self._sizes.size(name) or (0, 0)  # every row kept has an image with a size
        boxed = [(row.box, labels[row.class_name]) for row in rows if row.box is not None]
        boxes, box_labels = tuple(box for box, _ in boxed), tuple(label for _, label in boxed)
        return ImageRecord(name, self._images / name, width, height, boxes, box_labels)
