from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from detection.config.settings import FirstStage, ModelParams
from detection.errors import TrainingError
from detection.models import weights as module
from detection.models.architecture import Architecture
from detection.models.building import build_model
from detection.models.registry import base_model
from detection.models.weights import Weights, find_weights, load_weights, read_weights

_TINY = base_model("faster_rcnn_tiny")
_RESNET18 = base_model("fasterrcnn_resnet18_fpn")


def _model(name: str, classes: int = 1, architecture: Architecture = Architecture("frozen")) -> nn.Module:
    return build_model(ModelParams(name, "none", 64, "flip", FirstStage(max_proposals=20)), classes, architecture)


def _weights(path: Path, tensors: dict[str, Tensor], name: str) -> Weights:
    torch.save(tensors, path)
    return read_weights(path, base_model(name))


def test_find_weights_selects_the_newest_file_and_names_a_missing_one(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "faster_rcnn_tiny"
    image = tmp_path / "image"
    assert find_weights(tmp_path, _TINY.name, "auto", _TINY, image) is None
    folder.mkdir(parents=True)
    for name in ("a.pth", "b.pth", "notes.txt"):
        (folder / name).write_bytes(b"")

    assert find_weights(tmp_path, _TINY.name, "none", _TINY, image) is None
    assert find_weights(tmp_path, _TINY.name, "auto", _TINY, image) in (folder / "a.pth", folder / "b.pth")
    assert find_weights(tmp_path, _TINY.name, "a.pth", _TINY, image) == folder / "a.pth"
    with pytest.raises(TrainingError) as caught:
        find_weights(tmp_path, _TINY.name, "c.pth", _TINY, image)
    assert str(caught.value) == (
        "models/faster_rcnn_tiny/c.pth does not exist; MODEL_PARAMS.WEIGHTS must be auto, none or a file in "
        "models/faster_rcnn_tiny, which holds a.pth, b.pth."
    )


def test_find_weights_looks_in_the_data_folder_then_in_the_image(tmp_path: Path) -> None:
    image, data = tmp_path / "image", tmp_path / "data"
    inside = image / _RESNET18.name / "w.pth"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(b"")

    assert find_weights(data, _RESNET18.name, "auto", _RESNET18, image) == inside
    checkpoint = data / "models" / _RESNET18.name / "archive" / "model.ckpt.index"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"")
    assert find_weights(data, _RESNET18.name, "auto", _RESNET18, image) == checkpoint
    assert find_weights(data, _RESNET18.name, "model.ckpt", _RESNET18, image) == checkpoint


