from __future__ import annotations

import ast
import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import detection
from detection.export.mlflow_files import PACKAGE, loader_files
from detection.predict.pyfunc import DetectorModel, _load_pyfunc


@pytest.fixture(scope="module")
def model(final_model: Path) -> DetectorModel:
    return _load_pyfunc(str(final_model))


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Creates a picture of noise that is stored lying and turned upright by its EXIF orientation: 60 wide, 90 high."""
    path = tmp_path_factory.mktemp("pictures") / "人 (1).jpg"
    pixels = np.random.default_rng(0).integers(0, 255, (60, 90, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(path, quality=95, exif=exif)
    return path


class Frame:
    """What the loader uses of a DataFrame."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    def __getitem__(self, name: str) -> list[Any]:
        return self._columns[name]


def test_predict_gives_the_same_for_a_path_bytes_base64_a_frame_and_a_mapping(
    model: DetectorModel, picture: Path
) -> None:
    data = picture.read_bytes()
    text = base64.b64encode(data).decode()

    results = [
        model.predict(given)
        for given in (
            [str(picture)],
            [picture],
            str(picture),
            [data],
            [text],
            [f"data:image/jpeg;base64,{text}"],
            np.array([[text]], dtype=object),
            Frame({"id": [5], "image": [data]}),
            Frame({"file": [data]}),
            {"image": [data]},
        )
    ]

    first = results[0]
    assert all(result == first for result in results)
    assert len(first) == 1 and (first[0]["width"], first[0]["height"]) == (60, 90)
    assert len(first[0]["predictions"]) > 0
    for prediction in first[0]["predictions"]:
        assert prediction["label"] in ("Benzene(C6H6)", "人") and prediction["score"] >= 0.3
        left, top, right, bottom = prediction["box"]
        assert 0 <= left < right <= 60.001 and 0 <= top < bottom <= 90.001
    json.dumps(first, allow_nan=False)


def test_predict_takes_arrays_of_pixels(model: DetectorModel) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (2, 48, 64, 3)).astype(np.uint8)

    assert model.predict(pixels) == model.predict([pixels[0], pixels[1]])
    assert model.predict(pixels[0]) == model.predict(pixels)[:1]
    assert model.predict([]) == []


def test_predict_keeps_scores_from_the_confidence_on(model: DetectorModel, picture: Path) -> None:
    counts = [len(model.predict([picture], {"confidence": least})[0]["predictions"]) for least in (0, 0.3, 1)]
    assert counts[0] > counts[1] > counts[2] == 0
    assert counts[1] == len(model.predict([picture])[0]["predictions"])  # EVAL_CONF


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["/no/such/file.jpg"], "image 1 of 1 cannot be read: it is neither the path of a file nor base64"),
        ([b"GIF8"], "image 1 of 1 cannot be read: "),
        ([np.zeros((4, 4), np.uint8)], r"image 1 of 1 cannot be read: it is an array of shape \(4, 4\) and type uint8"),
        ([None], "image 1 of 1 cannot be read"),
        ({"picture": []}, "the input has the keys picture; it must have image."),
    ],
)
def test_predict_says_which_image_it_cannot_read(model: DetectorModel, given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model.predict(given)


def test_predict_rejects_a_confidence_outside_of_the_scores(model: DetectorModel) -> None:
    with pytest.raises(ValueError, match="confidence is 2; it must be from 0 to 1"):
        model.predict([], {"confidence": 2})


def read_mlmodel(path: Path) -> dict[str, Any]:
    """Reads the subset of YAML that MLmodel uses: nested mappings with plain or quoted scalars."""
    root: dict[str, Any] = {}
    stack: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"( *)([\w.]+):(?: (.+))?", line)
        assert match is not None, line
        depth = len(match[1])
        while stack[-1][0] >= depth:
            stack.pop()
        if match[3] is None:
            child: dict[str, Any] = {}
            stack[-1][1][match[2]] = child
            stack.append((depth, child))
        else:
            text = match[3]
            quoted = text[0] == text[-1] == "'"
            stack[-1][1][match[2]] = text[1:-1].replace("''", "'") if quoted else text.strip('"')
    return root


def test_mlmodel_has_the_form_that_mlflow_documents(final_model: Path) -> None:
    document = read_mlmodel(final_model / "MLmodel")

    flavor = document["flavors"]["python_function"]
    assert flavor == {
        "code": "code",
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "loader_module": f"{PACKAGE}.predict.pyfunc",
        "python_version": "3.11.2",
    }
    assert (final_model / flavor["env"]["conda"]).is_file() and (final_model / flavor["env"]["virtualenv"]).is_file()
    assert json.loads(document["signature"]["inputs"]) == [{"name": "image", "type": "binary", "required": True}]
    assert json.loads(document["signature"]["params"]) == [
        {"name": "confidence", "type": "double", "default": 0.3, "shape": None}
    ]
    assert re.fullmatch(r"[0-9a-f]{32}", document["model_uuid"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", document["utc_time_created"])
    assert (final_model / "requirements.txt").read_text().split() == [
        "torch==2.11.0", "torchvision==0.26.0", "numpy==2.2.6", "pillow",
    ]  # fmt: skip


def test_the_copied_code_loads_the_model_without_the_trainer(final_model: Path, picture: Path) -> None:
    # As MLflow does: the folder code comes first in the search path, then the loader module is imported by its name.
    code = f"""
import importlib, json, sys
sys.path.insert(0, {str(final_model / "code")!r})
model = importlib.import_module("{PACKAGE}.predict.pyfunc")._load_pyfunc({str(final_model)!r})
print(json.dumps(model.predict([{str(picture)!r}])))
assert not any(name.split(".")[0] == "detection" for name in sys.modules), "the trainer is imported"
assert "mlflow" not in sys.modules and "pandas" not in sys.modules and "matplotlib" not in sys.modules
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run([sys.executable, "-I", "-c", code], env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    expected = DetectorModel(final_model).predict([str(picture)])
    assert json.loads(done.stdout) == expected


def test_the_copied_code_names_no_module_of_the_trainer(final_model: Path) -> None:
    files = sorted((final_model / "code").rglob("*.py"))
    assert len(files) == len(loader_files(Path(detection.__file__).parent)) < 40
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in ("detection", "torch_geometric") for name in names), file
