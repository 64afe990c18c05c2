from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.cli import main
from detection.inspect.findings import RULES
from detection.inspect.likeness import groups, near_duplicates
from detection.inspect.survey import SIDE, Survey

_STAMP = "240102030405"
_SARIF = Path(__file__).with_name("expected_data.sarif")


def _picture(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


class _Folder:
    """A dataset that a test fills."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[str, list[str]] = {"train": [], "test": []}

    def add(self, split: str, name: str, image: Image.Image, *rows: str) -> Path:
        path = self.root / "pothole" / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, compress_level=1)
        self.rows[split] += [f"{name},{row}" for row in rows or (",,,,",)]
        return path

    def write(self) -> None:
        for split, rows in self.rows.items():
            csv = self.root / "pothole" / "datasets" / f"{split}_pothole_{_STAMP}.csv"
            csv.parent.mkdir(parents=True, exist_ok=True)
            csv.write_text("\n".join(["filename,xmin,ymin,xmax,ymax,class", *rows]) + "\n", encoding="utf-8")


def _inspect(folder: _Folder, config: str, *options: str) -> tuple[int, dict]:
    folder.write()
    (folder.root / "small.json").write_text(config)
    output = folder.root / "out"
    exit_code = main(
        ["inspect-data", "--exp-config", str(folder.root / "small.json"), "--data", str(folder.root)]
        + ["--output", str(output), "--memory", str(folder.root / "seen.npz"), *options]
    )
    return exit_code, json.loads((output / "data.json").read_text(encoding="utf-8"))


@pytest.fixture
def config(exp_config: Callable[..., str]) -> str:
    return exp_config({"MODEL_PARAMS.IMAGE_SIZE": 160})


@pytest.fixture
def sound(tmp_path: Path) -> _Folder:
    """A dataset in which nothing is found."""
    folder = _Folder(tmp_path)
    for number in range(24):
        folder.add("train", f"{number}.png", _picture(number), "20,20,60,60,pothole")
    for number in range(24, 30):
        folder.add("test", f"{number}.png", _picture(number), "20,20,60,60,pothole")
    folder.add("test", "empty.png", _picture(30))
    return folder


def _rules(document: dict) -> list[str]:
    return [finding["rule"] for finding in document["findings"]]


def test_inspect_data_finds_nothing_in_a_sound_dataset(sound: _Folder, config: str) -> None:
    exit_code, document = _inspect(sound, config)

    assert (exit_code, document["faults"], _rules(document)) == (0, [], [])
    assert document["splits"][1] | {"objectsPerImage": None, "objectSides": None} == {
        "name": "test",
        "images": 7,
        "imagesWithoutObjects": 1,
        "objects": 6,
        "objectsOfClass": {"pothole": 6},
        "objectsPerImage": None,
        "objectSides": None,
        "imageSizes": ["160x120"],
    }


def test_inspect_data_finds_each_kind_and_names_the_images(sound: _Folder, config: str) -> None:
    sound.add("test", "copy of 3.jpg", _picture(3, (80, 60)), "10,10,30,30,pothole")
    sound.add("train", "mirrored 5.png", _picture(5).transpose(Image.Transpose.FLIP_LEFT_RIGHT), "20,20,60,60,pothole")
    sound.add("train", "again.png", _picture(7), "20,20,60,60,pothole")
    sound.add("train", "speck.png", _picture(50), "20,20,24,24,pothole", *["100,20,140,60,pothole"])
    sound.add("train", "two labels.png", _picture(51), "20,20,60,60,pothole", "20,20,60,61,crack")
    sound.add("test", "crack.png", _picture(52), "20,20,60,60,crack")
    sound.add("train", "wide.png", _picture(53, (1600, 40)), "20,2,60,38,pothole")
    sound.add(
        "train",
        "crowd.png",
        _picture(54),
        *[f"{x},{y},{x + 8},{y + 8},pothole" for x in range(0, 150, 10) for y in range(0, 110, 14)],
    )

    exit_code, document = _inspect(sound, config)

    found = {
        finding["rule"]: {example["fileName"] for example in finding["examples"]} for finding in document["findings"]
    }
    assert exit_code == 0
    assert found["near-duplicates-across"] == {"3.png", "copy of 3.jpg"}
    assert found["near-duplicates-within"] == {"5.png", "mirrored 5.png"}
    assert found["same-bytes"] == {"7.png", "again.png"}
    assert "speck.png" in found["small-objects"]
    assert found["coinciding-boxes"] == {"two labels.png"}
    assert found["class-imbalance"] == {"two labels.png"}
    assert found["outlier-images"] >= {"wide.png"}
    assert found["objects-per-image"] == {"crowd.png"}
    assert list(found) == [rule for rule in RULES if rule in found]


def test_inspect_data_knows_the_validation_file_as_a_split(
    sound: _Folder, exp_config: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    csv = f"validation_pothole_{_STAMP}.csv"
    config = exp_config({"MODEL_PARAMS.IMAGE_SIZE": 160, "DATA.VALIDATION_CSV": csv})
    sound.rows["validation"] = []
    sound.add("validation", "v.png", _picture(60), "20,20,60,60,pothole")
    sound.add("validation", "copy of 3.jpg", _picture(3, (80, 60)), "10,10,30,30,pothole")
    sound.add("validation", "copy of 25.jpg", _picture(25, (80, 60)), "10,10,30,30,pothole")

    exit_code, document = _inspect(sound, config)

    assert exit_code == 0 and [split["name"] for split in document["splits"]] == ["train", "test", "validation"]
    assert document["validationCsv"] == f"pothole/datasets/{csv}" and len(document["validationHash"]) == 64
    finding, *others = document["findings"]
    assert [other["rule"] for other in others] == ["outlier-images"]  # the smaller copies
    assert finding["text"].startswith(
        "1 image of the test split and 2 images of the validation split are nearly the same as images of another split"
    )
    assert [(example["split"], example["fileName"]) for example in finding["examples"]] == [
        ("train", "3.png"),
        ("validation", "copy of 3.jpg"),
        ("test", "25.png"),
        ("validation", "copy of 25.jpg"),
    ]
    texts = [(sound.root / "out" / name).read_text() for name in ("data.md", "data.html")]
    assert (
        "| | train | test | validation |" in texts[0] and '<th scope="col" class="number">validation</th>' in texts[1]
    )
    assert "validation: 3 images, 3 objects" in capsys.readouterr().out

    sound.rows["validation"].append("3.png,20,20,60,60,pothole")
    exit_code, document = _inspect(sound, config)
    assert exit_code == 1
    assert document["faults"] == [
        f"pothole/datasets/{csv}(5): image '3.png' is also in pothole/datasets/train_pothole_{_STAMP}.csv(5); "
        "an image must be in one split."
    ]


def test_inspect_data_finds_classes_that_look_alike(sound: _Folder, config: str) -> None:
    for number in range(12):
        sound.rows["train"] += [f"{number}.png,80,60,120,100,{name}" for name in ("Pothole", "a/b", "c/b")]
    for place, name in enumerate(("Pothole", "a/b", "c/b", "a  \u0405", "a S")):
        for split, image in (("train", 20), ("test", 25)):
            sound.rows[split].append(f"{image}.png,{80 + place},60,120,100,{name}")

    _, document = _inspect(sound, config)

    (finding,) = [finding for finding in document["findings"] if finding["rule"] == "classes-alike"]
    assert finding["text"] == (
        "'pothole' (30) and 'Pothole' (14); 'a  \u0405' (2) and 'a S' (2) look alike and are learned as different "
        "classes. If they are one, give them one name."
    )
    assert len(finding["examples"]) == 14 and finding["examples"][0] == {
        "split": "train",
        "fileName": "0.png",
        "boxes": [1],
    }


def test_inspect_data_says_when_the_binary_metrics_mean_nothing(sound: _Folder, config: str) -> None:
    sound.rows["test"].pop()

    _, document = _inspect(sound, config)

    assert _rules(document) == ["images-without-objects"]
    assert "binary_accuracy and binary_f1 are -1" in document["findings"][0]["text"]


def test_inspect_data_fails_on_the_findings_that_it_is_told(
    sound: _Folder, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sound.add("test", "copy.png", _picture(3, (80, 60)), "10,10,30,30,pothole")

    exit_code, document = _inspect(sound, config, "--fail-on", "near-duplicates-across")
    unknown, _ = _inspect(sound, config, "--fail-on", "near-duplicate")

    assert exit_code == unknown == 1
    assert [finding["isFault"] for finding in document["findings"]] == [True, False]
    sarif = json.loads((sound.root / "out" / "data.sarif").read_text())
    assert [result["level"] for result in sarif["runs"][0]["results"]] == ["error", "warning"]
    errors = capsys.readouterr().err
    assert "near-duplicates-across: 1 image of the test split" in errors
    assert "error: --fail-on is near-duplicate; it must be one of near-duplicates-across," in errors


def test_inspect_data_writes_sarif_that_code_scanning_reads(sound: _Folder, config: str) -> None:
    sound.add("test", "pötholes/[3](x) {0} 100%.jpg", _picture(3, (80, 60)), "10,10,30,30,pothole")
    sound.rows["train"].append("0.png,20,20,20,60,pothole")
    sound.rows["test"].append("missing.png,20,20,60,60,pothole")

    _inspect(sound, config, "--fail-on", "near-duplicates-across")

    text = re.sub(
        r'"version": "(?!2\.1\.0)[^"]+"', '"version": "1.2.3"', (sound.root / "out" / "data.sarif").read_text()
    )
    if os.environ.get("UPDATE_EXPECTED"):
        _SARIF.write_text(text, encoding="utf-8")
    # tests/pipelines validates the expected file with SARIF's own JSON Schema.
    assert text == _SARIF.read_text(encoding="utf-8")


def test_inspect_data_names_every_unknown_finding(
    sound: _Folder, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _inspect(sound, config)
    exit_code, _ = _inspect(
        sound, config, "--fail-on", "anchor", "--fail-on", "anchors", "--fail-on", "", "--fail-on", "x"
    )

    assert exit_code == 1
    assert "error: --fail-on is anchor, , x; it must be one of near-duplicates-across," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("train", "test", "fault"),
    [
        ([], [], "holds no rows"),
        (["a.png,1,1,30,30,pothole"], [], "holds no rows"),
        (["a.png,,,,,"], ["b.png,1,1,30,30,pothole"], "holds no object"),
        (["a.png,1,1,30,30,pothole"], ["b.png,1,1,30,30,crack"], "is only in the training split"),
        (['a.png,1,1,30,30,"pothole'], ["b.png,1,1,30,30,pothole"], "opens a quote that never closes"),
    ],
    ids=["empty", "no test rows", "no object", "classes apart", "open quote"],
)
def test_inspect_data_says_that_nothing_was_checked_where_no_row_can_be_used(
    train: list[str], test: list[str], fault: str, tmp_path: Path, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _Folder(tmp_path)
    for name in ("a.png", "b.png"):
        folder.add("train", name, _picture(1))
    folder.rows = {"train": train, "test": test}

    exit_code, document = _inspect(folder, config)

    assert exit_code == 1 and fault in document["faults"][0]
    assert (document["splits"], document["histograms"], document["findings"]) == ([], [], [])
    sentence = "Nothing was checked beyond the faults: no row can be used."
    for text in (capsys.readouterr().out, *((tmp_path / "out" / f"data.{end}").read_text() for end in ("md", "html"))):
        assert sentence in text and "None of the checks found anything" not in text
    assert json.loads((tmp_path / "out" / "data.sarif").read_text())["runs"][0]["results"]


def test_inspect_data_reports_one_object_of_each_class_in_one_image_per_split(tmp_path: Path, config: str) -> None:
    folder = _Folder(tmp_path)
    folder.add(
        "train",
        "a.png",
        _picture(1),
        *(f"{x},9,{x + 20},29,{name}" for x, name in ((1, "nan"), (30, "None"), (60, "'"))),
    )
    folder.add(
        "test",
        "b.png",
        _picture(2),
        *(f"{x},9,{x + 20},29,{name}" for x, name in ((1, "nan"), (30, "None"), (60, "'"))),
    )

    exit_code, document = _inspect(folder, config)

    assert (exit_code, _rules(document)) == (0, ["class-imbalance", "images-without-objects"])
    assert document["classes"] == ["'", "None", "nan"]
    assert [split["objectsOfClass"] for split in document["splits"]] == [{"'": 1, "None": 1, "nan": 1}] * 2


def test_inspect_data_remembers_unchanged_images(sound: _Folder, config: str) -> None:
    _inspect(sound, config)
    images = sound.root / "pothole" / "images"
    _picture(99).save(images / "4.png")

    survey = Survey(images, sound.root / "seen.npz")
    for path in sorted(images.iterdir()):
        survey(path)

    assert survey.decoded == 1


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.style = ""

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["script"] and data.strip():
            self.scripts.append(data)
        elif self.tags[-1:] == ["style"] and data.strip():
            self.style = data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_the_page_escapes_everything_and_requests_nothing(tmp_path: Path, config: str) -> None:
    folder = _Folder(tmp_path)
    hostile = '<img src=x onerror=alert(1)>"</style><script>1</script>'
    label = '"' + hostile.replace('"', '""') + "\u202e" + '"'
    for number in range(4):
        name = f"<b onclick=1>{number}.png"
        folder.add("train" if number < 3 else "test", name, _picture(number), f"1,1,{9 + number},9,{label}")

    _, document = _inspect(folder, config)

    text = (tmp_path / "out" / "data.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert not {"b", "iframe", "link", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert {value[:5] for name, value in page.attributes if name in ("href", "src")} == {"data:"}
    assert "script" not in page.tags[page.tags.index("body") :] and page.tags.count("script") == 2
    data, script = page.scripts
    assert json.loads(data)["figure-1"][1]["names"] == [hostile + " "]
    assert "<" not in data and data.isascii()
    for kind, inline in (("script", script), ("style", page.style)):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in text
    assert "\u202e" not in text and "default-src 'none'" in text
    markdown = (tmp_path / "out" / "data.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)<", markdown)
    assert document["classes"] == [hostile + "\u202e"]


def test_near_duplicates_finds_turned_copies_and_no_strangers() -> None:
    draw = np.random.default_rng(3)
    coarse = [np.kron(draw.integers(0, 255, (8, 8)), np.ones((4, 4))).astype(np.uint8) for _ in range(40)]
    copies = [np.ascontiguousarray(np.rot90(coarse[place], place % 4)) for place in range(8)]
    flat = [np.full((SIDE, SIDE), value, np.uint8) for value in (10, 11, 90)]

    pairs = near_duplicates([*coarse, *copies, *flat])

    assert pairs == [*((place, 40 + place) for place in range(8)), (48, 49)]
    assert groups(5, [(0, 1), (1, 4)]) == [[0, 1, 4]]
    assert near_duplicates([]) == near_duplicates(flat[:1]) == []
