from __future__ import annotations

import io
import json
import random
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.cli import main
from detection.config.settings_reader import read_settings
from detection.data.datasets import read_dataset
from detection.data.exif import without_orientation
from detection.data.images import ImageStore
from detection.data.pictures import Picture, PictureError, as_rgb, examine, read_header, read_picture
from detection.train.train_stage import checkpoint_identity

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "datasets"))

import mutations  # noqa: E402

_GRID = np.indices((20, 40)).sum(axis=0)


def _write(folder: Path, name: str, image: Image.Image, **options: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / name, **options)
    return folder / name


def _works(read: object, path: Path) -> bool:
    try:
        read(path)  # type: ignore[operator]
    except PictureError:
        return False
    return True


def test_examine_accepts_a_picture_exactly_where_training_reads_it(tmp_path: Path) -> None:
    draw, samples, path = random.Random(11), mutations.samples(), tmp_path / "picture"
    refused = 0
    for _ in range(400):
        kind = draw.choice(sorted(samples))
        path.write_bytes(mutations.mutated_picture(draw, samples[kind]))
        examined = _works(examine, path)
        refused += not examined
        assert _works(read_picture, path) == examined, kind
        assert _works(lambda path: read_picture(path, at_least=(16, 16)), path) == examined, kind
        assert _works(read_header, path) or not examined, kind
        assert not examined or examine(path).stored == read_header(path).stored == read_picture(path).size, kind
    assert 100 < refused < 300


def test_a_jpeg_is_read_whole_when_it_lacks_only_its_last_bytes(tmp_path: Path) -> None:
    whole = _write(tmp_path, "whole.jpg", Image.fromarray((_GRID * 4).astype(np.uint8)), quality=60)
    content = whole.read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[:-2])
    (tmp_path / "half.jpg").write_bytes(content[: len(content) - 40])

    assert examine(tmp_path / "cut.jpg").traits == ("cut",)
    assert read_picture(tmp_path / "cut.jpg").tobytes() == read_picture(whole).tobytes()
    assert not _works(examine, tmp_path / "half.jpg")


@pytest.mark.parametrize("end", ["png", "tif"])
def test_16_bits_are_scaled_and_not_clipped(end: str, tmp_path: Path) -> None:
    path = _write(tmp_path, f"deep.{end}", Image.fromarray((_GRID * 1000).astype(np.uint16)))

    pixels = np.asarray(read_picture(path))

    assert examine(path).traits == ("deep",)
    assert np.abs(pixels[..., 0].astype(int) - (_GRID * 1000 / 257)).max() <= 0.51
    assert np.asarray(read_picture(path, depth=(0, 58000)))[..., 0].max() == 255


def test_floating_point_is_scaled_from_0_to_1_or_from_its_own_range(tmp_path: Path) -> None:
    share = _write(tmp_path, "share.tif", Image.fromarray((_GRID / 116).astype(np.float32)))
    kelvin = _write(tmp_path, "kelvin.tif", Image.fromarray((_GRID + 273).astype(np.float32)))

    assert np.asarray(read_picture(share)).max() == round(255 * 58 / 116)
    assert (np.asarray(read_picture(kelvin)).min(), np.asarray(read_picture(kelvin)).max()) == (0, 255)


def test_transparent_pixels_are_composed_on_white() -> None:
    clear = Image.new("RGBA", (2, 1), (200, 0, 0, 0))
    clear.putpixel((1, 0), (200, 0, 0, 255))
    palette = Image.new("P", (1, 1), 3)
    palette.info["transparency"] = 3

    assert [as_rgb(clear).getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255), (200, 0, 0)]
    assert as_rgb(palette).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(("value", "traits"), [(4 * 257, ("deep", "alpha")), (5, ("deep",))], ids=["there", "absent"])
