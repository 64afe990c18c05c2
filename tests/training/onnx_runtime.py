"""ONNX Runtime, an independent program, and the package of weights: what ``--target=Test`` installs for these tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

_ROOT = Path(__file__).resolve().parents[2]
_RUNTIME = Path(__file__).resolve().parent / "node"
_VERSION = Path("microsoft.ml.dnnimagefeaturizer.resnet18") / "0.23.1"
_FILE = _VERSION / "microsoft.ml.dnnimagefeaturizer.resnet18.0.23.1.nupkg"
_FOLDERS = (
    _ROOT / ".local" / "packages",  # where --target=Test and --target=Fetch-Base-Model restore it
    Path(os.environ.get("NUGET_PACKAGES") or Path.home() / ".nuget" / "packages"),
)
PACKAGE = next((folder / _FILE for folder in _FOLDERS if (folder / _FILE).is_file()), _FOLDERS[0] / _FILE)

needs_package = pytest.mark.skipif(
    not PACKAGE.is_file(), reason="./build.sh --target=Test --suite=training restores the package"
)
needs_runtime = pytest.mark.skipif(
    shutil.which("node") is None or not (_RUNTIME / "node_modules").is_dir(),
    reason="./build.sh --target=Test --suite=training installs ONNX Runtime; so does npm ci in tests/training/node",
)


def run_onnx(model: Path, folder: Path, *inputs: Mapping[str, torch.Tensor]) -> list[dict[str, Any]]:
    """Runs a model by ONNX Runtime, which reads it once, on one set of inputs after the other."""
    feeds = [
        {name: {"shape": list(value.shape), "values": value.flatten().tolist()} for name, value in one.items()}
        for one in inputs
    ]
    (folder / "inputs.json").write_text(json.dumps(feeds))
    command = ["node", str(_RUNTIME / "run.mjs"), str(model), str(folder / "inputs.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        {name: np.array(found["values"]).reshape(found["shape"]) for name, found in outputs.items()}
        for outputs in json.loads(done.stdout)
    ]
