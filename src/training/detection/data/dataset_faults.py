"""Checks dataset rows together with their images and with the other splits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detection.config.nearest_name import difference
from detection.config.alike import alike_class
from detection.data.dataset_csv import CsvFile, Row
from detection.data.image_sizes import ImageSizes

SPLITS = ("train", "test")
VALIDATION = "validation"
"""The third split, where DATA.VALIDATION_CSV names a file."""
_SPLIT_WORDS = {"train": "training", "test": "test"}
_OTHER = {"train": "test", "test": "train"}

_LEAST_SIDE = 0.01  # pixels
_LARGEST_SHARE = 2.0**20

# Coordinates computed from others may overshoot by their rounding.
_TOLERANCE = 1e-9

# The kinds of faults, in their order at one line.
_ROW, _IMAGE, _STATED, _BOX, _REPEATED, _ONE_SPLIT, BOTH_SPLITS = range(7)


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
        clip_pixels: How far a box may reach outside its image, in pixels; it is clipped.
    """

    def __init__(self, sizes: ImageSizes, clip_pixels: float = 0) -> None:
        self._sizes = sizes
        self._slack = max(clip_pixels, _TOLERANCE)

    def faults(self, files: Mapping[str, CsvFile]) -> dict[str, list[Fault]]:
        """Returns every fault of the rows, by split, in the order of lines and kinds."""
        faults: dict[str, list[Fault]] = {split: [] for split in files}
        named: set[str] = set()
        for split, file in files.items():
            repeated = _repeated(file.rows)
            wrong: set[str] = set()
            for row in file.rows:
                faults[split] += [Fault(row.line, _ROW, text) for text in row.faults]
                if row.file_name and row.file_name not in named:
                    named.add(row.file_name)
                    image_fault = self._sizes.fault(row.file_name)
                    if image_fault is not None:
                        faults[split].append(Fault(row.line, _IMAGE, image_fault))
                stated = self._stated_fault(row)
                if stated is not None and row.file_name not in wrong:
                    wrong.add(row.file_name)
                    faults[split].append(Fault(row.line, _STATED, stated))
                faults[split] += [Fault(row.line, _BOX, text) for text in self._box_faults(row)]
                if row.line in repeated:
                    faults[split].append(Fault(row.line, _REPEATED, repeated[row.line]))

        if all(split in files and files[split].rows for split in SPLITS):
            good = {split: self._good(file.rows) for split, file in files.items()}
            for split, rows in _in_one_split(good).items():
                others = _spellings(good[_OTHER[split]])
                faults[split] += [Fault(rows[name].line, _ONE_SPLIT, _one_split(name, split, others)) for name in rows]
            first = _first_rows(files["train"].rows)
            for name, row in _first_rows(files["test"].rows).items():
                if name in first:
                    also = f"{files['train'].name}({first[name].line})"
                    faults["test"].append(Fault(row.line, BOTH_SPLITS, _both(name, also)))
            if VALIDATION in files:
                faults[VALIDATION] += self._validation_faults(files, good)
        return {split: sorted(rows, key=lambda fault: (fault.line, fault.kind)) for split, rows in faults.items()}

    def drop(self, files: Mapping[str, CsvFile]) -> tuple[dict[str, list[Row]], dict[str, list[str]]]:
        """Drops the faulty rows.

        Returns:
            The rows kept, and the reasons for dropped rows that have no fault of their own, both by split.
        """
        kept = {split: self._good(file.rows) for split, file in files.items()}
        reasons: dict[str, list[str]] = {split: [] for split in files}
        for split, file in files.items():
            for row in file.rows:
                image_fault = self._sizes.fault(row.file_name) if row.file_name else None
                fault = image_fault or self._stated_fault(row)
                if fault is not None and not row.faults:
                    reasons[split].append(f"{file.name}({row.line}): {fault}")
        in_test = _first_rows(files["test"].rows)
        for row in kept["train"]:
            if row.file_name in in_test:
                also = f"{files['test'].name}({in_test[row.file_name].line})"
                reasons["train"].append(f"{files['train'].name}({row.line}): {_both(row.file_name, also)}")
        kept["train"] = [row for row in kept["train"] if row.file_name not in in_test]
        if VALIDATION in files:
            # An image of several splits stays in the test split, else in the validation split.
            for split, other in ((VALIDATION, "test"), ("train", VALIDATION)):
                elsewhere = _first_rows(files[other].rows)
                for row in kept[split]:
                    if row.file_name in elsewhere:
                        also = _also(row.file_name, files[other].name, elsewhere[row.file_name].line)
                        reasons[split].append(f"{files[split].name}({row.line}): {also}")
                kept[split] = [row for row in kept[split] if row.file_name not in elsewhere]
        spellings = {split: _spellings(kept[split]) for split in SPLITS}
        for split, classes in _in_one_split(kept).items():
            for row in kept[split]:
                if row.class_name in classes:
                    one_split = _one_split(row.class_name, split, spellings[_OTHER[split]])
                    reasons[split].append(f"{files[split].name}({row.line}): {one_split}")
            kept[split] = [row for row in kept[split] if row.class_name not in classes]
        if VALIDATION in files:
            known = {row.class_name for row in kept["train"]}
            others = _spellings(kept["train"])
            for row in kept[VALIDATION]:
                if row.class_name not in known | {""}:
                    unknown = _unknown(row.class_name, files["train"].name, others)
                    reasons[VALIDATION].append(f"{files[VALIDATION].name}({row.line}): {unknown}")
            kept[VALIDATION] = [row for row in kept[VALIDATION] if row.class_name in known | {""}]
        return kept, reasons

    def _validation_faults(self, files: Mapping[str, CsvFile], good: Mapping[str, Sequence[Row]]) -> list[Fault]:
        """Returns the faults of the validation split against the others: classes not to learn, and shared images."""
        known = {row.class_name for row in good["train"]} | {""}
        unknown: dict[str, Row] = {}
        for row in good[VALIDATION]:
            if row.class_name not in known:
                unknown.setdefault(row.class_name, row)
        train = files["train"].name
        others = _spellings(good["train"])
        faults = [Fault(row.line, _ONE_SPLIT, _unknown(name, train, others)) for name, row in unknown.items()]
        firsts = [(files[split].name, _first_rows(files[split].rows)) for split in reversed(SPLITS)]
        for name, row in _first_rows(files[VALIDATION].rows).items():
            for csv, first in firsts:
                if name in first:
                    faults.append(Fault(row.line, BOTH_SPLITS, _also(name, csv, first[name].line)))
                    break
        return faults

    def clipped(self, row: Row) -> tuple[float, float, float, float] | None:
        """Returns the box of a row within its image, in pixels; None when the row has no box or its image no size."""
        size = self._sizes.size(row.file_name)
        if row.box is None or size is None:
            return None
        (xmin, ymin, xmax, ymax), (width, height) = row.box, size
        return min(max(xmin, 0), width), min(max(ymin, 0), height), min(max(xmax, 0), width), min(max(ymax, 0), height)

    def reaches_outside(self, row: Row) -> bool:
        """Returns whether the box of a row reaches outside its image by more than rounding."""
        size = self._sizes.size(row.file_name)
        return row.box is not None and size is not None and _overshoot(row.box, size) > _TOLERANCE

    def _good(self, rows: Sequence[Row]) -> list[Row]:
        """Returns the rows without a fault in themselves, in their images or in their boxes."""
        repeated = _repeated(rows)
        return [
            row
            for row in rows
            if not row.faults
            and row.line not in repeated
            and self._sizes.fault(row.file_name) is None
            and self._stated_fault(row) is None
            and not self._box_faults(row)
        ]

    def _stated_fault(self, row: Row) -> str | None:
        size = self._sizes.size(row.file_name) if row.file_name and row.stated else None
        if size is None or row.stated == size:
            return None
        return (
            f"image '{row.file_name}' is {size[0]} x {size[1]} pixels, and the row says {row.stated_text}; "
            "width and height must be those of the file."
        )

    def _box_faults(self, row: Row) -> list[str]:
        if row.box is None or not row.file_name:
            return []
        xmin, ymin, xmax, ymax = row.box
        where = f"image '{row.file_name}': box {row.box_text}"
        faults = []
        if xmin >= xmax or ymin >= ymax:
            faults.append(f"{where} has no area; xmin must be less than xmax and ymin less than ymax.")
        size = self._sizes.size(row.file_name)
        least = least_side(size)
        if not faults and not _has_area(row.box, least):
            faults.append(f"{where} has no area; each side must be at least {least:.15g} pixels long.")
        if size is not None:
            width, height = size
            overshoot = _overshoot(row.box, size)
            inside = self.clipped(row)
            if overshoot > self._slack or (overshoot > 0 and not faults and inside and not _has_area(inside, least)):
                faults.append(
                    f"{where} reaches outside the image of {width} x {height} pixels; "
                    f"it must be within 0,0,{width},{height}."
                )
        return faults


