"""The ResNet-18 of ML.NET's image featurizer, whose ImageNet weights come as a package: blocks 2, 2, 2, 3."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from detection.errors import TrainingError
from detection.pretrained.onnx_graph import Graph, read_graph
from detection.pretrained.protocol_buffers import ProtocolBufferError

PACKAGE = "Microsoft.ML.DnnImageFeaturizer.ResNet18"
VERSION = "0.23.1"
_BLOCKS = (2, 2, 2, 3)
_GRAPH = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx"
_SHA256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f"
_MOST_BYTES = 1 << 28  # of the network, which has a sixth of them
_NORM = ("weight", "bias", "running_mean", "running_var")


def read_package(path: Path) -> dict[str, Tensor]:
    """Reads the network from the package, or from its ONNX file.

    Args:
        path: The ``*.nupkg`` file, or ResNet18.onnx.

    Returns:
        The tensors of the backbone by torchvision's names, as the package's own graph uses them: input BGR, 0 to 255
        minus the mean.

    Raises:
        TrainingError: The file is another one, or damaged.
    """
    try:
        if path.suffix == ".onnx":
            data = path.read_bytes()
        else:
            with zipfile.ZipFile(path) as package:
                size = package.getinfo(_GRAPH).file_size
                if size > _MOST_BYTES:
                    raise zipfile.BadZipFile(f"its network has {size} bytes")
                data = package.read(_GRAPH)
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:  # also encrypted ones
        raise TrainingError(f"{path} cannot be read: {error}; it must be the package {PACKAGE} {VERSION}.") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != _SHA256:
        raise TrainingError(
            f"the network in {path} has the SHA-256 {digest}; it must be {_SHA256}, of {PACKAGE} {VERSION}."
        )
    try:
        return backbone_tensors(read_graph(data))
    except ProtocolBufferError as error:
        raise TrainingError(f"the network in {path} cannot be read: {error}.") from error


def for_detector(tensors: dict[str, Tensor], std: tuple[float, float, float]) -> dict[str, Tensor]:
    """Returns the tensors for an input of RGB in [0, 1] minus a mean, divided by ``std`` per channel."""
    factors = torch.tensor([255 * factor for factor in std], dtype=torch.float32).reshape(1, 3, 1, 1)
    first = tensors["conv1.weight"][:, [2, 1, 0]] * factors
    return {**tensors, "conv1.weight": first.contiguous()}


def layer_names() -> list[tuple[str, str]]:
    """Returns convolution and normalization of each layer in the order of the graph: a projection before its block."""
    names = [("conv1", "bn1")]
    for stage, count in enumerate(_BLOCKS, start=1):
        for block in range(count):
            place = f"layer{stage}.{block}."
            if stage > 1 and block == 0:
                names.append((place + "downsample.0", place + "downsample.1"))
            names += [(place + "conv1", place + "bn1"), (place + "conv2", place + "bn2")]
    return names


def backbone_tensors(graph: Graph) -> dict[str, Tensor]:
    """Maps the tensors of the graph to torchvision's names, each exactly once.

    Raises:
        ProtocolBufferError: The graph is another network.
    """
    convolutions = [node for node in graph.nodes if node.kind == "Conv"]
    norms = {node.inputs[0]: node for node in graph.nodes if node.kind == "BatchNormalization"}
    names = layer_names()
    if len(convolutions) != len(names):
        raise ProtocolBufferError(f"the graph has {len(convolutions)} convolutions; it must have {len(names)}")
    used: dict[str, NDArray[np.float32]] = {}
    tensors: dict[str, Tensor] = {}
    for node, (convolution, norm) in zip(convolutions, names):
        follower = norms.get(node.outputs[0])
        if follower is None or len(follower.inputs) != 5 or len(node.inputs) != 2:
            raise ProtocolBufferError(f"the convolution of {convolution} has a bias, or no normalization after it")
        parts = [(f"{convolution}.weight", node.inputs[1])]
        parts += [(f"{norm}.{part}", name) for part, name in zip(_NORM, follower.inputs[1:])]
        for target, name in parts:
            if name not in graph.tensors or name in used:
                raise ProtocolBufferError(f"tensor {name!r} of {target} is missing, or used twice")
            used[name] = graph.tensors[name]
            tensors[target] = torch.from_numpy(np.array(used[name], dtype=np.float32))
    unused = sorted(set(graph.tensors) - set(used))
    if unused:
        raise ProtocolBufferError(
            f"{len(unused)} tensors of the graph are not part of the network: {', '.join(unused[:5])}"
        )
    return tensors
