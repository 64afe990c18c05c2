"""The final_model folder of a run: everything needed to use the model, or to evaluate it again."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from detection.config.label_map import FILE as LABELS
from detection.data.depth import FILE as DEPTH
from detection.data.depth import Depth, depth_document
from detection.errors import TrainingError
from detection.export.mlflow_files import write_mlflow_files
from detection.export.model_card import FILE as CARD
from detection.export.onnx_model import export_onnx
from detection.files import write_bytes, write_text
from detection.models.architecture import FILE as ARCHITECTURE
from detection.models.architecture import Architecture, read_architecture
from detection.models.normalization import with_plain_convolutions
from detection.models.weights import load_tensors, save_tensors, unusable
from detection.tracking.metric_names import with_mlflow_names

_WEIGHTS = "model.pth"
_LONGEST = 300  # characters of what PyTorch says


class Detector(nn.Module):
    """Wraps a detector for TorchScript: images in, detections out.

    ``forward`` takes a list of float32 (3, H, W) tensors, RGB in [0, 1], of any size. For each image it returns
    ``boxes`` (N, 4) xyxy in its pixels, ``labels`` (N,) from 1 and ``scores`` (N,) in descending order.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = with_plain_convolutions(model)

    def forward(self, images: List[Tensor]) -> List[Dict[str, Tensor]]:
        # A scripted detector of torchvision returns its losses and its detections, whatever its mode.
        detections: List[Dict[str, Tensor]] = self.model(images)[1]
        return detections


def save_final_model(
    folder: Path,
    model: nn.Module,
    *,
    architecture: Architecture,
    class_names: Mapping[int, str],
    exp_config: Mapping[str, Any],
    metrics: Mapping[str, Any],
    passport: Mapping[str, Any],
    card: str,
    depth: Depth = None,
    last: Mapping[str, Tensor] | None = None,
) -> str:
    """Writes the weights, a TorchScript and an ONNX export, six JSON files, MODEL_CARD.md, and MLmodel with its code.

    Moves the model to the CPU.

    Args:
        folder: Receives the files; created when missing.
        model: The trained model.
        architecture: What its weights need to be loaded again; architecture.json.
        class_names: Name of each label; label_map.json.
        exp_config: The exp_config with every key; exp_config.json.
        metrics: The latest value of each metric, intervals and suggested thresholds; metrics.json.
        passport: What the run is; passport.json.
        card: MODEL_CARD.md.
        depth: The values that become black and white in images of more than 8 bits; depth.json.
        last: The weights after the last step, where those of the model are from an earlier one; model_last.pth.

    Returns:
        Why there is no ONNX export; empty when there is one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.cpu().eval()
    save_tensors(model.state_dict(), folder / _WEIGHTS)
    if last is not None:
        save_tensors(dict(last), folder / "model_last.pth")
    _write(folder / ARCHITECTURE, architecture.document())
    _write(folder / LABELS, [{"id": label, "name": name} for label, name in class_names.items()])
    _write(folder / "exp_config.json", exp_config)
    _write(folder / "metrics.json", with_mlflow_names(metrics))
    _write(folder / "passport.json", passport)
    _write(folder / DEPTH, depth_document(depth))
    write_bytes(folder / CARD, card.encode("utf-8", "backslashreplace"))
    write_mlflow_files(folder, folder / _WEIGHTS, passport=passport, eval_conf=float(exp_config["EVAL_CONF"]))
    return export(folder, model, int(exp_config["MODEL_PARAMS"]["IMAGE_SIZE"]), json.dumps(depth_document(depth)))


def export(folder: Path, model: nn.Module, image_size: int, depth: str) -> str:
    """Writes the TorchScript and the ONNX export; ``depth`` is the document of depth.json, which both files hold.

    Returns:
        Why there is no ONNX export; empty when there is one.
    """
    script = io.BytesIO()  # as in save_tensors
    scripted = torch.jit.script(Detector(model))
    torch.jit.save(scripted, script, _extra_files={DEPTH: depth})  # type: ignore[no-untyped-call]
    write_bytes(folder / "model.torchscript.pt", script.getbuffer())
    try:
        export_onnx(model, folder / "model.onnx", image_size, {"depth": depth})
    except (RuntimeError, ImportError) as error:  # newer exporters of PyTorch need the package onnx
        return f"no model.onnx is written: {str(error).splitlines()[0]}"
    return ""


def load_architecture(folder: Path) -> Architecture:
    """Reads what the weights of a saved model need. Models of older versions have frozen batch normalization.

    Raises:
        TrainingError: architecture.json cannot be read.
    """
    return read_architecture(folder) or Architecture("frozen")


def weights_file(folder: Path) -> Path:
    """Returns the file of the weights of a saved model."""
    return folder / _WEIGHTS


def load_final_weights(folder: Path, model: nn.Module) -> None:
    """Loads the weights of a saved model into a model of the same shape.

    Raises:
        TrainingError: The file is missing, its weights are those of another base model, or they are not finite.
    """
    path = folder / _WEIGHTS
    try:
        found = load_tensors(path)
        fault = _fault_of(found, model.state_dict())
        if fault is None:
            model.load_state_dict(found)
            return
    except OSError as error:
        fault = error.strerror or str(error)
    except RuntimeError as error:  # the first line names the class of the model alone
        details = " ".join(" ".join(str(error).splitlines()[1:]).split()) or str(error)
        fault = details if len(details) <= _LONGEST else details[: _LONGEST - 1] + "…"
    except ValueError as error:
        fault = str(error)
    raise TrainingError(
        f"{path} cannot be loaded: {fault.rstrip('.')}; "
        "it must hold the weights of the base model that the exp_config names."
    )


def _fault_of(found: Any, own: Mapping[str, Tensor]) -> str | None:
    """Returns why a file's content cannot be the weights of a trained model; PyTorch compares the names."""
    if not isinstance(found, Mapping) or not all(isinstance(value, Tensor) for value in found.values()):
        return "it does not hold tensors by name"
    for name, value in found.items():
        if name not in own:
            continue
        if value.shape != own[name].shape:
            return f"{name} has the shape {tuple(value.shape)}; the model's is {tuple(own[name].shape)}"
        fault = unusable(name, value)
        if fault is not None:
            return fault
    return None


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_text(path, text, errors="backslashreplace")
