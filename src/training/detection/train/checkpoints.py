"""Checkpoints on disk: written whole or not at all, and read only when whole and of the same experiment."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_KEPT = 2
_MAGIC = "detection checkpoint 1"
_NAME = re.compile(r"checkpoint-([0-9a-f]{8})-([0-9]{8})\.ckpt")


@dataclass(frozen=True)
class Checkpoint:
    """A state of training.

    Attributes:
        step: Optimizer steps done.
        state: Tensors, whole numbers, strings, and dictionaries of them. Fractions go into a string as JSON: PyTorch
            1.13 cannot read them back safely.
    """

    step: int
    state: Mapping[str, Any]


class CheckpointFolder:
    """The checkpoints of one experiment in a folder that other experiments may use too.

    A file holds one line of JSON (magic, step, size and SHA-256 of the rest) and then what torch.save wrote. It is
    written under another name, forced to disk and renamed, so that a killed run leaves no half of one behind; the
    checksum finds what a network mount loses all the same.

    Args:
        folder: Made when missing.
        identity: SHA-256 hex of everything that decides the result; only checkpoints with the same one are read.
        say: Told in words about every file that is passed over.
    """

    def __init__(self, folder: Path, identity: str, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._identity = identity
        self._say = say

    def write(self, checkpoint: Checkpoint) -> Path:
        """Writes a checkpoint and removes all but the newest two of this experiment."""
        self._folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        torch.save(dict(checkpoint.state), buffer)
        payload = buffer.getbuffer()
        header = {
            "magic": _MAGIC,
            "step": checkpoint.step,
            "identity": self._identity,
            "bytes": len(payload),
            "sha256": hashlib.sha256(payload).hexdigest(),
        }
        path = self._folder / f"checkpoint-{self._identity[:8]}-{checkpoint.step:08d}.ckpt"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        for old in self._own()[_KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def newest(self) -> Checkpoint | None:
        """Reads the newest checkpoint of this experiment that is whole; None when there is none."""
        own = self._own()
        for path in own:
            try:
                return self._read(path)
            except (OSError, ValueError) as error:
                self._say(f"checkpoint {path.name} is passed over: {error}")
        others = {match[1] for match in map(_NAME.fullmatch, self._names()) if match} - {self._identity[:8]}
        if others and not own:
            self._say(
                f"the checkpoints in {self._folder} are of other settings or another dataset; training starts at step 0"
            )
        return None

    def _names(self) -> list[str]:
        return os.listdir(self._folder) if self._folder.is_dir() else []

    def _own(self) -> list[Path]:
        """Returns this experiment's files, the newest first."""
        found = []
        for name in self._names():
            match = _NAME.fullmatch(name)
            if match and match[1] == self._identity[:8]:
                found.append((int(match[2]), self._folder / name))
        return [path for _, path in sorted(found, reverse=True)]

    def _read(self, path: Path) -> Checkpoint:
        with path.open("rb") as file:
            try:
                header = json.loads(file.readline(4096))
            except ValueError as error:
                raise ValueError("its first line is not that of a checkpoint") from error
            if not isinstance(header, dict) or header.get("magic") != _MAGIC:
                raise ValueError("its first line is not that of a checkpoint")
            if header["identity"] != self._identity:
                raise ValueError("it is of other settings or another dataset")
            payload = file.read()
        if len(payload) != header["bytes"]:
            raise ValueError(f"it is truncated: {len(payload)} of {header['bytes']} bytes are there")
        if hashlib.sha256(payload).hexdigest() != header["sha256"]:
            raise ValueError("its checksum does not match")
        try:
            return Checkpoint(int(header["step"]), load_tensors(io.BytesIO(payload)))
        except (RuntimeError, pickle.UnpicklingError) as error:
            raise ValueError("it holds something other than tensors and plain values") from error


def load_tensors(file: io.BytesIO | Path) -> Any:
    """Reads what torch.save wrote onto the CPU, tensors and plain values only: a file of weights must not run code."""
    return torch.load(file, map_location="cpu", weights_only=True)
