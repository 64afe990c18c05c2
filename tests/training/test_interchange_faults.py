"""Labels that look usable and are not: each of these was imported wrongly, or exported so that it was lost."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detection.data.datasets import read_dataset
from detection.errors import TrainingError
from detection.interchange.exporting import export_data
from detection.interchange.importing import Plan, import_data

_STAMP = "240102030405"
_PLAN = Plan("road", "auto", 0.25, False, 1, _STAMP)
_NO_OBJECT = "has no object left, and training would take it for an image without objects"
_BOX = "0 0.5 0.5 0.5 0.5"


def _content(seed: int, form: str = "PNG") -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC).save(file, form)
    return file.getvalue()


def _write(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _imported(source: Path, output: Path) -> tuple[dict[str, list[tuple[str, ...]]], dict[str, int]]:
    """Returns class and corners of each row by image, and how many things were left out by reason."""
    import_data(source, output, _PLAN, lambda _: None)
    rows: dict[str, list[tuple[str, ...]]] = {}
    for path in sorted((output / "road" / "datasets").iterdir()):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            corners = tuple(row[key] for key in ("class", "xmin", "ymin", "xmax", "ymax"))
            rows.setdefault(row["filename"], []).append(corners)
    assert read_dataset(output, "road", "latest", "latest").faults == ()
    return rows, json.loads((output / "import.json").read_text())["leftOut"]


def _yolo(source: Path, odd: str, yaml: str = "names: [cat, dog]\n", count: int = 6) -> None:
    """Writes images with one object each, and one image with the odd lines."""
    _write(source / "data.yaml", yaml)
    for number in range(count):
        _write(source / "images" / f"{number}.png", _content(number))
        _write(source / "labels" / f"{number}.txt", _BOX)
    _write(source / "images" / "odd.png", _content(99))
    _write(source / "labels" / "odd.txt", odd)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{_BOX} 0.9", "has an object with a fifth number: the score of a prediction, which no ground truth has"),
        ("7 0.5 0.5 0.5 0.5", "has an object whose class number has no name"),
        ("-1 0.5 0.5 0.5 0.5", "has an object whose class number has no name"),
        ("0 0.5 0.5 1_0 0.5", "has an object whose box cannot be read"),
        ("0 0.5 0.5 \u0661 0.5", "has an object whose box cannot be read"),
        ("0.5 0.5 0.5 0.5 0.5", "has an object without a class"),
        ("\u0660 0.5 0.5 0.5 0.5", "has an object without a class"),
    ],
)
def test_a_line_of_yolo_that_is_no_ground_truth_is_left_out_by_its_reason(
    line: str, reason: str, tmp_path: Path
) -> None:
    _yolo(tmp_path / "source", line)

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert left_out == {reason: 1, _NO_OBJECT: 1}
    assert len(rows) == 6 and "odd.png" not in rows


@pytest.mark.parametrize(
    ("line", "yaml", "corners"),
    [
        ("1 0.1 0.1 0.5 0.1 0.5 0.5", "names: [cat, dog]", ("6.4", "4.8", "32", "24")),
        ("1 0.5 0.5 0.5 0.5 0.1 0.1 2 0.2 0.2 2", "names: [cat, dog]\nkpt_shape: [2, 3]", ("16", "12", "48", "36")),
        ("1 0.5 0.5 0.5 0.5 0.1 0.1", "names: [cat, dog]\nkpt_shape:\n  - 1\n  - 2", ("16", "12", "48", "36")),
        ("1.0 0.5 0.5 0.5 0.5", "names: [cat, dog]", ("16", "12", "48", "36")),
    ],
    ids=["polygon", "key points and visibility", "key points", "decimal class number"],
)
def test_a_line_of_yolo_has_the_box_of_its_kind(line: str, yaml: str, corners: tuple[str, ...], tmp_path: Path) -> None:
    _yolo(tmp_path / "source", _BOX + " 0.1" * (6 if "3]" in yaml else 2) * ("kpt" in yaml) + "\n" + line, yaml)
    for number in range(6):
        (tmp_path / "source" / "labels" / f"{number}.txt").write_text(line)

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert left_out == {"has an object of a class that is in one split alone": 1}
    assert {corner for found in rows.values() for corner in found} == {("dog", *corners)}


@pytest.mark.parametrize(
    ("yaml", "names"),
    [
        ("names: ['a, b', c]", ["a, b", "c"]),
        ("names: [a, b] # both", ["a", "b"]),
        ("names: [a,\n  # no name\n  b,\n]\nnc: 2", ["a", "b"]),
        ("names: {0: a, 1: 'it''s, b'}", ["a", "it's, b"]),
        ('names:\n- \'a # x\' # y\n- "b \\" # \\u00fc" # z\n', ["a # x", 'b " # ü']),
        ("names:\n  '0': a\n  1: b: c\n", ["a", "b: c"]),
        ("names: [http://a, 'b]']", ["http://a", "b]"]),
    ],
)
def test_the_names_of_yolo_are_read_as_yaml_writes_them(yaml: str, names: list[str], tmp_path: Path) -> None:
    _yolo(tmp_path / "source", f"{_BOX}\n1 0.5 0.5 0.25 0.25", yaml, count=0)
    for number in range(4):
        _write(tmp_path / "source" / "images" / f"{number}.png", _content(number))
        _write(tmp_path / "source" / "labels" / f"{number}.txt", f"{_BOX}\n1 0.5 0.5 0.25 0.25")

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert left_out == {}
    assert sorted({row[0] for found in rows.values() for row in found}) == sorted(names)


def test_a_blank_line_in_a_list_of_classes_counts(tmp_path: Path) -> None:
    _yolo(tmp_path / "source", "2 0.5 0.5 0.5 0.5", count=5)
    (tmp_path / "source" / "data.yaml").unlink()
    (tmp_path / "source" / "classes.txt").write_text("cat\n\ndog\n")
    (tmp_path / "source" / "labels" / "0.txt").write_text("2 0.5 0.5 0.5 0.5")

    rows, _ = _imported(tmp_path / "source", tmp_path / "data")

    assert {rows[name][0][0] for name in ("0.png", "odd.png")} == {"dog"}


def test_classes_without_names_and_with_two_are_refused(tmp_path: Path) -> None:
    _yolo(tmp_path / "two", _BOX)
    _write(tmp_path / "two" / "more" / "data.yaml", "names: [dog, cat]")
    _yolo(tmp_path / "none", _BOX)
    (tmp_path / "none" / "data.yaml").unlink()

    with pytest.raises(TrainingError, match=r"names its classes in data.yaml and, differently, in more/data.yaml; imp"):
        _imported(tmp_path / "two", tmp_path / "data")
    with pytest.raises(TrainingError, match="holds no names of its classes; data.yaml with names, classes.txt or obj"):
        _imported(tmp_path / "none", tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("yaml", ["names: {9%s: x, 0: dog}", "names:\n  9%s: x\n  0: dog\n", "kpt_shape: [9%s, 3]"])
def test_a_class_number_of_thousands_of_digits_is_none(yaml: str, tmp_path: Path) -> None:
    _yolo(tmp_path / "source", _BOX, yaml % ("9" * 5000))

    with pytest.raises(TrainingError, match="holds no names of its classes"):
        _imported(tmp_path / "source", tmp_path / "data")


def test_labels_with_the_name_of_a_list_are_labels_in_their_folder_and_reported_elsewhere(tmp_path: Path) -> None:
    _yolo(tmp_path / "source", _BOX)
    _write(tmp_path / "source" / "images" / "train.png", _content(50))
    _write(tmp_path / "source" / "labels" / "train.txt", _BOX)
    _write(tmp_path / "source" / "flat" / "classes.png", _content(51))
    _write(tmp_path / "source" / "flat" / "classes.txt", _BOX)

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert rows["train.png"] == [("cat", "16", "12", "48", "36")]
    assert not [name for name in rows if "classes" in name]
    assert left_out == {"has the name of a list of YOLO, from which its labels cannot be told; rename both": 1}


def _coco(source: Path, change: Callable[[dict[str, Any]], None], names: Sequence[str] = ()) -> None:
    document: dict[str, Any] = {"images": [], "annotations": [], "categories": [{"id": 3, "name": "cat"}]}
    for number in range(6):
        name = names[number] if number < len(names) else f"{number}.png"
        file = Path(os.fsdecode(os.fsencode(source / "images") + b"/" + name.encode("utf-8", "surrogateescape")))
        _write(file, _content(number))
        document["images"].append({"id": number, "file_name": name, "width": 64, "height": 48})
        document["annotations"].append({"id": number, "image_id": number, "category_id": 3, "bbox": [1, 2, 29, 38]})
    change(document)
    _write(source / "instances.json", json.dumps(document))


@pytest.mark.parametrize(
    ("change", "left_out", "images"),
    [
        (
            lambda d: d["images"][0].update(width=128, height=96),
            {"has another size than its annotation says, so that its boxes belong elsewhere": 1},
            5,
        ),
        (lambda d: d["images"][0].update(width=10**400), {}, 6),
        (lambda d: d["images"][0].update(width=0, height=0), {}, 6),
        (
            lambda d: d["images"][0].update(id=1),
            {
                "lists several images under one identifier": 2,
                "has an object of an image that the file does not list": 1,
            },
            4,
        ),
        (
            lambda d: d["annotations"].append({"image_id": 77, "category_id": 3, "bbox": [1, 1, 9, 9]}),
            {"has an object of an image that the file does not list": 1},
            6,
        ),
        (
            lambda d: (d["categories"].append({"id": 4, "name": None}), d["annotations"][0].update(category_id=4)),
            {"has an object without a class": 1, _NO_OBJECT: 1},
            5,
        ),
        (
            lambda d: (
                d["categories"].extend([{"id": 4, "name": "dog"}, {"id": 4, "name": "horse"}]),
                d["annotations"][0].update(category_id=4),
            ),
            {"has an object whose class has several names in the file": 1, _NO_OBJECT: 1},
            5,
        ),
        (
            lambda d: (d["categories"].append({"id": 4, "name": "\ud800"}), d["annotations"][0].update(category_id=4)),
            {"has an object without a class, or with one that is no text": 1, _NO_OBJECT: 1},
            5,
        ),
    ],
    ids=["size", "large size", "no size", "image twice", "no image", "null", "class twice", "surrogate"],
)
def test_what_contradicts_itself_in_coco_is_left_out(
    change: Callable[[dict[str, Any]], None], left_out: dict[str, int], images: int, tmp_path: Path
) -> None:
    _coco(tmp_path / "source", change)

    rows, found = _imported(tmp_path / "source", tmp_path / "data")

    assert found == left_out
    assert len(rows) == images
    assert {row for listed in rows.values() for row in listed} == {("cat", "1", "2", "30", "40")}


@pytest.mark.skipif(os.name == "nt", reason="Windows allows few of these names")
def test_names_that_a_csv_cannot_say_are_changed_or_left_out(tmp_path: Path) -> None:
    _coco(tmp_path / "source", lambda d: None, [" a.png", "north/c:d.png", "\udcff.png", "e\nf.png"])

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert set(rows) == {"a.png", "north/c:d.png", "4.png", "5.png"}
    assert left_out == {"has a name that another image has, or that holds control characters": 2}


def test_a_line_break_in_a_class_of_voc_is_layout(tmp_path: Path) -> None:
    for number in range(4):
        _write(tmp_path / "source" / f"{number}.png", _content(number))
        box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
        item = f"<object><name>\n  big\n  cat\n</name>{box}</object>"
        text = f"<annotation><filename>{number}.png</filename>{item}</annotation>"
        _write(tmp_path / "source" / f"{number}.xml", text)

    rows, _ = _imported(tmp_path / "source", tmp_path / "data")

    assert {row[0] for found in rows.values() for row in found} == {"big cat"}


def _labelme(source: Path, data: Callable[[int], object], path: Callable[[int], str], files: int) -> None:
    for number in range(6):
        if number < files:
            _write(source / f"{number}.jpg", _content(number, "JPEG"))
        shape = {"label": "cat", "points": [[30, 40], [1, 2]], "shape_type": "rectangle"}
        document = {"shapes": [shape], "imagePath": path(number), "imageWidth": 64, "imageHeight": 48}
        _write(source / "north" / f"{number}.json", json.dumps({**document, "imageData": data(number)}))


def _embedded(number: int) -> str:
    return base64.b64encode(_content(number, "JPEG")).decode()


@pytest.mark.parametrize(
    ("data", "path", "names"),
    [
        (_embedded, lambda number: f"..\\{number}.jpg", [f"{number}.jpg" for number in range(6)]),
        (
            lambda number: "data:image/jpeg;base64," + _embedded(number),
            lambda _: "..",
            [f"{number}.jpg" for number in range(6)],
        ),
        (
            _embedded,
            lambda number: "../gone.jpg" if number > 1 else f"{number}.jpg",
            ["0.jpg", "1.jpg", *(f"{number}.json/gone.jpg" for number in range(2, 6))],
        ),
    ],
    ids=["path", "no name", "one name"],
)
def test_the_image_that_labelme_embeds_is_used_where_its_file_is_missing(
    data: Callable[[int], object], path: Callable[[int], str], names: list[str], tmp_path: Path
) -> None:
    _labelme(tmp_path / "source", data, path, files=2)
    before = sorted((tmp_path / "source").rglob("*"))

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert left_out == {}
    assert sorted(rows) == names
    assert {row for found in rows.values() for row in found} == {("cat", "1", "2", "30", "40")}
    assert (tmp_path / "data" / "road" / "images" / names[5]).read_bytes() == _content(5, "JPEG")
    assert sorted((tmp_path / "source").rglob("*")) == before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "names an image that is not in the folder, or is there more than once"),
        ("%%%", "embeds an image (imageData) that is not Base64"),
        (5, "embeds an image (imageData) that is not Base64"),
        ("aGVsbG8=", "cannot be read as a picture"),
    ],
)
def test_an_image_of_labelme_without_a_file_or_a_usable_copy_is_left_out(
    data: object, reason: str, tmp_path: Path
) -> None:
    _labelme(tmp_path / "source", lambda _: data, lambda number: f"{number}.jpg", files=5)

    rows, left_out = _imported(tmp_path / "source", tmp_path / "data")

    assert left_out == {reason: 1}
    assert len(rows) == 5


def _dataset(folder: Path, names: Sequence[str], classes: Sequence[str]) -> None:
    for split, own in (("train", names[::2]), ("test", names[1::2])):
        file = io.StringIO(newline="")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["filename", "xmin", "ymin", "xmax", "ymax", "class"])
        for name in own:
            _write(folder / "road" / "images" / name, _content(names.index(name)))
            for place, class_name in enumerate(classes):
                writer.writerow([name, place, 1, 30, 40, class_name])
        _write(folder / "road" / "datasets" / f"{split}_road_{_STAMP}.csv", file.getvalue())


_CLASSES = [
    "Benzene(C6H6)",
    "nan",
    "None",
    "x" * 300,
    "\u202eabc",
    "😀",
    "a  b",
    "a b",
    "a\u00a0b",
    "a\nb",
    '"',
    "#",
    "- c",
]
_CLASSES += ["'", "[x]", "{0: y}", "a: b", "1", "true", "<b>", "a,b;c\td", "\\n", "class 1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows allows few of these names")
@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_hostile_names_and_classes_survive_export_and_import(form: str, tmp_path: Path) -> None:
    names = ["classes.png", "test.png", "images/train.png", "labels/val.png", "a%2Fb.png", "c:d.png", "x/e:f.png"]
    names += ["a'b.png", "😀.png", "e\u0301.png", "n.png.png", ".h.png", "a;b.png", "#1.png", "labels/images/z.png"]
    _dataset(tmp_path / "data", names, _CLASSES)
    before = read_dataset(tmp_path / "data", "road", "latest", "latest")
    assert before.dataset is not None, before.faults

    export_data(before.dataset, tmp_path / "out", form, lambda _: None)
    plan = Plan("road", form, 0.25, True, 1, _STAMP)
    import_data(tmp_path / "out", tmp_path / "again", plan, lambda _: None)

    again = read_dataset(tmp_path / "again", "road", "latest", "latest")
    assert again.dataset is not None, again.faults
    assert again.dataset.class_names == before.dataset.class_names
    for split, records in before.dataset.splits.items():
        expected = {record.file_name: sorted(zip(record.labels, record.boxes)) for record in records}
        found = {record.file_name: sorted(zip(record.labels, record.boxes)) for record in again.dataset.splits[split]}
        assert found.keys() == expected.keys()
        for name, objects in expected.items():
            assert [label for label, _ in found[name]] == [label for label, _ in objects]
            assert np.allclose([box for _, box in found[name]], [box for _, box in objects], atol=1e-6)


def test_an_export_to_yolo_refuses_images_whose_labels_would_be_lost(tmp_path: Path) -> None:
    _dataset(tmp_path / "data", ["a.png", "b.png", "a.jpg", "b.webp", "noext", "c.data"], ["cat"])
    dataset = read_dataset(tmp_path / "data", "road", "latest", "latest").dataset
    assert dataset is not None

    with pytest.raises(TrainingError) as error:
        export_data(dataset, tmp_path / "out", "yolo", lambda _: None)

    assert str(error.value).splitlines() == [
        "these images cannot be exported to YOLO:",
        "  images 'a.png' and 'a.jpg' have one label file in YOLO; rename one of them.",
        "  image 'noext' has no ending of a picture; YOLO finds pictures by it: rename the image.",
        "  images 'b.png' and 'b.webp' have one label file in YOLO; rename one of them.",
        "  image 'c.data' has no ending of a picture; YOLO finds pictures by it: rename the image.",
    ]
    assert not (tmp_path / "out").exists()
    export_data(dataset, tmp_path / "out", "coco", lambda _: None)
