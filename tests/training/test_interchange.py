from __future__ import annotations

import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from seeds import seeds

from detection.cli import main
from detection.config.settings_reader import read_settings
from detection.data.datasets import NO_FILE, Dataset, read_dataset
from detection.errors import TrainingError
from detection.interchange.exporting import export_data, read_for_export
from detection.interchange.importing import Plan, import_data
from detection.interchange.readers import READERS
from detection.interchange.splitting import Group, stratified

_STAMP = "240102030405"


def _picture(path: Path, seed: int, size: tuple[int, int] = (64, 48), form: str | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3)).astype(np.uint8)
    Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(path, form, compress_level=1)


def _plan(form: str = "auto", keeps: bool = False, seed: int = 1, share: float = 0.25) -> Plan:
    return Plan("road", form, share, keeps, seed, _STAMP)


def _read(folder: Path) -> Dataset:
    validation = f"validation_road_{_STAMP}.csv"
    has_one = (folder / "road" / "datasets" / validation).is_file()
    reading = read_dataset(folder, "road", "latest", "latest", validation_csv=validation if has_one else NO_FILE)
    assert reading.faults == ()
    assert reading.dataset is not None
    return reading.dataset


def _content(dataset: Dataset) -> dict[str, dict[str, Counter[tuple[tuple[float, ...], str]]]]:
    return {
        split: {
            record.file_name: Counter(
                (tuple(round(value, 6) for value in box), dataset.class_names[label])
                for box, label in zip(record.boxes, record.labels)
            )
            for record in records
        }
        for split, records in dataset.splits.items()
    }


def _random_dataset(folder: Path, seed: int, splits: Sequence[str] = ("train", "test")) -> Dataset:
    """Writes a dataset of random sizes, boxes, names in subfolders, and classes of any letters."""
    draw = random.Random(seed)
    classes = ["pothole", "Straße, naß", '漢字 "x"', "a: b"][: draw.randint(1, 4)]
    for split in splits:
        rows = ["filename,xmin,ymin,xmax,ymax,class"]
        for number in range(draw.randint(2, 5)):
            name = (
                draw.choice(["", "north/", "south/deep/", "train/", "val/images/"])
                + f"{split}-{number}.{draw.choice(['png', 'jpg', 'webp'])}"
            )
            width, height = draw.randint(20, 90), draw.randint(20, 90)
            _picture(folder / "road" / "images" / name, draw.randrange(10**6), (width, height))
            boxes = set()
            for label in classes if number == 0 else draw.choices(classes, k=draw.randint(0, 4)):
                xmin, ymin = draw.uniform(0, width - 8), draw.uniform(0, height - 8)
                xmax, ymax = draw.uniform(xmin + 2, width), draw.uniform(ymin + 2, height)
                digits = draw.choice([0, 2, 6])
                box = [round(value, digits) for value in (xmin, ymin, xmax, ymax)]
                quoted = '"' + label.replace('"', '""') + '"'
                boxes.add(f"{name},{','.join(map(str, box))},{quoted}")
            rows += sorted(boxes) or [f"{name},,,,,"]
        csv = folder / "road" / "datasets" / f"{split}_road_{_STAMP}.csv"
        csv.parent.mkdir(parents=True, exist_ok=True)
        csv.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return _read(folder)


@pytest.mark.parametrize("seed", seeds(per_change=5, per_night=12))
@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_a_dataset_is_the_same_after_export_and_import(form: str, seed: int, tmp_path: Path) -> None:
    dataset = _random_dataset(tmp_path / "data", seed)

    export_data(dataset, tmp_path / "out", form, lambda line: None)
    import_data(tmp_path / "out", tmp_path / "again", _plan(keeps=True), lambda line: None)

    assert _content(_read(tmp_path / "again")) == _content(dataset)


