"""The dataset of an experiment: which files, what is wrong with them, and what they hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from detection.data.dataset_csv import CsvFile, Row, number_text, read_csv

LATEST = "latest"
_SPLITS = ("train", "test")
_SPLIT_WORDS = {"train": "training", "test": "test"}
_FORMATS = ("JPEG", "PNG", "BMP", "GIF")


@dataclass(frozen=True)
class ImageRecord:
    """One image of a split.

    Attributes:
        file_name: Name in ``{image_type}/images``.
        path: Where it lies.
        width: In pixels, as its header says.
        height: In pixels, as its header says.
        boxes: N boxes xyxy in pixels; none when the image holds no object.
        labels: N labels from 1, into the dataset's class names.
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
        train_csv: Path of the CSV relative to the data folder, with forward slashes; ``test_csv`` likewise.
        class_names: Name of each label; labels are 1 to N in the order of the names.
        hash: SHA-256 hex over the rows used and the bytes of their images.
        train_rows: CSV rows used; ``test_rows`` likewise.
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
    """What reading a dataset gave: the dataset, or the faults why there is none.

    Attributes:
        dataset: None when there are faults.
        faults: Whole sentences with file and line, in the order of the files and lines.
        dropped: What was left out and why, in the same words; only when bad rows are dropped.
    """

    dataset: Dataset | None
    faults: tuple[str, ...]
    dropped: tuple[str, ...]


# Kinds of faults in their order at one line.
_ROW, _IMAGE, _BOX, _ONE_SPLIT, _BOTH = range(5)


@dataclass
class _Fault:
    line: int
    kind: int
    text: str


def read_dataset(data: Path, image_type: str, train_csv: str, test_csv: str, *, drop_bad_rows: bool) -> DatasetReading:
    """Reads both splits and checks them together; image sizes come from the file headers.

    Args:
        data: The data folder, which holds ``{image_type}/datasets`` and ``{image_type}/images``.
        image_type: Use case.
        train_csv: File name in ``{image_type}/datasets``, or ``latest``; ``test_csv`` likewise.
        drop_bad_rows: Leave faulty rows out instead of reporting them as faults.
    """
    return _Reader(data, image_type, drop_bad_rows).read({"train": train_csv, "test": test_csv})


