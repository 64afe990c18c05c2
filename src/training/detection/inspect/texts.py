"""The Markdown and the lines of a log."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from detection.inspect.findings import RULES, Example, Finding, count_of
from detection.inspect.inspection import Inspection

_MOST_LINES = 5
_MOST_FAULTS = 50
_MOST_IMAGES = 10
_LINE = 160

# The characters that Markdown or HTML would interpret.
_MARKS = str.maketrans({mark: "\\" + mark for mark in "\\`*_{}[]<>#!|~&@$"})
# These begin a list at the start of a text, and an address or a pictogram inside it.
_PLACES = re.compile(r"^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?=[/\w])|(?<=www)\.")


def plain(text: str) -> str:
    """Returns a text of a dataset on one line, without characters that control a terminal or the reading direction."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)


def escaped(text: str) -> str:
    """Returns a text of a dataset for Markdown, which shows it literally, whatever it holds."""
    return _PLACES.sub(lambda match: "\\" + match[0], plain(text).translate(_MARKS))


def summary(inspection: Inspection) -> list[str]:
    """Returns the lines that a target prints."""
    lines = []
    for split in inspection.splits():
        objects = count_of(len(split.sides), "object")
        lines.append(f"{split.name}: {count_of(len(split.records), 'image')}, {objects}")
    lines.append(f"{count_of(len(inspection.findings), 'finding')}, {count_of(len(inspection.faults), 'fault')}")
    lines += [f"{finding.rule}: {plain(finding.text)}" for finding in inspection.findings]
    return lines if inspection.dataset is not None else [*lines, inspection.no_findings]


def shortened(findings: Sequence[Finding]) -> list[str]:
    """Returns the findings in at most five short lines."""
    lines = []
    for finding in findings:
        text = plain(finding.text)
        sentence = text.partition(". ")[0].rstrip(".")
        lines.append(f"{finding.rule}: {sentence if len(sentence) <= _LINE else sentence[: _LINE - 2] + ' …'}")
    if len(lines) > _MOST_LINES:
        rest = ", ".join(finding.rule for finding in findings[_MOST_LINES - 1 :])
        lines = [*lines[: _MOST_LINES - 1], f"and {rest}"]
    return lines


def markdown(inspection: Inspection) -> str:
    """Returns data.md."""
    lines = [f"# Dataset {escaped(inspection.image_type)}", ""]
    dataset = inspection.dataset
    if dataset is not None:
        splits = inspection.splits()
        lines += [f"| | {' | '.join(split.name for split in splits)} |", "|---" + "|---:" * len(splits) + "|"]
        lines.append(f"| file | {' | '.join(map(escaped, dataset.csvs))} |")
        lines.append(_row("images", [len(split.records) for split in splits]))
        lines.append(_row("without objects", [sum(not r.boxes for r in split.records) for split in splits]))
        lines.append(_row("objects", [len(split.sides) for split in splits]))
        for label, name in dataset.class_names.items():
            lines.append(_row(f"— {escaped(name)}", [int((split.labels == label).sum()) for split in splits]))
        lines.append("")
    if inspection.faults:
        lines += [f"## {count_of(len(inspection.faults), 'fault')}", ""]
        lines += [f"- {escaped(fault)}" for fault in inspection.faults[:_MOST_FAULTS]]
        if len(inspection.faults) > _MOST_FAULTS:
            lines.append(f"- and {len(inspection.faults) - _MOST_FAULTS:,} more, in data.json")
        lines.append("")
    lines += [f"## {count_of(len(inspection.findings), 'finding')}", ""]
    for finding in inspection.findings:
        fault = " (a fault of this run)" if finding.rule in inspection.failing else ""
        lines += [f"### {RULES[finding.rule]}{fault}", "", f"`{finding.rule}`: {escaped(finding.text)}", ""]
        lines += [f"- {line}" for line in _images(finding)]
        if finding.examples:
            lines.append("")
    if not inspection.findings:
        lines += [inspection.no_findings, ""]
    if inspection.reading.notes:
        lines += ["## Notes", ""]
        lines += [f"- {escaped(note)}" for note in inspection.reading.notes]
        lines.append("")
    return "\n".join(lines)


def _row(name: str, numbers: Sequence[int]) -> str:
    return f"| {name} | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def _images(finding: Finding) -> list[str]:
    """Returns the images that show a finding, those of one group in one line."""
    grouped: dict[int, list[Example]] = {}
    for place, example in enumerate(finding.examples):
        grouped.setdefault(example.group or -1 - place, []).append(example)
    lines = [
        ", ".join(f"{escaped(example.file_name)} ({example.split})" for example in group)
        for group in list(grouped.values())[:_MOST_IMAGES]
    ]
    more = len(grouped) - _MOST_IMAGES
    return [*lines, f"and {more:,} more, in data.json"] if more > 0 else lines