def empty_file(name: str) -> str:
    """Returns the fault of a CSV without rows."""
    return f"{name}(1): holds no rows; it must hold at least one image."


def no_object(name: str) -> str:
    """Returns the fault of a training CSV without an object."""
    return f"{name}(1): holds no object; it must hold at least one, so that the detector learns a class."


def _overshoot(box: tuple[float, float, float, float], size: tuple[int, int]) -> float:
    """Returns how far a box reaches outside its image at most, in pixels; negative inside."""
    xmin, ymin, xmax, ymax = box
    return max(-min(box), max(xmin, xmax) - size[0], max(ymin, ymax) - size[1])


def least_side(size: tuple[int, int] | None) -> float:
    """Returns the shortest side of a box, in pixels: a shorter one is lost in float32 when its image is resized.

    Args:
        size: Width and height of the image in pixels; None when they are unknown.
    """
    return max(_LEAST_SIDE, max(size or (0, 0)) / _LARGEST_SHARE)


def _has_area(box: tuple[float, float, float, float], least: float) -> bool:
    return box[2] - box[0] >= least and box[3] - box[1] >= least


def _repeated(rows: Sequence[Row]) -> dict[int, str]:
    """Returns the faults of rows that repeat or contradict another row of their image, by line."""
    faults: dict[int, str] = {}
    first: dict[tuple[object, ...], int] = {}
    boxed: dict[str, int] = {}
    for row in rows:
        if row.file_name and not row.is_empty:
            boxed.setdefault(row.file_name, row.line)
    for row in rows:
        if not row.file_name or not (row.is_empty or (row.box is not None and row.class_name)):
            continue
        image = f"image '{row.file_name}'"
        line = first.setdefault((row.file_name, row.class_name, row.box), row.line)
        if row.is_empty and row.file_name in boxed:
            faults[row.line] = (
                f"{image}: the row says that it holds no object, and line {boxed[row.file_name]} holds one; "
                "one of the two must be removed."
            )
        elif line != row.line and row.is_empty:
            faults[row.line] = f"{image} is said to hold no object in line {line} already; one row must say so."
        elif line != row.line:
            faults[row.line] = (
                f"{image}: box {row.box_text} of class '{row.class_name}' is in line {line} already; "
                "each object must have one row."
            )
    return faults


