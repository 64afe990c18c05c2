"""The trained model as an ONNX file."""

from __future__ import annotations

import inspect
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Tuple

import torch
from torch import Tensor, nn
from torch.onnx import symbolic_helper
from torchvision.models.detection.anchor_utils import DefaultBoxGenerator

from detection.files import write_bytes
from detection.models.normalization import with_plain_convolutions

OPSET = 17


class SingleImage(nn.Module):
    """A detector for one image: ONNX has no lists of images."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = with_plain_convolutions(model)

    def forward(self, image: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        found = self.model([image])[0]
        return found["boxes"], found["labels"], found["scores"]


def export_onnx(model: nn.Module, path: Path, image_size: int, notes: Mapping[str, str] | None = None) -> None:
    """Writes a detector as ONNX, opset 17.

    The input ``image`` is float32 (3, H, W), RGB in [0, 1], resized so that its longer side is IMAGE_SIZE; H and W may
    differ from image to image. For ssdlite models H and W are both IMAGE_SIZE, because their default boxes are
    constants of the graph: pad the image at its right or bottom by the model's mean. The outputs are ``boxes`` (N, 4)
    xyxy in the image's pixels, ``labels`` (N,) from 1, and ``scores`` (N,).

    Args:
        model: The trained model, on the CPU and in evaluation mode.
        path: The file.
        image_size: MODEL_PARAMS.IMAGE_SIZE.
        notes: Metadata of the file, by name.
    """
    is_fixed = isinstance(getattr(model, "anchor_generator", None), DefaultBoxGenerator)
    height = image_size if is_fixed else max(32, image_size * 3 // 4)
    example = torch.rand(3, height, image_size, generator=torch.Generator().manual_seed(1))
    # torch 2.9 and later have another exporter by default, which cannot follow torchvision's detectors.
    arguments: dict[str, Any] = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        arguments["dynamo"] = False
    buffer = io.BytesIO()
    torch.onnx.register_custom_op_symbolic("torchvision::roi_align", _roi_align, OPSET)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # each branch that is fixed by tracing; none of them depends on the image
        torch.onnx.export(
            SingleImage(model).eval(),
            (example,),
            buffer,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["boxes", "labels", "scores"],
            dynamic_axes={
                **({} if is_fixed else {"image": {1: "height", 2: "width"}}),
                "boxes": {0: "detections"},
                "labels": {0: "detections"},
                "scores": {0: "detections"},
            },
            **arguments,
        )
    write_bytes(path, buffer.getvalue() + b"".join(_metadata(name, text) for name, text in (notes or {}).items()))


def _metadata(name: str, text: str) -> bytes:
    """Returns an entry of metadata_props, field 14 of a model. A repeated field of protocol buffers may come last."""
    entry = b"".join(_field(number, part.encode()) for number, part in ((1, name), (2, text)))
    return _field(14, entry)


def _field(number: int, content: bytes) -> bytes:
    size, digits = len(content), []
    while size > 127:
        digits.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *digits, size]) + content


def _roi_align(
    graph: Any,
    features: Any,
    rois: Any,
    spatial_scale: Any,
    height: Any,
    width: Any,
    sampling_ratio: Any,
    aligned: Any,
) -> Any:
    """Creates the operator RoiAlign. torchvision's own is that of opset 11, whose meaning changed in opset 16."""
    numbers = [
        symbolic_helper._maybe_get_const(value, kind)
        for value, kind in (
            (spatial_scale, "f"),
            (height, "i"),
            (width, "i"),
            (sampling_ratio, "i"),
            (aligned, "b"),
        )
    ]
    first = graph.op("Constant", value_t=torch.tensor([0], dtype=torch.int64))
    images = graph.op(
        "Squeeze", graph.op("Gather", rois, first, axis_i=1), graph.op("Constant", value_t=torch.tensor([1]))
    )
    corners = graph.op("Gather", rois, graph.op("Constant", value_t=torch.tensor([1, 2, 3, 4])), axis_i=1)
    return graph.op(
        "RoiAlign",
        features,
        corners,
        graph.op("Cast", images, to_i=7),  # int64
        coordinate_transformation_mode_s="half_pixel" if numbers[4] else "output_half_pixel",
        spatial_scale_f=numbers[0],
        output_height_i=numbers[1],
        output_width_i=numbers[2],
        sampling_ratio_i=max(0, numbers[3]),
    )
