"""Findings about a dataset that are no faults: what a person should look at before the training."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detection.config.alike import alike_class
from detection.data.dataset_faults import VALIDATION
from detection.data.datasets import Dataset, ImageRecord
from detection.inspect.likeness import groups, near_duplicates
from detection.inspect.survey import Survey

LEAST_SIDE = 8.0
"""Pixels of the resized image below which detectors rarely find an object."""

_FEW_OBJECTS = 10  # of one class in the training split
_RARE = 0.05  # of the objects of the most frequent class
_COINCIDING = 0.9  # IoU of two boxes
_ANCHOR_IOU = 0.5
_BADLY_COVERED = 0.02  # of the objects: below it, other anchors gain nothing
_MANY = 100  # objects per image that COCO's metrics count
_OUTLIER = 5.0  # robust standard deviations of the logarithm
_FEW_FOR_OUTLIERS = 20

Floats = NDArray[np.float64]

RULES: dict[str, str] = json.loads(Path(__file__).with_name("findings.json").read_text(encoding="utf-8"))
"""Each finding with what it says, in the order of the reports. The host reads the file too, for ``--fail-on``."""

QUICK = frozenset(RULES) - {"near-duplicates-across", "near-duplicates-within"}
"""The findings that need no pixels."""


@dataclass(frozen=True)
class Model:
    """The part of the experiment that the findings depend on.

    Attributes:
        image_size: Longer side of an image after resizing, in pixels.
        anchor_sides: Sides of the anchors in pixels of the resized image; empty where they follow the dataset.
        max_detections: Most detections per image.
    """

    image_size: int
    anchor_sides: tuple[int, ...]
    max_detections: int


@dataclass(frozen=True)
class Example:
    """An image that shows a finding.

    Attributes:
        split: ``train``, ``test`` or ``validation``.
        file_name: The image.
        boxes: Indices of the boxes that show it; empty for the whole image.
        group: Number of its group, where images belong together; from 1, and 0 for none.
    """

    split: str
    file_name: str
    boxes: tuple[int, ...] = ()
    group: int = 0


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        rule: Key of RULES.
        text: What was found and what may be done, as whole sentences.
        count: Number of objects, images or groups that it is about.
        examples: All images that show it.
    """

    rule: str
    text: str
    count: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Split:
    """The images of one split, and numbers of their boxes.

    Attributes:
        name: ``train``, ``test`` or ``validation``.
        records: The images.
        sides: Square root of each box's area in pixels of the resized image.
        owner: Index of the image of each box.
        place: Index of each box in its image.
        labels: Label of each box.
        sizes: Width and height of each box in pixels of the resized image.
    """

    name: str
    records: Sequence[ImageRecord]
    sides: Floats
    owner: NDArray[np.int64]
    place: NDArray[np.int64]
    labels: NDArray[np.int64]
    sizes: Floats = field(repr=False)


def split_of(name: str, records: Sequence[ImageRecord], image_size: int) -> Split:
    """Returns a split with the numbers of its boxes."""
    counts = [len(record.boxes) for record in records]
    boxes = np.array([box for record in records for box in record.boxes], dtype=np.float64).reshape(-1, 4)
    scale = np.repeat([image_size / max(record.width, record.height) for record in records], counts)
    sizes = (boxes[:, 2:] - boxes[:, :2]) * scale[:, None]
    return Split(
        name,
        records,
        np.sqrt(sizes.prod(axis=1)),
        np.repeat(np.arange(len(records)), counts),
        np.concatenate([np.arange(count) for count in counts]) if counts else np.zeros(0, np.int64),
        np.array([label for record in records for label in record.labels], dtype=np.int64),
        sizes,
    )


def find(dataset: Dataset, model: Model, md5: Mapping[str, str], survey: Survey | None) -> list[Finding]:
    """Returns the findings, in the order of RULES.

    Args:
        dataset: The splits.
        model: The part of the experiment that the findings depend on.
        md5: MD5 of each image's file, by file name.
        survey: Has the thumbnails; None leaves out the findings that need pixels.
    """
    splits = [split_of(name, records, model.image_size) for name, records in dataset.splits.items()]
    found = [
        *(_near_duplicates(splits, survey, md5) if survey is not None else ()),
        *_same_bytes(splits, md5),
        *_class_imbalance(splits, dataset.class_names),
        *_alike(splits, dataset.class_names),
        *_small_objects(splits, model),
        *_anchors(splits, model),
        *_objects_per_image(splits, model),
        *_without_objects(splits),
        *_coinciding(splits, dataset.class_names),
        *_outlier_boxes(splits, dataset.class_names),
        *_outlier_images(splits),
    ]
    order = list(RULES)
    return sorted(found, key=lambda finding: order.index(finding.rule))


