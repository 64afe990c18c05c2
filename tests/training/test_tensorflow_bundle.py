from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from detection.config.settings import FirstStage, ModelParams
from detection.errors import TrainingError
from detection.models.building import build_model
from detection.models.registry import base_model
from detection.models.weights import Weights, load_weights, read_weights
from detection.pretrained import tensorflow_bundle
from detection.pretrained.protocol_buffers import ProtocolBufferError, fields
from detection.pretrained.tensorflow_bundle import BundleError, crc32c, mask, read_bundle

pytestmark = pytest.mark.slow

_ZOO = base_model("faster_rcnn_resnet50_coco_2018_01_28")
_PARAMS = ModelParams(_ZOO.name, "auto", 64, "flip", FirstStage(max_proposals=10))
_KINDS = {"float32": 1, "int32": 3, "int64": 9}


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value) if value else b""
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _slow_crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _block(entries: list[tuple[bytes, bytes]]) -> bytes:
    out, restarts, last = b"", [], b""
    for place, (key, value) in enumerate(entries):
        shared = 0
        if place % 16 == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        out += _varint(shared) + _varint(len(key) - shared) + _varint(len(value)) + key[shared:] + value
        last = key
    return out + b"".join(struct.pack("<I", at) for at in restarts or [0]) + struct.pack("<I", len(restarts or [0]))


def _index(entries: list[tuple[bytes, bytes]], entries_per_block: int, repeated: int = 1) -> bytes:
    """Returns the content of an index file; ``repeated`` is how often it names each block."""
    file, handles = b"", []
    for start in range(0, len(entries), entries_per_block):
        block = _block(entries[start : start + entries_per_block])
        handles.append(
            (entries[start : start + entries_per_block][-1][0] + b"~", _varint(len(file)) + _varint(len(block)))
        )
        file += block + b"\0" + struct.pack("<I", mask(crc32c(block + b"\0")))
    for content in ([], handles * repeated):
        block = _block(content)
        place = (len(file), len(block))
        file += block + b"\0" + struct.pack("<I", mask(crc32c(block + b"\0")))
        if not content:
            first = place
    footer = b"".join(_varint(number) for number in (*first, *place))
    file += footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    return file


def _write(folder: Path, tensors: dict[str, NDArray[Any]], entries_per_block: int = 40, **header: int) -> Path:
    """Writes a checkpoint as the description of the format says."""
    data = bytearray()
    entries = [(b"", _field(1, 1) + _field(2, header.get("endianness", 0)) + _field(3, _field(1, 1)))]
    for name in sorted(tensors, key=lambda name: name.encode()):
        value = tensors[name]
        shape = b"".join(_field(2, _field(1, length)) for length in value.shape)
        raw = value.astype(value.dtype.newbyteorder("<")).tobytes()
        entry = _field(1, _KINDS[value.dtype.name]) + _field(2, shape) + _field(4, len(data)) + _field(5, len(raw))
        entry += _varint(6 << 3 | 5) + struct.pack("<I", mask(crc32c(raw))) + _field(99, b"unknown")
        entries.append((name.encode(), entry))
        data += raw
    file = _index(entries, entries_per_block)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.ckpt.data-00000-of-00001").write_bytes(data)
    (folder / "model.ckpt.index").write_bytes(file)
    return folder / "model.ckpt.index"


def test_crc32c_gives_the_published_check_value() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert mask(0xE3069283) == 0xC78AB0E5
    assert mask(crc32c(b"")) == 0xA282EAD8
    data = np.random.default_rng(0).bytes(9000)
    lengths = (1, 7, 2047, 2048, 2049, 3072, 5000, 9000)
    assert [crc32c(data[:length]) for length in lengths] == [_slow_crc32c(data[:length]) for length in lengths]


