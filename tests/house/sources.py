"""Reads the repository's sources: which files there are, and what the C# ones declare and use."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

_NAMESPACE = re.compile(r"^namespace ([\w.]+);", re.MULTILINE)
_USING = re.compile(r"^using (?:static )?([\w.]+);", re.MULTILINE)
_TYPE = re.compile(
    r"^(?:public|internal|file)\s[^\n(]*?\b(?:class|record struct|record|struct|interface|enum)\s+(\w+)", re.MULTILINE
)
_COMMENT_OR_TEXT = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"')
_WORD = re.compile(r"\b[A-Z]\w*\b")


@dataclass(frozen=True)
class CSharpFile:
    """One C# file.

    Attributes:
        path: Relative to the repository.
        namespace: Its file-scoped namespace; empty for top-level statements.
        usings: The namespaces that it imports.
        types: Names of its top-level types.
        words: Capitalised words in its code, comments and strings left out.
        lines: Number of lines.
    """

    path: PurePosixPath
    namespace: str
    usings: frozenset[str]
    types: frozenset[str]
    words: frozenset[str]
    lines: int


@lru_cache(maxsize=None)
def tracked(*patterns: str) -> tuple[PurePosixPath, ...]:
    """Returns the files that git tracks, or would track, by pattern."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(PurePosixPath(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def read(path: PurePosixPath) -> str:
    """Reads a file of the repository as UTF-8."""
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache(maxsize=None)
def csharp_files() -> tuple[CSharpFile, ...]:
    """Reads every C# file of the repository."""
    files = []
    for path in tracked("*.cs"):
        text = read(path)
        namespace = _NAMESPACE.search(text)
        files.append(
            CSharpFile(
                path,
                namespace[1] if namespace else "",
                frozenset(_USING.findall(text)),
                frozenset(_TYPE.findall(text)),
                frozenset(_WORD.findall(_COMMENT_OR_TEXT.sub("", text))),
                text.count("\n"),
            )
        )
    return tuple(files)


def listed(faults: Iterable[str]) -> str:
    """Returns the faults as the text of a failed assertion, one per line."""
    return "\n".join(["", *faults])
