"""A final_model folder that is damaged, or that a stranger wrote, ends a command with a message."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from copied_processes import Program, run_programs
from PIL import Image

from detection.cli import main
from detection.config.label_map import load_class_names
from detection.config.settings import FirstStage, ModelParams
from detection.data.depth import read_depth
from detection.errors import TrainingError
from detection.export.final_model import load_architecture
from detection.models.architecture import Architecture
from detection.models.building import build_model
from detection.models.weights import load_tensors
from detection.predict.pyfunc import DetectorModel

_DEEP = "[" * 100_000
_ARCHITECTURE: dict[str, Any] = Architecture().document()
_READERS: dict[str, Callable[[Path], object]] = {
    "label_map.json": load_class_names,
    "architecture.json": load_architecture,
    "depth.json": read_depth,
}


@pytest.fixture
def model(final_model: Path, tmp_path: Path) -> Path:
    """Returns a copy of a final_model folder."""
    return Path(shutil.copytree(final_model, tmp_path / "model"))


@pytest.fixture
def predict(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Returns a function that predicts one image with the model, and returns the error."""
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "a.png")

    def run() -> str:
        arguments = ["--model", str(model), "--images", str(tmp_path / "a.png"), "--output", str(tmp_path / "out")]
        assert main(["predict", *arguments, "--format", "csv", "--format", "voc"]) == 1
        assert not (tmp_path / "out").exists()
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and error.startswith("error: ")
        return error

    return run


_SAVE = """
import json, pathlib, resource, sys
from detection.config.settings_reader import parse_settings
from detection.errors import explain_full_disk
from detection.export.final_model import save_final_model
from detection.models.architecture import Architecture
from detection.models.building import build_model

whole, folder, most = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
settings = parse_settings((whole / "exp_config.json").read_bytes(), "exp_config.json")
model = build_model(settings.model, 2)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    save_final_model(
        folder, model, architecture=Architecture(), class_names={1: "a", 2: "b"}, exp_config=settings.document,
        metrics={}, passport=json.loads((whole / "passport.json").read_bytes()), card="", last=model.state_dict(),
    )
except (OSError, RuntimeError) as error:
    print(sorted(file.name for file in folder.iterdir()), explain_full_disk(error))
"""


# TorchScript adds its code and paths, whose lengths differ: there is room for the weights, and too little for it.
@pytest.mark.parametrize(("first", "room"), [("model.pth", -2000), ("model.torchscript.pt", 20_000)])
def test_saving_a_model_ends_with_a_sentence_where_the_disk_is_full(
    first: str, room: int, final_model: Path, tmp_path: Path
) -> None:
    most = (final_model / "model.pth").stat().st_size + room

    ((code, said),) = run_programs(Program(_SAVE, [str(final_model), str(tmp_path / "new"), str(most)]))

    assert code == 0, said
    assert first in said and "free some space" in said and "c10" not in said


@pytest.mark.parametrize("name", _READERS)
@pytest.mark.parametrize("content", ["", "null", "[]", "1", '"x"', "[null]", "[[]]", "{", "1" * 5000, _DEEP, "\0" * 9])
def test_a_json_file_of_a_model_that_holds_something_else_is_refused(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(TrainingError) as caught:
        _READERS[name](tmp_path)
    assert str(tmp_path / name) in str(caught.value) and len(str(caught.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("name", ["architecture.json", "depth.json"])
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_file_of_a_model_that_exists_and_cannot_be_read_is_not_taken_for_a_missing_one(
    name: str, kind: str, tmp_path: Path
) -> None:
    if kind == "folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to("elsewhere")

    with pytest.raises(TrainingError, match="cannot be read"):
        _READERS[name](tmp_path)


@pytest.mark.parametrize(
    "classes",
    [
        [(1, "a"), (3, "b")],
        [(0, "a"), (1, "b")],
        [(-1, "a"), (2, "b")],
        [(1, "a"), (10**10, "b")],
        [(1, "a"), (10**30, "b")],
        [(1, "a"), (1, "b")],
        [(1.0, "a"), (2, "b")],
        [(True, "a"), (2, "b")],
        [("1", "a"), (2, "b")],
        [(float("inf"), "a"), (2, "b")],
        [(1, None), (2, "b")],
        [(1, ["a"]), (2, "b")],
        [(1, ""), (2, "b")],
        [(1, "a"), (2, "a")],
        [(1, "a"), (2, "\ud800")],
    ],
)
def test_predict_refuses_classes_that_are_not_those_of_a_model(
    classes: list[tuple[Any, Any]], model: Path, predict: Callable[[], str]
) -> None:
    (model / "label_map.json").write_text(json.dumps([{"id": label, "name": name} for label, name in classes]))

    error = predict()

    assert f"{model / 'label_map.json'}[" in error and "--model must name the final_model folder of a run." in error


@pytest.mark.parametrize(
    "key, value",
    [
        ("normalization", None),
        ("normalization", []),
        ("epsilon", -1),
        ("epsilon", float("nan")),
        ("epsilon", float("inf")),
        ("epsilon", 10**400),
        ("epsilon", "1e-5"),
        ("epsilon", True),
        ("wiring", {}),
        ("anchors", []),
        ("anchors", [[]]),
        ("anchors", [[0]]),
        ("anchors", [[-8]]),
        ("anchors", [["8"]]),
        ("anchors", [[float("inf")]]),
        ("anchors", [[10**30]]),
        ("anchors", "abc"),
        ("proposals", 0),
        ("proposals", -1),
        ("proposals", 1.5),
        ("proposals", True),
        ("proposals", "7"),
        ("proposals", float("inf")),
        ("proposals", 10**18),
    ],
)
def test_predict_refuses_an_architecture_that_no_run_saves(
    key: str, value: object, model: Path, predict: Callable[[], str]
) -> None:
    (model / "architecture.json").write_text(json.dumps({**_ARCHITECTURE, key: value}))

    assert f"{model / 'architecture.json'} cannot be read: {key} is " in predict()


@pytest.mark.parametrize("anchors", [((8,), (16,)), ((8, 16), (32,), (64,), (128,), (256,))])
def test_anchors_of_other_levels_are_refused(anchors: tuple[tuple[int, ...], ...]) -> None:
    params = ModelParams("fasterrcnn_resnet18_fpn", "none", 64, "flip", FirstStage(max_proposals=20))

    with pytest.raises(TrainingError, match="the anchors of the architecture are .* per feature level"):
        build_model(params, 1, Architecture(anchors=anchors))


@pytest.mark.parametrize(
    "black, white",
    [(1, 0), ("0", "1"), (True, False), (None, 1), ([], {}), (10**400, 10**401), (-1.7e308, 1.7e308)],
)
def test_depth_of_no_two_finite_numbers_is_refused(black: object, white: object, tmp_path: Path) -> None:
    (tmp_path / "depth.json").write_text(json.dumps({"black": black, "white": white}))

    with pytest.raises(TrainingError, match=r"depth\.json cannot be read: black is .* and white is "):
        read_depth(tmp_path)


class _Runs:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self._path), "w"))


