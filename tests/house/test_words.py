"""The glossary: words that have a standard term, in everything that people read."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from sources import ROOT, listed, read, tracked

_WORDS: dict[str, str] = json.loads((ROOT / "tests/house/words.json").read_text(encoding="utf-8"))["words"]
_PATTERN = re.compile("|".join(rf"(?P<w{index}>\b(?:{word})\b)" for index, word in enumerate(_WORDS)), re.IGNORECASE)
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
    # Upstream's words stay upstream's; this folder has to name what it forbids.
    return path.parts[:2] != ("tests", "house")


def test_texts_use_the_terms_of_the_glossary() -> None:
    faults = []
    for path in filter(_is_own_text, tracked(*_READ_BY_PEOPLE)):
        for number, line in enumerate(read(path).splitlines(), start=1):
            for match in _PATTERN.finditer(line):
                better = list(_WORDS.values())[next(i for i in range(len(_WORDS)) if match[f"w{i}"])]
                faults.append(f'{path}({number},{match.start() + 1}): "{match[0]}"; write: {better}')
    assert not faults, listed(faults)
