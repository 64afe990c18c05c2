"""data.html: one file that shows a dataset, without scripts and without requests."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np
from PIL import Image

from detection.data.datasets import Dataset, ImageRecord
from detection.data.pictures import PictureError, read_picture
from detection.inspect.charts import bars, histogram
from detection.inspect.decoding import in_parallel
from detection.inspect.findings import LEAST_SIDE, RULES, Finding, Split, count_of
from detection.inspect.inspection import Inspection
from detection.inspect.texts import plain

_SAMPLES = 18  # pictures of each split
_EXAMPLES = 8  # pictures of each finding
_SIDE = 260  # longer side of a picture in pixels
_MOST_BOXES = 300  # drawn on one picture
_MOST_FAULTS = 100
_COLOURS = 8

_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--card:#f5f6f8;--text:#1b1f24;--dim:#59636e;--line:#d5dae0;--bad:#b3261e;
--s0:#2457a6;--s1:#c4571a;--s2:#2f7d4f}
@media(prefers-color-scheme:dark){:root{--ground:#14171b;--card:#1e2328;--text:#e6e9ec;--dim:#9aa4ae;--line:#363d45;
--bad:#ff8f85;--s0:#7fa9f2;--s1:#f0a36b;--s2:#79cf9d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:16px;background:var(--ground);color:var(--text);
font:15px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:24px;margin:8px 0 16px}h2{font-size:19px;margin:32px 0 8px}h3{font-size:16px;margin:20px 0 4px}
p{margin:4px 0 8px;max-width:90ch}code{font-size:13px;color:var(--dim)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%;max-width:640px}
td,th{padding:3px 10px 3px 0;border-bottom:1px solid var(--line);text-align:right;font-weight:400}
th{color:var(--dim);text-align:left}thead th{text-align:right}thead th:first-child{text-align:left}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:12px}
figure{margin:0;padding:10px;background:var(--card);border-radius:8px;min-width:0}
figcaption{font-size:13px;color:var(--dim)}
.charts svg{width:100%;height:auto;display:block}
.charts text{font-size:10px;fill:var(--dim)}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}
.axis{stroke:var(--line)}.mark{stroke:var(--bad);stroke-dasharray:3 3}
.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 4px 0 12px}
.k0{background:var(--s0)}.k1{background:var(--s1)}.k2{background:var(--s2)}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(165px,46%),1fr));gap:10px}
.sheet svg{width:100%;height:auto;display:block;border-radius:4px}
.sheet rect{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
.sheet .shown{stroke-width:4;stroke-dasharray:6 3}
.fault{color:var(--bad)}li{max-width:110ch}
"""

# Colours that differ on dark and light pictures, also for most people who see colours differently.
_CLASS_COLOURS = ("#e6c000", "#3aa0ff", "#ff6f61", "#2fbf71", "#c77dff", "#ff9f1c", "#00c2c7", "#f06292")


def page(inspection: Inspection) -> str:
    """Returns the page. Every text of the dataset is escaped; pictures are in the page itself."""
    dataset = inspection.dataset
    title = f"Dataset {plain(inspection.image_type)}"
    parts = [f"<h1>{escape(title)}</h1>", *_faults(inspection)]
    if dataset is not None:
        splits = inspection.splits()
        parts += [*_overview(splits, dataset), *_charts(splits, dataset, inspection.model.image_size)]
        drawn = _Pictures(dataset, inspection.findings)
        parts += [*_findings(inspection, drawn), *_sheets(splits, drawn, dataset.class_names)]
    if inspection.reading.notes:
        parts.append("<h2>Notes</h2><ul>")
        parts += [f"<li>{escape(plain(note))}</li>" for note in inspection.reading.notes]
        parts.append("</ul>")
    colours = "".join(f".c{place}{{stroke:{colour}}}" for place, colour in enumerate(_CLASS_COLOURS))
    keys = "".join(f".b{place}{{background:{colour}}}" for place, colour in enumerate(_CLASS_COLOURS))
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}{colours}{keys}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _faults(inspection: Inspection) -> Iterable[str]:
    faults = inspection.faults
    if not faults:
        yield "<p>The dataset has no fault.</p>"
        return
    yield f'<h2 class="fault">{count_of(len(faults), "fault")}</h2><ul>'
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
    heads = "".join(f"<th>{split.name}</th>" for split in splits)
    yield f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>"
    for name, values in rows:
        cells = "".join(f"<td>{escape(value)}</td>" for value in values)
        yield f"<tr><th>{escape(name)}</th>{cells}</tr>"
    yield "</tbody></table>"