def test_the_transparent_value_of_16_bits_is_composed_on_white(
    value: int, traits: tuple[str, ...], tmp_path: Path
) -> None:
    grid = _GRID * 4
    content = _write(tmp_path, "a.png", Image.fromarray((grid * 257).astype(np.uint16))).read_bytes()
    data = b"tRNS" + value.to_bytes(2, "big")
    at = content.index(b"IDAT") - 4
    chunk = (2).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(content[:at] + chunk + content[at:])

    assert examine(tmp_path / "a.png").traits == traits
    expected = np.where(grid * 257 == value, 255, grid)
    assert np.array_equal(np.asarray(read_picture(tmp_path / "a.png").convert("L")), expected)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_format_is_turned_by_its_orientation_and_by_nothing_else(
    form: str, orientation: int, tmp_path: Path
) -> None:
    stored = Image.fromarray((_GRID * 4).astype(np.uint8)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"tiffinfo": {0x0112: orientation}} if form == "TIFF" else {"exif": exif}
    path = _write(tmp_path, "picture", stored, format=form, **options)

    assert (read_header(path).stored, read_header(path).orientation) == ((40, 20), orientation)
    assert read_picture(path, 1).size == (40, 20)
    assert read_picture(path, orientation).size == ((20, 40) if orientation >= 5 else (40, 20))


def _tiff(order: str, magic: bytes, entries: list[tuple[int, int]], is_big: bool = False) -> bytes:
    """Returns a grey TIFF of 40 x 20 pixels with more entries: tag and value, 16 bits each."""
    content, offset = (_GRID * 4).astype(np.uint8).tobytes(), "Q" if is_big else "I"
    known = [(256, 40), (257, 20), (258, 8), (259, 1), (262, 1), (273, -1), *entries, (277, 1), (278, 20), (279, 800)]
    first, size = (16, 20) if is_big else (8, 12)
    count = struct.pack(order + ("Q" if is_big else "H"), len(known))
    data = first + len(count) + size * len(known) + struct.calcsize("=" + offset)
    head = magic + (struct.pack(order + "HHQ", 8, 0, first) if is_big else struct.pack(order + "I", first))
    rows = b"".join(
        struct.pack(order + "HH" + offset + "HH", tag, 3, 1, data if value < 0 else value, 0) + bytes(4 * is_big)
        for tag, value in sorted(known, key=lambda entry: entry[0])
    )
    return head + count + rows + bytes(struct.calcsize("=" + offset)) + content


