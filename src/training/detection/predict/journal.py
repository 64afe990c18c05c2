"""The predictions so far: a file of one line per image, from which an interrupted command continues."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detection.evaluate.detections import Detections
from detection.files import writing

FILE = "predictions.jsonl"


@dataclass(frozen=True)
class Prediction:
    """The predictions for one image.

    Attributes:
        name: Name of the image.
        stamp: Size in bytes and time of change of its file, by which a changed file is noticed.
        width: Width in pixels, upright.
        height: Height in pixels, upright.
        detections: The boxes xyxy in pixels of the upright image, by descending score.
    """

    name: str
    stamp: tuple[int, int]
    width: int
    height: int
    detections: Detections

    def document(self) -> dict[str, Any]:
        """Returns the line of the journal."""
        return {
            "file_name": self.name,
            "stamp": list(self.stamp),
            "width": self.width,
            "height": self.height,
            "boxes": self.detections.boxes.tolist(),
            "labels": self.detections.labels.tolist(),
            "scores": self.detections.scores.tolist(),
        }

    @staticmethod
    def of(document: Mapping[str, Any]) -> Prediction:
        """Returns what ``document`` returned.

        Raises:
            KeyError, TypeError, ValueError: It is another document.
        """
        size, changed = document["stamp"]
        boxes = np.asarray(document["boxes"], dtype=np.float64).reshape(-1, 4)
        labels = np.asarray(document["labels"], dtype=np.int64)
        scores = np.asarray(document["scores"], dtype=np.float64)
        width, height = int(document["width"]), int(document["height"])
        if not labels.shape == scores.shape == (len(boxes),) or min(width, height) < 1:
            raise ValueError("the line is damaged")
        if not (np.isfinite(boxes).all() and np.isfinite(scores).all() and (labels >= 1).all()):
            raise ValueError("the line has a number that no model gives")
        return Prediction(
            str(document["file_name"]), (int(size), int(changed)), width, height, Detections(boxes, labels, scores)
        )


def stamp_of(path: Path) -> tuple[int, int]:
    """Returns size in bytes and time of change in nanoseconds of a file; (-1, -1) when it is missing."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # a path of a list may hold a zero byte
        return -1, -1
    return status.st_size, status.st_mtime_ns


class Journal:
    """Appends predictions to predictions.jsonl; a context manager.

    Its first line says what decides the predictions. When that has changed, the file is written from its beginning.

    Args:
        folder: The folder of the file; created when missing.
        head: What decides the predictions, such as the hash of the model.
        classes: Number of classes of the model; a line with a higher label is damaged.
    """

    def __init__(self, folder: Path, head: Mapping[str, Any], classes: int) -> None:
        self._path = folder / FILE
        self._classes = classes
        self._head = json.loads(json.dumps(head))
        folder.mkdir(parents=True, exist_ok=True)
        self.known, end = self._read()
        if end == 0:
            self._file = open(self._path, "wb")
            self._write(self._head)
        else:
            self._file = open(self._path, "r+b")
            self._file.truncate(end)  # without a line that was cut off
            self._file.seek(end)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, predictions: list[Prediction]) -> None:
        """Appends predictions; they are kept when the process is killed after this call."""
        with writing(self._path):
            for prediction in predictions:
                self._write(prediction.document())
                self.known[prediction.name] = prediction
            self._file.flush()

    def has(self, name: str, path: Path) -> bool:
        """Returns whether the predictions of an image are known, and its file is still the same."""
        return name in self.known and self.known[name].stamp == stamp_of(path)

    def _write(self, document: Any) -> None:
        self._file.write(json.dumps(document).encode("ascii") + b"\n")

    def _read(self) -> tuple[dict[str, Prediction], int]:
        """Returns the predictions of the file, and the offset behind its last whole line; 0 to begin the file."""
        known: dict[str, Prediction] = {}
        end = 0
        try:
            with open(self._path, "rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    document = json.loads(line)
                    if end == 0 and document != self._head:
                        return {}, 0
                    if end:
                        prediction = Prediction.of(document)
                        if (prediction.detections.labels > self._classes).any():
                            break
                        known[prediction.name] = prediction
                    end += len(line)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            pass  # what was read before the damaged line counts
        return known, end


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file under another name and renames it, so that no reader sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.part")  # a name of the greatest length leaves no room for a suffix
    try:
        with writing(path):
            part.write_bytes(content)
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
