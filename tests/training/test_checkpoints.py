from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from detection.train import unfinished
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
        "checkpoint-abababababababab-00000020.ckpt",
        "checkpoint-abababababababab-00000100.ckpt",
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
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-abababababababab-00000009.ckpt"]


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
        (lambda content: b"[" * 4096, "its first line is not that of a checkpoint"),
        *(
            (
                lambda content, old=old, new=new: re.sub(old, new, content, count=1),
                "its first line is not that of a checkpoint",
            )
            for old, new in [
                (rb'"step": 2, ', b""),
                (rb'"step": 2', b'"step": "two"'),
                (rb'"identity": "[0-9a-f]+", ', b""),
                (rb'"bytes": [0-9]+', b'"bytes": true'),
                (rb', "sha256": "[0-9a-f]+"', b""),
            ]
        ),
        (
            lambda content: content.replace(_IDENTITY.encode(), _IDENTITY[:16].encode() + _OTHER[16:].encode()),
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
    assert re.fullmatch(f"checkpoint checkpoint-abababababababab-00000002.ckpt is skipped: {reason}", line)


def test_newest_ignores_checkpoints_of_other_settings_and_write_keeps_them(tmp_path: Path) -> None:
    said: list[str] = []
    other = _folder(tmp_path, [], _OTHER).write(_checkpoint(5))

    assert _folder(tmp_path, said).newest() is None
    assert said == [
        f"the checkpoints in {tmp_path} belong to other settings, another dataset or an earlier version; "
        "training starts at step 0"
    ]
    for step in (1, 2, 3):
        _folder(tmp_path, said).write(_checkpoint(step))
    assert other.exists()


def test_write_keeps_the_checkpoints_of_an_experiment_whose_identity_begins_alike(tmp_path: Path) -> None:
    other = _folder(tmp_path, [], _IDENTITY[:8] + _OTHER[8:]).write(_checkpoint(2))

    for step in (2, 3, 4):
        _folder(tmp_path, []).write(_checkpoint(step))

    newest = _folder(tmp_path, [], _IDENTITY[:8] + _OTHER[8:]).newest()
    assert other.exists() and newest is not None and newest.step == 2


def test_newest_says_that_checkpoints_of_an_earlier_version_are_not_read_and_write_keeps_them(tmp_path: Path) -> None:
    said: list[str] = []
    earlier = _folder(tmp_path, []).write(_checkpoint(7)).rename(tmp_path / "checkpoint-abababab-00000007.ckpt")

    assert _folder(tmp_path, said).newest() is None
    assert "or an earlier version; training starts at step 0" in said[0]
    for step in (1, 2, 3):
        _folder(tmp_path, []).write(_checkpoint(step))
    assert earlier.exists()


def test_newest_does_not_run_code_that_a_file_holds(tmp_path: Path) -> None:
    said: list[str] = []
    folder = _folder(tmp_path, said)
    folder.write(Checkpoint(1, {"trainer": {"weights": _Malicious(tmp_path / "ran")}}))

    assert folder.newest() is None
    assert said == [
        "checkpoint checkpoint-abababababababab-00000001.ckpt is skipped: "
        "it holds something other than tensors and plain values"
    ]
    assert not (tmp_path / "ran").exists()


class _Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


_WRITER = """
import os, sys
from pathlib import Path
from detection.train import unfinished

def hang(descriptor):
    print("writing", flush=True)
    sys.stdin.read()

os.fsync = hang
unfinished.replace(Path(sys.argv[1]), [b"half"])
"""


def _writer(folder: Path) -> subprocess.Popen[str]:
    """Starts a process that writes a checkpoint, and waits until it is in the midst of it."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder / "checkpoint-cdcdcdcdcdcdcdcd-00000009.ckpt")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    return process


def test_sweep_deletes_what_a_killed_run_left_and_not_what_another_run_writes(tmp_path: Path) -> None:
    said: list[str] = []
    with _writer(tmp_path) as killed, _writer(tmp_path) as alive:
        assert len(list(tmp_path.glob("*.tmp"))) == 2
        killed.kill()
        killed.wait()

        _folder(tmp_path, said).sweep()

        assert len(list(tmp_path.glob("*.tmp"))) == 1
        assert said == ["1 unfinished checkpoint of killed runs is deleted"]
        alive.communicate("")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-cdcdcdcdcdcdcdcd-00000009.ckpt"]
    assert (tmp_path / "checkpoint-cdcdcdcdcdcdcdcd-00000009.ckpt").read_bytes() == b"half"


@pytest.mark.parametrize("has_locks", [True, False])
def test_sweep_deletes_files_of_other_machines_an_hour_after_their_last_change(
    has_locks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_locks:
        monkeypatch.setattr(unfinished, "fcntl", None)
    kept = ["checkpoint-abababababababab-00000010.ckpt", "notes.tmp", "checkpoint-abababababababab-00000010.ckpt.tmp"]
    young, old = (f"checkpoint-abababababababab-0000001{number}.{number * 16}.tmp" for number in "12")
    older = "checkpoint-abababab-00000013.4711.tmp"  # as versions before named them, by the number of the process
    for name in (*kept, young, old, older):
        (tmp_path / name).touch()
        now = (tmp_path / name).stat().st_mtime
    for name in (*kept, old, older):
        os.utime(tmp_path / name, (now - 3700, now - 3700))
    said: list[str] = []

    _folder(tmp_path, said).sweep()
    _folder(tmp_path, said).sweep()

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, young])
    assert said == ["2 unfinished checkpoints of killed runs are deleted"]


def test_write_starts_again_when_its_file_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, replace = _folder(tmp_path, []), os.replace

    def replaced(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        source.unlink()
        replace(source, target)

    monkeypatch.setattr(os, "replace", replaced)
    folder.write(_checkpoint(9))

    newest = folder.newest()
    assert newest is not None and newest.step == 9


def test_sweep_accepts_a_missing_folder(tmp_path: Path) -> None:
    _folder(tmp_path / "none", []).sweep()
