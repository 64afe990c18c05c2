"""The number of cores follows the processor time that the control groups grant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detection.processes import cores


def _period(folder: str) -> dict[str, str]:
    return {f"{folder}/cpu.cfs_period_us": "100000\n"}


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "max 100000\n"}, 8),
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),  # one and a half cores keep two threads busy
        ("0::/\n", {"cpu.max": "20000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "9900000 100000\n"}, 8),
        ("0::/\n", {"cpu.max": "200000 0\n"}, 8),
        ("0::/\n", {"cpu.max": "many\n"}, 8),
        ("0::/\n", {}, 8),
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"}, 3),  # a level around it
        ("0::/a/b\n", {"cpu.max": "400000 100000\n"}, 4),  # the host's path, in a container
        ("0::/../../other\n", {"cpu.max": "400000 100000\n"}, 4),
        ("4:cpu,cpuacct:/a\n0::/\n", {"cpu,cpuacct/a/cpu.cfs_quota_us": "200000", **_period("cpu,cpuacct/a")}, 2),
        ("4:cpu,cpuacct:/a\n", {"cpu,cpuacct/a/cpu.cfs_quota_us": "-1", **_period("cpu,cpuacct/a")}, 8),
        ("3:cpuset:/a\n", {"cpuset/a/cpu.cfs_quota_us": "100000", **_period("cpuset/a")}, 8),
        ("nonsense\n", {}, 8),
    ],
)  # fmt: skip
def test_cores_follow_the_control_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, files: dict[str, str], expected: int
) -> None:
    for name, text in files.items():
        file = tmp_path / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "own").write_text(own)
    monkeypatch.setattr(cores, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(cores, "_OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)

    assert cores.core_count() == expected
