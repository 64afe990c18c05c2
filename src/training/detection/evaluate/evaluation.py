"""Evaluates a model on the test split: COCO metrics, image metrics, and the files of plots and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from detection.config.settings import Settings
from detection.data.datasets import Dataset
from detection.data.depth import depth_document
from detection.data.images import ImageStore
from detection.evaluate.all_detections import evaluate_all
from detection.evaluate.analysis.analysis import Analysis, analyse_files
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.coco_evaluation import CocoResult, evaluate
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.inference import detect, ground_truths
from detection.evaluate.outputs import write_json, write_outputs
from detection.evaluate.proposals import IOU as PROPOSAL_IOU
from detection.evaluate.proposals import proposal_recall, warnings
from detection.models.registry import base_model
from detection.processes.group import ALONE, Group
from detection.tracking.metric_names import MOST_NAMES

_LEAST_BATCH = 8  # images: without gradients a small training batch would leave the device idle


@dataclass(frozen=True)
class Evaluation:
    """The predictions of a model on the test split, and how good they are.

    Attributes:
        metrics: ``eval_*`` and ``binary_*``.
        coco: COCO's numbers and curves.
        truths: The ground truth of each image, by file name.
        detections: The predictions for each image, by file name.
    """

    metrics: Mapping[str, float]
    coco: CocoResult
    truths: Mapping[str, GroundTruth]
    detections: Mapping[str, Detections]


class Evaluator:
    """Evaluates models on one test split.

    Args:
        settings: The exp_config: EVAL_CONF is the least score with which a prediction makes an image positive.
        dataset: Its test split is used.
        store: Loads the images.
        device: Where the model is.
        threads: Threads that load images.
        group: The processes that evaluate together.
    """

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset,
        store: ImageStore,
        *,
        device: torch.device,
        threads: int,
        group: Group = ALONE,
    ) -> None:
        self._dataset = dataset
        self._store = store
        self._threshold = settings.eval_conf
        self._limit = base_model(settings.model.base_model).detections_of(settings.model)
        self._batch_size = max(_LEAST_BATCH, settings.run.batch_size)
        self._device = device
        self._threads = threads
        self._group = group
        self._truths = ground_truths(dataset.test)

    @property
    def images(self) -> int:
        """Returns the number of images of the split."""
        return len(self._dataset.test)

    def evaluate(self, model: nn.Module) -> Evaluation:
        """Runs the model over the test split. The model keeps its mode, training or evaluation.

        The processes of a group divide the images. The first one computes the metrics, which each of them returns.
        """
        proposals: dict[str, NDArray[np.float64]] = {}
        detections = detect(
            model,
            self._dataset.test,
            self._store,
            batch_size=self._batch_size,
            device=self._device,
            threads=self._threads,
            proposals=proposals,
            group=self._group,
        )
        evaluation: Any = self._measure(detections, proposals) if self._group.is_first else None
        measured: Evaluation = self._group.from_first(evaluation)
        return measured

    def _measure(
        self, detections: Mapping[str, Detections], proposals: Mapping[str, NDArray[np.float64]]
    ) -> Evaluation:
        coco = evaluate(self._truths, detections, self._dataset.class_names)
        names = self._dataset.class_names
        metrics = {
            **coco.metrics(),
            **evaluate_all(self._truths, detections, names, self._limit),
            **proposal_recall(self._truths, proposals, names),
            **evaluate_images(self._truths, detections, self._threshold),
        }
        return Evaluation(metrics, coco, self._truths, detections)

    def report(self, evaluation: Evaluation) -> list[str]:
        """Returns COCO's twelve lines in pycocotools' wording, and one line for the images."""
        metrics = evaluation.metrics
        counts = "  ".join(f"{name} {metrics[f'binary_{name}']:.0f}" for name in ("tp", "fp", "tn", "fn"))
        ratios = ("precision", "recall", "accuracy", "f1")
        shares = "  ".join(f"{name} {metrics[f'binary_{name}']:.3f}" for name in ratios)
        images = f"images with a prediction of score >= {self._threshold:g}: {counts}  {shares}"
        lines = [*evaluation.coco.summary_lines(), images]
        if not any(len(truth.labels) == 0 for truth in evaluation.truths.values()):
            lines.append(
                "every image has an object, so that nothing is to decide: precision, recall, accuracy, f1 are -1"
            )
        if MOST_NAMES[0] in metrics:
            shown = "  ".join(f"{name} {metrics[name]:.3f}" for name in MOST_NAMES)
            lines.append(f"up to {self._limit} detections per class and image: {shown}")
        if "proposal_recall" in metrics:
            recall = "  ".join(
                f"{name[len('proposal_recall_'):] or 'all'} {value:.3f}"
                for name, value in metrics.items()
                if name.startswith("proposal_recall")
            )
            lines += [
                f"proposal recall at IoU {PROPOSAL_IOU:g}: {recall}",
                *warnings(metrics, self._dataset.class_names),
            ]
        return lines

    def analyse(self, evaluation: Evaluation) -> Analysis:
        """Returns intervals, suggested thresholds and curves, which take seconds on a large split."""
        return analyse_files(evaluation.truths, evaluation.detections, self._dataset.class_names, self._threshold)

    def write(
        self, output: Path, evaluation: Evaluation, analysis: Analysis, history: Sequence[Mapping[str, Any]]
    ) -> list[Path]:
        """Writes the predictions, the ground truth, evaluation.json, CSV tables, pictures and the plots.

        predictions.json and ground_truth.json are COCO's results and annotations, in pixels of the images on disk.
        Their numbers are written in full, so that an evaluation of the files gives the same metrics to the last bit.
        evaluation.json holds what a report shows besides the metrics; the folder tables holds the same as CSV files.

        Args:
            output: Receives the files; created when missing.
            evaluation: What ``evaluate`` returned.
            analysis: What ``analyse`` returned for it.
            history: The lines of metrics.jsonl, for the plots of the training.

        Returns:
            The plots written.
        """
        output.mkdir(parents=True, exist_ok=True)
        # Between equal scores COCO's tool decides by the order of the ids, and this evaluation by that of the names.
        records = sorted(self._dataset.test, key=lambda record: record.file_name)
        ids = {record.file_name: number for number, record in enumerate(records, start=1)}
        depth = depth_document(self._dataset.depth)
        images: dict[str, Any] = {
            "info": {"depth": depth},
            "images": [
                {
                    "id": number,
                    "file_name": record.file_name,
                    "width": record.width,
                    "height": record.height,
                    "exif_orientation": record.orientation,
                }
                for number, record in enumerate(records, start=1)
            ],
            "categories": [{"id": label, "name": name} for label, name in self._dataset.class_names.items()],
        }
        info = {"description": "ground truth of the test split", "eval_conf": self._threshold, "depth": depth}
        truths = {**images, "info": info, "annotations": _coco_annotations(evaluation.truths, ids)}
        write_json(output / "predictions.json", _coco_results(evaluation.detections, ids))
        write_json(output / "predictions_images.json", images)
        write_json(output / "ground_truth.json", truths)
        return write_outputs(
            output,
            analysis,
            history=history,
            ground_truths=evaluation.truths,
            detections=evaluation.detections,
            image_paths={record.file_name: record.path for record in records},
            orientations={record.file_name: record.orientation for record in records},
            depth=self._dataset.depth,
        )


def _coco_results(detections: Mapping[str, Detections], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """Returns detections in COCO's results format: x, y, width, height in pixels of the image on disk."""
    return [
        {"image_id": ids[name], "category_id": int(label), "bbox": _bbox(box), "score": float(score)}
        for name, predicted in detections.items()
        for box, label, score in zip(predicted.boxes, predicted.labels, predicted.scores)
    ]


def _coco_annotations(truths: Mapping[str, GroundTruth], ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """Returns the objects in COCO's annotation format."""
    objects: list[dict[str, Any]] = [
        {"image_id": ids[name], "category_id": int(label), "bbox": _bbox(box)}
        for name, truth in truths.items()
        for box, label in zip(truth.boxes, truth.labels)
    ]
    return [
        {"id": number, **entry, "area": entry["bbox"][2] * entry["bbox"][3], "iscrowd": 0}
        for number, entry in enumerate(objects, start=1)
    ]


def _bbox(box: NDArray[np.float64]) -> list[float]:
    return [float(value) for value in (box[0], box[1], box[2] - box[0], box[3] - box[1])]
