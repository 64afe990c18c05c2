"""What other tools write: each of these lost its objects, or trained on images whose objects were lost."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.errors import TrainingError, explain_full_disk
from detection.interchange.importing import Plan, import_data
from detection.interchange.run_lengths import run_length_box

_VOC = (
    "<annotation><filename>{}</filename><object><name>{}</name><bndbox>"
    "<xmin>1</xmin><ymin>1</ymin><xmax>30</xmax><ymax>30</ymax></bndbox></object></annotation>"
)
_HEADER = "filename;width;height;class;xmin;ymin;xmax;ymax"


def _picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3)).astype(np.uint8)
    Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC).save(path)


def _imported(source: Path, output: Path) -> tuple[set[tuple[str, ...]], dict[str, int]]:
    """Returns name, class and corners of every row, and how many things were left out by reason."""
    import_data(source, output, Plan("road", "auto", 0.25, False, 1, "240102030405"), lambda _: None)
    rows = set()
    for path in (output / "road" / "datasets").iterdir():
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            rows.add(tuple(row[key] or "" for key in ("filename", "class", "xmin", "ymin", "xmax", "ymax")))
    return rows, json.loads((output / "import.json").read_text())["leftOut"]


def _yolo_beside(source: Path) -> None:
    for number in range(4):
        _picture(source / f"{number}.png", number)
        (source / f"{number}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (source / "classes.txt").write_text("car\n")


def _coco_masks(source: Path) -> None:
    for number in range(4):
        _picture(source / f"{number}.png", number)
    mask = {"size": [48, 64], "counts": [16 * 48 + 12, 24] + [24, 24] * 31 + [12 + 16 * 48]}
    document = {
        "images": [{"id": str(number), "file_name": f"{number}.png"} for number in range(4)],
        "annotations": [
            {"image_id": number, "category_id": "7", "segmentation": mask, "iscrowd": "0"} for number in range(4)
        ],
        "categories": [{"id": 7, "name": "car"}],
    }
    (source / "instances.json").write_text(json.dumps(document))


def _cvat_tracks(source: Path) -> None:
    shapes = []
    for number in range(4):
        _picture(source / "images" / f"frame_{number:06}.png", number)
        shapes.append(f'<box frame="{number}" outside="0" xtl="16" ytl="12" xbr="48" ybr="36"/>')
    shapes.append('<box frame="3" outside="1" xtl="1" ytl="1" xbr="4" ybr="3"/>')
    text = f'<annotations><track id="0" label="car">{"".join(shapes)}</track></annotations>'
    (source / "annotations.xml").write_text(text)


def _excel(encoding: str) -> Callable[[Path], None]:
    def write(source: Path) -> None:
        lines = [_HEADER]
        for number in range(4):
            _picture(source / "images" / f"{number}.png", number)
            lines.append(f"{number}.png;64;48;car;16,0;12;48;36")
        (source / "labels.csv").write_bytes("\r\n".join(lines).encode(encoding))

    return write


@pytest.mark.parametrize(
    "write",
    [_yolo_beside, _coco_masks, _cvat_tracks, _excel("utf-8-sig"), _excel("utf-16")],
    ids=["yolo beside", "coco masks", "cvat tracks", "excel", "excel unicode"],
)
def test_import_data_reads_what_other_tools_write(write: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    write(tmp_path / "labels")

    rows, left_out = _imported(tmp_path / "labels", tmp_path / "data")

    assert {row[1:] for row in rows} == {("car", "16", "12", "48", "36")}
    assert len(rows) == 4
    assert left_out == {}


def test_import_data_finds_images_whose_names_differ_in_case_or_normalization(tmp_path: Path) -> None:
    source = tmp_path / "labels"
    for number in range(4):
        _picture(source / unicodedata.normalize("NFD", f"É{number}.png"), number)
        (source / f"{number}.xml").write_text(_VOC.format(f"é{number}.png", "car"), encoding="utf-8")

    rows, left_out = _imported(source, tmp_path / "data")

    assert {row[0] for row in rows} == {unicodedata.normalize("NFD", f"É{number}.png") for number in range(4)}
    assert left_out == {}


def test_import_data_leaves_out_an_image_whose_objects_are_all_lost(tmp_path: Path) -> None:
    source = tmp_path / "labels"
    for number, label in enumerate(["0 0.5 0.5 0.5 0.5"] * 4 + ["0 x", "0 0.1 0.1 0.9 0.9", "1 0.5 0.5 0.5 0.5", ""]):
        _picture(source / "images" / f"{number}.png", number)
        (source / "labels").mkdir(exist_ok=True)
        (source / "labels" / f"{number}.txt").write_text(label)
    (source / "data.yaml").write_text("names: [car, bus]\n")

    rows, left_out = _imported(source, tmp_path / "data")

    # 4 cannot be read, 5 reaches outside, the class of 6 is in one image alone; 7 really holds no object.
    assert {row[0] for row in rows} == {"0.png", "1.png", "2.png", "3.png", "7.png"}
    assert left_out["has no object left, and training would take it for an image without objects"] == 3


def test_import_data_names_shapes_without_a_box(tmp_path: Path) -> None:
    source = tmp_path / "labels"
    _picture(source / "images" / "0.png", 0)
    shapes = '<points label="car" points="1,2"/><cuboid label="car"/>'
    (source / "a.xml").write_text(f'<annotations><image name="0.png">{shapes}</image></annotations>')

    with pytest.raises(TrainingError, match="holds no image with an object"):
        _imported(source, tmp_path / "data")

    left_out = json.loads((tmp_path / "data" / "import.json").read_text())["leftOut"]
    assert left_out["has an object whose shape has no box"] == 2


def test_import_data_works_again_after_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels").mkdir()
    _yolo_beside(tmp_path / "labels")

    def copy(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])
        raise OSError(28, "No space left on device", str(source), None, str(target))

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", copy)
        with pytest.raises(OSError, match="No space left"):
            _imported(tmp_path / "labels", tmp_path / "data")

    rows, left_out = _imported(tmp_path / "labels", tmp_path / "data")
    assert len(rows) == 4
    assert left_out == {}


def test_run_length_box_reads_lists_and_packed_text() -> None:
    # 9 rows, 10 columns; the object is rows 2 to 4 of columns 3 and 4.
    counts = [3 * 9 + 2, 3, 6, 3, 5 * 9 + 4]
    assert run_length_box({"size": [9, 10], "counts": counts}) == (3, 2, 5, 5)
    # Packed as by rleToString of the COCO API: each length from the fourth on is a difference.
    assert run_length_box({"size": [9, 10], "counts": "m0360[1"}) == (3, 2, 5, 5)


@pytest.mark.parametrize(
    "mask",
    [
        {},
        {"size": [9, 10]},
        {"size": [9, 10], "counts": [91]},
        {"size": [9, 10], "counts": [90]},
        {"size": [9, 10], "counts": "\x7f"},
        {"size": [9, 10], "counts": [-1, 4]},
    ],
)
def test_run_length_box_refuses_what_is_no_mask(mask: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        run_length_box(mask)


def test_a_full_disk_is_reported_for_the_file_that_is_written() -> None:
    error = OSError(28, "No space left on device", "labels/0.png", None, "data/0.png")
    assert (explain_full_disk(error) or "").startswith("there is no space left for data/0.png (No space left")
