"""Writes the table of docs/emulator.md that compares the emulator with Microsoft's OpenAPI files.

    python3 docs/emulator_coverage.py FOLDER

FOLDER holds the OpenAPI files of one version (machineLearningServices.json, mfe.json, …), which are not part of this
project. What is emulated comes from the table of operations on the same page.
"""

import json
import re
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("emulator.md")
START, END = "<!-- coverage -->", "<!-- /coverage -->"


def described(folder: Path) -> dict[str, list[str]]:
    """Returns the operations of the OpenAPI files by their group."""
    groups: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.json")):
        for path in json.loads(file.read_text())["paths"].values():
            for operation in path.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    group, name = operation["operationId"].split("_")
                    groups.setdefault(group, []).append(name)
    return groups


def emulated(page: str) -> set[str]:
    """Returns the operations that the page lists."""
    table = page.split("<!-- operations -->")[1].split("<!-- /operations -->")[0]
    return set(re.findall(r"^\| ([A-Za-z]+_[A-Za-z]+) \|", table, re.MULTILINE))


def table(groups: dict[str, list[str]], have: set[str]) -> str:
    """Returns the table, and the sentence with the counts above it."""
    rows, count, total = [], 0, 0
    for group in sorted(groups):
        names = groups[group]
        yes = [name for name in names if f"{group}_{name}" in have]
        no = [name for name in names if name not in yes]
        count, total = count + len(yes), total + len(names)
        rows.append(f"| {group} | {', '.join(yes)} | {', '.join(no)} |")
    head = f"{count} of the {total} operations of api-version 2024-10-01 are emulated:\n\n"
    return head + "| group | emulated | 501 |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def main() -> None:
    page = PAGE.read_text()
    before, rest = page.split(START)
    after = rest.split(END)[1]
    text = table(described(Path(sys.argv[1])), emulated(page))
    PAGE.write_text(f"{before}{START}\n\n{text}\n{END}{after}")


if __name__ == "__main__":
    main()
