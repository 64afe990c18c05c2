"""Reads the tensors and nodes of an ONNX file without a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.pretrained.protocol_buffers import ProtocolBufferError, fields, varint

_FLOAT = 1  # TensorProto.DataType


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        kind: ONNX operator, such as ``Conv``.
        inputs: Names of its inputs.
        outputs: Names of its outputs.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """The graph of a model.

    Attributes:
        nodes: In the order of the file, in which they can be executed.
        tensors: The float32 initializers by name.
    """

    nodes: tuple[Node, ...]
    tensors: Mapping[str, NDArray[np.float32]]


def read_graph(data: bytes) -> Graph:
    """Reads the content of an ONNX file.

    Raises:
        ProtocolBufferError: The data are no ONNX model, or have a tensor of another type than float32.
    """
    graph = fields(_message(fields(data), 7))
    nodes = []
    for raw in graph.get(1, []):
        node = fields(_bytes(raw))
        names = [tuple(_bytes(name).decode("utf-8") for name in node.get(number, [])) for number in (1, 2)]
        nodes.append(Node(_message(node, 4).decode("utf-8"), *names))
    tensors = {}
    for raw in graph.get(5, []):
        tensor = fields(_bytes(raw))
        name = _message(tensor, 8).decode("utf-8")
        if tensor.get(2) != [_FLOAT]:
            raise ProtocolBufferError(
                f"tensor {name!r} has the data type {tensor.get(2)}; it must be {_FLOAT}, float32"
            )
        shape = _integers(tensor.get(1, []))
        raw_data = b"".join(_bytes(part) for part in tensor.get(9, tensor.get(4, [])))
        values = np.frombuffer(raw_data, dtype="<f4")
        if values.size != int(np.prod(shape)):
            raise ProtocolBufferError(
                f"tensor {name!r} has {values.size} numbers; its shape {shape} needs another number"
            )
        tensors[name] = values.reshape(shape)
    return Graph(tuple(nodes), tensors)


def _integers(values: list[Any]) -> tuple[int, ...]:
    """Returns repeated numbers, which may be packed into one field."""
    found: list[int] = []
    for value in values:
        if isinstance(value, int):
            found.append(value)
            continue
        position = 0
        while position < len(value):
            number, position = varint(value, position)
            found.append(number)
    return tuple(found)


def _message(found: Mapping[int, list[Any]], number: int) -> bytes:
    if number not in found:
        raise ProtocolBufferError(f"field {number} is missing")
    return _bytes(found[number][-1])


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise ProtocolBufferError("a message is a number")
    return value