@pytest.mark.parametrize(
    ("order", "magic", "values", "is_big", "orientation"),
    [
        ("<", b"II*\0", [6], False, 6),
        (">", b"MM\0*", [6], False, 6),
        ("<", b"II*\0", [1, 6], False, 1),
        (">", b"MM\0*", [8, 6], False, 8),
        (">", b"MM*\0", [6], False, 6),
        ("<", b"II\0*", [6], False, 6),
        ("<", b"II+\0", [6], True, 6),
        ("<", b"II+\0", [1, 6], True, 1),
        ("<", b"II+\0", [], True, 1),
        ("<", b"II*\0", [9], False, 1),
    ],
)
def test_a_tiff_of_any_kind_is_turned_by_its_first_orientation_and_by_nothing_else(
    order: str, magic: bytes, values: list[int], is_big: bool, orientation: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(_tiff(order, magic, [(0x0112, value) for value in values], is_big))

    assert examine(path).orientation == read_header(path).orientation == orientation
    assert examine(path).stored == read_header(path).stored == read_picture(path).size == (40, 20)
    assert np.array_equal(np.asarray(read_picture(path).convert("L")), (_GRID * 4).astype(np.uint8))
    assert read_picture(path, orientation).size == examine(path).upright


def test_pillow_does_not_see_the_xmp_of_a_tiff_from_which_newer_versions_take_an_orientation(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    Image.fromarray((_GRID * 4).astype(np.uint8)).save(path, tiffinfo={700: xmp})

    seen = Image.open(io.BytesIO(without_orientation(path.read_bytes())))

    assert 700 in Image.open(path).tag_v2
    assert 700 not in seen.tag_v2
    assert seen.tobytes() == (_GRID * 4).astype(np.uint8).tobytes()


def test_the_pixel_limit_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (20000, 10000)).save(path)

    with pytest.raises(PictureError, match="^has 200000000 pixels; it must have at most 178956970; make it smaller"):
        examine(path)


def _dataset(folder: Path, **options: object) -> list[Path]:
    paths = []
    for number, split in enumerate(("train", "train", "test")):
        image = Image.fromarray(((_GRID * (3 + number)) % 256).astype(np.uint8))
        paths.append(_write(folder / "pothole" / "images", f"{number}.png", image))
        csv = folder / "pothole" / "datasets" / f"{split}_pothole_240102030405.csv"
        csv.parent.mkdir(exist_ok=True)
        head = csv.read_text() if csv.exists() else "filename,xmin,ymin,xmax,ymax,class\n"
        csv.write_text(f"{head}{number}.png,1,1,9,9,pothole\n")
    return paths


def test_read_dataset_names_every_picture_that_does_not_decode_before_training(tmp_path: Path) -> None:
    paths = _dataset(tmp_path)
    for path in (paths[1], paths[2]):
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    strict = read_dataset(tmp_path, "pothole", "latest", "latest")
    dropping = read_dataset(tmp_path, "pothole", "latest", "latest", on_bad_rows="drop")

    assert [fault.partition(" cannot")[0] for fault in strict.faults if " cannot be read" in fault] == [
        "pothole/datasets/train_pothole_240102030405.csv(3): image '1.png'",
        "pothole/datasets/test_pothole_240102030405.csv(2): image '2.png'",
    ]
    assert dropping.faults[-1:] == (
        "pothole/datasets/test_pothole_240102030405.csv(1): holds no rows; it must hold at least one image.",
    )


def test_a_test_picture_does_not_decide_the_weights(tmp_path: Path, exp_config: object) -> None:
    paths = _dataset(tmp_path)
    (tmp_path / "small.json").write_text(exp_config())  # type: ignore[operator]
    settings = read_settings(file=tmp_path / "small.json", variable=None, environment={}, overrides=[])

    def identity() -> str:
        dataset = read_dataset(tmp_path, "pothole", "latest", "latest").dataset
        assert dataset is not None
        return checkpoint_identity(settings, dataset, None)

    first = identity()
    Image.new("L", (40, 20), 9).save(paths[2])
    assert identity() == first
    Image.new("L", (40, 20), 9).save(paths[0])
    assert identity() != first


def test_percentiles_are_those_of_the_training_split(tmp_path: Path) -> None:
    for path, most in zip(_dataset(tmp_path), (1000, 2000, 60000)):
        Image.fromarray((_GRID * most / 58).astype(np.uint16)).save(path)

    dataset = read_dataset(tmp_path, "pothole", "latest", "latest", depth="percentiles").dataset

    assert dataset is not None
    ranges = {record.depth for record in (*dataset.train, *dataset.test)}
    assert len(ranges) == 1
    low, high = ranges.pop() or (0, 0)
    assert 0 <= low < 20 and 1900 < high <= 2000
    assert ImageStore(40).load(dataset.test[0]).max() == 255


def test_decode_images_writes_one_json_object_per_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, "ä.png", Image.new("L", (3, 2)))
    (tmp_path / "broken.png").write_bytes(b"nothing")
    (tmp_path / "list.jsonl").write_text('"\\u00e4.png"\n"broken.png"\n')

    assert main(["decode-images", "--images", str(tmp_path), "--list", str(tmp_path / "list.jsonl")]) == 0

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    md5 = examine(tmp_path / "ä.png").md5
    assert first == {"name": "ä.png", "width": 3, "height": 2, "orientation": 1, "traits": [], "md5": md5}
    assert second["name"] == "broken.png" and second["fault"].startswith("cannot be read as a picture (JPEG, PNG,")


def test_picture_has_the_size_of_its_stored_and_of_its_upright_pixels() -> None:
    picture = Picture(40, 20, 6)

    assert (picture.stored, picture.upright, replace(picture, orientation=3).upright) == ((40, 20), (20, 40), (40, 20))
    assert as_rgb(Image.open(io.BytesIO(mutations.samples()["0-cmyk.jpg"]))).mode == "RGB"
