"""Weights of a base model: finding the file in the data folder, and loading what fits."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor, nn

from detection.train.checkpoints import load_tensors
from detection.errors import TrainingError


def find_weights(data: Path, base_model: str, weights: str) -> Path | None:
    """Returns the file that MODEL_PARAMS.WEIGHTS means, None for random weights.

    Raises:
        TrainingError: The file named is not there.
    """
    folder = data / "models" / base_model
    if weights == "none":
        return None
    if weights == "auto":
        files = [path for path in folder.glob("*.pth") if path.is_file()]
        return max(files, key=lambda path: (path.stat().st_mtime, path.name), default=None)
    path = folder / weights
    if not path.is_file():
        present = ", ".join(sorted(entry.name for entry in folder.glob("*.pth"))) or "no *.pth file"
        raise TrainingError(
            f"models/{base_model}/{weights} is not there; MODEL_PARAMS.WEIGHTS must be auto, none or a file in "
            f"models/{base_model}, which holds {present}."
        )
    return path


def load_weights(model: nn.Module, path: Path, say: Callable[[str], None]) -> None:
    """Loads a state dict into a model: of the same detector, with any number of classes, or of its backbone alone.

    Tensors of another shape are left out and named: the heads of a model trained for other classes.

    Raises:
        TrainingError: The file is not a state dict, or holds nothing that the model has.
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
            f"the weights {path} hold nothing that this base model has; "
            "they must be a state dict of it or of its backbone."
        )
    model.load_state_dict(fitting, strict=False)
    others = f"; {unknown} others are not of this model" if unknown else ""
    say(f"loaded {len(fitting)} of {len(own)} tensors from {path.name}{others}")
    if reshaped:
        say("left out, since the shape differs: " + ", ".join(reshaped))


def _places(name: str) -> list[str]:
    """Returns where a tensor may belong: a detector's names as they are, a bare backbone's under the backbone."""
    # The region proposal head of torchvision before 0.13 had one convolution without a sequence around it.
    renamed = re.sub(r"^rpn\.head\.conv\.(weight|bias)$", r"rpn.head.conv.0.0.\1", name)
    bare = name[len("features.") :] if name.startswith("features.") else name
    return [name, renamed, f"backbone.body.{bare}", f"backbone.{name}", f"roi_heads.box_head.{name}"]