@pytest.mark.parametrize("entries_per_block", [1, 16, 1000])
def test_read_bundle_reads_every_tensor_whatever_the_blocks(entries_per_block: int, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    tensors: dict[str, NDArray[Any]] = {
        f"layer_{number}/weights": random.standard_normal((3, number % 4, 2)).astype(np.float32) for number in range(90)
    }
    tensors["global_step"] = np.array(200000, dtype=np.int64)

    bundle = read_bundle(_write(tmp_path, tensors, entries_per_block))

    assert set(bundle.tensors) == set(tensors)
    assert all(np.array_equal(bundle.tensors[name], value) for name, value in tensors.items())
    assert bundle.tensors["global_step"].shape == ()


def _zoo(classes: int) -> dict[str, NDArray[Any]]:
    """Returns the variables of the zoo's Faster R-CNN with ResNet-50, and what else its checkpoints hold."""
    random = np.random.default_rng(2)
    found: dict[str, NDArray[Any]] = {"global_step": np.array(7, dtype=np.int64)}

    def add(name: str, *shape: int) -> None:
        found[name] = random.standard_normal(shape, dtype=np.float32) * np.float32(0.05)

    def convolution(scope: str, *shape: int) -> None:
        add(scope + "/weights", *shape)
        for part in ("gamma", "beta", "moving_mean"):
            add(f"{scope}/BatchNorm/{part}", shape[-1])
        found[f"{scope}/BatchNorm/moving_variance"] = random.random(shape[-1], dtype=np.float32) + 0.5

    first, second = "FirstStageFeatureExtractor/resnet_v1_50", "SecondStageFeatureExtractor/resnet_v1_50"
    convolution(first + "/conv1", 7, 7, 3, 64)
    inside = 64
    for block, (depth, units) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), start=1):
        for unit in range(1, units + 1):
            scope = f"{second if block == 4 else first}/block{block}/unit_{unit}/bottleneck_v1"
            convolution(scope + "/conv1", 1, 1, inside, depth)
            convolution(scope + "/conv2", 3, 3, depth, depth)
            convolution(scope + "/conv3", 1, 1, depth, 4 * depth)
            if unit == 1:
                convolution(scope + "/shortcut", 1, 1, inside, 4 * depth)
            inside = 4 * depth
    for name, shape in (
        ("Conv", (3, 3, 1024, 512)),
        ("FirstStageBoxPredictor/BoxEncodingPredictor", (1, 1, 512, 48)),
        ("FirstStageBoxPredictor/ClassPredictor", (1, 1, 512, 24)),
        ("SecondStageBoxPredictor/ClassPredictor", (2048, classes + 1)),
        ("SecondStageBoxPredictor/BoxEncodingPredictor", (2048, 4 * classes)),
    ):
        add(name + "/weights", *shape)
        add(name + "/biases", shape[-1])
    found["Conv/weights/Momentum"] = np.zeros(1, dtype=np.float32)
    found[first + "/block4/unit_1/bottleneck_v1/conv1/weights"] = np.zeros((1, 1, 2, 2), dtype=np.float32)
    return found


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Weights, dict[str, NDArray[Any]]]:
    variables = _zoo(classes=2)
    # The checksum of zlib takes a tenth of a second for these 110 MB, and CRC-32C six. Other tests are about that.
    with pytest.MonkeyPatch.context() as patch:
        for module in (sys.modules[__name__], tensorflow_bundle):
            patch.setattr(module, "crc32c", zlib.crc32)
        return read_weights(_write(tmp_path_factory.mktemp("zoo"), variables), _ZOO), variables


def test_load_weights_takes_every_variable_of_a_zoo_checkpoint(zoo: tuple[Weights, dict[str, NDArray[Any]]]) -> None:
    weights, variables = zoo
    params = _PARAMS
    model = build_model(params, 2, weights.architecture)
    said: list[str] = []

    load_weights(model, weights, _ZOO, said.append)

    count = len(model.state_dict())
    assert said[0].startswith(f"loaded {count} of {count} tensors from model.ckpt.index: ")
    assert said[1] == (
        "3 tensors of the file are not part of this model: Conv/weights/Momentum, "
        "FirstStageFeatureExtractor/resnet_v1_50/block4/unit_1/bottleneck_v1/conv1/weights, global_step"
    )
    assert len(weights.tensors) + len(weights.ignored) == len(variables)
    state = model.state_dict()
    unit = "FirstStageFeatureExtractor/resnet_v1_50/block2/unit_3/bottleneck_v1/conv2"
    assert np.array_equal(
        state["backbone.body.layer2.2.conv2.weight"].numpy()[5, 6], variables[unit + "/weights"][:, :, 6, 5]
    )
    assert np.array_equal(
        state["backbone.body.layer2.2.bn2.running_var"].numpy(), variables[unit + "/BatchNorm/moving_variance"]
    )
    assert model.backbone.body.layer2[0].conv1.stride == (2, 2)