class _Reader:
    def __init__(self, data: Path, image_type: str, drop: bool) -> None:
        self.folder = data / image_type / "datasets"
        self.images = data / image_type / "images"
        self.image_type = image_type
        self.drop = drop
        self.sizes: dict[str, tuple[int, int] | str] = {}  # a string says why there is no size
        # Names in exactly their letters: a file system that ignores case must not decide what a dataset holds.
        self.names = _file_names(self.images)

    def read(self, wanted: Mapping[str, str]) -> DatasetReading:
        faults = []
        files: dict[str, CsvFile] = {}
        names, absent = self._resolve(wanted)
        if not names and absent:
            return DatasetReading(None, tuple(absent.values()), ())
        for split in _SPLITS:
            if split in absent:
                faults.append(absent[split])
                continue
            name = f"{self.image_type}/datasets/{names[split]}"
            files[split] = read_csv(self.folder / names[split], name, self.image_type)
            if not files[split].rows and not files[split].faults:
                files[split].faults.append(_empty(name))

        found = self._faults(files)
        file_faults = {split: file.faults for split, file in files.items()}
        row_faults = {
            # An image in both splits stays in the test split: when rows are dropped, that row is not one of them.
            split: [
                f"{files[split].name}({fault.line}): {fault.text}"
                for fault in found[split]
                if not self.drop or fault.kind != _BOTH
            ]
            for split in files
        }
        if not self.drop:
            for split in _SPLITS:
                if split in files:
                    faults += file_faults[split] + row_faults[split]
            if faults:
                return DatasetReading(None, tuple(faults), ())
            return DatasetReading(self._dataset(files, {s: f.rows for s, f in files.items()}), (), ())

        for split in files:
            faults += file_faults[split]
        if faults:
            return DatasetReading(None, tuple(faults), ())
        kept, more = self._drop(files)
        for split in _SPLITS:
            row_faults[split] = _merge(row_faults[split], more[split])
            if not kept[split]:
                faults.append(_empty(files[split].name))
        dropped = tuple(row_faults["train"] + row_faults["test"])
        if faults:
            return DatasetReading(None, tuple(faults), dropped)
        return DatasetReading(self._dataset(files, kept), (), dropped)

    def _resolve(self, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Returns the file name of each split, and a fault for each split that has none."""
        present = _file_names(self.folder)
        pattern = re.compile(rf"(train|test)_{re.escape(self.image_type)}_([0-9]{{12}})\.csv")
        stamps: dict[str, set[str]] = {split: set() for split in _SPLITS}
        for name in present:
            match = pattern.fullmatch(name)
            if match:
                stamps[match[1]].add(match[2])
        newest = max(stamps["train"] & stamps["test"], default=None)
        names, absent = {}, {}
        place = f"{self.image_type}/datasets"
        for split in _SPLITS:
            name = wanted[split]
            if name == LATEST and newest is None:
                if not any("no pair" in fault for fault in absent.values()):
                    absent[split] = (
                        f"{place} holds no pair of train_{self.image_type}_YYMMDDHHmmss.csv and "
                        f"test_{self.image_type}_YYMMDDHHmmss.csv with one stamp; 'latest' needs one."
                    )
            elif name == LATEST:
                names[split] = f"{split}_{self.image_type}_{newest}.csv"
            elif name in present:
                names[split] = name
            else:
                absent[
                    split
                ] = f"{place}/{name} is not there; {split.upper()}_CSV must name a file in {place} or be latest."
        return names, absent

    def _faults(self, files: Mapping[str, CsvFile]) -> dict[str, list[_Fault]]:
        """Finds every fault of the rows, by split, in the order of lines and kinds."""
        found: dict[str, list[_Fault]] = {split: [] for split in files}
        named: set[str] = set()
        for split, file in files.items():
            for row in file.rows:
                found[split] += [_Fault(row.line, _ROW, text) for text in row.faults]
                if row.file_name and row.file_name not in named:
                    named.add(row.file_name)
                    size = self._size(row.file_name)
                    if isinstance(size, str):
                        found[split].append(_Fault(row.line, _IMAGE, size))
                found[split] += [_Fault(row.line, _BOX, text) for text in self._box_faults(row)]

        if len(files) == 2 and all(file.rows for file in files.values()):
            good = {split: [row for row in file.rows if self._is_good(row)] for split, file in files.items()}
            for split, rows in _in_one_split(good).items():
                found[split] += [_Fault(rows[name].line, _ONE_SPLIT, _one_split(name, split)) for name in rows]
            first = _first_rows(files["train"].rows)
            for name, row in _first_rows(files["test"].rows).items():
                if name in first:
                    also = f"{files['train'].name}({first[name].line})"
                    found["test"].append(_Fault(row.line, _BOTH, _both(name, also)))
        return {split: sorted(faults, key=lambda fault: (fault.line, fault.kind)) for split, faults in found.items()}

    def _drop(self, files: Mapping[str, CsvFile]) -> tuple[dict[str, list[Row]], dict[str, list[str]]]:
        """Leaves faulty rows out; returns the rows kept, and the rows left out that no fault names, with the reason."""
        kept = {split: [row for row in file.rows if self._is_good(row)] for split, file in files.items()}
        said: dict[str, list[str]] = {split: [] for split in files}
        for split, file in files.items():
            for row in file.rows:
                if row.file_name and isinstance(self._size(row.file_name), str) and not row.faults:
                    said[split].append(f"{file.name}({row.line}): {self._size(row.file_name)}")
        in_test = _first_rows(files["test"].rows)
        for row in kept["train"]:
            if row.file_name in in_test:
                also = f"{files['test'].name}({in_test[row.file_name].line})"
                said["train"].append(f"{files['train'].name}({row.line}): {_both(row.file_name, also)}")
        kept["train"] = [row for row in kept["train"] if row.file_name not in in_test]
        for split, classes in _in_one_split(kept).items():
            for row in kept[split]:
                if row.class_name in classes:
                    said[split].append(f"{files[split].name}({row.line}): {_one_split(row.class_name, split)}")
            kept[split] = [row for row in kept[split] if row.class_name not in classes]
        return kept, said

    def _is_good(self, row: Row) -> bool:
        return not row.faults and not isinstance(self._size(row.file_name), str) and not self._box_faults(row)

    def _box_faults(self, row: Row) -> Iterable[str]:
        if row.box is None or not row.file_name:
            return []
        xmin, ymin, xmax, ymax = row.box
        where = f"image '{row.file_name}': box {','.join(number_text(value) for value in row.box)}"
        faults = []
        if xmin >= xmax or ymin >= ymax:
            faults.append(f"{where} has no area; xmin must be less than xmax and ymin less than ymax.")
        size = self._size(row.file_name)
        if not isinstance(size, str):
            width, height = size
            if min(row.box) < 0 or max(xmin, xmax) > width or max(ymin, ymax) > height:
                faults.append(
                    f"{where} reaches outside the image of {width} x {height} pixels; "
                    f"it must be within 0,0,{width},{height}."
                )
        return faults

    def _size(self, name: str) -> tuple[int, int] | str:
        """Returns width and height in pixels as the header says, or the fault of the file."""
        if name not in self.sizes:
            if name not in self.names:
                self.sizes[
                    name
                ] = f"image '{name}' is not in {self.image_type}/images; it must be there, or the row removed."
            else:
                try:
                    with Image.open(self.images / name, formats=_FORMATS) as image:
                        self.sizes[name] = image.size
                except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
                    # Pillow's readers raise any of these for a header that is cut short or damaged.
                    self.sizes[name] = (
                        f"image '{name}' cannot be read as a picture (JPEG, PNG, BMP or GIF); "
                        "replace the file or remove its rows."
                    )
        return self.sizes[name]

    def _dataset(self, files: Mapping[str, CsvFile], rows: Mapping[str, Sequence[Row]]) -> Dataset:
        classes = sorted({row.class_name for split in _SPLITS for row in rows[split] if row.class_name})
        labels = {name: label for label, name in enumerate(classes, start=1)}
        return Dataset(
            train_csv=files["train"].name,
            test_csv=files["test"].name,
            train=self._records(rows["train"], labels),
            test=self._records(rows["test"], labels),
            class_names={label: name for name, label in labels.items()},
            hash=self._hash(rows),
            train_rows=len(rows["train"]),
            test_rows=len(rows["test"]),
        )

    def _records(self, rows: Sequence[Row], labels: Mapping[str, int]) -> tuple[ImageRecord, ...]:
        by_image: dict[str, list[Row]] = {}
        for row in rows:
            by_image.setdefault(row.file_name, []).append(row)
        records = []
        for name, group in by_image.items():
            width, height = self.sizes[name]
            boxed = [row for row in group if row.box is not None]
            records.append(
                ImageRecord(
                    name,
                    self.images / name,
                    int(width),
                    int(height),
                    tuple(row.box for row in boxed if row.box),
                    tuple(labels[row.class_name] for row in boxed),
                )
            )
        return tuple(records)

    def _hash(self, rows: Mapping[str, Sequence[Row]]) -> str:
        digest = hashlib.sha256()
        for split in _SPLITS:
            digest.update(f"{split}\n".encode())
            for row in rows[split]:
                digest.update(("\x1f".join(row.fields) + "\n").encode())
        for name in sorted({row.file_name for split in _SPLITS for row in rows[split]}):
            content = hashlib.sha256((self.images / name).read_bytes()).hexdigest()
            digest.update(f"{name}\x1f{content}\n".encode())
        return digest.hexdigest()


def _file_names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir() if entry.is_file()} if folder.is_dir() else set()


def _empty(name: str) -> str:
    return f"{name}(1): holds no rows; it must hold at least one image."


def _one_split(class_name: str, split: str) -> str:
    return f"class '{class_name}' is only in the {_SPLIT_WORDS[split]} split; it must be in both splits."


def _both(image: str, also: str) -> str:
    return f"image '{image}' is in both splits; it must be in one (also at {also})."


def _first_rows(rows: Iterable[Row]) -> dict[str, Row]:
    """Returns the first row that names each image."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.file_name:
            first.setdefault(row.file_name, row)
    return first


def _in_one_split(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Row]]:
    """Returns for each split the classes that the other split lacks, with the first row of each."""
    first: dict[str, dict[str, Row]] = {split: {} for split in rows}
    for split in rows:
        for row in rows[split]:
            if row.class_name:
                first[split].setdefault(row.class_name, row)
    return {
        split: {name: row for name, row in first[split].items() if name not in first[other]}
        for split, other in (_SPLITS, _SPLITS[::-1])
    }


def _merge(first: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*first, *more]))
