"""The loader of ``MLmodel``: what ``mlflow.pyfunc.load_model`` calls. It needs neither mlflow nor pandas.

A copy of this module and of those that it imports is in the folder ``code`` of a final_model. Pictures are read by the
same code as in training, and the TorchScript export makes the predictions.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchvision

from detection.config.json_file import read_json
from detection.config.label_map import load_class_names
from detection.data.depth import read_depth
from detection.data.images import ImageStore
from detection.data.pictures import FORMATS_TEXT
from detection.errors import TrainingError
from detection.files import write_bytes
from detection.predict.reading import record_of

COLUMN = "image"
"""Column of a table, and key of a mapping, that holds the images."""

# Importing torchvision registers the operators of the export.
_OPERATORS = torchvision.__version__


class DetectorModel:
    """A trained detector for MLflow.

    Args:
        folder: The final_model folder.

    Raises:
        TrainingError: A JSON file of the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        config = read_json(folder / "exp_config.json", "the exp_config of the model, with every key")
        self._class_names = load_class_names(folder)
        try:
            self._eval_conf = float(config["EVAL_CONF"])
            self._applies_exif = config.get("DATA", {}).get("EXIF", "apply") == "apply"
            image_size = int(config["MODEL_PARAMS"]["IMAGE_SIZE"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise TrainingError(
                f"{folder / 'exp_config.json'} cannot be used: {error!r}; it must be the exp_config of the model, with "
                "every key."
            ) from error
        self._depth = read_depth(folder)
        self._store = ImageStore(image_size, capacity=0)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        load: Any = torch.jit.load  # without types
        self._model = load(str(folder / "model.torchscript.pt"), map_location=self._device).eval()

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Predicts the objects of images.

        Args:
            model_input: A list of images, or a DataFrame or a mapping with the column ``image``. An image is the path
                of a file, the bytes of one, these in base64, or a uint8 array (H, W, 3), RGB. An array (N, H, W, 3) is
                N images, and (H, W, 3) one.
            params: ``confidence``: the least score, from 0 to 1; EVAL_CONF of the exp_config without it.

        Returns:
            For each image ``width``, ``height`` and ``predictions``, each with ``label``, ``score`` and ``box``, xyxy
            in pixels of the upright image, by descending score.

        Raises:
            ValueError: An image cannot be read; the message says which.
        """
        confidence = float((params or {}).get("confidence", self._eval_conf))
        if not 0 <= confidence <= 1:
            raise ValueError(f"confidence is {confidence:g}; it must be from 0 to 1.")
        images = _images(model_input)
        results = []
        for place, image in enumerate(images):
            try:
                with _as_file(image) as path:
                    results.append(self._predict(path, confidence))
            except Exception as error:  # a damaged file makes Pillow's decoders raise anything
                raise ValueError(
                    f"image {place + 1} of {len(images)} cannot be read: {error or type(error).__name__}; it must be a "
                    f"{FORMATS_TEXT} (path, bytes or base64), or a uint8 array (H, W, 3)."
                ) from error
        return results

    def _predict(self, path: Path, confidence: float) -> dict[str, Any]:
        record = record_of(path.name, path, applies_exif=self._applies_exif, depth=self._depth)
        width, height = record.width, record.height
        pixels = self._store.load(record)
        image = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)).div_(255)
        with torch.no_grad():
            (output,) = self._model([image.to(self._device)])
        factors = np.array([width / pixels.shape[1], height / pixels.shape[0]] * 2)
        boxes = output["boxes"].double().cpu().numpy().reshape(-1, 4) * factors
        rows = zip(boxes.tolist(), output["labels"].tolist(), output["scores"].tolist())
        predictions = [
            {"label": self._class_names[label], "score": score, "box": box}
            for box, label, score in rows
            if score >= confidence
        ]
        return {"width": width, "height": height, "predictions": predictions}


def _load_pyfunc(data_path: str) -> DetectorModel:
    """Loads the model; MLflow calls it with the folder of MLmodel."""
    return DetectorModel(Path(data_path))


def _images(model_input: Any) -> Sequence[Any]:
    """Returns the images of an input as a sequence."""
    if hasattr(model_input, "columns"):  # a DataFrame, without an import of pandas
        names = list(model_input.columns)
        if not names:
            return []
        return list(model_input[COLUMN if COLUMN in names else names[0]])
    if isinstance(model_input, Mapping):
        if COLUMN not in model_input:
            raise ValueError(f"the input has the keys {', '.join(map(str, model_input))}; it must have {COLUMN}.")
        return _images(model_input[COLUMN])
    if isinstance(model_input, np.ndarray) and model_input.dtype != object and model_input.ndim == 3:
        return [model_input]
    if isinstance(model_input, np.ndarray) and model_input.ndim == 2 and model_input.shape[1] == 1:
        return list(model_input[:, 0])
    if isinstance(model_input, (str, bytes, os.PathLike)):
        return [model_input]
    return list(model_input)


@contextmanager
def _as_file(image: Any) -> Iterator[Path]:
    """Yields the file of an image: its own, or a temporary one, so that all pictures are read alike."""
    if isinstance(image, os.PathLike):
        yield Path(image)
        return
    if isinstance(image, str):
        if len(image) < 4096 and "\0" not in image and os.path.isfile(image):
            yield Path(image)
            return
        try:
            image = base64.b64decode(image.partition("base64,")[2] or image, validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError("it is neither the path of a file nor base64") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image")
        if isinstance(image, (bytes, bytearray, memoryview)):
            write_bytes(path, image)
        else:
            _write_array(path, np.asarray(image))
        yield path


def _write_array(path: Path, pixels: Any) -> None:
    from PIL import Image

    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise ValueError(f"it is an array of shape {pixels.shape} and type {pixels.dtype}")
    Image.fromarray(pixels).save(path, "BMP")