def test_a_zoo_checkpoint_gives_the_first_stage_of_tensorflow(zoo: tuple[Weights, dict[str, NDArray[Any]]]) -> None:
    tensors, variables = zoo[0].tensors, zoo[1]
    features = np.random.default_rng(3).standard_normal(512).astype(np.float32)
    scores = features @ variables["FirstStageBoxPredictor/ClassPredictor/weights"][0, 0]
    scores = (scores + variables["FirstStageBoxPredictor/ClassPredictor/biases"]).reshape(12, 2)
    boxes = features @ variables["FirstStageBoxPredictor/BoxEncodingPredictor/weights"][0, 0]
    boxes = (boxes + variables["FirstStageBoxPredictor/BoxEncodingPredictor/biases"]).reshape(12, 4)

    logits = tensors["rpn.head.cls_logits.weight"][:, :, 0, 0].numpy() @ features
    logits = logits + tensors["rpn.head.cls_logits.bias"].numpy()
    found = tensors["rpn.head.bbox_pred.weight"][:, :, 0, 0].numpy() @ features
    found = (found + tensors["rpn.head.bbox_pred.bias"].numpy()).reshape(12, 4)

    softmax = np.exp(scores[:, 1]) / np.exp(scores).sum(axis=1)
    assert np.allclose(1 / (1 + np.exp(-logits)), softmax, atol=1e-5)
    # y, x, height, width in units of a tenth and a fifth, for x, y, width, height.
    assert np.allclose(found, boxes[:, [1, 0, 3, 2]] / [10, 10, 5, 5], atol=1e-5)


def test_a_zoo_checkpoint_of_other_classes_leaves_the_predictor_new(
    zoo: tuple[Weights, dict[str, NDArray[Any]]]
) -> None:
    weights = zoo[0]
    params = _PARAMS
    said: list[str] = []

    load_weights(build_model(params, 5, weights.architecture), weights, _ZOO, said.append)

    assert said[1].startswith(
        "made new, because the file's have another shape: roi_heads.box_predictor.bbox_pred.bias "
    )
    assert said[1].count("roi_heads.box_predictor") == 4
    boxes = zoo[1]["SecondStageBoxPredictor/BoxEncodingPredictor/biases"].reshape(2, 4)
    assert torch.equal(
        weights.tensors["roi_heads.box_predictor.bbox_pred.bias"].reshape(3, 4)[1:],
        torch.from_numpy(boxes[:, [1, 0, 3, 2]].copy()),
    )


def test_a_damaged_checkpoint_is_refused_with_the_byte(tmp_path: Path) -> None:
    tensors = {"a": np.arange(6, dtype=np.float32), "b": np.arange(5, dtype=np.float32)}
    index = _write(tmp_path, tensors)
    data = tmp_path / "model.ckpt.data-00000-of-00001"
    whole, table = data.read_bytes(), index.read_bytes()

    data.write_bytes(whole[:30] + bytes([whole[30] ^ 1]) + whole[31:])
    with pytest.raises(
        BundleError, match=r"model\.ckpt\.data-00000-of-00001, byte 24: the checksum of 'b' \(20 bytes\)"
    ):
        read_bundle(index)
    data.write_bytes(whole[:-1])
    with pytest.raises(BundleError, match=r"byte 24: 'b' has 20 bytes, but the file ends at byte 43"):
        read_bundle(index)
    data.write_bytes(whole)
    index.write_bytes(table[:5] + bytes([table[5] ^ 4]) + table[6:])
    with pytest.raises(BundleError, match=r"model\.ckpt\.index, byte 0: the checksum of the block of \d+ bytes"):
        read_bundle(index)
    index.write_bytes(table[:-1] + b"\0")
    with pytest.raises(BundleError, match=rf"byte {len(table) - 8}: the magic number is 0x00"):
        read_bundle(index)


