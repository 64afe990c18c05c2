"""The glossary: words that have a standard term, in everything that people read."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from sources import ROOT, listed, read, tracked

_WORDS: dict[str, str] = json.loads((ROOT / "tests/house/words.json").read_text(encoding="utf-8"))["words"]
_PATTERN = re.compile("|".join(rf"(?P<w{index}>\b(?:{word})\b)" for index, word in enumerate(_WORDS)), re.IGNORECASE)
# Without groups, and on text in lower case, Python tells in a tenth of the time that a file has none of them.
_ANY = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_READ_BY_PEOPLE = (
    "*.cs",
    "*.py",
    "*.md",
    "*.cake",
    "*.sh",
    "*.ps1",
    "*.yml",
    "*.mjs",
    "*.html",
    "*.txt",
    "*.props",
    "*.csproj",
    "docker/*",
)


def _is_own_text(path: PurePosixPath) -> bool:
    # This folder names the words that it forbids.
    return path.parts[:2] != ("tests", "house")


def _lines(path: PurePosixPath) -> list[tuple[int, str]]:
    """Returns the numbered lines of a file, without the tables of CONTRIBUTING.md, which name the ruled out words."""
    numbered = enumerate(read(path).splitlines(), start=1)
    return [(number, line) for number, line in numbered if path.name != "CONTRIBUTING.md" or not line.startswith("| ")]


def test_texts_use_the_terms_of_the_glossary() -> None:
    faults = []
    for path in filter(_is_own_text, tracked(*_READ_BY_PEOPLE)):
        if not _ANY.search(read(path).lower()):
            continue
        for number, line in _lines(path):
            for match in _PATTERN.finditer(line):
                better = list(_WORDS.values())[next(i for i in range(len(_WORDS)) if match[f"w{i}"])]
                faults.append(f'{path}({number},{match.start() + 1}): "{match[0]}"; write: {better}')
    assert not faults, listed(faults)
