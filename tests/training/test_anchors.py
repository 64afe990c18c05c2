from __future__ import annotations

from pathlib import Path

import numpy as np

from detection.data.datasets import ImageRecord
from detection.models.anchors import anchor_sizes, box_sides, small_objects
from detection.models.registry import base_model


def _records(sides: list[float], size: int = 640) -> list[ImageRecord]:
    return [ImageRecord("a", Path("a"), size, size // 2, tuple((0.0, 0.0, side, side) for side in sides), ())]


def test_anchor_sizes_are_the_centres_of_the_boxes_in_pixels_of_the_resized_image() -> None:
    random = np.random.default_rng(1)
    sides = [float(side * random.uniform(0.95, 1.05)) for side in (20, 40, 80, 160, 320) for _ in range(30)]

    sizes = anchor_sizes(_records(sides), 320, base_model("fasterrcnn_resnet18_fpn"))

    assert [len(level) for level in sizes] == [1] * 5
    assert np.allclose([level[0] for level in sizes], [10, 20, 40, 80, 160], rtol=0.06)


def test_anchor_sizes_do_not_depend_on_the_order_and_differ_for_equal_boxes() -> None:
    tiny = base_model("faster_rcnn_tiny")
    sides = [7.0, 30.0, 31.0, 90.0, 12.0, 250.0]

    assert anchor_sizes(_records(sides), 640, tiny) == anchor_sizes(_records(sides[::-1]), 640, tiny)
    assert anchor_sizes(_records([50.0] * 9), 640, tiny) == ((50, 51, 52, 53),)
    assert box_sides(_records([64.0]), 320).tolist() == [32.0]


def test_small_objects_names_a_class_that_the_image_size_shrinks_and_the_size_to_raise_it_to() -> None:
    boxes = tuple((0.0, 0.0, side, side) for side in (10.0, 10.0, 12.0, 100.0))
    records = [ImageRecord("a", Path("a"), 640, 480, boxes, (1, 1, 1, 2))]
    names = {1: "platelet", 2: "cell", 3: "none"}

    assert small_objects(records, 320, names) == [
        "warning: 100% of the objects of platelet are smaller than 8 pixels at MODEL_PARAMS.IMAGE_SIZE 320; "
        "raise it to 512"
    ]
    assert small_objects(records, 512, names) == []


def test_small_objects_accepts_one_object_in_ten() -> None:
    boxes = ((0.0, 0.0, 5.0, 5.0), *((0.0, 0.0, 50.0, 50.0),) * 9)

    assert small_objects([ImageRecord("a", Path("a"), 640, 640, boxes, (1,) * 10)], 640, {1: "a"}) == []
