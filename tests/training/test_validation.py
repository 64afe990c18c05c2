from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from detection.data.datasets import Dataset, ImageRecord
from detection.data.validation import hold_out


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
