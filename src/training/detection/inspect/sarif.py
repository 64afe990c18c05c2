"""The faults and findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from detection import __version__
from detection.inspect.findings import RULES
from detection.inspect.inspection import Inspection
from detection.inspect.texts import plain

_FAULT = "dataset"
_MOST_RESULTS = 5000  # GitHub drops the others
_PLACE = re.compile(r"(?P<file>.+?\.csv)\((?P<line>[0-9]+)\): (?P<text>.*)", re.DOTALL)


def sarif(inspection: Inspection) -> str:
    """Returns the text of data.sarif: paths are relative to the data folder."""
    rules = {_FAULT: "A row or a file of the dataset cannot be used.", **RULES}
    results = [_fault(fault) for fault in inspection.reading.faults]
    for finding in inspection.findings:
        level = "error" if finding.rule in inspection.failing else "warning"
        example = finding.examples[0] if finding.examples else None
        file = f"{inspection.image_type}/images/{example.file_name}" if example else None
        results.append(_result(finding.rule, level, finding.text, file, None))
    order = list(rules)
    for result in results:
        result["ruleIndex"] = order.index(result["ruleId"])
    driver = {
        "name": "model-training Check-Data",
        "version": __version__,
        "rules": [{"id": rule, "shortDescription": {"text": text}} for rule, text in rules.items()],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results[:_MOST_RESULTS]}],
    }
    return json.dumps(log, indent=1) + "\n"


def _fault(fault: str) -> dict[str, Any]:
    place = _PLACE.fullmatch(fault)
    if place is None:
        return _result(_FAULT, "error", fault, None, None)
    return _result(_FAULT, "error", place["text"], place["file"], int(place["line"]))


def _result(rule: str, level: str, text: str, file: str | None, line: int | None) -> dict[str, Any]:
    identity = "\x1f".join((rule, file or "", text))
    result: dict[str, Any] = {
        "ruleId": rule,
        "level": level,
        "message": {"text": _message(text)},
        "partialFingerprints": {"faultKey/v1": hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]},
    }
    if file is not None:
        address = quote(file.encode("utf-8", "surrogateescape"), safe="/")
        place: dict[str, Any] = {"artifactLocation": {"uri": address, "uriBaseId": "DATA"}}
        if line is not None:
            place["region"] = {"startLine": line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def _message(text: str) -> str:
    """Returns a text whose braces and brackets SARIF does not read as placeholders and links."""
    shown = plain(text).replace("\\", "\\\\").replace("{", "{{").replace("}", "}}")
    return shown.replace("[", "\\[").replace("]", "\\]")
