from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detection.data.demo.demo_data import DemoDataResult, create_demo_data
from detection.data.demo.road_pictures import HEIGHT, WIDTH, RoadPicture, draw_road_picture
from detection.errors import TrainingError


def create(data: Path, *, images: int = 10, seed: int = 7, image_type: str = "pothole") -> DemoDataResult:
    return create_demo_data(data, image_type=image_type, images=images, seed=seed)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written_at(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*")}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_create_demo_data_writes_the_layout_of_a_datastore(tmp_path: Path) -> None:
    result = create(tmp_path)
    assert result == DemoDataResult(
        tmp_path / "pothole/datasets/train_pothole_240102030405.csv",
        tmp_path / "pothole/datasets/test_pothole_240102030405.csv",
        created=True, train_images=8, test_images=2,
    )  # fmt: skip
    assert sorted(contents(tmp_path)) == [
        "pothole/datasets/test_pothole_240102030405.csv",
        "pothole/datasets/train_pothole_240102030405.csv",
        "pothole/demo_data.json",
        *(f"pothole/images/pothole_{number:04d}.png" for number in range(1, 11)),
    ]


def test_create_demo_data_puts_every_image_into_one_split_and_leaves_a_fifth_empty(tmp_path: Path) -> None:
    result = create(tmp_path, images=50)
    splits = [rows(result.train_csv), rows(result.test_csv)]
    names = [{row["filename"] for row in split} for split in splits]
    assert [len(split) for split in names] == [result.train_images, result.test_images] == [40, 10]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {path.name for path in (tmp_path / "pothole/images").iterdir()}
    assert [len([row for row in split if not row["class"]]) for split in splits] == [8, 2]


def test_create_demo_data_draws_potholes_in_both_splits_of_the_smallest_set(tmp_path: Path) -> None:
    result = create(tmp_path, images=5)
    for path in (result.train_csv, result.test_csv):
        assert "pothole" in {row["class"] for row in rows(path)}


def test_create_demo_data_writes_rows_with_a_box_inside_the_image_or_a_file_name_alone(tmp_path: Path) -> None:
    result = create(tmp_path, images=20)
    for row in rows(result.train_csv) + rows(result.test_csv):
        if not row["class"]:
            assert list(row.values()) == [row["filename"], "", "", "", "", ""]
            continue
        xmin, ymin, xmax, ymax = (int(row[name]) for name in ("xmin", "ymin", "xmax", "ymax"))
        assert 0 <= xmin < xmax <= WIDTH and 0 <= ymin < ymax <= HEIGHT


def test_create_demo_data_writes_nothing_when_the_set_is_complete(tmp_path: Path) -> None:
    create(tmp_path)
    before = written_at(tmp_path)
    assert create(tmp_path).created is False
    assert written_at(tmp_path) == before


def test_create_demo_data_writes_bytes_that_depend_on_the_seed_alone(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("second", 7), ("third", 8)):
        create(tmp_path / name, seed=seed)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    picture = "pothole/images/pothole_0001.png"
    assert contents(tmp_path / "first")[picture] != contents(tmp_path / "third")[picture]


def test_draw_road_picture_draws_the_same_pixels_on_every_machine() -> None:
    # A change renames every experiment on the demo data. If it is intended, raise _DRAWING in demo_data.py.
    series = b"".join(draw_road_picture(7, index, with_potholes=index != 2).png for index in range(6))
    assert hashlib.sha256(series).hexdigest() == "20cc6fee8314c97dbd6218060e65810b95c4ab9b6ff6fac34b7a8912855c80df"


@pytest.mark.parametrize("harm", ["delete", "damage"])
@pytest.mark.parametrize("name", ["images/pothole_0003.png", "datasets/test_pothole_240102030405.csv"])
def test_create_demo_data_repairs_a_damaged_set_and_keeps_the_rest(tmp_path: Path, harm: str, name: str) -> None:
    create(tmp_path)
    whole, before = contents(tmp_path), written_at(tmp_path)
    harmed = tmp_path / "pothole" / name
    harmed.unlink() if harm == "delete" else harmed.write_bytes(b"half")
    assert create(tmp_path).created is True
    assert contents(tmp_path) == whole
    assert written_at(tmp_path)["pothole_0004.png"] == before["pothole_0004.png"]


def test_create_demo_data_completes_an_interrupted_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path / "whole")

    def interrupted(seed: int, index: int, *, with_potholes: bool) -> RoadPicture:
        if index == 6:
            raise KeyboardInterrupt
        return draw_road_picture(seed, index, with_potholes=with_potholes)

    with monkeypatch.context() as patch:
        patch.setattr("detection.data.demo.demo_data.draw_road_picture", interrupted)
        with pytest.raises(KeyboardInterrupt):
            create(tmp_path / "broken")
    assert len(list((tmp_path / "broken/pothole/images").iterdir())) == 6
    assert not list((tmp_path / "broken").rglob("*.csv"))
    assert create(tmp_path / "broken").created is True
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


