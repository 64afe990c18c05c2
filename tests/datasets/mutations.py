"""Seeded mutations of datasets: the same files for the trainer and for the build.

``python mutations.py FOLDER --count N --seed S`` writes ``cases.json``, datasets whose CSV files are mutated, and
``pictures/``, datasets of mutated pictures, each with the answers of the trainer's reader.
tests/Datasets.Tests/MutationTests.cs compares every word of the build's reader with them.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "training"))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from detection.data.datasets import DatasetReading, read_dataset  # noqa: E402

_STAMP = "240102030405"
_HEADER = "filename,xmin,ymin,xmax,ymax,class"
_PER_DATASET = 100  # pictures of one dataset
_SIZES = ((64, 48), (33, 17), (8, 8), (120, 90))

_TOKENS = [
    *(
        ",",
        '"',
        '""',
        "\n",
        "\r",
        "\r\n",
        ";",
        "\t",
        " ",
        "\ufeff",
        "\u00a0",
        "\u200b",
        "\x1c",
        "\x00",
        "'",
        "#",
        "sep=,",
    ),
    *(
        "1e400",
        "-0",
        "+1",
        ".5",
        "5.",
        "1e-9",
        "64.00000000000001",
        "nan",
        "inf",
        "0x10",
        "1_0",
        "１２",
        "٣",
        "1e1",
        "64",
    ),
    *("a.png", "A.PNG", "b.png", "pi\u0301zza.png", "images/a.png", "images\\a.png", "c.png", "", "pothole", "Straße"),
    *("filename", "label", "image", "width", "height", "0.5", "65", "-1", "-1e-10", "65.5", "1,2,30,40,pothole"),
]


def mutated_csv(random_: random.Random, text: str) -> bytes:
    """Returns the bytes of a CSV with one to four changes."""
    for _ in range(random_.randint(1, 4)):
        at = random_.randint(0, len(text))
        kind = random_.randrange(10)
        lines = text.split("\n")
        line = random_.randrange(len(lines))
        if kind == 0:
            text = text[:at] + random_.choice(_TOKENS) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + random_.randint(1, 5) :]
        elif kind == 2:
            text = text[:at] + random_.choice(_TOKENS) + text[at + 1 :]
        elif kind == 3:
            text = "\n".join(lines[:line] + [lines[line]] + lines[line:])
        elif kind == 4:
            text = "\n".join(lines[:line] + lines[line + 1 :])
        elif kind == 5:
            fields = lines[line].split(",")
            fields[random_.randrange(len(fields))] = random_.choice(_TOKENS)
            text = "\n".join([*lines[:line], ",".join(fields), *lines[line + 1 :]])
        elif kind == 6:
            other = random_.randrange(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
            text = "\n".join(lines)
        elif kind == 7:
            column, other = random_.randrange(6), random_.randrange(7)
            text = "\n".join(_with_column_again(one, column, other) for one in lines)
        elif kind == 8:
            name = random_.choice(lines[0].strip().split(","))
            text = text.replace(name, random_.choice([name.title(), f"{name[:1]}-{name[1:]}", f"{name}\u00e9"]), 1)
        else:
            text = (
                text[:at] + chr(random_.choice([0, 9, 11, 12, 28, 31, 34, 44, 127, 133, 160, 8232, 65279])) + text[at:]
            )
    content = text.encode("utf-8")
    if random_.random() < 0.05:
        at = random_.randrange(len(content) + 1)
        content = content[:at] + bytes([random_.randrange(256)]) + content[at:]
    return content


def _with_column_again(line: str, column: int, place: int) -> str:
    fields = line.split(",")
    return ",".join([*fields[:place], fields[column], *fields[place:]]) if column < len(fields) else line


def mutated_picture(random_: random.Random, content: bytes) -> bytes:
    """Returns the bytes of a picture that was damaged in one of the ways that files are."""
    kind = random_.randrange(8)
    at = random_.randrange(len(content))
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[: len(content) - random_.randint(1, 12)]
    if kind == 2:
        return content[:at] + bytes(random_.randrange(256) for _ in range(random_.randint(1, 8))) + content[at:]
    if kind == 3:
        return content[:at] + content[at + random_.randint(1, 8) :]
    changed = bytearray(content)
    if kind == 4:
        changed[at] = random_.randrange(256)
    elif kind == 5:
        changed[at] ^= 1 << random_.randrange(8)
    elif kind == 6:  # most damage that readers see differently is in the header
        changed[random_.randrange(min(64, len(changed)))] = random_.choice([0, 1, 127, 128, 216, 217, 218, 255])
    else:
        length = random_.randint(1, 32)
        changed[at : at + length] = bytes(min(length, len(changed) - at))
    return bytes(changed)


def samples() -> dict[str, bytes]:
    """Returns one whole picture of each kind, by name."""
    found: dict[str, bytes] = {}
    for number, (width, height) in enumerate(_SIZES):
        grid = np.indices((height, width)).sum(axis=0) * 7 + number * 40
        grey = Image.fromarray((grid % 256).astype(np.uint8))
        colour = Image.merge(
            "RGB", [grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), Image.new("L", grey.size, 90)]
        )

        def add(name: str, image: Image.Image, form: str, **options: Any) -> None:
            file = io.BytesIO()
            image.save(file, form, **options)
            found[f"{number}-{name}"] = file.getvalue()  # noqa: B023 - called within its round

        exif = Image.Exif()
        exif[0x0112] = 6
        add("plain.jpg", colour, "JPEG", quality=80)
        add("progressive.jpg", colour, "JPEG", progressive=True)
        add("grey.jpg", grey, "JPEG")
        add("cmyk.jpg", colour.convert("CMYK"), "JPEG")
        add("turned.jpg", colour, "JPEG", exif=exif)
        add("rgb.png", colour, "PNG")
        add("palette.png", colour.quantize(16), "PNG")
        add("alpha.png", colour.convert("RGBA"), "PNG")
        add("one-bit.png", grey.convert("1"), "PNG")
        add("sixteen.png", Image.fromarray((grid * 200 % 65536).astype(np.uint16)), "PNG")
        add("turned.png", colour, "PNG", exif=exif)
        add("rgb.bmp", colour, "BMP")
        add("palette.bmp", colour.quantize(16), "BMP")
        add("plain.gif", colour.quantize(16), "GIF")
        add("moving.gif", grey, "GIF", save_all=True, append_images=[grey.point(lambda value: 255 - value)])
        add("plain.webp", colour, "WEBP")
        add("whole.webp", colour, "WEBP", lossless=True, exif=exif)
        add("rgb.tif", colour, "TIFF")
        add("packed.tif", colour, "TIFF", compression="tiff_lzw")
        add("float.tif", Image.fromarray((grid / 300).astype(np.float32)), "TIFF")
        add("turned.tif", colour, "TIFF", tiffinfo={0x0112: 8})
    return found


def write_csv_cases(count: int, seed: int) -> list[dict[str, Any]]:
    """Returns datasets whose CSV files are mutated, in the form of cases.json."""
    random_ = random.Random(seed)
    png = io.BytesIO()
    Image.new("1", (64, 48), 1).save(png, "PNG")
    images = {name: base64.b64encode(png.getvalue()).decode() for name in ("a.png", "b.png", "c.png", "d.png")}
    trains = [
        f"{_HEADER}\na.png,1,2,30,40,pothole\na.png,3,3,9,9,crack\nb.png,5,5,20,20,pothole\n",
        f"{_HEADER}\r\na.png,1,2,30,40,pothole\r\nb.png,,,,,\r\nb.png,3,3,9,9,crack\r\n",
        'filename,width,height,class,xmin,ymin,xmax,ymax\n"a.png",64,48,"pot, hole",1,2,30,40\n'
        "b.png,64,48,crack,3,3,9,9\n",
    ]
    tests = [
        f"{_HEADER}\nc.png,0,0,64,48,pothole\nc.png,10,10,20,20,crack\n",
        f"\ufeff{_HEADER}\nc.png,0,0,64,48,pothole\nd.png,10.5,10,20,20.25,crack\n",
    ]
    cases = []
    for number in range(count):
        train, test = random_.choice(trains).encode(), random_.choice(tests).encode()
        if random_.random() < 0.7:
            train = mutated_csv(random_, train.decode())
        else:
            test = mutated_csv(random_, test.decode())
        settings = {
            "onBadRows": random_.choice(["fail", "fail", "clip"]),
            "clipPixels": random_.choice([2.0, 2.0, 1e-5, 0.3, 1e20]),
            "exif": random_.choice(["apply", "apply", "ignore"]),
        }
        case: dict[str, Any] = {
            "name": f"csv {seed}-{number}",
            "imageType": "pothole",
            "files": {},
            "bytes": {
                f"train_pothole_{_STAMP}.csv": base64.b64encode(train).decode(),
                f"test_pothole_{_STAMP}.csv": base64.b64encode(test).decode(),
            },
            "images": images,
            "trainCsv": "latest",
            "testCsv": "latest",
            "settings": settings,
        }
        _answer(case, lambda folder: _write_case(folder, case))  # noqa: B023
        cases.append(case)
    return cases


def write_pictures(folder: Path, count: int, seed: int) -> None:
    """Writes datasets of mutated pictures, each with the answers of the trainer's reader in answers.json."""
    random_ = random.Random(seed)
    whole = samples()
    for number in range(-(-count // _PER_DATASET)):
        root = folder / str(number)
        images = root / "pothole" / "images"
        images.mkdir(parents=True)
        (root / "pothole" / "datasets").mkdir()
        rows = {"train": [], "test": []}  # type: dict[str, list[str]]
        for place in range(min(_PER_DATASET, count - number * _PER_DATASET)):
            kind = random_.choice(sorted(whole))
            name = f"{place:03}-{kind}"
            (images / name).write_bytes(mutated_picture(random_, whole[kind]))
            rows["train" if random_.random() < 0.8 else "test"].append(f"{name},1,1,7,7,pothole")
        for split, content in (("train", "whole-train.png"), ("test", "whole-test.png")):
            (images / content).write_bytes(whole["0-rgb.png"])
            csv = root / "pothole" / "datasets" / f"{split}_pothole_{_STAMP}.csv"
            csv.write_text("\n".join([_HEADER, f"{content},1,1,7,7,pothole", *rows[split]]) + "\n", encoding="utf-8")
        exif = random_.choice(["apply", "ignore"])
        answers: dict[str, Any] = {"settings": {"onBadRows": "fail", "clipPixels": 2.0, "exif": exif}}
        _answer(answers, lambda _: root)  # noqa: B023
        (root / "answers.json").write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")


def _answer(case: dict[str, Any], write: Callable[[Path], Path]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        root = write(Path(temporary))
        strict = _read(root, case, case["settings"]["onBadRows"])
        drop = _read(root, case, "drop")
    case["faults"] = list(strict.faults)
    case["notes"] = list(strict.notes)
    case["hash"] = strict.dataset.hash if strict.dataset else None
    dataset = drop.dataset
    case["drop"] = {
        "faults": list(drop.faults),
        "trainRows": dataset.train_rows if dataset else None,
        "testRows": dataset.test_rows if dataset else None,
        "hash": dataset.hash if dataset else None,
    }


def _read(root: Path, case: dict[str, Any], on_bad_rows: str) -> DatasetReading:
    clip_pixels, exif = case["settings"]["clipPixels"], case["settings"]["exif"]
    return read_dataset(
        root, "pothole", "latest", "latest", on_bad_rows=on_bad_rows, clip_pixels=clip_pixels, exif=exif
    )


def _write_case(folder: Path, case: dict[str, Any]) -> Path:
    for part, contents in (("datasets", case["bytes"]), ("images", case["images"])):
        (folder / "pothole" / part).mkdir(parents=True)
        for name, content in contents.items():
            (folder / "pothole" / part / name).write_bytes(base64.b64decode(content))
    return folder


def main() -> None:
    """Writes the mutations that the command line asks for."""
    parser = argparse.ArgumentParser(description="Writes mutated datasets with the answers of the trainer's reader.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300, help="CSV files, and as many pictures")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    document = {"notes": [], "cases": write_csv_cases(options.count, options.seed)}
    (options.folder / "cases.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    write_pictures(options.folder / "pictures", options.count, options.seed)


if __name__ == "__main__":
    main()