def count_of(count: int, noun: str, verb: str = "") -> str:
    """Returns a number with its noun, and with ``is`` or ``are`` where a verb is wanted."""
    plural = noun + ("es" if noun.endswith(("s", "x")) else "s")
    text = f"{count:,} {noun if count == 1 else plural}"
    return f"{text} {('is', 'are')[count != 1] if verb == 'is' else verb}".rstrip()


def _near_duplicates(splits: Sequence[Split], survey: Survey, md5: Mapping[str, str]) -> Iterable[Finding]:
    images = [(split.name, record.file_name) for split in splits for record in split.records]
    pairs = near_duplicates([survey.thumbnail(name) for _, name in images])
    across: list[list[int]] = []
    within: list[list[int]] = []
    for group in groups(len(images), pairs):
        (across if len({images[member][0] for member in group}) > 1 else within).append(group)
    if across:
        by_split = Counter(images[member][0] for group in across for member in group)
        yield Finding("near-duplicates-across", _across(by_split), len(across), _grouped(images, across))
    # Equal files are a finding of their own.
    within = [group for group in within if len({md5.get(images[member][1]) for member in group}) > 1]
    if within:
        members = sum(map(len, within))
        yield Finding(
            "near-duplicates-within",
            (
                f"{count_of(members, 'image')} form {count_of(len(within), 'group')} of near-duplicates within a"
                " split; they weigh as often as they are there."
            ),
            len(within),
            _grouped(images, within),
        )


def _across(members: Mapping[str, int]) -> str:
    """Returns what near-duplicates of several splits say, by the number of images of each split."""
    parts = [(members[name], name) for name in ("test", VALIDATION) if members.get(name)]
    if len(parts) == 1 and members.get("train"):
        ((count, name),) = parts
        others = "images of the training split"
        text = f"{count_of(count, 'image')} of the {name} split {'is' if count == 1 else 'are'}"
    else:
        others = "images of another split"
        text = " and ".join(f"{count_of(count, 'image')} of the {name} split" for count, name in parts) + " are"
    what = "the test measures memory" if members.get("test") else "the best weights are chosen by memory"
    return f"{text} nearly the same as {others}, so that {what}. Move each group into one split."


def _grouped(images: Sequence[tuple[str, str]], found: Sequence[Sequence[int]]) -> tuple[Example, ...]:
    return tuple(
        Example(*images[member], group=number) for number, group in enumerate(found, start=1) for member in group
    )


def _same_bytes(splits: Sequence[Split], md5: Mapping[str, str]) -> Iterable[Finding]:
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for split in splits:
        for record in split.records:
            if md5.get(record.file_name):
                names[md5[record.file_name]].append((split.name, record.file_name))
    found = [group for group in names.values() if len(group) > 1]
    if found:
        across = sum(len({split for split, _ in group}) > 1 for group in found)
        yield Finding(
            "same-bytes",
            f"{count_of(sum(map(len, found)), 'file')} of different names are byte for byte"
            f" {count_of(len(found), 'image')}"
            + (f", {across:,} of them in {'both' if len(splits) == 2 else 'several'} splits" if across else "")
            + ". Keep one of each.",
            len(found),
            tuple(
                Example(split, name, group=number)
                for number, group in enumerate(found, start=1)
                for split, name in group
            ),
        )


def _class_imbalance(splits: Sequence[Split], class_names: Mapping[int, str]) -> Iterable[Finding]:
    counts = Counter(splits[0].labels.tolist())
    most = max(counts.values(), default=0)
    rare = [label for label in class_names if counts[label] < _FEW_OBJECTS or counts[label] < _RARE * most]
    if rare:
        listed = ", ".join(f"{class_names[label]} {counts[label]:,}" for label in rare[:8])
        more = f" and {len(rare) - 8} more" if len(rare) > 8 else ""
        yield Finding(
            "class-imbalance",
            (
                f"{count_of(len(rare), 'class')} of {len(class_names)} {'has' if len(rare) == 1 else 'have'} fewer"
                f" than {_FEW_OBJECTS} training objects, or less than {_RARE:.0%} of those of the most frequent class"
                f" ({most:,}): {listed}{more}. Label more of them, or look at eval_AP50 of each class and not at the"
                " mean."
            ),
            len(rare),
            tuple(
                Example("train", record.file_name, tuple(i for i, label in enumerate(record.labels) if label in rare))
                for record in splits[0].records
                if any(label in rare for label in record.labels)
            ),
        )


