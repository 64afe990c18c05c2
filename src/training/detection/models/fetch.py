"""The command ``fetch-base-model``: brings the weights of a base model to a datastore, or to a layer of an image."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import re
import secrets
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from detection.errors import TrainingError
from detection.files import write_text, writing
from detection.models.base_model import BaseModel
from detection.models.registry import base_model
from detection.models.weights import read_weights, save_tensors
from detection.pretrained.resnet18 import PACKAGE, VERSION, for_detector, read_package

SOURCE_FILE = "source.json"
_TIMEOUT = 60  # seconds without data
_PACKAGED = "fasterrcnn_resnet18_fpn"
_Open = Callable[[str], BinaryIO]


def open_url(url: str) -> BinaryIO:
    """Opens an address; the proxy and the certificates are those of the environment."""
    response: BinaryIO = urllib.request.urlopen(url, timeout=_TIMEOUT)
    return response


def fetch_base_model(
    name: str, output: Path, *, file: Path | None, say: Callable[[str], None], open_address: _Open = open_url
) -> Path:
    """Writes the weights of a base model to ``output/{name}``, where WEIGHTS ``auto`` finds them.

    Args:
        name: BASE_MODEL.
        output: The folder ``models`` of a datastore, or ``/opt/base-models`` of an image.
        file: A package, state dict or checkpoint folder that was brought by other means; None to download it.
        say: Receives a line for each step.
        open_address: Opens an address for reading.

    Returns:
        The file of weights.

    Raises:
        TrainingError: The weights cannot be obtained, or are not those that the address names.
    """
    entry = base_model(name)
    folder = output / name
    if not entry.torchvision and entry.name != _PACKAGED and file is None:
        raise TrainingError(f"{name} has no published weights; it starts from random ones.")
    folder.mkdir(parents=True, exist_ok=True)
    if file is not None and file.is_dir():
        return _copy_checkpoint(file, folder, entry, say)
    if entry.name == _PACKAGED and (file is None or file.suffix in (".nupkg", ".onnx")):
        return _convert_package(file, folder, entry, say)
    if file is not None:
        if not read_weights(file, entry).tensors:  # what training could not read is not brought to it
            raise TrainingError(f"the weights {file} hold no tensors by name; --file must name a PyTorch state dict.")
        target = folder / file.name
        _place(target, functools.partial(shutil.copyfile, file))
        _note(folder, entry, file.name, _sha256(target))
        say(f"copied: {target}")
        return target
    return _download(folder, entry, say, open_address)


def _convert_package(file: Path | None, folder: Path, entry: BaseModel, say: Callable[[str], None]) -> Path:
    if file is None:
        raise TrainingError(
            f"{entry.name} needs the package {PACKAGE} {VERSION} (licence MIT); --file must name its *.nupkg file. "
            f"./build.sh --target=Fetch-Base-Model --model={entry.name} restores it by NuGet."
        )
    tensors = for_detector(read_package(file), entry.std)
    target = folder / "resnet18-imagenet.pth"
    _place(target, functools.partial(save_tensors, tensors))
    _note(folder, entry, f"{PACKAGE} {VERSION}", _sha256(target))
    say(f"written: {target} ({len(tensors)} tensors of {PACKAGE} {VERSION})")
    return target


def _copy_checkpoint(file: Path, folder: Path, entry: BaseModel, say: Callable[[str], None]) -> Path:
    parts = sorted(path for pattern in ("*.index", "*.data-*") for path in file.glob(pattern))
    index = next((path for path in parts if path.suffix == ".index"), None)
    if index is None:
        raise TrainingError(f"{file} holds no *.index file; --file must name the folder of a TensorFlow checkpoint.")
    for path in parts:
        _place(folder / path.name, functools.partial(shutil.copyfile, path))
    _note(folder, entry, index.name, _sha256(folder / index.name))
    say(f"copied: {len(parts)} files of the checkpoint to {folder}")
    return folder / index.name


def _download(folder: Path, entry: BaseModel, say: Callable[[str], None], open_address: _Open) -> Path:
    faults = []
    for place in entry.torchvision:
        url = torchvision_url(place)
        wanted = re.search(r"-([0-9a-f]{8})\.pth$", url)
        if wanted is None:
            raise TrainingError(f"{url} names no SHA-256; its file cannot be checked.")
        target = folder / url.rpartition("/")[2]
        if target.is_file() and _sha256(target).startswith(wanted[1]):
            say(f"unchanged: {target}")
            return target
        say(f"downloading {url}")
        try:
            with open_address(url) as response:
                _place(target, functools.partial(_receive, response, wanted[1], url))
        except (OSError, urllib.error.URLError) as error:
            faults.append(f"{url}: {error}")
            continue
        _note(folder, entry, url, _sha256(target))
        say(f"written: {target}")
        return target
    raise TrainingError(
        "the weights cannot be downloaded; this machine must reach the address, or --file must name the file: "
        + "; ".join(faults)
    )


def torchvision_url(place: str) -> str:
    """Returns the address that torchvision publishes for weights such as ``ResNet50_Weights:IMAGENET1K_V1``."""
    enum, _, member = place.partition(":")
    for module in ("torchvision.models.detection", "torchvision.models"):
        weights: Any = getattr(importlib.import_module(module), enum, None)
        if weights is not None:
            return str(weights[member].url)
    raise TrainingError(f"this torchvision has no {enum}; it must be 0.14 or newer.")


def _receive(response: BinaryIO, prefix: str, url: str, target: Path) -> None:
    with writing(target), target.open("wb") as file:
        shutil.copyfileobj(response, file, 1 << 20)
    digest = _sha256(target)
    if not digest.startswith(prefix):
        raise TrainingError(
            f"the file of {url} has the SHA-256 {digest}; it must begin with {prefix}. Nothing is kept."
        )


def _place(target: Path, write: Callable[[Path], Any]) -> None:
    """Writes a file under a temporary name and renames it, so that an interruption leaves no partial weights."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        write(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _note(folder: Path, entry: BaseModel, source: str, digest: str) -> None:
    note = {"base_model": entry.name, "source": source, "sha256": digest, "licence": entry.licence}
    write_text(folder / SOURCE_FILE, json.dumps(note, indent=2) + "\n")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
