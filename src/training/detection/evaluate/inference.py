"""Runs a detector over images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn

from detection.data.batches import to_tensor
from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore
from detection.evaluate.detections import Detections, GroundTruth


def ground_truths(records: Sequence[ImageRecord]) -> dict[str, GroundTruth]:
    """Returns the ground truth of each image, by file name."""
    return {
        record.file_name: GroundTruth(
            np.asarray(record.boxes, dtype=np.float64).reshape(-1, 4), np.asarray(record.labels, dtype=np.int64)
        )
        for record in records
    }


def detect(
    model: nn.Module,
    records: Sequence[ImageRecord],
    store: ImageStore,
    *,
    batch_size: int,
    device: torch.device,
    threads: int,
) -> dict[str, Detections]:
    """Runs the model over images. The model keeps its mode, training or evaluation.

    Args:
        model: A torchvision detector, already on ``device``.
        records: The images.
        store: Loads and resizes them.
        batch_size: Images per call of the model.
        device: Where each batch is moved.
        threads: Threads that load images.

    Returns:
        Detections by file name, their boxes xyxy in pixels of the image on disk.
    """
    was_training = model.training
    model.eval()
    detections: dict[str, Detections] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix="images") as pool, torch.no_grad():
        for group in _groups(records, batch_size):
            pixels = list(pool.map(store.load, group))
            outputs = model([to_tensor(image).to(device) for image in pixels])
            for record, image, output in zip(group, pixels, outputs):
                height, width = image.shape[:2]
                factors = np.array([record.width / width, record.height / height] * 2)
                detections[record.file_name] = Detections(
                    boxes=output["boxes"].double().cpu().numpy().reshape(-1, 4) * factors,
                    labels=output["labels"].cpu().numpy(),
                    scores=output["scores"].double().cpu().numpy(),
                )
    model.train(was_training)
    return detections


def _groups(records: Sequence[ImageRecord], size: int) -> Iterator[Sequence[ImageRecord]]:
    for start in range(0, len(records), size):
        yield records[start : start + size]
