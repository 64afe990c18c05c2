from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from detection.data.batches import Batch, BatchOrder, training_batches
from detection.data.datasets import ImageRecord, read_dataset
from detection.data.images import ImageStore, scaled_boxes
from detection.errors import TrainingError


def test_batch_order_selects_every_image_once_per_epoch() -> None:
    order = BatchOrder(image_count=7, batch_size=3, seed=1)

    selected = [index for step in range(7) for index in order.indices(step)]

    epochs = [selected[start : start + 7] for start in (0, 7, 14)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(7))] * 3
    assert epochs[0] != epochs[1]


def test_batch_order_of_a_step_does_not_depend_on_the_steps_before() -> None:
    steps = [BatchOrder(7, 3, seed=1).indices(step) for step in range(9)]
    order = BatchOrder(7, 3, seed=1)

    assert [order.indices(step) for step in range(9)] == steps
    assert BatchOrder(7, 3, seed=2).indices(0) != steps[0]


def _batches(data: Path, first_step: int, threads: int, capacity: int) -> list[Batch]:
    dataset = read_dataset(data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
    assert dataset is not None
    return list(
        training_batches(
            dataset.train,
            ImageStore(64, capacity),
            batch_size=3,
            augmentation="flip_color",
            seed=5,
            first_step=first_step,
            last_step=8,
            threads=threads,
        )
    )


def test_training_batches_are_the_same_however_they_are_prepared(demo_data: Path) -> None:
    whole = _batches(demo_data, 0, threads=1, capacity=1 << 20)
    resumed = _batches(demo_data, 5, threads=4, capacity=0)

    assert len(whole) == 8
    for left, right in zip(whole[5:], resumed):
        assert [record.file_name for record in left.records] == [record.file_name for record in right.records]
        assert all(a.equal(b) for a, b in zip(left.images, right.images))
        assert all(a["boxes"].equal(b["boxes"]) for a, b in zip(left.targets, right.targets))


@pytest.mark.parametrize("augmentation", ["flip_both", "strong"])
def test_training_batches_have_the_same_images_and_pixels_for_every_batch_size(
    augmentation: str, demo_data: Path
) -> None:
    dataset = read_dataset(demo_data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
    assert dataset is not None

    def images(batch_size: int, threads: int) -> list[tuple[str, bytes, bytes]]:
        batches = training_batches(
            dataset.train,
            ImageStore(64),
            batch_size=batch_size,
            augmentation=augmentation,
            seed=5,
            first_step=0,
            last_step=24 // batch_size,
            threads=threads,
            mosaic_share=0.5,
        )
        return [
            (record.file_name, image.numpy().tobytes(), target["boxes"].numpy().tobytes())
            for batch in batches
            for record, image, target in zip(batch.records, batch.images, batch.targets)
        ]

    assert images(1, 1) == images(2, 3) == images(4, 2) == images(6, 1)


def test_training_batches_do_not_depend_on_the_order_of_records_and_labels(demo_data: Path) -> None:
    dataset = read_dataset(demo_data, "pothole", "latest", "latest", on_bad_rows="fail").dataset
    assert dataset is not None
    assert any(len(record.labels) > 1 for record in dataset.train)
    turned = [replace(record, boxes=record.boxes[::-1], labels=record.labels[::-1]) for record in dataset.train[::-1]]

    def batches(records: Sequence[ImageRecord]) -> list[Batch]:
        return list(
            training_batches(
                records,
                ImageStore(64),
                batch_size=3,
                augmentation="strong",
                seed=5,
                first_step=0,
                last_step=6,
                threads=1,
                mosaic_share=0.3,
            )
        )

    for left, right in zip(batches(dataset.train), batches(turned)):
        assert [record.file_name for record in left.records] == [record.file_name for record in right.records]
        assert all(a.equal(b) for a, b in zip(left.images, right.images))
        assert all(a[name].equal(b[name]) for a, b in zip(left.targets, right.targets) for name in a)


def test_training_batches_have_images_in_0_to_1_with_boxes_inside(demo_data: Path) -> None:
    for batch in _batches(demo_data, 0, threads=2, capacity=1 << 20):
        for image, target in zip(batch.images, batch.targets):
            assert image.shape == (3, 48, 64)
            assert 0 <= image.min() < image.max() <= 1
            boxes = target["boxes"]
            assert boxes.shape == (len(target["labels"]), 4)
            assert (boxes[:, :2] < boxes[:, 2:]).all() and (boxes >= 0).all()
            assert (boxes[:, 2] <= 64).all() and (boxes[:, 3] <= 48).all()


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
def test_batch_order_selects_every_image_once_per_epoch_and_few_shapes_per_batch(batch_size: int) -> None:
    shapes = [(64, 64)] * 9 + [(64, 32)] * 8 + [(32, 64)] * 4
    order = BatchOrder(21, batch_size, 3, shapes)

    batches = [order.indices(step) for step in range(21)]

    selected = [index for batch in batches for index in batch]
    for epoch in range(batch_size):
        assert sorted(selected[21 * epoch : 21 * epoch + 21]) == list(range(21))
    mixed = sum(len({shapes[index] for index in batch}) > 1 for batch in batches)
    assert mixed <= 2 * batch_size + 2  # only what is left over of each shape, and where epochs meet
    assert [BatchOrder(21, batch_size, 3, shapes).indices(step) for step in range(21)] == batches


def _record(path: Path, width: int, height: int) -> ImageRecord:
    return ImageRecord(path.name, path, width, height, ((10.0, 20.0, 40.0, 60.0),), (1,))


def test_image_store_resizes_the_longer_side_and_the_boxes_with_it(tmp_path: Path) -> None:
    Image.new("L", (80, 160), 200).save(tmp_path / "a.png")
    record = _record(tmp_path / "a.png", 80, 160)

    pixels = ImageStore(64).load(record)

    assert pixels.shape == (64, 32, 3)
    assert (pixels == 200).all()
    assert scaled_boxes(record, (32, 64)).tolist() == [[4, 8, 16, 24]]


def test_image_store_caches_no_more_than_its_capacity(tmp_path: Path) -> None:
    records = []
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64)).save(tmp_path / name)
        records.append(_record(tmp_path / name, 64, 64))
    store = ImageStore(64, capacity=64 * 64 * 3)

    assert store.load(records[0]) is store.load(records[0])
    assert store.load(records[1]) is not store.load(records[1])
    assert not store.fits(records)


def test_image_store_names_a_truncated_image(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    Image.effect_noise((64, 64), 90).save(path)
    path.write_bytes(path.read_bytes()[:-900])

    with pytest.raises(
        TrainingError, match=r"image '.*cut\.jpg' cannot be read as a picture .*; replace the file or remove its rows\."
    ):
        ImageStore(64).load(_record(path, 64, 64))