def _charts(splits: Sequence[Split], dataset: Dataset, image_size: int) -> Iterable[str]:
    names = list(dataset.class_names.values())
    counts = [(split.name, [int((split.labels == label).sum()) for label in dataset.class_names]) for split in splits]
    per_image = [(s.name, np.array([len(r.boxes) for r in s.records], dtype=np.float64)) for s in splits]
    sides = [(split.name, split.sides) for split in splits]
    ratios = [(s.name, s.sizes[:, 0] / np.maximum(s.sizes[:, 1], 1e-9)) for s in splits]
    pixels = [(s.name, np.array([(r.width * r.height) ** 0.5 for r in s.records], dtype=np.float64)) for s in splits]
    keys = "".join(f'<span class="key k{place}"></span>{split.name}' for place, split in enumerate(splits))
    yield f'<h2>Numbers</h2><p>{keys}</p><div class="charts">'
    yield bars("Objects of each class", [plain(name) for name in names], counts)
    yield histogram("Objects per image", "objects", per_image)
    yield histogram(
        f"Object sizes at IMAGE_SIZE {image_size}; the line is at {LEAST_SIDE:g} pixels",
        "root of the area in pixels",
        sides,
        LEAST_SIDE,
    )
    yield histogram("Proportions of the objects", "width / height", ratios)
    yield histogram("Image sizes", "root of the area in pixels", pixels)
    yield "</div>"


class _Pictures:
    """The pictures of a page, each decoded once, in parallel."""

    def __init__(self, dataset: Dataset, findings: Sequence[Finding]) -> None:
        self._records = {record.file_name: record for records in dataset.splits.values() for record in records}
        self._colours = {label: place % _COLOURS for place, label in enumerate(dataset.class_names)}
        self._names = dataset.class_names
        wanted = [
            *(record.file_name for records in dataset.splits.values() for record in samples(records)),
            *(example.file_name for finding in findings for example in finding.examples[:_EXAMPLES]),
        ]
        names = list(dict.fromkeys(wanted))
        self._addresses: dict[str, str] = dict(zip(names, in_parallel(self._address, names)))

    def figure(self, name: str, caption: str, shown: Sequence[int] = ()) -> str:
        """Returns a picture with its boxes; those in ``shown`` are dashed."""
        record = self._records[name]
        boxes = []
        for place, (box, label) in enumerate(list(zip(record.boxes, record.labels))[:_MOST_BOXES]):
            kind = f"c{self._colours[label]}" + (" shown" if place in shown else "")
            xmin, ymin, xmax, ymax = box
            boxes.append(
                f'<rect class="{kind}" x="{xmin:.6g}" y="{ymin:.6g}" width="{xmax - xmin:.6g}"'
                f' height="{ymax - ymin:.6g}"><title>{escape(plain(self._names[label]))}</title></rect>'
            )
        return (
            f'<figure><svg viewBox="0 0 {record.width} {record.height}" role="img"'
            f' aria-label="{escape(plain(name))}">'
            f'<image href="{self._addresses[name]}" width="{record.width}" height="{record.height}" '
            f'preserveAspectRatio="none"/>{"".join(boxes)}</svg>'
            f"<figcaption>{escape(plain(caption))}</figcaption></figure>"
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
    yield f"<h2>{count_of(len(inspection.findings), 'finding')}</h2>"
    if not inspection.findings:
        yield "<p>None of the checks found anything.</p>"
    for finding in inspection.findings:
        fault = ' <span class="fault">a fault of this run</span>' if finding.rule in inspection.failing else ""
        yield f"<h3>{escape(RULES[finding.rule])}{fault}</h3>"
        yield f"<p>{escape(plain(finding.text))} <code>{finding.rule}</code></p>"
        if finding.examples:
            yield '<div class="sheet">'
            for example in finding.examples[:_EXAMPLES]:
                group = f"group {example.group}: " if example.group else ""
                yield drawn.figure(example.file_name, f"{group}{example.file_name} ({example.split})", example.boxes)
            yield "</div>"
            if len(finding.examples) > _EXAMPLES:
                yield f"<p>and {len(finding.examples) - _EXAMPLES:,} more, in data.json</p>"


def _sheets(splits: Sequence[Split], drawn: _Pictures, class_names: Mapping[int, str]) -> Iterable[str]:
    yield "<h2>Pictures</h2><p>"
    for place, name in enumerate(list(class_names.values())[:40]):
        yield f'<span class="key b{place % _COLOURS}"></span>{escape(plain(name))}'
    yield "</p>"
    for split in splits:
        chosen = samples(split.records)
        yield f"<h3>{split.name}: {len(chosen)} of {count_of(len(split.records), 'image')}</h3>"
        yield '<div class="sheet">'
        for record in chosen:
            yield drawn.figure(record.file_name, f"{record.file_name}, {count_of(len(record.boxes), 'object')}")
        yield "</div>"


def samples(records: Sequence[ImageRecord]) -> list[ImageRecord]:
    """Returns images that are evenly spread over a split."""
    count = min(_SAMPLES, len(records))
    return [records[place * len(records) // count] for place in range(count)]
