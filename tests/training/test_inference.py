from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from same_detections import assert_same_detections

from detection.config.settings import FirstStage, ModelParams
from detection.data.datasets import ImageRecord
from detection.data.images import ImageStore
from detection.evaluate.inference import detect
from detection.models.building import build_model

_SHAPES = ((64, 64), (64, 40), (64, 64), (30, 64), (64, 40), (40, 64), (64, 64))


@pytest.fixture
def records(tmp_path: Path) -> list[ImageRecord]:
    random = np.random.default_rng(4)
    found = []
    for number, (width, height) in enumerate(_SHAPES):
        path = tmp_path / f"{number}.png"
        Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path)
        found.append(ImageRecord(path.name, path, width, height, (), ()))
    return found


@pytest.mark.parametrize("name", ["faster_rcnn_tiny", "ssdlite320_mobilenet_v3_large"])
def test_detections_do_not_depend_on_the_batch_size(name: str, records: list[ImageRecord]) -> None:
    torch.manual_seed(0)
    model = build_model(ModelParams(name, "none", 64, "flip", FirstStage(max_proposals=20)), 2).eval()
    store, cpu = ImageStore(64), torch.device("cpu")

    single, batched = (
        detect(model, records, store, batch_size=size, device=cpu, threads=1) for size in (1, len(records))
    )

    assert list(single) == list(batched) == [record.file_name for record in records]
    for file in single:
        assert_same_detections(asdict(batched[file]), asdict(single[file]))


def test_detect_hands_out_the_proposals_in_pixels_of_the_image(records: list[ImageRecord]) -> None:
    torch.manual_seed(0)
    params = ModelParams("faster_rcnn_tiny", "none", 32, "flip", FirstStage(max_proposals=20))
    model, proposals = build_model(params, 2), dict[str, NDArray[np.float64]]()

    detect(model, records, ImageStore(32), batch_size=3, device=torch.device("cpu"), threads=1, proposals=proposals)

    assert set(proposals) == {record.file_name for record in records}
    assert all(len(boxes) <= 20 and boxes.max() <= 64 for boxes in proposals.values())
    assert max(boxes.max() for boxes in proposals.values()) > 40  # not those of the image resized to 32 pixels
    assert not model.rpn._forward_hooks
