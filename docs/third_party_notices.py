"""Writes THIRD-PARTY-NOTICES.md: what the host, the emulator and their pages ship of others, with licence and copyright.

    python3 docs/third_party_notices.py [--check]

It reads what NuGet restored for the two programs, so build them first. `--check` compares and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import xml.etree.ElementTree as Xml
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[1]
NOTICES = ROOT / "THIRD-PARTY-NOTICES.md"
PROGRAMS = ("build", "src/WorkspaceEmulator")
SCRIPTS = ROOT / "src/Studio/web/vendor/manifest.json"

HEAD = """\
# Third-party notices

The host and the emulator contain these packages, unchanged, each under its own licence, whose text is in the package.
The studio, report.html and data.html, and so the trainer, contain those of npm.
The training images install what [docs/dependencies.md](docs/dependencies.md) lists.
This file is written by `python3 docs/third_party_notices.py`; a test fails when it is stale.

| package | version | licence | copyright |
|---|---|---|---|
"""


class Notice(NamedTuple):
    """A package as its own description has it."""

    name: str
    version: str
    licence: str
    copyright: str

    def row(self) -> str:
        cells = (self.name, self.version, self.licence, self.copyright or "not stated")
        return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def cache() -> Path:
    """Returns the folder of NuGet's packages."""
    return Path(os.environ.get("NUGET_PACKAGES") or Path.home() / ".nuget" / "packages")


def shipped() -> Optional[set[tuple[str, str]]]:
    """Returns name and version of every package whose assemblies the programs ship; None before they are restored."""
    packages = set()
    for program in PROGRAMS:
        assets = ROOT / program / "obj" / "project.assets.json"
        if not assets.exists():
            return None
        for target in json.loads(assets.read_text())["targets"].values():
            for key, library in target.items():
                files = [name for name in library.get("runtime", {}) if not name.endswith("_._")]
                if library.get("type") == "package" and (files or library.get("runtimeTargets")):
                    name, _, version = key.partition("/")
                    packages.add((name, version))
    return packages


def describe(name: str, version: str) -> Notice:
    """Reads the description of a restored package.

    Raises:
        FileNotFoundError: NuGet has not restored it.
    """
    folder = cache() / name.lower() / version.lower()
    document = Xml.parse(folder / f"{name.lower()}.nuspec").getroot()
    metadata = {child.tag.rpartition("}")[2]: child for child in next(iter(document))}

    def text(tag: str) -> str:
        element = metadata.get(tag)
        return (element.text or "").strip() if element is not None else ""

    licence = metadata.get("license")
    if licence is not None and licence.get("type") == "expression":
        words = text("license")
    else:
        words = text("licenseUrl") if licence is None else f"in the package: {text('license')}"
    return Notice(name, version, words or "not stated", text("copyright") or text("authors"))


def scripts() -> set[Notice]:
    """Returns the packages of npm whose files the pages contain."""
    return {
        Notice(file["package"], file["version"], file["licence"], file["copyright"])
        for file in json.loads(SCRIPTS.read_text(encoding="utf-8"))
    }


def render(packages: set[tuple[str, str]]) -> str:
    """Returns the text of the notices."""
    found = {*(describe(*package) for package in packages), *scripts()}
    notices = sorted(found, key=lambda notice: (notice.name.lower(), notice.version))
    return HEAD + "".join(notice.row() + "\n" for notice in notices)


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes THIRD-PARTY-NOTICES.md.")
    parser.add_argument("--check", action="store_true", help="compare only")
    arguments = parser.parse_args()
    packages = shipped()
    if packages is None:
        print("The programs are not restored; build them first: dotnet build build", file=sys.stderr)
        return 1
    text = render(packages)
    if not arguments.check:
        NOTICES.write_text(text, encoding="utf-8")
    elif NOTICES.read_text(encoding="utf-8") != text:
        print("THIRD-PARTY-NOTICES.md is stale; write it again: python3 docs/third_party_notices.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
