"""The faults of dataset rows in the light of their images and of both splits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detection.data.dataset_csv import CsvFile, Row, number_text
from detection.data.image_sizes import ImageSizes

SPLITS = ("train", "test")
_SPLIT_WORDS = {"train": "training", "test": "test"}

# The kinds of faults, in their order at one line.
_ROW, _IMAGE, _BOX, _ONE_SPLIT, BOTH_SPLITS = range(5)


@dataclass
class Fault:
    """One fault of a row.

    Attributes:
        line: Line of the CSV, from 1.
        kind: What the fault is about, as a number that orders the faults of one line.
        text: A whole sentence, without file and line.
    """

    line: int
    kind: int
    text: str


class RowChecks:
    """Checks the rows of a dataset.

    Args:
        sizes: The sizes of the images.
    """

    def __init__(self, sizes: ImageSizes) -> None:
        self._sizes = sizes

    def faults(self, files: Mapping[str, CsvFile]) -> dict[str, list[Fault]]:
        """Returns every fault of the rows, by split, in the order of lines and kinds."""
        faults: dict[str, list[Fault]] = {split: [] for split in files}
        named: set[str] = set()
        for split, file in files.items():
            for row in file.rows:
                faults[split] += [Fault(row.line, _ROW, text) for text in row.faults]
                if row.file_name and row.file_name not in named:
                    named.add(row.file_name)
                    image_fault = self._sizes.fault(row.file_name)
                    if image_fault is not None:
                        faults[split].append(Fault(row.line, _IMAGE, image_fault))
                faults[split] += [Fault(row.line, _BOX, text) for text in self._box_faults(row)]

        if len(files) == 2 and all(file.rows for file in files.values()):
            good = {split: [row for row in file.rows if self.is_good(row)] for split, file in files.items()}
            for split, rows in _in_one_split(good).items():
                faults[split] += [Fault(rows[name].line, _ONE_SPLIT, _one_split(name, split)) for name in rows]
            first = _first_rows(files["train"].rows)
            for name, row in _first_rows(files["test"].rows).items():
                if name in first:
                    also = f"{files['train'].name}({first[name].line})"
                    faults["test"].append(Fault(row.line, BOTH_SPLITS, _both(name, also)))
        return {split: sorted(rows, key=lambda fault: (fault.line, fault.kind)) for split, rows in faults.items()}

    def drop(self, files: Mapping[str, CsvFile]) -> tuple[dict[str, list[Row]], dict[str, list[str]]]:
        """Drops the faulty rows.

        Returns:
            The rows kept, and the reasons for dropped rows that have no fault of their own, both by split.
        """
        kept = {split: [row for row in file.rows if self.is_good(row)] for split, file in files.items()}
        reasons: dict[str, list[str]] = {split: [] for split in files}
        for split, file in files.items():
            for row in file.rows:
                image_fault = self._sizes.fault(row.file_name) if row.file_name else None
                if image_fault is not None and not row.faults:
                    reasons[split].append(f"{file.name}({row.line}): {image_fault}")
        in_test = _first_rows(files["test"].rows)
        for row in kept["train"]:
            if row.file_name in in_test:
                also = f"{files['test'].name}({in_test[row.file_name].line})"
                reasons["train"].append(f"{files['train'].name}({row.line}): {_both(row.file_name, also)}")
        kept["train"] = [row for row in kept["train"] if row.file_name not in in_test]
        for split, classes in _in_one_split(kept).items():
            for row in kept[split]:
                if row.class_name in classes:
                    reasons[split].append(f"{files[split].name}({row.line}): {_one_split(row.class_name, split)}")
            kept[split] = [row for row in kept[split] if row.class_name not in classes]
        return kept, reasons

    def is_good(self, row: Row) -> bool:
        """Tells whether a row has no fault of its own, nor its image, nor its box."""
        return not row.faults and self._sizes.fault(row.file_name) is None and not self._box_faults(row)

    def _box_faults(self, row: Row) -> list[str]:
        if row.box is None or not row.file_name:
            return []
        xmin, ymin, xmax, ymax = row.box
        where = f"image '{row.file_name}': box {','.join(number_text(value) for value in row.box)}"
        faults = []
        if xmin >= xmax or ymin >= ymax:
            faults.append(f"{where} has no area; xmin must be less than xmax and ymin less than ymax.")
        size = self._sizes.size(row.file_name)
        if size is not None:
            width, height = size
            if min(row.box) < 0 or max(xmin, xmax) > width or max(ymin, ymax) > height:
                faults.append(
                    f"{where} reaches outside the image of {width} x {height} pixels; "
                    f"it must be within 0,0,{width},{height}."
                )
        return faults


def empty_file(name: str) -> str:
    """Returns the fault of a CSV without rows."""
    return f"{name}(1): holds no rows; it must hold at least one image."


def _one_split(class_name: str, split: str) -> str:
    return f"class '{class_name}' is only in the {_SPLIT_WORDS[split]} split; it must be in both splits."


def _both(image: str, also: str) -> str:
    return f"image '{image}' is in both splits; it must be in one (also at {also})."


def _first_rows(rows: Iterable[Row]) -> dict[str, Row]:
    """Returns the first row of each image, by file name."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.file_name:
            first.setdefault(row.file_name, row)
    return first


def _in_one_split(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Row]]:
    """Returns for each split the classes that the other split lacks, each with its first row."""
    first: dict[str, dict[str, Row]] = {split: {} for split in rows}
    for split in rows:
        for row in rows[split]:
            if row.class_name:
                first[split].setdefault(row.class_name, row)
    return {
        split: {name: row for name, row in first[split].items() if name not in first[other]}
        for split, other in (SPLITS, SPLITS[::-1])
    }
