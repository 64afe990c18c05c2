from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detection.data.augmentation import Sample, augment, mosaic
from detection.data.dataset_faults import least_side
from detection.data.datasets import ImageRecord
from detection.data.images import scaled_boxes


class _Always:
    def random(self) -> float:
        return 0.0


def _labels(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.int64)


@pytest.mark.parametrize(("kind", "moved"), [("flip", [16, 2, 19, 5]), ("flip_both", [16, 5, 19, 8])])
def test_augment_moves_a_box_with_its_content(kind: str, moved: list[int]) -> None:
    pixels = np.zeros((10, 20, 3), dtype=np.uint8)
    pixels[2:5, 1:4] = 255

    flipped, boxes, labels = augment(pixels, np.array([[1, 2, 4, 5]], dtype=np.float32), _labels(1), kind, _Always())

    assert boxes.tolist() == [moved] and labels.tolist() == [1]
    left, top, right, bottom = moved
    assert (flipped[top:bottom, left:right] == 255).all() and flipped.sum() == pixels.sum()


@pytest.mark.parametrize("width", [64, 10_000, 65_535, 200_000, 3_000_000, 100_000_000])
def test_a_box_that_the_dataset_may_hold_has_an_area_after_scaling_and_flipping(width: int) -> None:
    least, random = least_side((width, 1)), np.random.default_rng(width)
    for scaled_to in (1, 64, 192, 1333):
        starts = random.uniform(0, width - 2 * least, 500)
        boxes = tuple((x, 0.0, x + least * (1 + 1e-9), 1.0) for x in (0.0, width - 1.001 * least, *starts))
        scaled = scaled_boxes(ImageRecord("a.png", Path("a.png"), width, 1, boxes, (1,) * len(boxes)), (scaled_to, 1))
        pixels = np.zeros((1, scaled_to, 3), np.uint8)

        _, flipped, _ = augment(pixels, scaled.copy(), _labels(len(boxes)), "flip", _Always())

        assert (scaled[:, 2] > scaled[:, 0]).all() and (flipped[:, 2] > flipped[:, 0]).all()


def test_augment_changes_nothing_for_none() -> None:
    pixels, boxes = np.zeros((4, 4, 3), dtype=np.uint8), np.zeros((0, 4), dtype=np.float32)

    same, same_boxes, _ = augment(pixels, boxes, _labels(0), "none", _Always())

    assert same is pixels and same_boxes is boxes


@pytest.mark.parametrize("kind", ["flip", "flip_color", "flip_both", "strong"])
@pytest.mark.parametrize("seed", range(40))
def test_augment_keeps_boxes_inside_the_image_and_at_least_one(kind: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 40, (5, 2))
    boxes = np.concatenate([corner, corner + random.uniform(3, 20, (5, 2))], axis=1).astype(np.float32)
    pixels = random.integers(0, 256, (60, 64, 3), dtype=np.uint8)
    before = boxes.copy()

    changed, moved, labels = augment(pixels, boxes, _labels(5), kind, np.random.default_rng(seed))

    assert changed.shape == pixels.shape and changed.dtype == np.uint8
    assert 1 <= len(moved) == len(labels)
    assert (moved[:, :2] < moved[:, 2:]).all() and (moved >= 0).all()
    assert (moved[:, 2] <= 64).all() and (moved[:, 3] <= 60).all()
    assert np.array_equal(boxes, before)


def test_a_strong_change_moves_a_box_with_its_content() -> None:
    for seed in range(30):
        pixels = np.zeros((96, 96, 3), dtype=np.uint8)
        pixels[30:60, 30:60] = 255

        changed, boxes, _ = augment(
            pixels, np.array([[30, 30, 60, 60]], dtype=np.float32), _labels(1), "strong", np.random.default_rng(seed)
        )

        left, top, right, bottom = boxes[0].round().astype(int)
        inside = changed[top + 2 : bottom - 2, left + 2 : right - 2].mean()
        outside = changed.astype(float).copy()
        outside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = 0
        assert inside > 120 and outside.max() < 190  # the fill of a smaller image is grey


def _samples(random: np.random.Generator) -> list[Sample]:
    samples = []
    for number in range(4):
        height, width = random.integers(20, 90, 2)
        corner = random.uniform(0, 0.6, (6, 2)) * (width, height)
        boxes = np.concatenate([corner, corner + random.uniform(0.05, 0.4, (6, 2)) * (width, height)], axis=1)
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        samples.append((pixels, boxes.astype(np.float32), np.full(6, number + 1)))
    return samples


@pytest.mark.parametrize("seed", range(60))
def test_mosaic_keeps_boxes_inside_an_image_of_the_size_of_the_first(seed: int) -> None:
    samples = _samples(np.random.default_rng(seed))
    before = [boxes.copy() for _, boxes, _ in samples]

    pixels, boxes, labels = mosaic(samples, np.random.default_rng(seed))

    height, width = samples[0][0].shape[:2]
    assert pixels.shape == (height, width, 3) and pixels.dtype == np.uint8
    assert 1 <= len(boxes) == len(labels) and boxes.dtype == np.float32
    assert (boxes[:, :2] < boxes[:, 2:]).all() and (boxes >= 0).all()
    assert (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all()
    assert all(np.array_equal(old, own) for old, (_, own, _) in zip(before, samples))


def test_mosaic_moves_the_boxes_of_each_image_with_their_content() -> None:
    samples = []
    for value in (60, 120, 180, 240):
        pixels = np.zeros((100, 100, 3), dtype=np.uint8)
        pixels[30:70, 30:70] = value
        samples.append((pixels, np.array([[30, 30, 70, 70]], dtype=np.float32), np.array([value])))

    seen = set()
    for seed in range(20):
        pixels, boxes, labels = mosaic(samples, np.random.default_rng(seed))
        for box, label in zip(boxes, labels.tolist()):
            left, top, right, bottom = box.round().astype(int)
            inside = pixels[top + 2 : bottom - 2, left + 2 : right - 2]
            assert inside.size and abs(float(inside.mean()) - label) < 3
            seen.add(label)
    assert seen == {60, 120, 180, 240}


def test_mosaic_without_any_box_left_is_the_first_image() -> None:
    pixels = np.full((64, 64, 3), 7, dtype=np.uint8)
    corner = (pixels, np.array([[0, 0, 6, 6]], dtype=np.float32), _labels(1))
    empty = (np.zeros_like(pixels), np.zeros((0, 4), dtype=np.float32), _labels(0))

    results = [mosaic([corner, empty, empty, empty], np.random.default_rng(seed)) for seed in range(30)]

    assert all(len(boxes) == 1 for _, boxes, _ in results)
    assert any(same is pixels for same, _, _ in results)
    assert len(mosaic([empty] * 4, np.random.default_rng(1))[1]) == 0