@pytest.mark.parametrize("value", ["NaN", "1e400", "-1", "2", "true", '"x"', "[]"])
def test_predict_refuses_a_suggestion_that_is_no_score(
    value: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (model / "metrics.json").write_text(
        f'{{"suggested_eval_conf": {{"classes": [{{"name": "人", "eval_conf": {value}}}]}}}}', encoding="utf-8"
    )
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "a.png")
    arguments = ["--model", str(model), "--images", str(tmp_path / "a.png"), "--output", str(tmp_path / "out")]

    assert main(["predict", *arguments, "--confidence", "suggested"]) == 1
    assert "it must be a score from 0 to 1, or --confidence a number." in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", "null", "{}", '{"EVAL_CONF": {}}', _DEEP])
def test_the_loader_of_mlflow_refuses_another_exp_config(content: str, model: Path) -> None:
    (model / "exp_config.json").write_text(content)

    with pytest.raises(TrainingError, match=r"exp_config\.json cannot be "):
        DetectorModel(model)


@pytest.mark.parametrize("content", [b"", b"\0" * 3000, b"no weights", pickle.dumps({"a": 1}), b"\x80\x02."])
def test_predict_refuses_weights_that_are_no_file_of_pytorch(
    content: bytes, model: Path, predict: Callable[[], str]
) -> None:
    (model / "model.pth").write_bytes(content)

    error = predict()

    assert f"{model / 'model.pth'} cannot be loaded: it " in error and "weights_only" not in error


def test_predict_runs_nothing_that_weights_hold(model: Path, predict: Callable[[], str], tmp_path: Path) -> None:
    torch.save({"a": _Runs(tmp_path / "ran")}, model / "model.pth")

    assert "it holds something other than tensors and plain values" in predict()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda weight: weight[:1], "has the shape ("),
        (lambda weight: weight.int(), "has the type int32"),
        (lambda weight: weight * float("nan"), "has numbers that are not finite"),
        (lambda weight: [weight], "it does not hold tensors by name"),
        (lambda weight: weight.to_sparse(), "has the type float32 (sparse_coo)"),
    ],
)
def test_predict_refuses_tensors_that_are_no_weights(
    change: Callable[[torch.Tensor], object], message: str, model: Path, predict: Callable[[], str]
) -> None:
    tensors = torch.load(model / "model.pth")
    name = next(iter(tensors))
    torch.save({**tensors, name: change(tensors[name])}, model / "model.pth")

    assert message in predict()


def test_predict_names_the_tensors_that_the_weights_lack(model: Path, predict: Callable[[], str]) -> None:
    tensors = torch.load(model / "model.pth")
    name = next(iter(tensors))
    torch.save({key: value for key, value in tensors.items() if key != name}, model / "model.pth")

    assert f'Missing key(s) in state_dict: "{name}"' in predict()


def test_load_tensors_unpacks_no_archive_that_states_more_than_it_holds() -> None:
    whole, packed = io.BytesIO(), io.BytesIO()
    torch.save({"a": torch.zeros(100_000)}, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    assert load_tensors(io.BytesIO(whole.getvalue()))["a"].shape == (100_000,)

    with pytest.raises(ValueError, match=r"it has \d+ bytes and states 40\d{4} of content"):
        load_tensors(io.BytesIO(packed.getvalue()))
