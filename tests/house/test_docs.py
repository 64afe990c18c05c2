"""The pages lead to what exists: links, and the files and folders that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sources import ROOT, listed, read, tracked

_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
_PATH = re.compile(r"`((?:build|src|tests|docs|docker|bench|pipelines|exp_configs|configuration|detection)/[\w./-]+)`")
_GENERATED = {"bin", "obj", "node_modules"}


def _pages() -> tuple[PurePosixPath, ...]:
    return tracked("*.md")


def _lines(pattern: re.Pattern[str]) -> Iterator[tuple[PurePosixPath, int, str]]:
    """Returns each page, line number and match of a pattern."""
    for page in _pages():
        for number, line in enumerate(read(page).splitlines(), start=1):
            for match in pattern.finditer(line):
                yield page, number, match[1]


def test_each_relative_link_leads_to_a_file() -> None:
    faults = [
        f"{page}({number}): the link {target} leads nowhere; correct the path"
        for page, number, target in _lines(_LINK)
        if not (ROOT / page.parent / target).exists()
    ]
    assert not faults, listed(faults)


def test_each_named_file_or_folder_exists() -> None:
    faults = [
        f"{page}({number}): {name} does not exist; name the file or folder that took its place"
        for page, number, name in _lines(_PATH)
        if not _GENERATED & set(PurePosixPath(name).parts)
        and not (ROOT / ("src/training" if name.startswith("detection/") else "") / name).exists()
    ]
    assert not faults, listed(faults)
