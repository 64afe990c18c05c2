"""The files that an evaluation leaves: what a report shows, the tables and the pictures. Needs no PyTorch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from detection.data.depth import Depth
from detection.evaluate.analysis.analysis import MATCH_IOU, Analysis
from detection.evaluate.analysis.tables import write_tables
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.pictures.image_plots import ImageSheets
from detection.evaluate.pictures.plots import write_plots
from detection.files import write_text
from detection.tracking.metric_names import class_ap50


def write_outputs(
    output: Path,
    analysis: Analysis,
    *,
    history: Sequence[Mapping[str, Any]],
    ground_truths: Mapping[str, GroundTruth],
    detections: Mapping[str, Detections],
    image_paths: Mapping[str, Path],
    orientations: Mapping[str, int],
    depth: Depth = None,
) -> list[Path]:
    """Writes evaluation.json, the tables, pictures of the worst images, and the plots.

    Args:
        output: Receives the files; created when missing.
        analysis: What is written.
        history: The lines of metrics.jsonl, for the plots of the training; empty for none.
        ground_truths: The objects of every image, by file name.
        detections: The predictions, by file name.
        image_paths: The file of every image, by file name; pictures show only these images.
        orientations: The EXIF orientation that is applied to each, by file name; 1 where it is left out.
        depth: The values that become black and white in images of more than 8 bits; None for their full range.

    Returns:
        The plots written.
    """
    output.mkdir(parents=True, exist_ok=True)
    sheets = ImageSheets(
        ground_truths,
        detections,
        image_paths,
        class_names=analysis.class_names,
        orientations=orientations,
        depth=depth,
        threshold=analysis.eval_conf,
        iou=MATCH_IOU,
    )
    write_json(output / "evaluation.json", _summary(analysis, sheets, sheets.write_worst(output / "worst")))
    write_tables(output / "tables", analysis)
    return write_plots(output / "plots", history=history, analysis=analysis, sheets=sheets)


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file on one line, numbers in full."""
    write_text(path, json.dumps(content, allow_nan=False))


def write_metrics(path: Path, content: Any) -> None:
    """Writes a JSON file for people to read too."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(path, text, errors="backslashreplace")


def _summary(analysis: Analysis, sheets: ImageSheets, pictures: Sequence[Path]) -> dict[str, Any]:
    """Returns the curves, the confusion matrix and the worst images, each curve as precisions at recall 0 to 1."""
    names = analysis.class_names
    labels = sorted(names)
    metrics = analysis.coco.metrics()
    return {
        "evalConf": analysis.eval_conf,
        "iou": MATCH_IOU,
        "testImages": analysis.images,
        "classes": [names[label] for label in labels],
        "precisionRecall": [
            {
                "name": names[label],
                "ap50": metrics[class_ap50(names[label])],
                "precision": [round(float(value), 4) for value in analysis.coco.precision_recall(label)[1]],
            }
            for label in labels
        ],
        "confusion": analysis.confusion.tolist(),
        "intervals": analysis.interval_document(),
        "suggestedEvalConf": analysis.suggestions(),
        "calibrationError": analysis.calibration_error(),
        "worstImages": [
            {"fileName": file, "missed": missed, "wrong": wrong, "picture": picture.name}
            for (file, missed, wrong), picture in zip(sheets.worst, pictures)
        ],
    }
