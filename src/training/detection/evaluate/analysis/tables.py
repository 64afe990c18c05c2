"""The curves and matrices of an evaluation as CSV files, for spreadsheets and other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detection.evaluate.analysis.analysis import Analysis
from detection.evaluate.analysis.thresholds import ALL_CLASSES, CURVE_THRESHOLDS, calibration
from detection.files import writing

BACKGROUND = "background"


def write_tables(folder: Path, analysis: Analysis) -> list[Path]:
    """Writes the tables as UTF-8 with one header line. Numbers have all their digits.

    Args:
        folder: Receives the files; created when missing.
        analysis: What is written.

    Returns:
        The files: precision_recall.csv, f1_curves.csv, suggested_eval_conf.csv, confusion_matrix.csv, calibration.csv,
        recall_by_size.csv and intervals.csv.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [analysis.class_names[label] for label in sorted(analysis.class_names)]
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "precision_recall.csv": (("class", "recall", "precision"), _precision_recall(analysis)),
        "f1_curves.csv": (("class", "eval_conf", "precision", "recall", "f1"), _f1(analysis)),
        "suggested_eval_conf.csv": (("class", "eval_conf", "f1", "precision", "recall", "objects"), _best(analysis)),
        "confusion_matrix.csv": (
            ("actual / predicted", *names, BACKGROUND),
            [(name, *row) for name, row in zip([*names, BACKGROUND], analysis.confusion.tolist())],
        ),
        "calibration.csv": (
            ("class", "score_from", "score_to", "detections", "mean_score", "share_right"),
            _calibration(analysis),
        ),
        "recall_by_size.csv": (("size_from", "size_to", "objects", "detected", "recall"), analysis.sizes.rows()),
        "intervals.csv": (
            ("metric", "low", "high"),
            [(name, low, high) for name, (low, high) in analysis.intervals.items()],
        ),
    }
    for name, (header, rows) in tables.items():
        with writing(folder / name), open(
            folder / name, "w", encoding="utf-8", errors="backslashreplace", newline=""
        ) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows([_cell(value) for value in row] for row in rows)
    return [folder / name for name in tables]


def _precision_recall(analysis: Analysis) -> Iterable[Sequence[Any]]:
    for label in sorted(analysis.class_names):
        for recall, precision in zip(*analysis.coco.precision_recall(label)):
            yield analysis.class_names[label], recall, precision


def _f1(analysis: Analysis) -> Iterable[Sequence[Any]]:
    for curve in analysis.curves:
        for row in zip(CURVE_THRESHOLDS, *curve.at(CURVE_THRESHOLDS)):
            yield curve.name or ALL_CLASSES, *row


def _best(analysis: Analysis) -> Iterable[Sequence[Any]]:
    for curve in analysis.curves:
        yield curve.name or ALL_CLASSES, *curve.document().values()


def _calibration(analysis: Analysis) -> Iterable[Sequence[Any]]:
    for curve in analysis.curves:
        found = calibration(curve)
        for row in zip(found.edges, found.edges[1:], found.counts, found.mean_scores, found.shares):
            yield curve.name or ALL_CLASSES, *row


def _cell(value: Any) -> Any:
    """Returns a value as it is written: whole numbers without a point, nothing for an unknown number."""
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return ""
    return float(f"{value:.12g}") if isinstance(value, (float, np.floating)) else value
