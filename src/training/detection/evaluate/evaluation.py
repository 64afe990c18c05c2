"""Evaluates a model on the test split: COCO's numbers, the image-level ones, predictions.json and the plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.coco_evaluation import CocoResult, Detections, GroundTruth, evaluate
from detection.data.datasets import Dataset
from detection.data.images import ImageStore
from detection.evaluate.inference import detect, ground_truths
from detection.evaluate.plots import write_plots


@dataclass(frozen=True)
class Evaluation:
    """What a model finds in the test split.

    Attributes:
        metrics: ``eval_*`` and ``binary_*``.
        coco: COCO's numbers and curves.
        truths: The objects of each image by file name; ``detections`` likewise.
    """

    metrics: Mapping[str, float]
    coco: CocoResult
    truths: Mapping[str, GroundTruth]
    detections: Mapping[str, Detections]


class Evaluator:
    """Evaluates models on one test split.

    Args:
        dataset: Its test split is used.
        store: Loads the images.
        threshold: EVAL_CONF: score at or above which a detection makes an image positive.
        batch_size: Images the model sees at once.
        device: Where the model is.
        threads: Threads that load images.
    """

    def __init__(
        self,
        dataset: Dataset,
        store: ImageStore,
        *,
        threshold: float,
        batch_size: int,
        device: torch.device,
        threads: int,
    ) -> None:
        self._dataset = dataset
        self._store = store
        self._threshold = threshold
        self._batch_size = batch_size
        self._device = device
        self._threads = threads
        self._truths = ground_truths(dataset.test)

    def evaluate(self, model: nn.Module) -> Evaluation:
        """Runs the model over the test split; the model is left in the mode it was in."""
        detections = detect(
            model,
            self._dataset.test,
            self._store,
            batch_size=self._batch_size,
            device=self._device,
            threads=self._threads,
        )
        coco = evaluate(self._truths, detections, self._dataset.class_names)
        metrics = coco.metrics() | evaluate_images(self._truths, detections, self._threshold)
        return Evaluation(metrics, coco, self._truths, detections)

    def report(self, evaluation: Evaluation) -> list[str]:
        """Returns COCO's twelve lines in pycocotools' wording, and one for the images."""
        found = evaluation.metrics
        counts = "  ".join(f"{name} {found[f'binary_{name}']:.0f}" for name in ("tp", "fp", "tn", "fn"))
        ratios = ("precision", "recall", "accuracy", "f1")
        shares = "  ".join(f"{name} {found[f'binary_{name}']:.3f}" for name in ratios)
        images = f"images with a detection of score >= {self._threshold:g}: {counts}  {shares}"
        return [*evaluation.coco.summary_lines(), images]

    def write(self, output: Path, evaluation: Evaluation, history: Sequence[Mapping[str, Any]]) -> list[Path]:
        """Writes predictions.json, predictions_images.json and the plots; returns the plots written."""
        output.mkdir(parents=True, exist_ok=True)
        ids = {record.file_name: number for number, record in enumerate(self._dataset.test, start=1)}
        _write_json(output / "predictions.json", _coco_results(evaluation.detections, ids))
        _write_json(
            output / "predictions_images.json",
            {
                "images": [
                    {"id": number, "file_name": record.file_name, "width": record.width, "height": record.height}
                    for number, record in enumerate(self._dataset.test, start=1)
                ],
                "categories": [{"id": label, "name": name} for label, name in self._dataset.class_names.items()],
            },
        )
        return write_plots(
            output / "plots",
            history=[dict(line) for line in history],
            result=evaluation.coco,
            ground_truths=evaluation.truths,
            detections=evaluation.detections,
            class_names=self._dataset.class_names,
            image_paths={record.file_name: record.path for record in self._dataset.test},
            threshold=self._threshold,
        )


def _coco_results(detections: Mapping[str, Detections], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """Returns detections as COCO's results format has them: x, y, width, height in pixels of the image on disk."""
    return [
        {
            "image_id": ids[name],
            "category_id": int(label),
            "bbox": [round(float(value), 2) for value in (box[0], box[1], box[2] - box[0], box[3] - box[1])],
            "score": round(float(score), 5),
        }
        for name, found in detections.items()
        for box, label, score in zip(found.boxes, found.labels, found.scores)
    ]


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