def test_find_weights_fails_with_the_command_when_a_large_model_has_none(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        find_weights(tmp_path, "faster_rcnn_resnet18_fpn", "auto", _RESNET18, tmp_path / "image")

    assert str(caught.value) == (
        "faster_rcnn_resnet18_fpn has no weights: neither models/faster_rcnn_resnet18_fpn of the data folder nor "
        f"{tmp_path}/image/faster_rcnn_resnet18_fpn of the image holds a file; WEIGHTS auto must find one. Bring "
        "them by ./build.sh --target=Fetch-Base-Model --model=fasterrcnn_resnet18_fpn, or start from random weights by "
        "--set=MODEL_PARAMS.WEIGHTS=none."
    )


def test_load_weights_makes_the_predictor_of_other_classes_new_and_says_so(tmp_path: Path) -> None:
    torch.manual_seed(1)
    trained = _model("faster_rcnn_tiny", 5)
    weights = _weights(tmp_path / "five.pth", trained.state_dict(), "faster_rcnn_tiny")
    model = _model("faster_rcnn_tiny", 1)
    before = model.roi_heads.box_predictor.cls_score.weight.clone()
    said: list[str] = []

    load_weights(model, weights, _TINY, said.append)

    assert torch.equal(model.backbone[0][0].weight, trained.backbone[0][0].weight)
    assert torch.equal(model.roi_heads.box_predictor.cls_score.weight, before)
    count = len(model.state_dict())
    assert said == [
        f"loaded {count - 4} of {count} tensors from five.pth: backbone 21 of 21, first stage 6 of 6, head 4 of 4, "
        "predictor 0 of 4",
        "made new, because the file's have another shape: roi_heads.box_predictor.cls_score.weight (6, 192) for "
        "(2, 192), roi_heads.box_predictor.cls_score.bias (6,) for (2,), roi_heads.box_predictor.bbox_pred.weight "
        "(24, 192) for (8, 192), roi_heads.box_predictor.bbox_pred.bias (24,) for (8,)",
    ]


def test_load_weights_fails_when_the_backbone_is_not_whole(tmp_path: Path) -> None:
    trained = _model("fasterrcnn_resnet18_fpn")
    shallow = {
        name[len("backbone.body.") :]: value
        for name, value in trained.state_dict().items()
        if name.startswith("backbone.body.") and ".layer4.2." not in name
    }
    shallow["conv1.weight"] = torch.zeros(64, 3, 3, 3)
    weights = _weights(tmp_path / "torchvision.pth", shallow, _RESNET18.name)
    model = _model("fasterrcnn_resnet18_fpn")
    before = {name: value.clone() for name, value in model.state_dict().items()}

    with pytest.raises(TrainingError) as caught:
        load_weights(model, weights, _RESNET18, print)

    assert str(caught.value).startswith(
        f"the weights {tmp_path}/torchvision.pth have 99 of the 110 tensors of the backbone of "
        "fasterrcnn_resnet18_fpn; they must have all of them. Missing: "
        "backbone.body.conv1.weight (64, 3, 3, 3) for (64, 3, 7, 7), "
        "backbone.body.layer4.2.conv1.weight, "
    )
    assert str(caught.value).endswith(" and 3 more.")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_load_weights_freezes_the_early_layers_that_it_filled(tmp_path: Path) -> None:
    trained = _model("fasterrcnn_resnet18_fpn")
    body = {name[14:]: value for name, value in trained.state_dict().items() if name.startswith("backbone.body.")}
    weights = _weights(tmp_path / "body.pth", body | {"fc.bias": torch.zeros(3)}, _RESNET18.name)
    model = _model("fasterrcnn_resnet18_fpn", architecture=weights.architecture)
    said: list[str] = []

    load_weights(model, weights, _RESNET18, said.append)

    frozen = {name.split(".")[2] for name, value in model.named_parameters() if not value.requires_grad}
    assert frozen == {"conv1", "layer1"}
    assert said[1:] == [
        "1 tensors of the file are not part of this model: fc.bias",
        "frozen, because they are loaded: backbone.body.conv1, backbone.body.layer1",
    ]


def test_read_weights_takes_the_epsilon_of_torchvisions_older_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensors = {"backbone.body.bn1.running_mean": torch.zeros(64)}
    newer = _weights(tmp_path / "w.pth", tensors, "fasterrcnn_resnet50_fpn")
    monkeypatch.setattr(module, "_WITHOUT_EPSILON", (newer.digest[:8],))

    older = read_weights(tmp_path / "w.pth", base_model("fasterrcnn_resnet50_fpn"))

    assert newer.architecture == Architecture("frozen", 1e-5)
    assert older.architecture == Architecture("frozen", 0.0)
    layer = _model("fasterrcnn_resnet18_fpn", architecture=older.architecture).backbone.body.bn1
    assert layer.eps == 0.0


def test_read_weights_of_a_run_takes_the_architecture_beside_them(tmp_path: Path) -> None:
    saved = Architecture("group", 1e-5, "tensorflow", ((8,),))
    (tmp_path / "architecture.json").write_text(json.dumps(saved.document()))

    weights = _weights(tmp_path / "model.pth", {"x": torch.zeros(1)}, "faster_rcnn_tiny")

    assert weights.architecture == Architecture("group", 1e-5, "tensorflow")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rpn.head.conv.weight", "rpn.head.conv.0.0.weight"),
        ("backbone.fpn.inner_blocks.2.bias", "backbone.fpn.inner_blocks.2.0.bias"),
        ("head.classification_head.conv.6.weight", "head.classification_head.conv.3.0.weight"),
    ],
)
def test_older_names_of_torchvision_have_their_newer_ones(old: str, new: str) -> None:
    assert new in module._places(old)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"PK\x03\x04 half a zip"])
def test_read_weights_fails_when_the_file_is_not_a_state_dict(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(content)

    with pytest.raises(
        TrainingError, match=r"the weights .*bad\.pth cannot be read: .*; they must be a PyTorch state dict\."
    ):
        read_weights(tmp_path / "bad.pth", _TINY)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda weight: weight * float("nan"), "has numbers that are not finite"),
        (lambda weight: weight / 0, "has numbers that are not finite"),
        (lambda weight: weight.int(), "has the type int32"),
        (lambda weight: weight.bool(), "has the type bool"),
        (lambda weight: weight.to(torch.complex64), "has the type complex64"),
        (lambda weight: weight.to_sparse(), "has the type float32 (sparse_coo)"),
        (lambda weight: weight.to("meta"), "has the type float32"),
    ],
)
def test_read_weights_refuses_tensors_that_are_no_weights(
    change: Callable[[Tensor], Tensor], message: str, tmp_path: Path
) -> None:
    tensors = _model(_TINY.name).state_dict()
    name = next(iter(tensors))

    with pytest.raises(TrainingError) as caught:
        _weights(tmp_path / "w.pth", {**tensors, name: change(tensors[name])}, _TINY.name)
    assert f"w.pth cannot be used: {name} {message}; they must be finite numbers." in str(caught.value)


def test_read_weights_takes_those_of_half_precision(tmp_path: Path) -> None:
    tensors = {name: value.half() for name, value in _model(_TINY.name).state_dict().items()}

    assert len(_weights(tmp_path / "w.pth", tensors, _TINY.name).tensors) == len(tensors)
