"""Checkpoints on disk: written completely or not at all, and read only when intact and of the same experiment."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from detection.models.weights import load_tensors
from detection.train import unfinished

_KEPT = 2
_MAGIC = "detection checkpoint 2"
_DIGITS = 16
"""Digits of an identity in a file's name: two of a billion experiments share them with a chance of 3 %."""

# A name with 8 digits is of an earlier version: such a file is neither read nor deleted.
_NAME = re.compile(r"checkpoint-([0-9a-f]{8}(?:[0-9a-f]{8})?)-([0-9]{8})\.ckpt")


class Stateful(Protocol):
    """A part of a run whose state belongs into its checkpoints."""

    def state_dict(self) -> dict[str, Any]:
        """Returns the state: tensors, whole numbers, strings, and dictionaries of them."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restores what ``state_dict`` returned."""
        ...


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after a step.

    Attributes:
        step: Optimizer steps done.
        state: The state of each part by its name: tensors, whole numbers, strings, and dictionaries of them. Fractions
            are JSON in a string: PyTorch 1.13 cannot read plain ones safely.
    """

    step: int
    state: Mapping[str, Mapping[str, Any]]

    def restore(self, parts: Mapping[str, Stateful]) -> None:
        """Loads the state of each part."""
        for name, part in parts.items():
            part.load_state_dict(self.state[name])


class CheckpointFolder:
    """The checkpoints of one experiment, in a folder that other experiments may share.

    A file holds one line of JSON (magic, step, identity, size and SHA-256 of the rest), then the output of torch.save.
    It is written under a temporary name, flushed to disk and renamed, so that a killed run leaves no partial file under
    the name of a checkpoint. The checksum finds what a network mount loses all the same.

    Args:
        folder: Created when missing.
        identity: SHA-256 in hex of everything that decides the weights; checkpoints of another identity are not read.
        say: Receives a line for each file that is skipped.
    """

    def __init__(self, folder: Path, identity: str, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._identity = identity
        self._say = say

    def write(self, checkpoint: Checkpoint) -> Path:
        """Writes a checkpoint and deletes all but the newest two of this experiment."""
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
        path = self._folder / f"checkpoint-{self._identity[:_DIGITS]}-{checkpoint.step:08d}.ckpt"
        try:
            unfinished.replace(path, (json.dumps(header).encode() + b"\n", payload))
        except FileNotFoundError:  # another run took the file for that of a killed one
            unfinished.replace(path, (json.dumps(header).encode() + b"\n", payload))
        for old in self._own()[_KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def sweep(self) -> None:
        """Deletes the unfinished checkpoints of killed runs, of any experiment; those of running ones stay."""
        count = unfinished.sweep(self._folder)
        if count:
            files = "1 unfinished checkpoint" if count == 1 else f"{count} unfinished checkpoints"
            self._say(f"{files} of killed runs {'is' if count == 1 else 'are'} deleted")

    def newest(self) -> Checkpoint | None:
        """Reads the newest intact checkpoint of this experiment; returns None without one."""
        own = self._own()
        for path in own:
            try:
                return self._read(path)
            except (OSError, ValueError) as error:
                self._say(f"checkpoint {path.name} is skipped: {error}")
        others = {match[1] for match in map(_NAME.fullmatch, self._names()) if match} - {self._identity[:_DIGITS]}
        if others and not own:
            self._say(
                f"the checkpoints in {self._folder} belong to other settings, another dataset or an earlier version; "
                "training starts at step 0"
            )
        return None

    def _names(self) -> list[str]:
        return os.listdir(self._folder) if self._folder.is_dir() else []

    def _own(self) -> list[Path]:
        """Returns the files of this experiment, newest first."""
        own = []
        for name in self._names():
            match = _NAME.fullmatch(name)
            if match and match[1] == self._identity[:_DIGITS]:
                own.append((int(match[2]), self._folder / name))
        return [path for _, path in sorted(own, reverse=True)]

    def _read(self, path: Path) -> Checkpoint:
        with path.open("rb") as file:
            header = _header(file.readline(4096))
            if header["identity"] != self._identity:
                raise ValueError("it belongs to other settings or another dataset")
            payload = file.read()
        if len(payload) != header["bytes"]:
            raise ValueError(f"it is truncated: it holds {len(payload)} of {header['bytes']} bytes")
        if hashlib.sha256(payload).hexdigest() != header["sha256"]:
            raise ValueError("its checksum does not match")
        return Checkpoint(header["step"], load_tensors(io.BytesIO(payload)))


def _header(line: bytes) -> dict[str, Any]:
    """Returns what the first line of a checkpoint says.

    Raises:
        ValueError: It is another line.
    """
    kinds = {"magic": str, "step": int, "identity": str, "bytes": int, "sha256": str}
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if (
        not isinstance(header, dict)
        or header.get("magic") != _MAGIC
        or any(type(header.get(key)) is not kind for key, kind in kinds.items())
    ):
        raise ValueError("its first line is not that of a checkpoint")
    return header
