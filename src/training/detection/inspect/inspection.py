"""Check-Data: reads a dataset, finds what a person should know, and writes it as Markdown, HTML, JSON and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detection.config.settings import Settings
from detection.data.datasets import Dataset, DatasetReading, read_dataset
from detection.errors import FaultsError, TrainingError
from detection.files import write_bytes
from detection.inspect.charts import histograms
from detection.inspect.findings import RULES, Example, Finding, Model, Split, find, split_of
from detection.inspect.survey import Survey

_MOST_EXAMPLES = 200  # of one finding in data.json
_DETECTIONS = 100


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes:
        image_type: Use case.
        reading: The dataset with its faults and notes, as the experiment reads it.
        dataset: What the findings are about: the dataset without faulty rows; None when nothing is left.
        findings: In the order of RULES.
        failing: Keys of RULES that are faults of this run.
        model: The part of the experiment that the findings depend on.
        decoded: Images that were decoded and not remembered.
    """

    image_type: str
    reading: DatasetReading
    dataset: Dataset | None
    findings: tuple[Finding, ...]
    failing: frozenset[str]
    model: Model
    decoded: int = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """Returns the faults: those of the files, then the findings that shall be faults."""
        return (
            *self.reading.faults,
            *(f"{finding.rule}: {finding.text}" for finding in self.findings if finding.rule in self.failing),
        )

    @property
    def no_findings(self) -> str:
        """Returns why there is no finding, as a sentence."""
        if self.dataset is None:
            return "Nothing was checked beyond the faults: no row can be used."
        return "None of the checks found anything."

    def splits(self) -> list[Split]:
        """Returns the splits with the numbers of their boxes; none without a dataset."""
        if self.dataset is None:
            return []
        parts = self.dataset.splits.items()
        return [split_of(name, records, self.model.image_size) for name, records in parts]


def inspect_data(
    settings: Settings,
    data: Path,
    output: Path,
    *,
    fail_on: Sequence[str],
    memory: Path | None,
    say: Callable[[str], None],
) -> None:
    """Inspects the dataset of an experiment and writes the four files.

    Args:
        settings: The exp_config.
        data: The data folder.
        output: Receives the files; created when missing.
        fail_on: Keys of RULES that shall be faults.
        memory: File that remembers the images between runs.
        say: Receives the summary.

    Raises:
        TrainingError: The folder of IMAGE_TYPE does not exist, or a name of ``fail_on`` is unknown.
        FaultsError: The dataset has faults, or a finding of ``fail_on``; the files are written nevertheless.
    """
    from detection.inspect.page import page
    from detection.inspect.sarif import sarif
    from detection.inspect.texts import markdown, summary

    unknown = [rule for rule in dict.fromkeys(fail_on) if rule not in RULES]
    if unknown:
        raise TrainingError(f"--fail-on is {', '.join(unknown)}; it must be one of {', '.join(RULES)}.")
    folder = data / settings.image_type
    if not folder.is_dir():
        raise TrainingError(f"{folder} does not exist; IMAGE_TYPE must name a folder of the data folder {data}.")
    survey = Survey(folder / "images", memory)
    inspection = _inspect(settings, data, survey, frozenset(fail_on))
    survey.save()
    output.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("data.json", json.dumps(document(inspection), indent=1, ensure_ascii=False) + "\n"),
        ("data.md", markdown(inspection)),
        ("data.html", page(inspection)),
        ("data.sarif", sarif(inspection)),
    ):
        write_bytes(output / name, text.encode("utf-8", "replace"))
    for line in summary(inspection):
        say(line)
    say(f"{output / 'data.html'} shows them; data.md, data.json and data.sarif are beside it")
    if inspection.faults:
        count = len(inspection.faults)
        raise FaultsError(f"the dataset has {count} fault{'s' if count != 1 else ''}", inspection.faults)


def quick_summary(dataset: Dataset, settings: Settings) -> list[str]:
    """Returns at most five lines about a dataset, from its rows alone."""
    from detection.inspect.texts import shortened

    findings = find(dataset, model_of(settings), {}, survey=None)
    return shortened(findings)


