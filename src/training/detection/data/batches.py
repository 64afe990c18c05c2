"""The order of the training images, and the threads that prepare them ahead of the trainer."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore, Pixels, augment, scaled_boxes

_AHEAD = 3  # batches prepared while the trainer uses one


@dataclass(frozen=True)
class Batch:
    """The images of one step.

    Attributes:
        records: The images, in order.
        images: float32 (3, H, W) each, RGB in [0, 1].
        targets: ``boxes``, float32 (N, 4), xyxy in pixels of the resized image, and ``labels``, int64 (N,), from 1.
    """

    records: tuple[ImageRecord, ...]
    images: list[Tensor]
    targets: list[dict[str, Tensor]]


class BatchOrder:
    """Selects the images of each step: a new shuffle every epoch, with batches across the end of an epoch.

    The order follows from the seed and the step alone, so that a resumed run continues where it stopped.

    Args:
        image_count: Images of the training split.
        batch_size: Images per step.
        seed: RUN_PARAMS.SEED.
    """

    def __init__(self, image_count: int, batch_size: int, seed: int) -> None:
        self.image_count = image_count
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
            self._shuffle = np.random.default_rng([self.seed, epoch]).permutation(self.image_count)
        return int(self._shuffle[offset])


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
) -> Generator[Batch, None, None]:
    """Yields the batches of the steps ``first_step`` to ``last_step - 1``.

    Args:
        records: The images of the training split.
        store: Loads them.
        batch_size: Images per step.
        augmentation: MODEL_PARAMS.AUGMENTATION.
        seed: RUN_PARAMS.SEED.
        first_step: The first step, from 0.
        last_step: Steps of the whole run.
        threads: Threads that prepare batches ahead.

    Raises:
        TrainingError: An image cannot be decoded.
    """
    order = BatchOrder(len(records), batch_size, seed)

    def prepare(step: int, indices: list[int]) -> Batch:
        chosen = [records[index] for index in indices]
        samples = [_sample(record, store, augmentation, [seed, step, slot]) for slot, record in enumerate(chosen)]
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


def _sample(
    record: ImageRecord, store: ImageStore, augmentation: str, seed: list[int]
) -> tuple[Tensor, dict[str, Tensor]]:
    pixels = store.load(record)
    boxes = scaled_boxes(record, (pixels.shape[1], pixels.shape[0]))
    pixels, boxes = augment(pixels, boxes, augmentation, np.random.default_rng(seed))
    target = {
        "boxes": torch.from_numpy(np.ascontiguousarray(boxes)),
        "labels": torch.tensor(record.labels, dtype=torch.int64),
    }
    return to_tensor(pixels), target
