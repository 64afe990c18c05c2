from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from PIL import Image

from detection.cli import main
from detection.config.settings_reader import parse_settings
from detection.data.data_stage import read_or_fail
from detection.data.datasets import Dataset, ImageRecord
from detection.data.validation import held_out_file, hold_out, with_held_out
from detection.errors import TrainingError
from detection.tracking.passport import read_passport


def _record(name: str, *labels: int) -> ImageRecord:
    return ImageRecord(name, Path(name), 10, 10, ((0.0, 0.0, 5.0, 5.0),) * len(labels), labels)


def _dataset(*records: ImageRecord) -> Dataset:
    return Dataset("a.csv", "b.csv", records, (_record("t.png", 1, 2),), {1: "a", 2: "b"}, "0" * 64, 9, 1)


_MANY = _dataset(*(_record(f"{number}.png", 1 + number % 2) for number in range(40)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hold_out_divides_the_training_images_by_the_share(seed: int) -> None:
    rest, held = hold_out(_MANY, 0.25, seed)

    assert held is not None
    assert len(held.test) == 10 and len(rest.train) == 30 and rest.test == _MANY.test
    assert {*rest.train, *held.test} == set(_MANY.train)


def test_hold_out_follows_from_names_and_seed_whatever_the_order() -> None:
    reordered = replace(_MANY, train=tuple(reversed(_MANY.train)))

    first, second, other = (hold_out(*given)[1] for given in ((_MANY, 0.2, 5), (reordered, 0.2, 5), (_MANY, 0.2, 6)))

    assert first is not None and second is not None and other is not None
    assert set(first.test) == set(second.test) != set(other.test)


def test_hold_out_keeps_the_copies_of_an_image_together() -> None:
    copies = (_record(f"{image}_jpg.rf.{copy:032x}.jpg", 1) for image in range(12) for copy in range(3))

    rest, held = hold_out(_dataset(*copies), 0.3, 1)

    assert held is not None
    names = [{record.file_name.split("_")[0] for record in part} for part in (rest.train, held.test)]
    assert not names[0] & names[1] and len(held.test) == 9


def test_hold_out_leaves_every_class_an_image() -> None:
    records = [_record("only.png", 2), *(_record(f"{number}.png", 1) for number in range(9))]

    rest, held = hold_out(_dataset(*records), 0.9, 1)

    assert {label for record in rest.train for label in record.labels} == {1, 2}
    assert held is not None and "only.png" not in {record.file_name for record in held.test}


def test_hold_out_takes_nothing_for_a_share_of_0() -> None:
    assert hold_out(_MANY, 0, 1) == (_MANY, None)


_ExpConfig = Callable[..., str]


def _write(folder: Path, name: str, rows: Sequence[str]) -> None:
    (folder / "datasets").mkdir(parents=True, exist_ok=True)
    (folder / "images").mkdir(exist_ok=True)
    lines = []
    for row in rows:
        image, label = row.split(":")
        Image.new("RGB", (20, 20)).save(folder / "images" / image)
        lines.append(f"{image},{label},1,1,9,9")
    header = "filename,class,xmin,ymin,xmax,ymax"
    (folder / "datasets" / name).write_text("\n".join([header, *lines]) + "\n")


def _read(
    exp_config: _ExpConfig, data: Path, on_bad_rows: str, validation: Sequence[str]
) -> tuple[Dataset, Dataset, list[str]]:
    folder = data / "pothole"
    _write(folder, "train.csv", ["a.png:cat", "b.png:dog", "c.png:dog", "d.png:eel"])
    _write(folder, "test.csv", ["t.png:cat", "t.png:dog", "u.png:eel"])
    _write(folder, "check.csv", validation)
    changes = {"TRAIN_CSV": "train.csv", "TEST_CSV": "test.csv", "DATA.VALIDATION_CSV": "check.csv"}
    settings = parse_settings(exp_config({**changes, "DATA.ON_BAD_ROWS": on_bad_rows}), "x")
    said: list[str] = []
    dataset, held = held_out_file(read_or_fail(settings, data, said.append))
    assert held is not None
    return dataset, held, said


@pytest.mark.parametrize("on_bad_rows", ["fail", "drop"])
def test_a_validation_file_has_the_labels_of_the_dataset(
    on_bad_rows: str, exp_config: _ExpConfig, tmp_path: Path
) -> None:
    rest, held, said = _read(exp_config, tmp_path, on_bad_rows, ["v.png:eel", "w.png:dog", "w.png:cat"])

    assert [(record.file_name, record.labels) for record in held.test] == [("v.png", (3,)), ("w.png", (2, 1))]
    assert len(rest.train) == 4 and held.train == rest.train and len(rest.test) == 2
    assert "pothole/datasets/check.csv: 2 images, 3 objects; the best weights are chosen by them" in said


def test_a_validation_file_may_lack_a_class(exp_config: _ExpConfig, tmp_path: Path) -> None:
    rest, held, _ = _read(exp_config, tmp_path, "fail", ["v.png:dog"])

    assert [record.labels for record in held.test] == [(2,)] and len(rest.train) == 4


def test_a_validation_file_changes_its_own_hash_alone(exp_config: _ExpConfig, tmp_path: Path) -> None:
    first, first_held, _ = _read(exp_config, tmp_path / "a", "fail", ["v.png:dog"])
    second, second_held, _ = _read(exp_config, tmp_path / "b", "fail", ["v.png:cat"])

    assert first_held.hash == first.validation_hash != second_held.hash
    assert (first.hash, first.train_hash) == (second.hash, second.train_hash)


def test_an_evaluation_needs_no_validation_file(exp_config: _ExpConfig, demo_data: Path) -> None:
    settings = parse_settings(exp_config({"DATA.VALIDATION_CSV": "no.csv"}), "x")

    dataset = read_or_fail(settings, demo_data, lambda line: None, with_validation=False)

    assert held_out_file(dataset) == (dataset, None)


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("share", [0, 0.5])
def test_predictions_are_evaluated_against_the_validation_split(
    share: float, exp_config: _ExpConfig, demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text(exp_config({"DATA.VALIDATION": share}))
    (tmp_path / "p.json").write_text("[]")
    settings = parse_settings(exp_config(), "x")
    dataset = read_or_fail(settings, demo_data, lambda line: None)
    expected = 0 if share == 0 else len(with_held_out(dataset, share, settings.run.seed).validation)
    command = ["evaluate", "--predictions", str(tmp_path / "p.json"), "--exp-config", str(tmp_path / "x.json")]
    capsys.readouterr()

    code = main([*command, "--data", str(demo_data), "--split", "validation", "--output", str(tmp_path / "out")])

    shown = capsys.readouterr()
    assert code == (1 if share == 0 else 0)
    if share == 0:
        assert "--split is validation, and the exp_config has no validation split; DATA.VALIDATION_CSV" in shown.err
    else:
        assert f"\n{expected} images, " in shown.out and 0 < expected < len(dataset.train)


def test_the_passport_has_the_validation_file_and_refuses_another(exp_config: _ExpConfig, tmp_path: Path) -> None:
    dataset, _, _ = _read(exp_config, tmp_path, "fail", ["v.png:dog"])
    settings = parse_settings(exp_config(), "x")

    document = read_passport({}, settings).complete(dataset, {}).document
    assert (document["validationCsv"], document["validationHash"]) == ("check.csv", dataset.validation_hash)

    planned = read_passport({"RUN_PASSPORT": json.dumps({"validationHash": "0" * 64})}, settings)
    with pytest.raises(TrainingError, match=f"the validation split's hash is {dataset.validation_hash}; it must be 0"):
        planned.complete(dataset, {})
