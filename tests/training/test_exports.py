"""The exports detect what the model detects, on pictures as a user has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from onnx_runtime import needs_runtime, run_onnx
from PIL import Image
from same_detections import assert_same_detections
from torch import Tensor

from detection.config.settings import FirstStage, ModelParams
from detection.data.batches import to_tensor
from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore
from detection.export.final_model import Detector
from detection.export.onnx_model import export_onnx
from detection.models.building import build_model

pytestmark = pytest.mark.slow

_SIDE = 96
_NAMES = (
    "faster_rcnn_tiny with flip_both",
    "ssdlite320_mobilenet_v3_large",
    *(
        pytest.param(name, marks=pytest.mark.night)
        for name in (
            "faster_rcnn_tiny",
            "fasterrcnn_resnet18_fpn",
            "fasterrcnn_resnet18_fpn with flip_both",
            "faster_rcnn_inception_v2_coco_2018_01_28",
            "faster_rcnn_resnet50_coco_2018_01_28",
            "fasterrcnn_mobilenet_v3_large_fpn",
            "retinanet_resnet50_fpn",
        )
    ),
)


@pytest.fixture(scope="module", params=_NAMES)
def model(request: pytest.FixtureRequest) -> Any:
    """Creates a base model with random weights, whose detections are many and of nearly equal scores."""
    torch.manual_seed(0)
    name, _, flips = request.param.partition(" with ")
    params = ModelParams(name, "none", _SIDE, "flip", FirstStage(max_proposals=30), test_flips=flips or "none")
    return build_model(params, 3).eval()


@pytest.fixture(scope="module")
def pictures(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Tensor]:
    """Reads drawn roads as training reads them: lying, upright by cropping, square, and smaller than IMAGE_SIZE."""
    folder = tmp_path_factory.mktemp("pictures")
    files = sorted((demo_data / "pothole" / "images").iterdir())[:4]
    crops = (None, (40, 0, 130, 180), (0, 0, 150, 150), (10, 10, 60, 50))
    store, tensors = ImageStore(_SIDE), []
    for number, (file, crop) in enumerate(zip(files, crops)):
        with Image.open(file) as image:
            picture = image.crop(crop) if crop is not None else image
            picture.save(folder / f"{number}.png")
        record = ImageRecord(f"{number}.png", folder / f"{number}.png", *picture.size, (), ())
        tensors.append(to_tensor(store.load(record)))
    assert len({tensor.shape for tensor in tensors}) == 4
    return tensors


@needs_runtime
def test_onnx_runtime_detects_what_the_model_detects_in_pictures(
    model: Any, pictures: list[Tensor], tmp_path: Path
) -> None:
    export_onnx(model, tmp_path / "model.onnx", _SIDE)

    is_fixed = hasattr(model, "anchor_generator") and "SSD" in type(model).__name__
    if is_fixed:  # as its docstring says: padded at the right and the bottom by the mean
        mean = torch.tensor(model.transform.image_mean)[:, None, None]
        pictures = [_padded(picture, mean) for picture in pictures]
    found = run_onnx(tmp_path / "model.onnx", tmp_path, *({"image": picture} for picture in pictures))
    for picture, detections in zip(pictures, found, strict=True):
        with torch.no_grad():
            (expected,) = model([picture])
        assert_same_detections(detections, expected)


def _padded(picture: Tensor, mean: Tensor) -> Tensor:
    padded = mean.expand(3, _SIDE, _SIDE).clone()
    padded[:, : picture.shape[1], : picture.shape[2]] = picture
    return padded


def test_torchscript_detects_what_the_model_detects_in_pictures(
    model: Any, pictures: list[Tensor], tmp_path: Path
) -> None:
    torch.jit.script(Detector(model)).save(str(tmp_path / "model.pt"))  # type: ignore[no-untyped-call]
    exported = torch.jit.load(str(tmp_path / "model.pt"))  # type: ignore[no-untyped-call]

    for picture in pictures:
        with torch.no_grad():
            (expected,) = model([picture])
            (found,) = exported([picture])
        assert_same_detections(found, expected)
