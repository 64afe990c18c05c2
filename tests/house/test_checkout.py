"""A checkout has the same bytes on every platform, so that an image and a plan have the same name everywhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sources import ROOT, listed


def _git(*arguments: str, cwd: Path) -> bytes:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True).stdout


def _blobs(repository: Path) -> dict[str, str]:
    """Returns the name of each file with the id of its committed content; links and submodules are left out."""
    entries = _git("ls-tree", "-r", "-z", "HEAD", cwd=repository).decode().split("\0")
    files = (entry.split("\t", 1) for entry in entries if entry.startswith("100"))
    return {name: fields.split()[2] for fields, name in files}


def _ids(repository: Path, names: list[str]) -> list[str]:
    """Returns the id that git would give each file's bytes as they are on disk, without any conversion."""
    command = ["git", "hash-object", "--no-filters", "--stdin-paths"]
    run = subprocess.run(command, cwd=repository, input="\n".join(names), check=True, capture_output=True, text=True)
    return run.stdout.split()


@pytest.mark.parametrize("options", [["core.autocrlf=true"], ["core.autocrlf=true", "core.eol=crlf"]], ids=" ".join)
def test_a_clone_has_the_committed_bytes_with_every_setting_of_line_endings(tmp_path: Path, options: list[str]) -> None:
    clone = tmp_path / "clone"
    configuration = [word for option in options for word in ("-c", option)]
    _git("clone", "--quiet", "--no-tags", *configuration, ROOT.as_uri(), str(clone), cwd=tmp_path)
    committed = _blobs(clone)

    faults = [
        f"{name} differs from its committed content; it must be covered by .gitattributes"
        for (name, blob), on_disk in zip(committed.items(), _ids(clone, list(committed)))
        if blob != on_disk
    ]
    assert len(committed) > 100
    assert not faults, listed(faults)


def test_every_committed_text_has_unix_line_endings() -> None:
    lines = _git("ls-files", "--eol", cwd=ROOT).decode().splitlines()
    faults = [
        f"{line.split(maxsplit=3)[-1]} holds CRLF; convert it to LF"
        for line in lines
        if line[2:].startswith(("crlf", "mixed"))
    ]
    assert not faults, listed(faults)