@pytest.mark.parametrize("seed", seeds(per_change=5, per_night=12))
@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_a_validation_file_is_a_split_of_its_own_after_export_and_import(form: str, seed: int, tmp_path: Path) -> None:
    dataset = _random_dataset(tmp_path / "data", seed, ("train", "test", "validation"))
    said: list[str] = []

    export_data(dataset, tmp_path / "out", form, said.append)
    import_data(tmp_path / "out", tmp_path / "again", _plan(keeps=True), said.append)

    again = _read(tmp_path / "again")
    assert len(again.validation) == len(dataset.validation) >= 2
    assert _content(again) == _content(dataset)
    assert f", {len(dataset.validation)} validation and " in said[0]
    assert f"set DATA.VALIDATION_CSV=validation_road_{_STAMP}.csv" in said[-1]


@pytest.mark.parametrize("seed", seeds(per_change=3, per_night=6))
@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_the_images_that_are_held_out_are_a_split_of_their_own_after_export_and_import(
    form: str, seed: int, tmp_path: Path, exp_config: Callable[..., str]
) -> None:
    data = tmp_path / "data"
    whole = _random_dataset(data, seed + 100)
    (tmp_path / "road.json").write_text(exp_config({"IMAGE_TYPE": "road", "DATA.VALIDATION": 0.4}))
    settings = read_settings(file=tmp_path / "road.json", variable=None, environment={}, overrides=[])

    dataset = read_for_export(settings, data, lambda line: None)
    export_data(dataset, tmp_path / "out", form, lambda line: None)
    import_data(tmp_path / "out", tmp_path / "again", _plan(keeps=True), lambda line: None)

    again = _read(tmp_path / "again")
    held = {record.file_name for record in dataset.validation}
    assert held and held == {record.file_name for record in again.validation}
    assert held < {record.file_name for record in whole.train}
    joined, parts = _content(whole), _content(again)
    assert parts.pop("test") == joined["test"]
    assert {**parts["train"], **parts.get("validation", {})} == joined["train"]


def _voc(folder: Path) -> None:
    for number in range(8):
        _picture(folder / "JPEGImages" / f"{number}.jpg", number)
        (folder / "Annotations").mkdir(exist_ok=True)
        (folder / "Annotations" / f"{number}.xml").write_text(
            f"<annotation><filename>{number}.jpg</filename><size><width>64</width><height>48</height></size>"
            "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
            "</object></annotation>"
        )


def _labelme(folder: Path) -> None:
    for number in range(8):
        _picture(folder / f"{number}.jpg", number)
        shape = {"label": "cat", "points": [[30, 40], [1, 2]], "shape_type": "rectangle"}
        document = {"shapes": [shape], "imagePath": f"{number}.jpg", "imageWidth": 64, "imageHeight": 48}
        (folder / f"{number}.json").write_text(json.dumps(document))


def _cvat(folder: Path) -> None:
    images = ""
    for number in range(8):
        _picture(folder / "images" / f"{number}.jpg", number)
        images += (
            f'<image id="{number}" name="{number}.jpg" width="64" height="48">'
            '<polygon label="cat" points="1,2;30,2;30,40;1,40"/></image>'
        )
    (folder / "annotations.xml").write_text(f"<annotations><version>1.1</version>{images}</annotations>")


def _tfod(folder: Path) -> None:
    rows = ["filename,width,height,class,xmin,ymin,xmax,ymax"]
    for number in range(8):
        _picture(folder / "images" / f"{number}.jpg", number)
        rows.append(f"{number}.jpg,64,48,cat,1,2,30,40")
    (folder / "labels.csv").write_text("\n".join(rows))


def _openimages(folder: Path) -> None:
    rows = ["ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf"]
    for number in range(8):
        _picture(folder / "images" / f"{number:016x}.jpg", number)
        rows.append(f"{number:016x},xclick,/m/01,1,{1 / 64},{30 / 64},{2 / 48},{40 / 48},0,0,0")
        rows.append(f"{number:016x},xclick,/m/01,1,0,1,0,1,0,0,1")
    (folder / "boxes.csv").write_text("\n".join(rows))
    (folder / "class-descriptions-boxable.csv").write_text("/m/01,cat\n")


