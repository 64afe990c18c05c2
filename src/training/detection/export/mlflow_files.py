"""The files by which MLflow and Azure Machine Learning load a final model: MLmodel, its environments, and its code."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import detection

from detection.files import write_bytes

PACKAGE = "object_detector"
"""Name of the copied code. It differs from that of the trainer, so that both can be imported in one process."""

_LOADER = "predict/pyfunc.py"
_IMPORT = re.compile(r"^\s*(?:from detection\.([\w.]+) import|from detection import|import detection\b)", re.MULTILINE)
_INDENTED_CHECK = re.compile(r"^if TYPE_CHECKING:\n(?:    .*\n|\n)+", re.MULTILINE)
# What the loader imports, by the names of the package index and of the passport.
_REQUIREMENTS = (("torch", "torch"), ("torchvision", "torchvision"), ("numpy", "numpy"))
_UNPINNED = ("pillow",)


def write_mlflow_files(folder: Path, weights: Path, *, passport: Mapping[str, Any], eval_conf: float) -> None:
    """Writes MLmodel, conda.yaml, python_env.yaml, requirements.txt and the folder code.

    Args:
        folder: The final_model folder, which holds the TorchScript export.
        weights: The file of its weights.
        passport: What the run is; its versions of Python and of the libraries are pinned.
        eval_conf: EVAL_CONF, the default of the parameter ``confidence``.
    """
    versions = {name: str(value) for name, value in dict(passport.get("versions") or {}).items()}
    python = versions.get("python", "3.11")
    requirements = [
        f"{name}=={_public(versions[key])}" if _is_released(versions.get(key, "")) else name
        for name, key in _REQUIREMENTS
    ]
    requirements += _UNPINNED
    _copy_code(folder / "code" / PACKAGE)
    _write(folder / "MLmodel", _mlmodel(weights, python, eval_conf))
    _write(folder / "requirements.txt", "".join(f"{line}\n" for line in requirements))
    _write(folder / "python_env.yaml", f'python: "{python}"\ndependencies:\n  - -r requirements.txt\n')
    pip = "".join(f"      - {line}\n" for line in ["mlflow", *requirements])
    _write(
        folder / "conda.yaml",
        f"name: {PACKAGE}\nchannels:\n  - conda-forge\ndependencies:\n  - python={python}\n  - pip\n  - pip:\n{pip}",
    )


def loader_files(package: Path) -> list[Path]:
    """Returns the modules of this package that the loader needs, relative to the package; the loader first.

    Args:
        package: The folder of the package ``detection``.
    """
    needed = [Path(_LOADER)]
    for file in needed:  # grows while it is read
        text = _INDENTED_CHECK.sub("", (package / file).read_text(encoding="utf-8"))
        for match in _IMPORT.finditer(text):
            found = Path(*match[1].split(".")).with_suffix(".py") if match[1] else Path("__init__.py")
            if not (package / found).is_file():
                found = found.with_suffix("") / "__init__.py"
            if found not in needed:
                needed.append(found)
    folders = {parent for file in needed for parent in file.parents}
    return list(dict.fromkeys([*needed, *(folder / "__init__.py" for folder in sorted(folders))]))


def _copy_code(target: Path) -> None:
    package = Path(detection.__file__).resolve().parent
    for file in loader_files(package):
        text = (package / file).read_text(encoding="utf-8")
        renamed = re.sub(r"^(\s*(?:from|import) )detection\b", rf"\1{PACKAGE}", text, flags=re.MULTILINE)
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        _write(target / file, renamed)


def _mlmodel(weights: Path, python: str, eval_conf: float) -> str:
    """Returns the text of MLmodel. Its id and its time are those of the weights."""
    inputs = json.dumps([{"name": "image", "type": "binary", "required": True}])
    params = json.dumps([{"name": "confidence", "type": "double", "default": eval_conf, "shape": None}])
    created = datetime.fromtimestamp(weights.stat().st_mtime, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return (
        "flavors:\n"
        "  python_function:\n"
        "    code: code\n"
        "    env:\n"
        "      conda: conda.yaml\n"
        "      virtualenv: python_env.yaml\n"
        f"    loader_module: {PACKAGE}.predict.pyfunc\n"
        f'    python_version: "{python}"\n'
        f"model_uuid: {digest[:32]}\n"
        "signature:\n"
        f"  inputs: {_quoted(inputs)}\n"
        f"  params: {_quoted(params)}\n"
        f"utc_time_created: '{created}'\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _is_released(version: str) -> bool:
    """Returns whether the package index has this version: not a distribution's build of a pre-release."""
    return re.fullmatch(r"\d+(\.\d+)+(\+.*)?", version) is not None


def _public(version: str) -> str:
    return version.partition("+")[0]


def _write(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))
