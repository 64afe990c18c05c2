"""Weights of a base model: finds the file, reads it, and loads its tensors, each of which is accounted for."""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from detection.errors import TrainingError
from detection.files import write_bytes
from detection.models.architecture import Architecture, read_architecture
from detection.models.base_model import BaseModel
from detection.pretrained.tensorflow_bundle import BundleError, read_bundle
from detection.pretrained.tensorflow_names import from_tensorflow

IMAGE_FOLDER_VARIABLE = "BASE_MODEL_FOLDER"
"""Environment variable with the folder of the training image that holds weights, a folder for each base model."""

_IMAGE_FOLDER = "/opt/base-models"
_NAMED = 8  # missing tensors that a message names
# The first digits of the SHA-256 of torchvision's files that were trained before batch normalization added its epsilon.
_WITHOUT_EPSILON = ("258fb6c6", "eeacb38b")
_PARTS = (
    ("feature pyramid", ("backbone.fpn.",)),
    ("first stage", ("rpn.",)),
    (
        "predictor",
        ("roi_heads.box_predictor.", "head.classification_head.cls_logits.", "head.classification_head.module_l"),
    ),
    ("head", ("roi_heads.", "head.")),
)


@dataclass(frozen=True)
class Weights:
    """A file of weights, read.

    Attributes:
        path: The file, or the ``*.index`` file of a TensorFlow checkpoint.
        tensors: The tensors by their names in torchvision's detectors, or in the backbone alone.
        architecture: What the weights need of the model.
        digest: SHA-256 in hex of the file, or of the files of a checkpoint.
        ignored: Names in the file that are no weights of a model, such as the state of an optimizer.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    architecture: Architecture
    digest: str
    ignored: tuple[str, ...] = ()


def image_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Returns the folder of the training image that holds weights."""
    return Path(environment.get(IMAGE_FOLDER_VARIABLE) or _IMAGE_FOLDER)


def find_weights(data: Path, base_model: str, weights: str, entry: BaseModel, image: Path) -> Path | None:
    """Returns the file that MODEL_PARAMS.WEIGHTS selects; None for random weights.

    Args:
        data: The data folder.
        base_model: MODEL_PARAMS.BASE_MODEL: the folder in ``models``.
        weights: ``auto`` for the newest file of the data folder, else of the image; ``none``; or a file name.
        entry: The base model; its own name is a folder too.
        image: The folder of the training image that holds weights.

    Raises:
        TrainingError: The named file does not exist, or ``auto`` finds none for a model that needs weights.
    """
    if weights == "none":
        return None
    names = dict.fromkeys((base_model, entry.name))
    files = [file for name in names for file in _files(data / "models" / name)]
    if weights != "auto":
        for file in files:
            if weights in (file.name, file.with_suffix("").name, file.parent.name):
                return file
        existing = ", ".join(sorted(file.name for file in files)) or "no weights"
        raise TrainingError(
            f"models/{base_model}/{weights} does not exist; MODEL_PARAMS.WEIGHTS must be auto, none or a file in "
            f"models/{base_model}, which holds {existing}."
        )
    for found in (files, [file for name in names for file in _files(image / name)]):
        if found:
            return max(found, key=lambda path: (path.stat().st_mtime, path.name))
    if not entry.needs_weights:
        return None
    raise TrainingError(
        f"{base_model} has no weights: neither models/{base_model} of the data folder nor {image / base_model} of the "
        "image holds a file; WEIGHTS auto must find one. Bring them by "
        f"./build.sh --target=Fetch-Base-Model --model={entry.name}, or start from random weights by "
        "--set=MODEL_PARAMS.WEIGHTS=none."
    )


def _files(folder: Path) -> list[Path]:
    """Returns the weights in a folder: ``*.pth`` files, and TensorFlow checkpoints, also those in a folder below."""
    if not folder.is_dir():
        return []
    patterns = ("*.pth", "*.index", "*/*.index")
    return sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())


