"""data.html: one file that shows a dataset, with the figures of the studio, without requests."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
from PIL import Image

from detection.data.datasets import Dataset, ImageRecord
from detection.data.pictures import PictureError, read_picture
from detection.inspect.charts import histogram, measures
from detection.inspect.decoding import in_parallel
from detection.inspect.findings import RULES, Finding, Split, count_of
from detection.inspect.inspection import Inspection
from detection.inspect.texts import plain

_SAMPLES = 18  # pictures of each split
_EXAMPLES = 8  # pictures of each finding
_SIDE = 260  # longer side of a picture in pixels
_MOST_BOXES = 300  # drawn on one picture
_MOST_FAULTS = 100
_MOST_CLASSES = 200  # in a table
_MOST_KEYS = 40


class _Figures:
    """The figures of a page: tables and pictures in its markup, and the numbers from which its script draws figures."""

    def __init__(self) -> None:
        self._figures: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def place(self, component: str, properties: Mapping[str, Any], markup: str, style: str = "") -> str:
        """Returns the place of a figure. Without script it stays the markup, which is our own or escaped."""
        key = f"figure-{len(self._figures)}"
        self._figures[key] = (component, properties)
        kind = f' class="{style}"' if style else ""
        return f'<div data-figure="{key}"{kind}>{markup}</div>'

    def json(self) -> str:
        """Returns the numbers for a script element, which no text in them can end."""
        text = json.dumps(self._figures, allow_nan=False, separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def page(inspection: Inspection) -> str:
    """Returns the page. Every text of the dataset is escaped; pictures are in the page itself."""
    dataset = inspection.dataset
    figures = _Figures()
    title = f"Dataset {plain(inspection.image_type)}"
    parts = [f'<section aria-label="Faults">{"".join(_faults(inspection))}</section>']
    if dataset is not None:
        splits = inspection.splits()
        parts.append(_section("Splits", _overview(splits, dataset)))
        parts.append(_section("Numbers", _charts(figures, splits, dataset, inspection.model.image_size)))
        drawn = _Pictures(figures, dataset, inspection.findings)
        parts.append(_section(count_of(len(inspection.findings), "finding"), _findings(inspection, drawn)))
        parts.append(_section("Pictures", _sheets(figures, splits, drawn, dataset.class_names)))
    else:
        parts.append(_section(count_of(0, "finding"), [f"<p>{inspection.no_findings}</p>"]))
    if inspection.reading.notes:
        notes = (f"<li>{escape(plain(note))}</li>" for note in inspection.reading.notes)
        parts.append(_section("Notes", ["<ul>", *notes, "</ul>"]))
    package = files("detection.inspect")
    script, style = (package.joinpath(f"figures.{kind}").read_text("utf-8") for kind in ("js", "css"))
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        f"script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'\">"
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{style}</style>'
        f'<script type="application/json" id="figures">{figures.json()}</script><script>{script}</script></head>\n'
        f'<body><header><p class="eyebrow">Check-Data</p><h1>{escape(title)}</h1></header>\n'
        f"<main>{body}</main></body></html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _section(title: str, parts: Iterable[str]) -> str:
    return f"<section><h2>{title}</h2>{''.join(parts)}</section>"


def _faults(inspection: Inspection) -> Iterable[str]:
    faults = inspection.faults
    if not faults:
        yield "<p>The dataset has no fault.</p>"
        return
    yield f'<h2 class="broken">{count_of(len(faults), "fault")}</h2><ul>'
    for fault in faults[:_MOST_FAULTS]:
        yield f"<li>{escape(plain(fault))}</li>"
    if len(faults) > _MOST_FAULTS:
        yield f"<li>and {len(faults) - _MOST_FAULTS:,} more, in data.json</li>"
    yield "</ul>"


def _overview(splits: Sequence[Split], dataset: Dataset) -> Iterable[str]:
    rows: list[tuple[str, list[str]]] = [
        ("file", [plain(csv.rpartition("/")[2]) for csv in dataset.csvs]),
        ("images", [f"{len(split.records):,}" for split in splits]),
        ("images without objects", [f"{sum(not r.boxes for r in split.records):,}" for split in splits]),
        ("objects", [f"{len(split.sides):,}" for split in splits]),
        ("objects per image", [f"{len(split.sides) / max(1, len(split.records)):.1f}" for split in splits]),
    ]
    yield _table("Splits", [split.name for split in splits], rows)


def _table(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    parts = "".join(f'<th scope="col" class="number">{escape(head)}</th>' for head in heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="number">{escape(value)}</td>' for value in values)
        + "</tr>"
        for name, values in rows
    )
    label = escape(caption)
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table><caption>{label}</caption>'
        f"<thead><tr><td></td>{parts}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _charts(figures: _Figures, splits: Sequence[Split], dataset: Dataset, image_size: int) -> Iterable[str]:
    names = [plain(name) for name in dataset.class_names.values()]
    counts = [[int((split.labels == label).sum()) for label in dataset.class_names] for split in splits]
    heads = [split.name for split in splits]
    yield figures.place("Keys", {"names": heads}, "")
    yield '<div class="charts">'
    rows = [(name, [f"{of[place]:,}" for of in counts]) for place, name in enumerate(names[:_MOST_CLASSES])]
    series = [{"name": head, "counts": of} for head, of in zip(heads, counts)]
    title = "Objects of each class"
    yield figures.place("Bars", {"title": title, "names": names, "series": series}, _table(title, heads, rows))
    for title, unit, numbers, mark in measures(splits, image_size):
        properties = histogram(title, unit, numbers, mark)
        if properties is not None:
            yield figures.place("Histogram", properties, _table(f"{title}, {unit}", heads, _quantiles(numbers)))
    yield "</div>"


def _quantiles(series: Sequence[tuple[str, Any]]) -> list[tuple[str, list[str]]]:
    parts = (("least", 0.0), ("median", 0.5), ("most", 1.0))
    return [
        (name, [f"{float(np.quantile(values, share)):,.3g}" if len(values) else "–" for _, values in series])
        for name, share in parts
    ]


class _Pictures:
    """The pictures of a page, each decoded once, in parallel."""

    def __init__(self, figures: _Figures, dataset: Dataset, findings: Sequence[Finding]) -> None:
        self._figures = figures
        self._records = {record.file_name: record for records in dataset.splits.values() for record in records}
        self._places = {label: place for place, label in enumerate(dataset.class_names)}
        self._names = [plain(name) for name in dataset.class_names.values()]
        wanted = [
            *(record.file_name for records in dataset.splits.values() for record in samples(records)),
            *(example.file_name for finding in findings for example in finding.examples[:_EXAMPLES]),
        ]
        names = list(dict.fromkeys(wanted))
        self._addresses: dict[str, str] = dict(zip(names, in_parallel(self._address, names)))

    def sheet(self, pictures: Sequence[tuple[str, str, Sequence[int]]]) -> str:
        """Returns pictures with their boxes: of each its name, its caption and the places of the boxes meant."""
        drawn, markup = [], []
        for name, caption, meant in pictures:
            record = self._records[name]
            boxes = [
                {
                    "box": [round(side, 2) for side in (xmin, ymin, xmax - xmin, ymax - ymin)],
                    "place": self._places[label],
                    "isMeant": place in meant,
                }
                for place, ((xmin, ymin, xmax, ymax), label) in enumerate(
                    list(zip(record.boxes, record.labels))[:_MOST_BOXES]
                )
            ]
            text = plain(caption)
            drawn.append({"width": record.width, "height": record.height, "caption": text, "boxes": boxes})
            markup.append(
                f'<figure><img src="{self._addresses[name]}" alt="{escape(text)}" width="{record.width}" '
                f'height="{record.height}"><figcaption>{escape(text)}</figcaption></figure>'
            )
        # The script takes the pictures from the markup, so that the page holds each of a sheet once.
        properties = {"pictures": drawn, "classes": self._names}
        return self._figures.place(
            "ContactSheet", properties, f'<div class="pictures">{"".join(markup)}</div>', style="sheet"
        )

    def _address(self, name: str) -> str:
        record = self._records[name]
        scale = min(1.0, _SIDE / max(record.width, record.height))
        size = max(1, round(record.width * scale)), max(1, round(record.height * scale))
        try:
            picture = read_picture(record.path, record.orientation, at_least=size, depth=record.depth)
        except PictureError:
            return "data:,"  # it has changed since it was read
        file = io.BytesIO()
        picture.resize(size, Image.Resampling.BILINEAR).save(file, "JPEG", quality=72)
        return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _findings(inspection: Inspection, drawn: _Pictures) -> Iterable[str]:
    if not inspection.findings:
        yield f"<p>{inspection.no_findings}</p>"
    for finding in inspection.findings:
        fault = ' <span class="broken">a fault of this run</span>' if finding.rule in inspection.failing else ""
        yield f"<h3>{escape(RULES[finding.rule])}{fault}</h3>"
        yield f"<p>{escape(plain(finding.text))} <code>{finding.rule}</code></p>"
        if finding.examples:
            pictures = []
            for example in finding.examples[:_EXAMPLES]:
                group = f"group {example.group}: " if example.group else ""
                pictures.append((example.file_name, f"{group}{example.file_name} ({example.split})", example.boxes))
            yield drawn.sheet(pictures)
            if len(finding.examples) > _EXAMPLES:
                yield f"<p>and {len(finding.examples) - _EXAMPLES:,} more, in data.json</p>"


def _sheets(
    figures: _Figures, splits: Sequence[Split], drawn: _Pictures, class_names: Mapping[int, str]
) -> Iterable[str]:
    yield figures.place("ClassKeys", {"classes": [plain(name) for name in list(class_names.values())[:_MOST_KEYS]]}, "")
    for split in splits:
        chosen = samples(split.records)
        yield f"<h3>{split.name}: {len(chosen)} of {count_of(len(split.records), 'image')}</h3>"
        yield drawn.sheet([(r.file_name, f"{r.file_name}, {count_of(len(r.boxes), 'object')}", ()) for r in chosen])


def samples(records: Sequence[ImageRecord]) -> list[ImageRecord]:
    """Returns images that are evenly spread over a split."""
    count = min(_SAMPLES, len(records))
    return [records[place * len(records) // count] for place in range(count)]
