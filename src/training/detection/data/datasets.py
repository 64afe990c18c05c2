"""Reads the dataset of an experiment: selects its files, reports their faults, and returns their contents."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detection.data.dataset_csv import CsvFile, Row, read_csv
from detection.data.dataset_faults import BOTH_SPLITS, SPLITS, VALIDATION, Fault, RowChecks, empty_file, no_object
from detection.data.dataset_hash import dataset_hash
from detection.data.image_sizes import ImageSizes, Size, file_names
from detection.data.pictures import Picture, Range, deep_values

LATEST = "latest"
NO_FILE = "none"
"""Value of DATA.VALIDATION_CSV that names no file."""

_PERCENTILES = (0.1, 99.9)
_VALUES_PER_IMAGE = 10_000


@dataclass(frozen=True)
class ImageRecord:
    """One image of a split.

    Attributes:
        file_name: Name in ``{image_type}/images``.
        path: Path of the file.
        width: Width in pixels, as the image is used.
        height: Height in pixels, as the image is used.
        boxes: N boxes xyxy in pixels; empty when the image has no objects.
        labels: N labels from 1, keys of the dataset's class names.
        orientation: EXIF orientation that is applied to the stored pixels, 1 to 8.
        depth: The values that become black and white where the image has more than 8 bits; None for its full range.
    """

    file_name: str
    path: Path
    width: int
    height: int
    boxes: tuple[tuple[float, float, float, float], ...]
    labels: tuple[int, ...]
    orientation: int = 1
    depth: tuple[float, float] | None = None


@dataclass(frozen=True)
class Dataset:
    """The splits, free of faults.

    Attributes:
        train_csv: Path of the training CSV relative to the data folder, with forward slashes.
        test_csv: The same for the test CSV.
        train: The images of the training split.
        test: The images of the test split.
        class_names: Name of each label; labels are 1 to N in the order of the names.
        hash: The dataset hash, 64 hex digits (``dataset_hash``).
        train_rows: Number of rows used of the training CSV.
        test_rows: Number of rows used of the test CSV.
        train_hash: The hash of the training split alone, which decides the weights; 64 hex digits.
        depth: The values that become black and white in images of more than 8 bits; None for their full range.
        validation_csv: As ``train_csv``, of the validation split; empty where DATA.VALIDATION_CSV names no file.
        validation: The images of the validation split.
        validation_hash: The hash of the validation split alone; empty without one.
        validation_rows: Number of rows used of the validation CSV.
    """

    train_csv: str
    test_csv: str
    train: tuple[ImageRecord, ...]
    test: tuple[ImageRecord, ...]
    class_names: Mapping[int, str]
    hash: str
    train_rows: int
    test_rows: int
    train_hash: str = ""
    depth: Range | None = None
    validation_csv: str = ""
    validation: tuple[ImageRecord, ...] = ()
    validation_hash: str = ""
    validation_rows: int = 0

    @property
    def splits(self) -> dict[str, tuple[ImageRecord, ...]]:
        """Returns the images of each split that there is, train first."""
        splits = {"train": self.train, "test": self.test}
        return {**splits, VALIDATION: self.validation} if self.validation_csv else splits

    @property
    def csvs(self) -> tuple[str, ...]:
        """Returns the CSV of each split that there is, as in ``splits``."""
        return tuple(filter(None, (self.train_csv, self.test_csv, self.validation_csv)))

    def with_depth(self, depth: Range | None) -> Dataset:
        """Returns the dataset whose deep images are scaled by these values."""
        train, test, validation = (
            tuple(replace(record, depth=depth) for record in records)
            for records in (self.train, self.test, self.validation)
        )
        return replace(self, train=train, test=test, validation=validation, depth=depth)


@dataclass(frozen=True)
class DatasetReading:
    """The dataset, or the faults that make it unusable.

    Attributes:
        dataset: None when there are faults.
        faults: Whole sentences with file and line, in the order of the files and lines.
        dropped: What was dropped and why, in the same words; empty unless bad rows are dropped.
        dropped_rows: Number of rows dropped.
        notes: How images and boxes are used where the files leave a choice, as whole sentences.
    """

    dataset: Dataset | None
    faults: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    dropped_rows: int = 0
    notes: tuple[str, ...] = ()


def read_dataset(
    data: Path,
    image_type: str,
    train_csv: str,
    test_csv: str,
    *,
    on_bad_rows: str = "fail",
    clip_pixels: float = 2,
    exif: str = "apply",
    depth: str = "range",
    validation_csv: str = NO_FILE,
    decode: bool | Callable[[Path], Picture] = True,
) -> DatasetReading:
    """Reads the splits and validates them together. Each image is decoded once, in parallel, or its header is read.

    Args:
        data: The data folder, which holds ``{image_type}/datasets`` and ``{image_type}/images``.
        image_type: Use case.
        train_csv: File name in ``{image_type}/datasets``, or ``latest``.
        test_csv: The same for the test split.
        on_bad_rows: DATA.ON_BAD_ROWS: ``fail``, ``drop`` or ``clip``.
        clip_pixels: DATA.CLIP_PIXELS: how far ``clip`` lets a box reach outside its image.
        exif: DATA.EXIF: ``apply`` or ``ignore``.
        depth: DATA.DEPTH: ``range`` or ``percentiles``.
        validation_csv: DATA.VALIDATION_CSV: file name in ``{image_type}/datasets``, or ``none``.
        decode: Whether every image is decoded, so that damage beyond the header is a fault too; or what decodes it.
    """
    sizes = ImageSizes(
        data / image_type / "images", image_type, applies_exif=exif == "apply", decode=decode, depth=depth
    )
    wanted = {"train": train_csv, "test": test_csv}
    if validation_csv != NO_FILE:
        wanted[VALIDATION] = validation_csv
    return _Reader(data, image_type, on_bad_rows, clip_pixels, sizes, depth).read(wanted)


class _Reader:
    def __init__(
        self, data: Path, image_type: str, on_bad_rows: str, clip_pixels: float, sizes: ImageSizes, depth: str
    ) -> None:
        self._folder = data / image_type / "datasets"
        self._images = data / image_type / "images"
        self._image_type = image_type
        self._drop = on_bad_rows == "drop"
        self._clip = clip_pixels if on_bad_rows == "clip" else 0
        self._sizes = sizes
        self._uses_percentiles = depth == "percentiles"
        self._checks = RowChecks(self._sizes, self._clip)

    def read(self, wanted: Mapping[str, str]) -> DatasetReading:
        names, missing = self._select_files(wanted)
        if not names and missing:
            return DatasetReading(None, tuple(missing.values()))
        files: dict[str, CsvFile] = {}
        for split, file_name in names.items():
            name = f"{self._image_type}/datasets/{file_name}"
            files[split] = read_csv(self._folder / file_name, name, self._image_type)
            if not files[split].rows and not files[split].faults:
                files[split].faults.append(empty_file(name))
            elif (
                split == "train"
                and not self._drop
                and files[split].rows
                and not any(map(_has_object, files[split].rows))
            ):
                files[split].faults.append(no_object(name))
        self._sizes.read(row.file_name for file in files.values() for row in file.rows if row.file_name)
        self._sizes.state(_stated_sizes(files.values()))
        return self._read_dropping(files, missing) if self._drop else self._read_strictly(files, missing)

    def _read_strictly(self, files: Mapping[str, CsvFile], missing: Mapping[str, str]) -> DatasetReading:
        row_faults = self._checks.faults(files)
        faults = _file_faults(files, missing, row_faults)
        if faults:
            return DatasetReading(None, tuple(faults))
        rows = {split: file.rows for split, file in files.items()}
        return DatasetReading(self._dataset(files, rows), (), notes=self._notes(rows))

    def _read_dropping(self, files: Mapping[str, CsvFile], missing: Mapping[str, str]) -> DatasetReading:
        faults = _file_faults(files, missing, {})
        if faults:
            return DatasetReading(None, tuple(faults))
        row_faults = self._checks.faults(files)
        kept, reasons = self._checks.drop(files)
        dropped: list[str] = []
        for split, file in files.items():
            # An image in both splits stays in the test split, so that its row there is not dropped.
            own = [f"{file.name}({f.line}): {f.text}" for f in row_faults[split] if f.kind != BOTH_SPLITS]
            dropped += dict.fromkeys([*own, *reasons[split]])
            if not kept[split]:
                faults.append(empty_file(file.name))
            elif split == "train" and not any(map(_has_object, kept[split])):
                faults.append(no_object(file.name))
        if faults:
            return DatasetReading(None, tuple(faults), tuple(dropped))
        count = sum(len(file.rows) - len(kept[split]) for split, file in files.items())
        return DatasetReading(self._dataset(files, kept), (), tuple(dropped), count, self._notes(kept))

    def _notes(self, rows: Mapping[str, Sequence[Row]]) -> tuple[str, ...]:
        used = [row for kept in rows.values() for row in kept]
        notes = self._sizes.notes(dict.fromkeys(row.file_name for row in used))
        clipped = sum(row.box is not None and self._checks.reaches_outside(row) for row in used)
        if clipped and self._clip:
            boxes, verb = ("1 box reaches", "is") if clipped == 1 else (f"{clipped} boxes reach", "are")
            pixels = f"{self._clip:.15g} pixels"
            notes.append(f"{boxes} at most {pixels} outside and {verb} clipped (DATA.ON_BAD_ROWS is clip).")
        return tuple(notes)

    def _select_files(self, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Returns the file name of each split, and a fault for each split that has none."""
        existing = file_names(self._folder)
        pattern = re.compile(rf"(train|test)_{re.escape(self._image_type)}_([0-9]{{12}})\.csv")
        stamps: dict[str, set[str]] = {split: set() for split in SPLITS}
        for match in filter(None, map(pattern.fullmatch, existing)):
            if _is_time(match[2]):
                stamps[match[1]].add(match[2])
        newest = max(stamps["train"] & stamps["test"], default=None)
        names: dict[str, str] = {}
        missing: dict[str, str] = {}
        place = f"{self._image_type}/datasets"
        no_pair = (
            f"{place} holds no pair of train_{self._image_type}_YYMMDDHHmmss.csv and "
            f"test_{self._image_type}_YYMMDDHHmmss.csv with one stamp; 'latest' needs one."
        )
        for split, name in wanted.items():
            if split == VALIDATION:
                if name in existing:
                    names[split] = name
                else:
                    rule = f"DATA.VALIDATION_CSV must name a file in {place} or be {NO_FILE}."
                    missing[split] = f"{place}/{name} does not exist; {rule}"
            elif name == LATEST and newest is None:
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
        depth = self._percentiles(rows["train"]) if self._uses_percentiles else None
        return Dataset(
            train_csv=files["train"].name,
            test_csv=files["test"].name,
            train=self._records(rows["train"], labels, depth),
            test=self._records(rows["test"], labels, depth),
            class_names={label: name for name, label in labels.items()},
            hash=dataset_hash({split: rows[split] for split in SPLITS}, self._images, self._md5),
            train_rows=len(rows["train"]),
            test_rows=len(rows["test"]),
            train_hash=dataset_hash({"train": rows["train"]}, self._images, self._md5),
            depth=depth,
            validation_csv=files[VALIDATION].name if VALIDATION in files else "",
            validation=self._records(rows.get(VALIDATION, ()), labels, depth),
            validation_rows=len(rows.get(VALIDATION, ())),
            validation_hash=(
                dataset_hash({VALIDATION: rows[VALIDATION]}, self._images, self._md5) if VALIDATION in rows else ""
            ),
        )

    def _md5(self, name: str) -> str | None:
        picture = self._sizes.picture(name)
        return picture.md5 if picture is not None else None

    def _percentiles(self, rows: Sequence[Row]) -> Range | None:
        """Returns the 0.1 and 99.9 percentiles of the deep images; None without such an image."""
        names = dict.fromkeys(row.file_name for row in rows)
        found = [values for name in names if (values := deep_values(self._images / name)) is not None]
        # The same number of values from each image, so that no image counts more than another.
        parts = [values[:: max(1, len(values) // _VALUES_PER_IMAGE)][:_VALUES_PER_IMAGE] for values in found]
        if not parts:
            return None
        low, high = np.percentile(np.concatenate(parts), _PERCENTILES)
        return float(low), float(high)

    def _records(self, rows: Sequence[Row], labels: Mapping[str, int], depth: Range | None) -> tuple[ImageRecord, ...]:
        by_image: dict[str, list[Row]] = {}
        for row in rows:
            by_image.setdefault(row.file_name, []).append(row)
        return tuple(self._record(name, group, labels, depth) for name, group in by_image.items())

    def _record(self, name: str, rows: Sequence[Row], labels: Mapping[str, int], depth: Range | None) -> ImageRecord:
        width, height = self._sizes.size(name) or (0, 0)  # every row kept has an image with a size
        boxed = [(box, labels[row.class_name]) for row in rows if (box := self._checks.clipped(row)) is not None]
        boxes, box_labels = tuple(box for box, _ in boxed), tuple(label for _, label in boxed)
        orientation = self._sizes.orientation(name)
        return ImageRecord(name, self._images / name, width, height, boxes, box_labels, orientation, depth)


def _file_faults(
    files: Mapping[str, CsvFile], missing: Mapping[str, str], row_faults: Mapping[str, Sequence[Fault]]
) -> list[str]:
    """Returns the faults of the training file, of the test file, and of the validation file."""
    faults: list[str] = []
    for split in (*SPLITS, VALIDATION):
        if split in missing:
            faults.append(missing[split])
        if split in files:
            file = files[split]
            faults += file.faults
            faults += [f"{file.name}({fault.line}): {fault.text}" for fault in row_faults.get(split, ())]
    return faults


def _stated_sizes(files: Iterable[CsvFile]) -> dict[str, Size]:
    """Returns the size that the first row of each image states, by file name."""
    sizes: dict[str, Size] = {}
    for file in files:
        for row in file.rows:
            if row.stated is not None:
                sizes.setdefault(row.file_name, row.stated)
    return sizes


def _has_object(row: Row) -> bool:
    return bool(row.fields) and not row.is_empty


def _is_time(stamp: str) -> bool:
    """Returns whether YYMMDDHHmmss is a moment of the years 2000 to 2099."""
    year, month, day, *clock = (int(stamp[at : at + 2]) for at in range(0, 12, 2))
    if not 1 <= month <= 12 or clock[0] > 23 or max(clock) > 59:
        return False
    return 1 <= day <= calendar.monthrange(2000 + year, month)[1]