def test_no_damage_of_one_byte_of_the_index_goes_unnoticed_or_ends_in_another_error(tmp_path: Path) -> None:
    tensors = {f"variable/{number}": np.arange(number, dtype=np.float32) for number in range(20)}
    index = _write(tmp_path, tensors, entries_per_block=7)
    table = index.read_bytes()

    for place in range(len(table) - 48):
        index.write_bytes(table[:place] + bytes([table[place] ^ 0x55]) + table[place + 1 :])
        try:
            found = read_bundle(index).tensors
        except BundleError as error:
            assert "byte " in str(error)
        else:
            assert set(found) == set(tensors)  # a byte of the first, empty block


_CRC = _varint(6 << 3 | 5) + struct.pack("<I", mask(crc32c(bytes(8))))


@pytest.mark.parametrize(
    "header, entry, message",
    [
        (_field(1, b"x"), b"", "the header is damaged: field 1 is no number"),
        (_field(1, 1) + _field(2, b"x"), b"", "the header is damaged: field 2 is no number"),
        (_field(1, 1), _field(1, b"x"), "the entry of 'a' is damaged"),
        (_field(1, 1), _field(1, 1) + _field(3, 2**63), "'a' is in data file 9223372036854775808 of 1"),
        (_field(1, 1), _field(1, 1) + _field(2, _field(2, _field(1, 2**63))), "its shape"),
        (_field(1, 1), _field(1, 1) + _field(2, _field(2, _field(1, 2**63)) + _field(2, b"")), "its shape"),
        (_field(1, 1), _field(1, 1) + _field(2, _field(2, _field(1, 2**64 - 1)) + _field(2, b"")), "its shape"),
        (
            _field(1, 1),
            _field(1, 1) + _field(2, _field(2, _field(1, 2))) + _field(4, 2**63) + _field(5, 8) + _CRC,
            "byte 9223372036854775808: 'a' has 8 bytes, but the file ends at byte 8",
        ),
        (
            _field(1, 1),
            _field(1, 1) + _field(2, _field(2, _field(1, 2**38))) + _field(5, 2**40),
            "has 1099511627776 bytes, but the file",
        ),
    ],
)
def test_an_index_that_lies_about_places_and_sizes_is_refused(
    header: bytes, entry: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    (tmp_path / "m.index").write_bytes(_index([(b"", header), (b"a", entry)], 40))

    with pytest.raises(BundleError, match=message):
        read_bundle(tmp_path / "m.index")


def test_a_checkpoint_does_not_grow_by_overlapping_entries_or_repeated_blocks(tmp_path: Path) -> None:
    entry = _field(1, 1) + _field(2, _field(2, _field(1, 2))) + _field(5, 8) + _CRC
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    entries = [(b"", _field(1, 1)), (b"a", entry), (b"b", entry)]

    (tmp_path / "m.index").write_bytes(_index(entries[:2], 40))
    assert read_bundle(tmp_path / "m.index").tensors["a"].tolist() == [0, 0]
    (tmp_path / "m.index").write_bytes(_index(entries, 40))
    with pytest.raises(BundleError, match="'b' and those before it have more bytes than the data files"):
        read_bundle(tmp_path / "m.index")
    (tmp_path / "m.index").write_bytes(_index(entries[:2], 40, repeated=2))
    with pytest.raises(BundleError, match="byte 0: the index names the block twice"):
        read_bundle(tmp_path / "m.index")


def test_a_checkpoint_of_another_network_is_refused_with_its_variables(tmp_path: Path) -> None:
    path = _write(tmp_path, {"InceptionV2/Conv2d_1a_7x7/weights": np.zeros(3, dtype=np.float32)})

    with pytest.raises(
        TrainingError, match=r"1 variables are not those of a Faster R-CNN with ResNet v1: InceptionV2/Conv"
    ):
        read_weights(path, _ZOO)


@pytest.mark.parametrize("data", [b"\x80", b"\x0a\x05ab", b"\x07", b"\xff" * 11])
def test_fields_refuses_what_is_no_message(data: bytes) -> None:
    with pytest.raises(ProtocolBufferError, match="byte"):
        fields(data)