def _coco(folder: Path) -> None:
    images, boxes = [], []
    for number in range(8):
        _picture(folder / "images" / f"{number}.jpg", number)
        images.append({"id": number, "file_name": f"{number}.jpg", "width": 64, "height": 48})
        boxes.append({"id": number, "image_id": number, "category_id": 5, "bbox": [1, 2, 29, 38]})
    document = {"images": images, "annotations": boxes, "categories": [{"id": 5, "name": "cat"}]}
    (folder / "instances.json").write_text(json.dumps(document))


def _yolo(folder: Path) -> None:
    (folder / "labels").mkdir(parents=True)
    for number in range(8):
        _picture(folder / "images" / f"{number}.jpg", number)
        x, y, width, height = 15.5 / 64, 21 / 48, 29 / 64, 38 / 48
        (folder / "labels" / f"{number}.txt").write_text(f"0 {x} {y} {width} {height}\n")
    (folder / "data.yaml").write_text("names: ['cat']\n")


_SAMPLES: dict[str, Callable[[Path], None]] = {
    "voc": _voc,
    "coco": _coco,
    "yolo": _yolo,
    "tfod": _tfod,
    "labelme": _labelme,
    "cvat": _cvat,
    "openimages": _openimages,
}


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("is_named", [True, False])
def test_import_data_reads_every_format_and_recognises_it(form: str, is_named: bool, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _SAMPLES[form](source)
    said: list[str] = []

    import_data(source, tmp_path / "data", _plan(form if is_named else "auto"), said.append)

    dataset = _read(tmp_path / "data")
    assert said[0] == f"{form}: 6 training and 2 test images, 1 classes"
    assert dataset.class_names == {1: "cat"}
    assert {
        tuple(round(value, 6) for value in box) for record in (*dataset.train, *dataset.test) for box in record.boxes
    } == {(1.0, 2.0, 30.0, 40.0)}


def test_import_data_never_splits_near_duplicates_and_follows_the_seed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    rows = ["filename,class,xmin,ymin,xmax,ymax"]
    for number in range(24):
        # Each picture is there as a JPEG and, smaller, as a PNG.
        _picture(source / "images" / f"{number}.jpg", number, (64, 48))
        _picture(source / "images" / f"{number}-small.png", number, (48, 36))
        rows += [f"{number}.jpg,cat,1,2,30,40", f"{number}-small.png,cat,1,2,30,30"]
    (source / "labels.csv").write_text("\n".join(rows))

    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        import_data(source, tmp_path / folder, _plan(seed=seed), lambda line: None)

    splits = [_content(_read(tmp_path / folder)) for folder in "abc"]
    assert splits[0] == splits[1] != splits[2]
    stems = [{name.removesuffix(".jpg").removesuffix("-small.png") for name in splits[0][split]} for split in splits[0]]
    assert not stems[0] & stems[1] and len(stems[1]) == 6


def test_stratified_gives_each_class_its_share_of_both_splits() -> None:
    draw = random.Random(5)
    groups = []
    for number in range(400):
        names = [name for name, share in (("often", 0.9), ("some", 0.3), ("rare", 0.03)) if draw.random() < share]
        groups.append(Group(str(number), (number,), Counter(names)))

    test, one_sided = stratified(groups, 0.2, seed=3)

    assert one_sided == set() and 70 <= len(test) <= 90
    for name in ("often", "some", "rare"):
        total = sum(name in group.classes for group in groups)
        share = sum(name in groups[place].classes for place in test) / total
        assert abs(share - 0.2) <= max(0.03, 1 / total), name


def test_import_data_names_everything_that_it_leaves_out(tmp_path: Path) -> None:
    source = tmp_path / "source"
    _coco(source)
    document = json.loads((source / "instances.json").read_text())
    document["images"] += [
        {"id": 20, "file_name": "../../etc/passwd", "width": 1, "height": 1},
        {"id": 21, "file_name": "gone.jpg", "width": 1, "height": 1},
        {"id": 22, "file_name": "broken.jpg", "width": 64, "height": 48},
    ]
    document["annotations"] += [
        {"id": 30, "image_id": 0, "category_id": 9, "bbox": [1, 2, 3, 4]},
        {"id": 31, "image_id": 0, "category_id": 5, "bbox": [1, 2, "x", 4]},
        {"id": 32, "image_id": 0, "category_id": 5, "bbox": [1, 2, 0, 4]},
        {"id": 33, "image_id": 0, "category_id": 5, "bbox": [50, 2, 40, 4]},
        {"id": 34, "image_id": 0, "category_id": 5, "bbox": [1, 2, 29, 38]},
        {"id": 35, "image_id": 0, "category_id": 5, "bbox": [1, 2, 3, 4], "iscrowd": 1},
    ]
    (source / "images" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    (source / "instances.json").write_text(json.dumps(document))
    (source / "half.json").write_text('{"images": [')
    (source / "link.jpg").symlink_to("/etc/passwd")

    import_data(source, tmp_path / "data", _plan(), lambda line: None)

    assert json.loads((tmp_path / "data" / "import.json").read_text())["leftOut"] == {
        "is a link, and links are not followed": 1,
        "is not valid JSON": 1,
        "has an object without a class": 1,
        "has an object whose box cannot be read": 1,
        "has an object that stands for a crowd or group": 1,
        "names an image that is not in the folder, or is there more than once": 2,
        "cannot be read as a picture": 1,
        "has a box without area": 1,
        "has a box that reaches outside the image": 1,
        "has a box twice": 1,
    }
    assert len(_read(tmp_path / "data").train) == 6


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><annotation><filename>&y;</filename></annotation>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
        "<a>" * 100_000,
        "<annotation><filename>0.jpg",
        "\0",
    ],
    ids=["entities", "external", "deep", "cut", "empty"],
)
def test_import_data_survives_hostile_xml(text: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    _voc(source)
    (source / "Annotations" / "hostile.xml").write_text(text)

    import_data(source, tmp_path / "data", _plan("voc"), lambda line: None)

    document = json.loads((tmp_path / "data" / "import.json").read_text())
    assert [line.partition(":")[0] for line in document["lines"]] == ["Annotations/hostile.xml"]
    assert "passwd" not in json.dumps(document)


@pytest.mark.parametrize("name", ["../evil.jpg", "/evil.jpg", "a/../../evil.jpg", "..\\evil.jpg", "C:\\evil.jpg"])
def test_import_data_refuses_archives_whose_paths_lead_out(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"evil")

    with pytest.raises(TrainingError, match="a link or a path out of the archive"):
        import_data(tmp_path / "a.zip", tmp_path / "data", _plan(), lambda line: None)
    assert not (tmp_path / "evil.jpg").exists()


def test_import_data_refuses_an_archive_that_is_a_bomb_and_one_that_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"\0" * (64 << 20))
    (tmp_path / "none.zip").write_bytes(b"PK nothing")

    with pytest.raises(TrainingError, match="would unpack to 67108864 bytes"):
        import_data(tmp_path / "bomb.zip", tmp_path / "data", _plan(), lambda line: None)
    with pytest.raises(TrainingError, match="cannot be unpacked"):
        import_data(tmp_path / "none.zip", tmp_path / "data", _plan(), lambda line: None)


def test_import_data_reads_an_archive(tmp_path: Path) -> None:
    _coco(tmp_path / "source")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in sorted((tmp_path / "source").rglob("*.*")):
            archive.write(path, path.relative_to(tmp_path))

    import_data(tmp_path / "a.zip", tmp_path / "data", _plan(), lambda line: None)

    assert len(_read(tmp_path / "data").train) == 6


def test_commands_import_and_export(tmp_path: Path, exp_config: Callable[..., str]) -> None:
    _yolo(tmp_path / "source")
    (tmp_path / "small.json").write_text(exp_config({"IMAGE_TYPE": "road"}))
    data = str(tmp_path / "data")

    imported = main(["import-data", "--from", str(tmp_path / "source"), "--image-type", "road", "--output", data])
    exported = main(
        ["export-data", "--exp-config", str(tmp_path / "small.json"), "--data", data, "--format", "coco", "--output"]
        + [str(tmp_path / "out")]
    )

    assert (imported, exported) == (0, 0)
    assert (tmp_path / "out" / "annotations" / "instances_test.json").is_file()
    assert main(["import-data", "--from", data, "--image-type", "../x", "--output", data]) == 1