def _inspect(settings: Settings, data: Path, survey: Survey, failing: frozenset[str]) -> Inspection:
    def read(on_bad_rows: str) -> DatasetReading:
        return read_dataset(
            data,
            settings.image_type,
            settings.train_csv,
            settings.test_csv,
            on_bad_rows=on_bad_rows,
            clip_pixels=settings.clip_pixels,
            exif=settings.exif,
            depth=settings.depth,
            validation_csv=settings.validation_csv,
            decode=survey,
        )

    reading = read(settings.on_bad_rows)
    # Findings are about what is left when the faulty rows are dropped.
    dataset = reading.dataset or read("drop").dataset
    model = model_of(settings)
    findings: list[Finding] = []
    if dataset is not None:
        names = {record.file_name for records in dataset.splits.values() for record in records}
        findings = find(dataset, model, {name: survey.picture(name).md5 for name in names}, survey)
    return Inspection(settings.image_type, reading, dataset, tuple(findings), failing, model, survey.decoded)


def model_of(settings: Settings) -> Model:
    """Returns the part of an experiment that the findings depend on."""
    name = settings.model.base_model
    if settings.model.anchors == "auto" or "fcos" in name or "ssd" in name:
        sides: tuple[int, ...] = ()
    elif "tiny" in name:  # as detection.models.families.tiny says, which needs PyTorch
        size = settings.model.image_size
        sides = tuple(max(8, round(size * share)) for share in (1 / 12, 1 / 6, 1 / 3, 2 / 3))
    elif "inception" in name or "resnet101" in name and "fpn" not in name:
        sides = (64, 128, 256, 512)
    elif "resnet18" in name:
        sides = (16, 32, 64, 128, 256)
    else:
        sides = (32, 64, 128, 256, 512)
    return Model(settings.model.image_size, sides, settings.model.max_detections or _DETECTIONS)


def document(inspection: Inspection) -> dict[str, Any]:
    """Returns the content of data.json."""
    dataset = inspection.dataset
    return {
        "version": 1,
        "imageType": inspection.image_type,
        "trainCsv": dataset.train_csv if dataset else None,
        "testCsv": dataset.test_csv if dataset else None,
        "validationCsv": dataset.validation_csv or None if dataset else None,
        "hash": inspection.reading.dataset.hash if inspection.reading.dataset else None,
        "validationHash": (inspection.reading.dataset.validation_hash or None) if inspection.reading.dataset else None,
        "imageSize": inspection.model.image_size,
        "faults": list(inspection.reading.faults),
        "dropped": list(inspection.reading.dropped),
        "notes": list(inspection.reading.notes),
        "classes": list(dataset.class_names.values()) if dataset else [],
        "splits": [_numbers(split, dataset.class_names) for split in inspection.splits()] if dataset else [],
        "histograms": histograms(inspection.splits(), inspection.model.image_size),
        "findings": [
            {
                "rule": finding.rule,
                "isFault": finding.rule in inspection.failing,
                "count": finding.count,
                "text": finding.text,
                "examples": [_example(example) for example in finding.examples[:_MOST_EXAMPLES]],
                "moreExamples": max(0, len(finding.examples) - _MOST_EXAMPLES),
            }
            for finding in inspection.findings
        ],
    }


def _numbers(split: Split, class_names: Mapping[int, str]) -> dict[str, Any]:
    counts = np.array([len(record.boxes) for record in split.records])
    return {
        "name": split.name,
        "images": len(split.records),
        "imagesWithoutObjects": int((counts == 0).sum()),
        "objects": int(counts.sum()),
        "objectsOfClass": {name: int((split.labels == label).sum()) for label, name in class_names.items()},
        "objectsPerImage": _quantiles(counts),
        "objectSides": _quantiles(split.sides),
        "imageSizes": sorted({f"{record.width}x{record.height}" for record in split.records})[:20],
    }


def _quantiles(values: Any) -> dict[str, float] | None:
    if not len(values):
        return None
    names = ("least", "quarter", "median", "threeQuarters", "most")
    return dict(zip(names, (round(float(value), 3) for value in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))))


def _example(example: Example) -> dict[str, Any]:
    parts: dict[str, Any] = {"split": example.split, "fileName": example.file_name}
    if example.boxes:
        parts["boxes"] = list(example.boxes)
    if example.group:
        parts["group"] = example.group
    return parts
