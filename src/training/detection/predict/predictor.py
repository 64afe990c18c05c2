"""Runs a saved model over image files: images of one shape together, the next ones decoded while the model runs."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from detection.config.label_map import load_class_names
from detection.config.settings import Settings
from detection.config.settings_reader import read_settings
from detection.data.augmentation import Pixels
from detection.data.batches import to_tensor
from detection.data.datasets import ImageRecord
from detection.data.depth import Depth, read_depth
from detection.data.images import ImageStore
from detection.data.pictures import PictureError
from detection.evaluate.detections import Detections
from detection.export.final_model import load_architecture, load_final_weights, weights_file
from detection.models.building import build_model
from detection.predict.journal import Prediction, stamp_of
from detection.predict.reading import reason_of, record_of
from detection.train.machine import Machine

_AHEAD = 2  # batches that are decoded while the model runs
_WAITING = 64  # batches' worth of images that wait for others of their shape


@dataclass(frozen=True)
class SavedModel:
    """A final_model folder, loaded.

    Attributes:
        model: The detector, in evaluation mode.
        class_names: Name of each label.
        settings: The exp_config of its training.
        digest: SHA-256 in hex of all that decides its predictions: its weights, its architecture, MODEL_PARAMS and
            ``depth``.
        depth: The values by which it scales images of more than 8 bits; None for the full range of an image.
    """

    model: nn.Module
    class_names: Mapping[int, str]
    settings: Settings
    digest: str
    depth: Depth = None


def load_saved_model(folder: Path, device: torch.device) -> SavedModel:
    """Loads a final_model folder.

    Raises:
        TrainingError: A file is missing or cannot be read.
        FaultsError: Its exp_config.json has faults.
    """
    class_names = load_class_names(folder)
    settings = read_settings(file=folder / "exp_config.json", environment={})
    architecture = load_architecture(folder)
    model = build_model(settings.model, len(class_names), architecture)
    load_final_weights(folder, model)
    depth = read_depth(folder)
    decisive = [depth, architecture.document(), settings.document["MODEL_PARAMS"]]
    digest = hashlib.sha256(weights_file(folder).read_bytes() + json.dumps(decisive).encode()).hexdigest()
    return SavedModel(model.eval().to(device), class_names, settings, digest, depth)


class Predictor:
    """Predicts the objects of image files.

    Args:
        saved: The model, on the device of ``machine``.
        machine: The device, and the number of threads that decode images.
        batch: Images per call of the model, at least 1; halved when the memory of the GPU does not suffice.
        least: (K + 1,), the least score of a prediction that is kept, by label; the first is that of no class.
        failed: Receives the name and the reason of each image that cannot be read.
        say: Receives messages.
    """

    def __init__(
        self,
        saved: SavedModel,
        machine: Machine,
        *,
        batch: int,
        least: NDArray[np.float64],
        failed: Callable[[str, str], None],
        say: Callable[[str], None],
    ) -> None:
        self._model = saved.model
        self._device = machine.device
        self._threads = machine.cores
        self._batch = batch
        self._least = least
        self._failed = failed
        self._say = say
        self._store = ImageStore(saved.settings.model.image_size, capacity=0)
        self._applies_exif = saved.settings.exif == "apply"
        self._depth = saved.depth

    def predict(self, paths: Mapping[str, Path]) -> Iterator[list[Prediction]]:
        """Yields the predictions of images as soon as they are known; those of one batch together.

        Args:
            paths: The file of each image by its name.
        """
        with ThreadPoolExecutor(self._threads, thread_name_prefix="images") as pool:
            ready: deque[tuple[list[ImageRecord], list[Future[Pixels]]]] = deque()
            for records in self._batches(paths, pool):
                ready.append((records, [pool.submit(self._store.load, record) for record in records]))
                if len(ready) > _AHEAD:
                    yield self._run(*ready.popleft())
            while ready:
                yield self._run(*ready.popleft())

    def _batches(self, paths: Mapping[str, Path], pool: ThreadPoolExecutor) -> Iterator[list[ImageRecord]]:
        """Yields batches of images of one padded shape: padding would change what normalization averages over."""
        shapes: dict[tuple[int, int], list[ImageRecord]] = {}
        waiting = 0
        names = list(paths)
        step = max(32, 4 * self._batch)
        for start in range(0, len(names), step):
            part = names[start : start + step]
            for name, record in zip(part, pool.map(self._record, part, [paths[name] for name in part])):
                if isinstance(record, str):
                    self._failed(name, record)
                    continue
                shape = self._store.padded_size(record)
                group = shapes.setdefault(shape, [])
                group.append(record)
                waiting += 1
                if len(group) == self._batch or waiting > _WAITING * self._batch:
                    waiting -= len(group)
                    yield shapes.pop(shape)
        yield from shapes.values()

    def _record(self, name: str, path: Path) -> ImageRecord | str:
        """Returns an image, or why its header cannot be read."""
        try:
            return record_of(name, path, applies_exif=self._applies_exif, depth=self._depth)
        except Exception as error:  # a damaged file makes Pillow's readers raise anything
            return str(error) or type(error).__name__

    def _run(self, records: list[ImageRecord], futures: list[Future[Pixels]]) -> list[Prediction]:
        images: list[tuple[ImageRecord, Pixels]] = []
        for record, future in zip(records, futures):
            try:
                images.append((record, future.result()))
            except Exception as error:  # a damaged file makes Pillow's decoders raise anything
                cause = error.__cause__ or error
                reason = reason_of(cause) if isinstance(cause, PictureError) else str(cause) or type(cause).__name__
                self._failed(record.file_name, f"it cannot be decoded: {reason}")
        if not images:
            return []
        outputs = self._detect([to_tensor(pixels) for _, pixels in images])
        return [self._prediction(record, pixels, output) for (record, pixels), output in zip(images, outputs)]

    @torch.no_grad()
    def _detect(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        try:
            found: list[dict[str, Tensor]] = self._model([image.to(self._device) for image in images])
            return found
        except RuntimeError as error:
            if "out of memory" not in str(error) or len(images) == 1:
                raise
        torch.cuda.empty_cache()
        half = (len(images) + 1) // 2
        if half < self._batch:
            self._batch = half
            self._say(f"the memory of the GPU does not suffice: {half} images at once from now on")
        return self._detect(images[:half]) + self._detect(images[half:])

    def _prediction(self, record: ImageRecord, pixels: Pixels, output: dict[str, Tensor]) -> Prediction:
        height, width = pixels.shape[:2]
        factors = np.array([record.width / width, record.height / height] * 2)
        detections = Detections(
            output["boxes"].double().cpu().numpy().reshape(-1, 4) * factors,
            output["labels"].cpu().numpy(),
            output["scores"].double().cpu().numpy(),
        )
        kept = detections.select(detections.scores >= self._least[detections.labels])
        return Prediction(record.file_name, stamp_of(record.path), record.width, record.height, kept)
