from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from detection.train.checkpoints import Checkpoint, CheckpointFolder

_IDENTITY = "ab" * 32
_OTHER = "cd" * 32


def _folder(path: Path, said: list[str], identity: str = _IDENTITY) -> CheckpointFolder:
    return CheckpointFolder(path, identity, said.append)


def _checkpoint(step: int) -> Checkpoint:
    return Checkpoint(step, {"trainer": {"weights": torch.full((3,), float(step))}, "metrics_log": {"history": "[]"}})


def test_newest_returns_none_without_a_folder(tmp_path: Path) -> None:
    said: list[str] = []

    assert _folder(tmp_path / "none", said).newest() is None
    assert said == []


def test_newest_reads_what_was_written_and_write_keeps_the_last_two(tmp_path: Path) -> None:
    folder = _folder(tmp_path, [])
    for step in (9, 100, 20):
        folder.write(_checkpoint(step))

    newest = folder.newest()

    assert newest is not None and newest.step == 100
    assert newest.state["trainer"]["weights"].tolist() == [100.0] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint-abababab-00000020.ckpt",
        "checkpoint-abababab-00000100.ckpt",
    ]


def test_write_leaves_a_whole_file_when_another_run_writes_the_same_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other, replace = _folder(tmp_path, []), _folder(tmp_path, []), os.replace

    def replaced(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        other.write(_checkpoint(9))  # on another machine, where this process's number may be taken too
        replace(source, target)

    monkeypatch.setattr(os, "replace", replaced)
    folder.write(_checkpoint(9))

    newest = folder.newest()
    assert newest is not None and newest.step == 9
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-abababab-00000009.ckpt"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-10], r"it is truncated: it holds \d+ of \d+ bytes"),
        (lambda content: content[:-10] + b"0123456789", "its checksum does not match"),
        (lambda content: b"", "its first line is not that of a checkpoint"),
        (lambda content: b"\x00" * 64, "its first line is not that of a checkpoint"),
        (
            lambda content: content.replace(b"detection checkpoint 2", b"detection checkpoint 1"),
            "its first line is not that of a checkpoint",
        ),
        (
            lambda content: content.replace(_IDENTITY.encode(), _IDENTITY[:8].encode() + _OTHER[8:].encode()),
            "it belongs to other settings or another dataset",
        ),
    ],
)
def test_newest_skips_a_damaged_file_and_says_why(
    damage: Callable[[bytes], bytes], reason: str, tmp_path: Path
) -> None:
    said: list[str] = []
    folder = _folder(tmp_path, said)
    folder.write(_checkpoint(1))
    path = folder.write(_checkpoint(2))
    path.write_bytes(damage(path.read_bytes()))

    newest = folder.newest()

    assert newest is not None and newest.step == 1
    (line,) = said
    assert re.fullmatch(f"checkpoint checkpoint-abababab-00000002.ckpt is skipped: {reason}", line)


def test_newest_ignores_checkpoints_of_other_settings_and_write_keeps_them(tmp_path: Path) -> None:
    said: list[str] = []
    other = _folder(tmp_path, [], _OTHER).write(_checkpoint(5))

    assert _folder(tmp_path, said).newest() is None
    assert said == [
        f"the checkpoints in {tmp_path} belong to other settings or another dataset; training starts at step 0"
    ]
    for step in (1, 2, 3):
        _folder(tmp_path, said).write(_checkpoint(step))
    assert other.exists()


def test_newest_does_not_run_code_that_a_file_holds(tmp_path: Path) -> None:
    said: list[str] = []
    folder = _folder(tmp_path, said)
    folder.write(Checkpoint(1, {"trainer": {"weights": _Malicious(tmp_path / "ran")}}))

    assert folder.newest() is None
    assert said == [
        "checkpoint checkpoint-abababab-00000001.ckpt is skipped: "
        "it holds something other than tensors and plain values"
    ]
    assert not (tmp_path / "ran").exists()


class _Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))