def read_weights(path: Path, entry: BaseModel) -> Weights:
    """Reads a state dict of PyTorch, or a checkpoint of TensorFlow.

    Args:
        path: Output of torch.save: a state dict, alone or under the key ``model`` or ``state_dict``; or ``*.index``.
        entry: The base model that the weights are for.

    Raises:
        TrainingError: The file cannot be read, or is no file of weights.
    """
    if path.suffix == ".index":
        return _read_checkpoint(path, entry)
    try:
        data = path.read_bytes()
        content = load_tensors(io.BytesIO(data))
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"the weights {path} cannot be read: {error}; they must be a PyTorch state dict."
        ) from error
    for wrapper in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    items = content.items() if isinstance(content, Mapping) else ()
    tensors = {str(name): value for name, value in items if isinstance(value, Tensor)}
    fault = next((fault for fault in map(unusable, tensors, tensors.values()) if fault is not None), None)
    if fault is not None:
        raise TrainingError(f"the weights {path} cannot be used: {fault}; they must be finite numbers.")
    digest = hashlib.sha256(data).hexdigest()
    architecture = read_architecture(path.parent)
    if architecture is None:
        frozen = any(name.endswith(".running_mean") for name in tensors)
        epsilon = 0.0 if digest.startswith(_WITHOUT_EPSILON) else 1e-5
        architecture = Architecture("frozen" if frozen else "group", epsilon)
    return Weights(path, tensors, replace(architecture, anchors=None, proposals=None), digest)


def _read_checkpoint(path: Path, entry: BaseModel) -> Weights:
    try:
        bundle = read_bundle(path)
        tensors, ignored = from_tensorflow(bundle.tensors, entry.std)
    except (BundleError, OSError) as error:
        raise TrainingError(
            f"the checkpoint {path} cannot be read: {error}; it must be a whole checkpoint of TensorFlow (*.index and "
            "*.data-*), as it is in the archives of the TensorFlow model zoo."
        ) from error
    return Weights(path, tensors, Architecture("frozen", 1e-5, "tensorflow"), bundle.digest, ignored)


def load_weights(model: nn.Module, weights: Weights, entry: BaseModel, say: Callable[[str], None]) -> None:
    """Loads weights into a model: of the same detector, with any number of classes, or of its backbone alone.

    The backbone is loaded whole. The predictor of other classes stays random, and so does what the file does not hold.
    The earliest layers, when trained weights fill them, are frozen: small batches would make them worse.

    Args:
        model: Updated in place.
        weights: What ``read_weights`` returned.
        entry: The base model.
        say: Receives a line for each part of the model, and one about what was skipped.

    Raises:
        TrainingError: A tensor of the backbone is missing, or has another shape.
    """
    own = {name: value for name, value in model.state_dict().items() if not name.endswith(".num_batches_tracked")}
    fitting: dict[str, Tensor] = {}
    reshaped: dict[str, str] = {}
    unknown: list[str] = []
    for name, value in weights.tensors.items():
        target = next((key for key in _places(name) if key in own), None)
        if target is None:
            if not name.endswith(".num_batches_tracked"):
                unknown.append(name)
        elif own[target].shape != value.shape:
            reshaped[target] = f"{target} {tuple(value.shape)} for {tuple(own[target].shape)}"
        else:
            fitting[target] = value
    body = [name for name in own if name.startswith(entry.body)]
    missing = [reshaped.get(name, name) for name in body if name not in fitting]
    if missing:
        shown = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
        raise TrainingError(
            f"the weights {weights.path} have {len(body) - len(missing)} of the {len(body)} tensors of the backbone of "
            f"{entry.name}; they must have all of them. Missing: {shown}."
        )
    model.load_state_dict(fitting, strict=False)
    say(f"loaded {len(fitting)} of {len(own)} tensors from {weights.path.name}: {_coverage(own, fitting, body)}")
    if reshaped:
        say("made new, because the file's have another shape: " + ", ".join(reshaped.values()))
    others = [*unknown, *weights.ignored]
    if others:
        say(f"{len(others)} tensors of the file are not part of this model: {_shortened(others)}")
    frozen = _freeze(model, entry, fitting)
    if frozen:
        say(f"frozen, because they are loaded: {', '.join(frozen)}")


