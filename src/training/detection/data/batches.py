"""The order of the training images, and the threads that prepare them ahead of the trainer."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from detection.data.augmentation import Pixels, Sample, augment, mosaic
from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore, scaled_boxes

_AHEAD = 3  # batches prepared while the trainer uses one


@dataclass(frozen=True)
class Batch:
    """The images of one step.

    Attributes:
        records: The images of all processes, in order.
        images: float32 (3, H, W) each, RGB in [0, 1]; those of this process alone, as ``targets`` are.
        targets: ``boxes``, float32 (N, 4), xyxy in pixels of the resized image, and ``labels``, int64 (N,), from 1.
    """

    records: tuple[ImageRecord, ...]
    images: list[Tensor]
    targets: list[dict[str, Tensor]]


class BatchOrder:
    """Selects the images of each step: a new shuffle every epoch. A batch may span two epochs.

    The order follows from the seed and the step alone, so that a resumed run continues where it stopped. Within an
    epoch a batch holds images of one shape, because padding changes what group normalization averages over. Only the
    leftover images of each shape share batches.

    Args:
        image_count: Images of the training split.
        batch_size: Images per batch.
        seed: RUN_PARAMS.SEED.
        shapes: Shape of each image after padding; None when all have one.
    """

    def __init__(
        self, image_count: int, batch_size: int, seed: int, shapes: Sequence[tuple[int, int]] | None = None
    ) -> None:
        self.image_count = image_count
        self._shapes = shapes if shapes is not None and len(set(shapes)) > 1 else None
        self.batch_size = batch_size
        self.seed = seed
        self._epoch = -1
        self._shuffle = np.empty(0, dtype=np.int64)

    def indices(self, step: int) -> list[int]:
        """Returns the indices of the images of a step, from 0."""
        first = step * self.batch_size
        return [self._at(place) for place in range(first, first + self.batch_size)]

    def _at(self, place: int) -> int:
        epoch, offset = divmod(place, self.image_count)
        if epoch != self._epoch:
            self._epoch = epoch
            random = np.random.default_rng([self.seed, epoch])
            self._shuffle = random.permutation(self.image_count)
            if self._shapes is not None:
                self._shuffle = self._by_shape(epoch, self._shapes, random)
        return int(self._shuffle[offset])

    def _by_shape(
        self, epoch: int, shapes: Sequence[tuple[int, int]], random: np.random.Generator
    ) -> NDArray[np.int64]:
        """Returns the shuffle with the images of one shape together, in batches that are shuffled themselves."""
        groups: dict[tuple[int, int], list[int]] = {}
        for index in self._shuffle.tolist():
            groups.setdefault(shapes[index], []).append(index)
        batches, left_over = [], []
        for _, group in sorted(groups.items()):
            whole = len(group) // self.batch_size * self.batch_size
            batches += [group[start : start + self.batch_size] for start in range(0, whole, self.batch_size)]
            left_over += group[whole:]
        # The first places of an epoch complete the last batch of the epoch before it.
        first = min(-epoch * self.image_count % self.batch_size, len(left_over))
        order = [*left_over[:first]]
        for place in random.permutation(len(batches)).tolist():
            order += batches[place]
        return np.array(order + left_over[first:], dtype=np.int64)


def training_batches(
    records: Sequence[ImageRecord],
    store: ImageStore,
    *,
    batch_size: int,
    augmentation: str,
    seed: int,
    first_step: int,
    last_step: int,
    threads: int,
    mosaic_share: float = 0.0,
    share: range | None = None,
) -> Generator[Batch, None, None]:
    """Yields the batches of the steps ``first_step`` to ``last_step - 1``.

    They depend on the images, the seed and the step alone, not on the order of the records or of their boxes, the
    number of threads or the steps before.

    Args:
        records: The images of the training split.
        store: Loads them.
        batch_size: Images per step, of all processes together.
        augmentation: MODEL_PARAMS.AUGMENTATION.
        seed: RUN_PARAMS.SEED.
        first_step: Number of the first batch, from 0.
        last_step: Batches of the whole run.
        threads: Threads that prepare batches ahead.
        mosaic_share: MODEL_PARAMS.MOSAIC: share of the images that are joined from four.
        share: Places in the batch, from 0, of the images that this process prepares; None for all.

    Raises:
        TrainingError: An image cannot be decoded.
    """
    records = sorted(records, key=lambda record: record.file_name)
    order = BatchOrder(len(records), batch_size, seed, [store.padded_size(record) for record in records])

    def prepared(record: ImageRecord, random: np.random.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        sample = _load(record, store)
        if mosaic_share > 0 and random.random() < mosaic_share:
            others = random.integers(len(records), size=3).tolist()
            sample = mosaic([sample, *(_load(records[index], store) for index in others)], random)
        return _tensors(augment(*sample, augmentation, random))

    def prepare(step: int, indices: list[int]) -> Batch:
        chosen = [records[index] for index in indices]
        # Seeded by the place in the whole run, which is the same for every batch size.
        first = step * batch_size
        slots = share if share is not None else range(batch_size)
        samples = [prepared(chosen[slot], np.random.default_rng([seed, first + slot])) for slot in slots]
        return Batch(tuple(chosen), [image for image, _ in samples], [target for _, target in samples])

    with ThreadPoolExecutor(threads, thread_name_prefix="batches") as pool:
        waiting: deque[Future[Batch]] = deque()
        try:
            for step in range(first_step, last_step):
                waiting.append(pool.submit(prepare, step, order.indices(step)))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def to_tensor(pixels: Pixels) -> Tensor:
    """Converts uint8 (H, W, 3) to float32 (3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)).div_(255)


def _load(record: ImageRecord, store: ImageStore) -> Sample:
    """Returns an image with its boxes in a fixed order, whatever the order of the rows in the CSV."""
    pixels = store.load(record)
    boxes = scaled_boxes(record, (pixels.shape[1], pixels.shape[0]))
    labels = np.asarray(record.labels, dtype=np.int64)
    order = np.lexsort((*boxes.T, labels))
    return pixels, boxes[order], labels[order]


def _tensors(sample: Sample) -> tuple[Tensor, dict[str, Tensor]]:
    pixels, boxes, labels = sample
    target = {
        "boxes": torch.from_numpy(np.ascontiguousarray(boxes)),
        "labels": torch.from_numpy(labels),
    }
    return to_tensor(pixels), target
