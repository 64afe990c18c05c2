"""MODEL_CARD.md: what a trained model is, what it was trained and tested on, how good it is, and its limits."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detection.config.settings import Settings
from detection.data.datasets import Dataset, ImageRecord
from detection.models.base_model import BaseModel
from detection.tracking.metric_names import COCO_NAMES, MOST_NAMES, class_ap50

FILE = "MODEL_CARD.md"
_FEW_IMAGES, _FEW_OBJECTS = 50, 20  # in the test split; below these a number says little
_LOW_RECALL = 0.9
_SPECIAL = re.compile(r"[\\`*\[\]<>|&~@#$!{}]|(?<!\w)_|_(?!\w)")  # inside a word "_" marks nothing
_BINARY = ("binary_precision", "binary_recall", "binary_accuracy", "binary_f1")
_SIZES = ("small", "medium", "large")


@dataclass(frozen=True)
class CardFacts:
    """The content of the model card.

    Attributes:
        settings: The exp_config.
        base_model: What BASE_MODEL means.
        dataset: The splits; the training split without the images held out.
        validation_images: Number of images held out to choose the best weights by; 0 for none.
        weights: The file that the training started from, with its SHA-256; None for random weights.
        steps: Optimizer steps done.
        measured: The content of metrics.json.
        passport: What the run is.
    """

    settings: Settings
    base_model: BaseModel
    dataset: Dataset
    validation_images: int
    weights: str | None
    steps: int
    measured: Mapping[str, Any]
    passport: Mapping[str, Any]


def model_card(facts: CardFacts) -> str:
    """Returns the text of the model card, in Markdown."""
    settings = facts.settings
    parts = [
        f"# {plain(settings.exp_name)}: {plain(facts.base_model.name)}",
        plain(settings.description) or "An object detector.",
        *_model(facts),
        *_data(facts),
        *_results(facts),
        *_classes(facts),
        "## Limits\n\n" + "".join(f"- {line}\n" for line in _limits(facts)).rstrip("\n"),
        *_passport(facts.passport),
        *_licences(facts),
        *_use(),
    ]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Returns a foreign text for Markdown: without control characters, and with no mark, tag or link of its own."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    escaped = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible)
    return re.sub(r"(?i)\b(https?|ftp):(?=//)", r"\1&#58;", re.sub(r"(?i)\bwww\.", "www&#46;", escaped))


def _model(facts: CardFacts) -> list[str]:
    params, run = facts.settings.model, facts.settings.run
    start = "random weights" if facts.weights is None else plain(facts.weights)
    rows = [
        ("base model", plain(params.base_model)),
        ("architecture", plain(facts.base_model.architecture)),
        ("started from", start),
        ("image size", f"longer side {params.image_size} pixels; images are resized to it"),
        ("training", f"{facts.steps} steps of {run.batch_size * run.accumulate} images, seed {run.seed}"),
    ]
    if facts.base_model.differs:
        rows.append(("differs", plain(facts.base_model.differs)))
    return ["## Model", _table(("", ""), rows)]


def _data(facts: CardFacts) -> list[str]:
    dataset = facts.dataset
    rows = [
        (name, plain(csv), len(records), sum(len(record.labels) for record in records), _empty(records))
        for name, csv, records in (
            ("training", dataset.train_csv, dataset.train),
            ("test", dataset.test_csv, dataset.test),
            ("validation", dataset.validation_csv, dataset.validation),
        )
        if csv
    ]
    held = 0 if dataset.validation_csv else facts.validation_images
    note = f"{held} further training images were held out to choose the best weights by. " if held else ""
    return [
        "## Data",
        _table(("split", "file", "images", "objects", "images without objects"), rows),
        f"{note}Dataset hash `{dataset.hash}`.",
    ]


def _results(facts: CardFacts) -> list[str]:
    names = [name for name in (*COCO_NAMES, *MOST_NAMES, "proposal_recall", *_BINARY) if name in facts.measured]
    rows = [(f"`{name}`", _number(facts.measured[name]), _interval(facts, name)) for name in names]
    intervals = facts.measured.get("intervals", {})
    text = (
        f"Measured on the {len(facts.dataset.test)} images of the test split. The interval holds "
        f"{100 * intervals.get('share', 0.95):.0f} % of {intervals.get('resamples', 0)} resamples of these images; it "
        "says nothing about another training or other images. The image metrics use "
        f"EVAL_CONF {facts.settings.eval_conf:g}. -1 means that there is nothing to measure."
    )
    return ["## Results", text, _table(("metric", "value", "95 % interval"), rows)]


def _classes(facts: CardFacts) -> list[str]:
    suggested = facts.measured.get("suggested_eval_conf", {})
    by_name = {entry["name"]: entry for entry in suggested.get("classes", [])}
    train, test = _objects(facts.dataset.train), _objects(facts.dataset.test)
    rows = []
    for label, name in sorted(facts.dataset.class_names.items()):
        metric = class_ap50(name)
        rows.append(
            (
                plain(name),
                train[label],
                test[label],
                _number(facts.measured.get(metric)),
                _interval(facts, metric),
                *_suggestion(by_name.get(name, {})),
            )
        )
    together = suggested.get("all", {})
    rows.append(("all classes", sum(train.values()), sum(test.values()), "", "", *_suggestion(together)))
    header = (
        "class", "training objects", "test objects", "AP50", "95 % interval", "suggested EVAL_CONF", "F1", "precision",
        "recall",
    )  # fmt: skip
    text = (
        "The suggested EVAL_CONF is the score with the best F1 at IoU 0.5. It was chosen on the test split, where its "
        "F1 is therefore somewhat too high; `outputs/tables/f1_curves.csv` has the curves."
    )
    return ["## Classes and thresholds", text, _table(header, rows)]


def _limits(facts: CardFacts) -> list[str]:
    dataset, measured = facts.dataset, facts.measured
    lines = [
        "It finds the classes above and nothing else. Images of another camera, place, season or resolution than those "
        "of the dataset were not tested.",
    ]
    if len(dataset.test) < _FEW_IMAGES:
        lines.append(f"The test split has {len(dataset.test)} images, so the intervals are too narrow.")
    test = _objects(dataset.test)
    rare = [plain(name) for label, name in sorted(dataset.class_names.items()) if test[label] < _FEW_OBJECTS]
    if rare:
        lines.append(f"Fewer than {_FEW_OBJECTS} test objects: {_listed(rare)}.")
    untested = [size for size in _SIZES if measured.get(f"eval_AP_{size}", 0) == -1]
    if untested:
        lines.append(f"No test object is {' or '.join(untested)} (COCO's sizes), so these were not tested.")
    low = [
        plain(name)
        for name in dataset.class_names.values()
        if 0 <= measured.get(f"proposal_recall_{name}", 1) < _LOW_RECALL
    ]
    if low:
        lines.append(f"The first stage proposes less than {_LOW_RECALL:g} of the objects of: {_listed(low)}.")
    if not facts.validation_images:
        lines.append("No validation split was held out. Settings that were chosen by these metrics make them too good.")
    if _empty(dataset.test) == 0:
        lines.append("Every test image has an object, so false alarms in images without one were not tested.")
    lines.append("Scores are no probabilities; `outputs/plots/calibration.png` shows how far they differ.")
    return lines


def _passport(passport: Mapping[str, Any]) -> list[str]:
    rows = [(f"`{plain(str(key))}`", _value(value)) for key, value in passport.items() if value not in (None, {}, "")]
    return ["## Passport", _table(("", ""), rows)]


def _licences(facts: CardFacts) -> list[str]:
    entry = facts.base_model
    weights = (
        "random, so no other licence applies"
        if facts.weights is None
        else f"{plain(entry.licence)} (usual source: {plain(entry.weights)})"
    )
    return [
        "## Licences",
        "- Code: MIT. PyTorch and torchvision: BSD-3-Clause.\n"
        f"- Weights that the training started from: {weights}.\n"
        "- Data: its licence is not recorded; add it here before you pass the model on.",
    ]


def _use() -> list[str]:
    return [
        "## Use",
        "```\npython -m detection predict --model . --images NEW --output predictions --format csv --pictures\n```",
        "Or `mlflow.pyfunc.load_model('.')`, `model.torchscript.pt` or `model.onnx`; docs/models.md of the project "
        "describes each.",
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else ""


def _interval(facts: CardFacts, name: str) -> str:
    found = facts.measured.get("intervals", {}).get("metrics", {}).get(name)
    return f"{found['low']:.3f} to {found['high']:.3f}" if found else ""


def _suggestion(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    keys = ("eval_conf", "f1", "precision", "recall")
    first, second, third, fourth = (_number(entry.get(key)) for key in keys)
    return first, second, third, fourth


def _objects(records: Sequence[ImageRecord]) -> Counter[int]:
    return Counter(label for record in records for label in record.labels)


def _empty(records: Sequence[ImageRecord]) -> int:
    return sum(not record.labels for record in records)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(str(key))} {_value(entry)}" for key, entry in value.items())
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
