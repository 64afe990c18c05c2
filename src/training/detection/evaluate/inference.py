"""Runs a detector over images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from detection.data.batches import to_tensor
from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore
from detection.evaluate.detections import Detections, GroundTruth
from detection.evaluate.proposals import ProposalRecorder
from detection.processes.group import ALONE, Group


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
    proposals: dict[str, NDArray[np.float64]] | None = None,
    group: Group = ALONE,
) -> dict[str, Detections]:
    """Runs the model over images. The model keeps its mode, training or evaluation.

    A batch holds images of one shape: padding would change what group normalization averages over, and the detections
    would depend on the batch size.

    Args:
        model: A torchvision detector, already on ``device``.
        records: The images.
        store: Loads and resizes them.
        batch_size: Images per call of the model.
        device: Where each batch is moved.
        threads: Threads that load images.
        proposals: Receives the proposals of the first stage by file name, xyxy in pixels of the image on disk.
        group: The processes that divide the batches among each other. A batch has the images that it has in one
            process.

    Returns:
        Detections by file name, in the order of the records, their boxes xyxy in pixels of the image on disk. Only the
        first process has those of all images, and their proposals.
    """
    was_training = model.training
    model.eval()
    detections: dict[str, Detections] = {}
    recorder = ProposalRecorder()
    with ThreadPoolExecutor(threads, thread_name_prefix="images") as pool, torch.no_grad(), recorder.recording(model):
        for batch in list(_batches(records, batch_size, store))[group.place.rank :: group.size]:
            pixels = list(pool.map(store.load, batch))
            outputs = model([to_tensor(image).to(device) for image in pixels])
            for place, (record, image, output) in enumerate(zip(batch, pixels, outputs)):
                height, width = image.shape[:2]
                factors = np.array([record.width / width, record.height / height] * 2)
                detections[record.file_name] = Detections(
                    boxes=output["boxes"].double().cpu().numpy().reshape(-1, 4) * factors,
                    labels=output["labels"].cpu().numpy(),
                    scores=output["scores"].double().cpu().numpy(),
                )
                if proposals is not None and recorder.last:
                    proposals[record.file_name] = recorder.last[place] * factors
    model.train(was_training)
    own = {} if proposals is None else proposals
    for found, found_proposals in group.gather_in_first((detections, own)):
        detections.update(found)
        own.update(found_proposals)
    return {record.file_name: detections[record.file_name] for record in records if record.file_name in detections}


def _batches(records: Sequence[ImageRecord], size: int, store: ImageStore) -> Iterator[Sequence[ImageRecord]]:
    """Yields batches of images of one padded shape."""
    shapes: dict[tuple[int, int], list[ImageRecord]] = {}
    for record in records:
        shapes.setdefault(store.padded_size(record), []).append(record)
    for alike in shapes.values():
        for start in range(0, len(alike), size):
            yield alike[start : start + size]