def test_create_demo_data_replaces_a_larger_set_by_a_smaller_one(tmp_path: Path) -> None:
    create(tmp_path / "replaced", images=15)
    create(tmp_path / "replaced", images=10)
    create(tmp_path / "new", images=10)
    assert contents(tmp_path / "replaced") == contents(tmp_path / "new")


def test_create_demo_data_never_touches_files_of_other_origin(tmp_path: Path) -> None:
    theirs = tmp_path / "pothole/images/pothole_0003.png"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"a photograph")
    with pytest.raises(TrainingError, match="pothole_0003.png already exists and is not demo data; move it away"):
        create(tmp_path)
    assert contents(tmp_path) == {"pothole/images/pothole_0003.png": b"a photograph"}

    create(tmp_path, image_type="demo")
    (tmp_path / "demo/images/other.png").write_bytes(b"another")
    create(tmp_path, image_type="demo", seed=8)
    assert (tmp_path / "demo/images/other.png").read_bytes() == b"another"


def test_create_demo_data_lists_every_file_with_its_hash_in_the_manifest(tmp_path: Path) -> None:
    create(tmp_path)
    files = json.loads((tmp_path / "pothole/demo_data.json").read_text())["files"]
    assert files == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in contents(tmp_path / "pothole").items()
        if name != "demo_data.json"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"demo_data.json is not JSON \(.*\); restore it, or delete the folder .*pothole"),
        ("[]", "demo_data.json has no list of files; restore it, or delete the folder .*pothole"),
    ],
)
def test_create_demo_data_fails_when_the_manifest_is_damaged(tmp_path: Path, text: str, message: str) -> None:
    create(tmp_path, images=5)
    (tmp_path / "pothole/demo_data.json").write_text(text)
    with pytest.raises(TrainingError, match=message):
        create(tmp_path, images=5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": 4}, "--images is 4; it must be at least 5"),
        ({"seed": -1}, "--seed is -1; it must be at least 0"),
        ({"image_type": "a/b"}, "--image-type is 'a/b'; it must be one folder name"),
        ({"image_type": ".."}, "--image-type is '..'; it must be one folder name"),
        ({"image_type": ""}, "--image-type is ''; it must be one folder name"),
    ],
)
def test_create_demo_data_fails_when_an_argument_is_out_of_range(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        create(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def brightness(png: bytes) -> Any:
    with Image.open(io.BytesIO(png)) as image:
        image.load()  # checks every checksum
        assert (image.format, image.mode, image.size) == ("PNG", "P", (WIDTH, HEIGHT))
        return np.asarray(image.convert("L")).astype(int)


@pytest.mark.parametrize("index", range(12))
def test_draw_road_picture_draws_dark_potholes_that_do_not_overlap(index: int) -> None:
    picture = draw_road_picture(7, index, with_potholes=True)
    level = brightness(picture.png)
    assert draw_road_picture(7, index, with_potholes=False).boxes == ()
    assert 1 <= len(picture.boxes) <= 4
    for xmin, ymin, xmax, ymax in picture.boxes:
        assert 0 <= xmin < xmax <= WIDTH and 0 <= ymin < ymax <= HEIGHT
        assert xmax - xmin >= 12 and ymax - ymin >= 12
        right, down = (xmax - xmin) // 4, (ymax - ymin) // 4
        inner = level[ymin + down : ymax - down, xmin + right : xmax - right]
        around = level[max(0, ymin - 8) : ymax + 8, max(0, xmin - 8) : xmax + 8]
        assert inner.mean() < 0.85 * np.quantile(around, 0.7)
    for first in range(len(picture.boxes)):
        for second in range(first):
            a, b = picture.boxes[first], picture.boxes[second]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_draw_road_picture_draws_potholes_of_many_sizes_most_large_enough_to_learn() -> None:
    sides = [
        min(box[2] - box[0], box[3] - box[1])
        for index in range(40)
        for box in draw_road_picture(7, index, with_potholes=True).boxes
    ]
    assert np.mean(np.array(sides) >= 16) > 0.85
    assert max(sides) > 50 and min(sides) < 20