def save_tensors(tensors: Mapping[str, Any], path: Path) -> None:
    """Writes tensors to a file by torch.save.

    They are written to memory first: PyTorch's own writer ends the process where the disk is full.

    Raises:
        OSError: The file cannot be written.
    """
    content = io.BytesIO()
    torch.save(tensors, content)
    write_bytes(path, content.getbuffer())


def load_tensors(file: io.BytesIO | Path) -> Any:
    """Reads the output of torch.save onto the CPU: only tensors and plain values, so that no file can run code.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged, or holds something else.
    """
    try:
        _check_sizes(file)
        return torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, MemoryError):
        raise
    except RuntimeError as error:
        reason = (str(error).splitlines() or ["it cannot be decoded"])[0]
    except Exception:  # a damaged file makes PyTorch raise anything, with the advice to run what the file holds
        reason = "it holds something other than tensors and plain values"
    raise ValueError(reason)


def unusable(name: str, value: Tensor) -> str | None:
    """Returns why a tensor cannot be one of a detector: its type, or a number that is not finite; None when it can.

    The counters of batch normalization are whole numbers.
    """
    whole = value.dtype == torch.int64 and name.endswith(".num_batches_tracked")
    if value.is_quantized or value.layout != torch.strided or value.is_meta or not (whole or value.is_floating_point()):
        layout = "" if value.layout == torch.strided else f" ({str(value.layout)[len('torch.'):]})"
        return f"{name} has the type {str(value.dtype)[len('torch.'):]}{layout}"
    return None if bool(torch.isfinite(value).all()) else f"{name} has numbers that are not finite"


def _check_sizes(file: io.BytesIO | Path) -> None:
    """Checks that an archive holds no more bytes than it has: torch.save compresses nothing.

    Raises:
        RuntimeError: A few bytes of the file stand for many.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            stated = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:  # of older versions, or damaged
        return
    finally:
        if isinstance(file, io.BytesIO):
            file.seek(0)
    existing = file.getbuffer().nbytes if isinstance(file, io.BytesIO) else file.stat().st_size
    if stated > existing:
        raise RuntimeError(f"it has {existing} bytes and states {stated} of content")


def _coverage(own: Mapping[str, Tensor], fitting: Mapping[str, Tensor], body: list[str]) -> str:
    """Returns how many tensors of each part were loaded, as in ``backbone 100 of 100, first stage 0 of 6``."""
    parts: dict[str, list[str]] = {"backbone": body}
    for name in own:
        if name not in body:
            part = next((part for part, prefixes in _PARTS if name.startswith(prefixes)), "other")
            parts.setdefault(part, []).append(name)
    return ", ".join(
        f"{part} {sum(name in fitting for name in names)} of {len(names)}" for part, names in parts.items() if names
    )


def _freeze(model: nn.Module, entry: BaseModel, fitting: Mapping[str, Tensor]) -> list[str]:
    frozen: dict[str, None] = {}
    for name, parameter in model.named_parameters():
        prefix = next((prefix for prefix in entry.early if name.startswith(prefix)), None)
        if prefix is not None and name in fitting:
            parameter.requires_grad_(False)
            frozen[prefix.rstrip(".")] = None
    return list(frozen)


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _places(name: str) -> list[str]:
    """Returns the possible names of a tensor in the model: its own, its newer one, and those of a bare backbone's."""
    # Before torchvision 0.13 a convolution had no sequence around it.
    renamed = re.sub(r"^rpn\.head\.conv\.(weight|bias)$", r"rpn.head.conv.0.0.\1", name)
    renamed = re.sub(r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$", r"\1.0.\2", renamed)
    tower = re.match(r"^(head\.\w+_head\.conv)\.(\d+)\.(weight|bias)$", renamed)
    if tower is not None and int(tower[2]) % 2 == 0:
        renamed = f"{tower[1]}.{int(tower[2]) // 2}.0.{tower[3]}"
    bare = name[len("features.") :] if name.startswith("features.") else name
    return [name, renamed, f"backbone.body.{bare}", f"backbone.{name}", f"roi_heads.box_head.{name}"]
