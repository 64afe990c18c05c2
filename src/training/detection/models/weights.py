"""Weights of a base model: finds the file in the data folder and loads the tensors that fit."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from detection.errors import TrainingError


def find_weights(data: Path, base_model: str, weights: str) -> Path | None:
    """Returns the file that MODEL_PARAMS.WEIGHTS selects; None for random weights.

    Args:
        data: The data folder.
        base_model: MODEL_PARAMS.BASE_MODEL: the folder in ``models``.
        weights: ``auto`` for the newest ``*.pth`` file, ``none``, or a file name.

    Raises:
        TrainingError: The named file does not exist.
    """
    folder = data / "models" / base_model
    if weights == "none":
        return None
    files = sorted(path for path in folder.glob("*.pth") if path.is_file())
    if weights == "auto":
        newest_last = sorted(files, key=lambda path: (path.stat().st_mtime, path.name))
        return newest_last[-1] if newest_last else None
    path = folder / weights
    if not path.is_file():
        existing = ", ".join(file.name for file in files) or "no *.pth file"
        raise TrainingError(
            f"models/{base_model}/{weights} does not exist; MODEL_PARAMS.WEIGHTS must be auto, none or a file in "
            f"models/{base_model}, which holds {existing}."
        )
    return path


def load_weights(model: nn.Module, path: Path, say: Callable[[str], None]) -> None:
    """Loads a state dict into a model: one of the same detector, with any number of classes, or of its backbone alone.

    Tensors of another shape are skipped and named: the heads of a model trained for other classes.

    Args:
        model: Updated in place.
        path: Output of torch.save: a state dict, alone or under the key ``model`` or ``state_dict``.
        say: Receives a line about what was loaded, and one about what was skipped.

    Raises:
        TrainingError: The file is not a state dict, or has no tensor of the model.
    """
    try:
        content = load_tensors(path)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(
            f"the weights {path} cannot be read: {first_line}; they must be a PyTorch state dict."
        ) from error
    for wrapper in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    own = model.state_dict()
    fitting: dict[str, Tensor] = {}
    reshaped, unknown = [], 0
    for name, value in content.items() if isinstance(content, Mapping) else ():
        target = next((key for key in _places(str(name)) if key in own), None)
        if target is None or not isinstance(value, Tensor):
            unknown += 1
        elif own[target].shape != value.shape:
            reshaped.append(f"{target} {tuple(value.shape)} for {tuple(own[target].shape)}")
        else:
            fitting[target] = value
    if not fitting:
        raise TrainingError(
            f"the weights {path} have no tensor of this base model; "
            "they must be a state dict of it or of its backbone."
        )
    model.load_state_dict(fitting, strict=False)
    others = f"; {unknown} of the file are not part of this model" if unknown else ""
    say(f"loaded {len(fitting)} of {len(own)} tensors from {path.name}{others}")
    if reshaped:
        say("skipped tensors of another shape: " + ", ".join(reshaped))


def load_tensors(file: io.BytesIO | Path) -> Any:
    """Reads the output of torch.save onto the CPU: only tensors and plain values, so that no file can run code."""
    return torch.load(file, map_location="cpu", weights_only=True)


def _places(name: str) -> list[str]:
    """Returns the possible names of a tensor in the model: its own, and those of a bare backbone's tensor."""
    # The region proposal head of torchvision before 0.13 had one convolution without a sequence around it.
    renamed = re.sub(r"^rpn\.head\.conv\.(weight|bias)$", r"rpn.head.conv.0.0.\1", name)
    bare = name[len("features.") :] if name.startswith("features.") else name
    return [name, renamed, f"backbone.body.{bare}", f"backbone.{name}", f"roi_heads.box_head.{name}"]