def _one_split(class_name: str, split: str, others: Mapping[str, str]) -> str:
    hint = _twin(class_name, others)
    return f"class '{class_name}' is only in the {_SPLIT_WORDS[split]} split; it must be in both splits.{hint}"


def _both(image: str, also: str) -> str:
    return f"image '{image}' is in both splits; it must be in one (also at {also})."


def _also(image: str, csv: str, line: int) -> str:
    return f"image '{image}' is also in {csv}({line}); an image must be in one split."


def _unknown(class_name: str, train_csv: str, others: Mapping[str, str]) -> str:
    return f"class '{class_name}' is not in {train_csv}; it must be in both.{_twin(class_name, others)}"


def _spellings(rows: Iterable[Row]) -> dict[str, str]:
    """Returns the first class of each look."""
    spellings: dict[str, str] = {}
    for name in dict.fromkeys(row.class_name for row in rows if row.class_name):
        spellings.setdefault(alike_class(name), name)
    return spellings


def _twin(class_name: str, others: Mapping[str, str]) -> str:
    """Returns the hint that names a class of another split with the same look; empty without one."""
    meant = others.get(alike_class(class_name))
    return "" if meant is None else f" Did you mean '{meant}'?{difference(class_name, meant)}"


def _first_rows(rows: Iterable[Row]) -> dict[str, Row]:
    """Returns the first row of each image, by file name."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.file_name:
            first.setdefault(row.file_name, row)
    return first


def _in_one_split(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Row]]:
    """Returns for the training and the test split the classes that the other lacks, each with its first row."""
    first: dict[str, dict[str, Row]] = {split: {} for split in SPLITS}
    for split in SPLITS:
        for row in rows[split]:
            if row.class_name:
                first[split].setdefault(row.class_name, row)
    return {
        split: {name: row for name, row in first[split].items() if name not in first[other]}
        for split, other in (SPLITS, SPLITS[::-1])
    }
