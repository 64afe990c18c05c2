"""The folder that a finished run leaves: everything needed to use the model, or to evaluate it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from detection.train.checkpoints import load_tensors
from detection.errors import TrainingError

_WEIGHTS = "model.pth"
_LABELS = "label_map.json"


class Detector(nn.Module):
    """What is exported to TorchScript: images in, detections out.

    ``forward`` takes a list of float32 (3, H, W) tensors, RGB in [0, 1], of any size, and returns for each
    ``boxes`` (N, 4) xyxy in its pixels, ``labels`` (N,) from 1 and ``scores`` (N,), the best first.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: List[Tensor]) -> List[Dict[str, Tensor]]:
        # A scripted detector of torchvision returns its losses and its detections, whatever its mode.
        return self.model(images)[1]


def save_final_model(
    folder: Path,
    model: nn.Module,
    *,
    class_names: Mapping[int, str],
    exp_config: Mapping[str, Any],
    metrics: Mapping[str, float],
) -> None:
    """Writes weights, labels, exp_config, metrics and a TorchScript export; moves the model to the CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    model.cpu().eval()
    torch.save(model.state_dict(), folder / _WEIGHTS)
    _write(folder / _LABELS, [{"id": label, "name": name} for label, name in class_names.items()])
    _write(folder / "exp_config.json", exp_config)
    _write(folder / "metrics.json", metrics)
    torch.jit.script(Detector(model)).save(str(folder / "model.torchscript.pt"))


def load_class_names(folder: Path) -> dict[int, str]:
    """Reads the labels of a saved model.

    Raises:
        TrainingError: The folder holds no readable label_map.json.
    """
    try:
        entries = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
        return {int(entry["id"]): str(entry["name"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{folder / _LABELS} cannot be read: {error}; --model must name the final_model folder of a run."
        ) from error


def load_final_weights(folder: Path, model: nn.Module) -> None:
    """Loads the weights of a saved model into a model of the same shape.

    Raises:
        TrainingError: There are none, or they are of another base model.
    """
    path = folder / _WEIGHTS
    try:
        model.load_state_dict(load_tensors(path))
    except (OSError, RuntimeError) as error:
        first_line = str(error).splitlines()[0]
        raise TrainingError(
            f"{path} cannot be loaded: {first_line}; it must be of the base model that the exp_config names."
        ) from error


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