def _small_objects(splits: Sequence[Split], model: Model) -> Iterable[Finding]:
    small = [split.sides < LEAST_SIDE for split in splits]
    count = int(sum(mask.sum() for mask in small))
    total = sum(len(split.sides) for split in splits)
    if count:
        smallest = min(float(split.sides[mask].min()) for split, mask in zip(splits, small) if mask.any())
        needed = int(-(-model.image_size * LEAST_SIDE // max(smallest, 1e-6)))
        size = f"IMAGE_SIZE {needed:,}" if needed <= 16384 else "no usable IMAGE_SIZE"
        yield Finding(
            "small-objects",
            (
                f"{count_of(count, 'object')} of {total:,} ({count / total:.1%})"
                f" {'is' if count == 1 else 'are'} smaller than {LEAST_SIDE:g} pixels (root of the area) at"
                f" MODEL_PARAMS.IMAGE_SIZE {model.image_size}; the smallest has {smallest:.1f} and needs {size}."
                " Raise IMAGE_SIZE, or cut the images into tiles."
            ),
            count,
            _examples(splits, small),
        )


def _anchors(splits: Sequence[Split], model: Model) -> Iterable[Finding]:
    if not model.anchor_sides:
        return
    ratios = np.array([0.5, 1.0, 2.0])
    sides = np.array(model.anchor_sides, dtype=np.float64)
    anchors = np.stack([(sides[:, None] / np.sqrt(ratios)).ravel(), (sides[:, None] * np.sqrt(ratios)).ravel()], axis=1)
    bad = []
    for split in splits:
        shared = np.minimum(split.sizes[:, None], anchors[None]).prod(axis=2)
        overlap = shared / (split.sizes.prod(axis=1)[:, None] + anchors.prod(axis=1)[None] - shared)
        bad.append(overlap.max(axis=1, initial=0) < _ANCHOR_IOU)
    count, total = int(sum(mask.sum() for mask in bad)), sum(len(split.sides) for split in splits)
    if count > _BADLY_COVERED * total:
        yield Finding(
            "anchors",
            (
                f"{count_of(count, 'object')} of {total:,} ({count / total:.1%})"
                f" {'overlaps' if count == 1 else 'overlap'} no anchor by an IoU of"
                f" {_ANCHOR_IOU:g} even where it lies best (sides {', '.join(map(str, model.anchor_sides))} pixels at"
                f" IMAGE_SIZE {model.image_size}, ratios 1:2 to 2:1). MODEL_PARAMS.ANCHORS=auto takes sides from the"
                " boxes."
            ),
            count,
            _examples(splits, bad),
        )


def _objects_per_image(splits: Sequence[Split], model: Model) -> Iterable[Finding]:
    limit = min(_MANY, model.max_detections)
    crowded = [(split.name, record) for split in splits for record in split.records if len(record.boxes) > limit]
    if crowded:
        most = max(len(record.boxes) for _, record in crowded)
        yield Finding(
            "objects-per-image",
            (
                f"{count_of(len(crowded), 'image')} {'has' if len(crowded) == 1 else 'have'} more than"
                f" {limit} objects, up to {most:,}; the metrics count {_MANY} detections per class and image, and the"
                f" model gives {model.max_detections} per image. Set MODEL_PARAMS.MAX_DETECTIONS to at least {most}."
            ),
            len(crowded),
            tuple(Example(name, record.file_name) for name, record in crowded),
        )


def _without_objects(splits: Sequence[Split]) -> Iterable[Finding]:
    for split in splits:
        empty = sum(not record.boxes for record in split.records)
        total = len(split.records)
        if split.name == "test" and empty in (0, total):
            which = "none is without an object" if empty == 0 else "none has an object"
            lacking = "binary_precision, binary_recall, binary_accuracy and binary_f1 are -1"
            if empty:
                lacking = "no detection metric can be measured"
            yield Finding(
                "images-without-objects",
                (
                    f"Of {count_of(total, 'test image')}, {which}: {lacking}. Add such images to the test split if"
                    " the model will see them."
                ),
                1,
            )
        elif split.name == "train" and empty * 2 > total:
            yield Finding(
                "images-without-objects",
                (
                    f"{count_of(empty, 'image')} of {total:,} of the training split"
                    f" {'is' if empty == 1 else 'are'} without objects; each of them is a step that shows no object."
                ),
                empty,
            )


def _alike(splits: Sequence[Split], class_names: Mapping[int, str]) -> Iterable[Finding]:
    looks = defaultdict[str, list[int]](list)
    for label, name in class_names.items():
        looks[alike_class(name)].append(label)
    objects = Counter(label for split in splits for label in split.labels.tolist())
    same = [sorted(labels, key=lambda label: -objects[label]) for labels in looks.values() if len(labels) > 1]
    rarer = {label for labels in same for label in labels[1:]}
    examples = []
    for split in splits:
        for record in split.records:
            boxes = tuple(place for place, label in enumerate(record.labels) if label in rarer)
            if boxes:
                examples.append(Example(split.name, record.file_name, boxes))
    if same:
        shown = [
            " and ".join(f"'{class_names[label]}' ({objects[label]:,})" for label in labels) for labels in same[:5]
        ]
        text = (
            f"{'; '.join(shown)} look alike and are learned as different classes. If they are one, give them one name."
        )
        yield Finding("classes-alike", text, len(same), tuple(examples))


def _coinciding(splits: Sequence[Split], class_names: Mapping[int, str]) -> Iterable[Finding]:
    examples, pairs = [], Counter[tuple[str, str]]()
    for split in splits:
        for record in split.records:
            if len(set(record.labels)) < 2:
                continue
            boxes = np.asarray(record.boxes, dtype=np.float64)
            labels = np.asarray(record.labels)
            first, second = np.nonzero(np.triu(_overlaps(boxes) >= _COINCIDING, 1) & (labels[:, None] != labels[None]))
            if first.size:
                examples.append(
                    Example(split.name, record.file_name, tuple(sorted({*first.tolist(), *second.tolist()})))
                )
            for one, other in zip(first.tolist(), second.tolist()):
                names = sorted((class_names[record.labels[one]], class_names[record.labels[other]]))
                pairs[(names[0], names[1])] += 1
    if examples:
        count = sum(pairs.values())
        listed = ", ".join(f"{one} and {other} ({number:,})" for (one, other), number in pairs.most_common(5))
        yield Finding(
            "coinciding-boxes",
            (
                f"{count_of(count, 'pair')} of boxes of different classes nearly"
                f" {'coincides' if count == 1 else 'coincide'} (IoU of at least {_COINCIDING:g}): {listed}. One of"
                " the two labels is probably wrong."
            ),
            count,
            tuple(examples),
        )


def _overlaps(boxes: Floats) -> Floats:
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    overlaps: Floats = shared / (areas[:, None] + areas[None] - shared)
    return overlaps


def _outlier_boxes(splits: Sequence[Split], class_names: Mapping[int, str]) -> Iterable[Finding]:
    sides = np.concatenate([split.sides for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    odd = np.zeros(len(sides), dtype=bool)
    for label in class_names:
        chosen = labels == label
        odd[chosen] = _outliers(np.log(np.maximum(sides[chosen], 1e-6)))
    if odd.any():
        masks = np.split(odd, np.cumsum([len(split.sides) for split in splits])[:-1])
        names = Counter(class_names[label] for label in labels[odd].tolist())
        listed = ", ".join(f"{name} {number:,}" for name, number in names.most_common(5))
        yield Finding(
            "outlier-boxes",
            (
                f"{count_of(int(odd.sum()), 'box')} {'is' if odd.sum() == 1 else 'are'} much larger or smaller than"
                f" the others of the class: {listed}. Look at them: such boxes are often slips of the mouse."
            ),
            int(odd.sum()),
            _examples(splits, masks),
        )


def _outlier_images(splits: Sequence[Split]) -> Iterable[Finding]:
    records = [(split.name, record) for split in splits for record in split.records]
    odd = _outliers(np.log([record.width * record.height for _, record in records]))
    shapes = _outliers(np.log([record.width / record.height for _, record in records]))
    chosen = [item for item, is_odd, is_shape in zip(records, odd, shapes) if is_odd or is_shape]
    if chosen:
        listed = ", ".join(f"{record.file_name} {record.width} x {record.height}" for _, record in chosen[:3])
        yield Finding(
            "outlier-images",
            (
                f"{count_of(len(chosen), 'image')} {'differs' if len(chosen) == 1 else 'differ'} much in size or"
                f" proportions from the others: {listed}{' …' if len(chosen) > 3 else ''}."
            ),
            len(chosen),
            tuple(Example(name, record.file_name) for name, record in chosen),
        )


def _outliers(values: Floats) -> NDArray[np.bool_]:
    """Returns which values are far from the median, measured by the median deviation."""
    if len(values) < _FEW_FOR_OUTLIERS:
        return np.zeros(len(values), dtype=bool)
    deviation = np.abs(values - np.median(values))
    # Where most values are equal, everything within a factor of two is near.
    spread = max(1.4826 * float(np.median(deviation)), np.log(2) / _OUTLIER)
    return np.asarray(deviation > _OUTLIER * spread)


def _examples(splits: Sequence[Split], masks: Sequence[NDArray[np.bool_]]) -> tuple[Example, ...]:
    examples = []
    for split, mask in zip(splits, masks):
        boxes: dict[int, list[int]] = defaultdict(list)
        for owner, place in zip(split.owner[mask].tolist(), split.place[mask].tolist()):
            boxes[owner].append(place)
        examples += [
            Example(split.name, split.records[owner].file_name, tuple(places)) for owner, places in boxes.items()
        ]
    return tuple(examples)
