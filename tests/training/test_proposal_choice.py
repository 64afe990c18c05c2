from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from same_detections import assert_same_detections
from torchvision.models.detection.rpn import RegionProposalNetwork

from detection.config.settings import FirstStage, ModelParams
from detection.data.datasets import ImageRecord
from detection.models.architecture import Architecture
from detection.models.building import build_model
from detection.models.proposals import QuotaProposalNetwork, proposals_by_objects
from detection.models.registry import base_model

_PYRAMID = ModelParams("fasterrcnn_resnet18_fpn", "none", 128, "flip", FirstStage(max_proposals=40))
_SINGLE = replace(_PYRAMID, base_model="faster_rcnn_tiny")


def _record(name: str, objects: int) -> ImageRecord:
    return ImageRecord(name, Path(name), 100, 100, ((0.0, 0.0, 9.0, 9.0),) * objects, (1,) * objects)


def _network(params: ModelParams) -> QuotaProposalNetwork:
    network = build_model(params, 1).eval().rpn
    assert isinstance(network, QuotaProposalNetwork)
    return network


def _scattered(count: int, side: float) -> torch.Tensor:
    """Returns squares (N, 4) that do not overlap."""
    corner = torch.stack([torch.arange(count) % 40, torch.div(torch.arange(count), 40, rounding_mode="floor")], dim=1)
    return torch.cat([corner * 30.0, corner * 30.0 + side], dim=1)


def test_filter_proposals_keeps_places_for_a_level_of_low_objectness() -> None:
    levels = [100, 100, 20, 20, 20]
    boxes = torch.cat([_scattered(count, 6.0 + index) for index, count in enumerate(levels)])[None]
    logits = torch.cat([torch.full((count,), value) for count, value in zip(levels, (-4.0, 4.0, -4.0, -4.0, -4.0))])

    (found,), (scores,) = _network(_PYRAMID).filter_proposals(boxes, logits, [(1300, 1300)], levels)
    (torchvisions,), _ = RegionProposalNetwork.filter_proposals(
        _network(_PYRAMID), boxes, logits, [(1300, 1300)], levels
    )

    sides = (found[:, 2] - found[:, 0]).round().int().tolist()
    assert [sides.count(6 + index) for index in range(5)] == [4, 24, 4, 4, 4]  # of 40 places 20 are divided
    assert set((torchvisions[:, 2] - torchvisions[:, 0]).round().int().tolist()) == {7}
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


def test_filter_proposals_of_one_level_keeps_places_for_objects_that_stand_alone() -> None:
    network = _network(_SINGLE)
    assert (network.scales, network.levels) == (4, 1)
    # Five objects with nine proposals each, of which none is suppressed, and 315 weak proposals that stand alone.
    steps = torch.cartesian_prod(torch.arange(3), torch.arange(3)) * 4.0
    corners = (_scattered(5, 0.0)[:, None, :2] + steps[None] + torch.tensor([0.0, 600.0])).reshape(-1, 2)
    boxes = torch.cat([torch.cat([corners, corners + 20], dim=1), _scattered(315, 6.0)])
    logits = torch.cat([torch.linspace(5, 4, 45), torch.linspace(-4, -5, 315)])

    (found,), _ = network.filter_proposals(boxes[None], logits, [(1300, 1300)], [360])
    (torchvisions,), _ = RegionProposalNetwork.filter_proposals(network, boxes[None], logits, [(1300, 1300)], [360])

    assert len(found) == len(torchvisions) == 40
    assert [int((kept[:, 2] - kept[:, 0] < 10).sum()) for kept in (found, torchvisions)] == [20 - 2 * 5, 0]


def test_filter_proposals_of_one_level_takes_candidates_of_every_scale() -> None:
    network = _network(_SINGLE)
    boxes = _scattered(2400, 6.0)
    boxes[:, 2:] += (torch.arange(2400) % 4)[:, None]
    logits = torch.where(torch.arange(2400) % 4 == 1, 4.0, -4.0)
    network._post_nms_top_n = {"training": 160, "testing": 160}

    (found,), _ = network.filter_proposals(boxes[None], logits, [(3000, 3000)], [2400])

    sides = (found[:, 2] - found[:, 0]).round().int().tolist()
    assert sides.count(7) == network.pre_nms_top_n() == 50 and len(found) == 160


@pytest.mark.parametrize("params", [_PYRAMID, _SINGLE])
def test_filter_proposals_gives_those_of_torchvision_when_there_are_places_for_all(params: ModelParams) -> None:
    torch.manual_seed(3)
    model = build_model(replace(params, first_stage=FirstStage(max_proposals=2000)), 1).eval()
    network = model.rpn
    network._pre_nms_top_n = network._post_nms_top_n = {"training": 10_000, "testing": 10_000}
    image = torch.rand(1, 3, 96, 128)
    images, _ = model.transform([image[0]])
    features = model.backbone(images.tensors)
    features = {"0": features} if isinstance(features, torch.Tensor) else features

    with torch.no_grad():
        (found,), _ = network(images, features)
        own, network.__class__ = network.__class__, RegionProposalNetwork
        (torchvisions,), _ = network(images, features)
        network.__class__ = own

    assert len(found) > 100
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, torchvisions.tolist()))


@pytest.mark.parametrize("params", [_PYRAMID, _SINGLE])
def test_a_scripted_detector_chooses_the_same_proposals(params: ModelParams) -> None:
    torch.manual_seed(1)
    model = build_model(params, 2).eval()
    image = torch.rand(3, 96, 128)

    with torch.no_grad():
        (found,) = model([image])
        (scripted,) = torch.jit.script(model)([image])[1]

    assert_same_detections(scripted, found)


def test_filter_proposals_accepts_an_image_without_any() -> None:
    network = _network(replace(_SINGLE, first_stage=FirstStage(max_proposals=5, nms_score_threshold=0.9)))

    (found,), (scores,) = network.filter_proposals(torch.zeros(1, 24, 4), torch.full((24,), -9.0), [(64, 64)], [24])

    assert found.shape == (0, 4) and scores.shape == (0,)


@pytest.mark.parametrize(("most", "proposals"), [(1, 300), (19, 400), (30, 500), (900, 2000)])
def test_proposals_by_objects_follows_the_fullest_image(most: int, proposals: int) -> None:
    records = [_record("a", 1), _record("b", most), _record("c", 0)]

    assert proposals_by_objects(records, base_model("faster_rcnn_tiny")) == proposals
    assert proposals_by_objects(records[::-1], base_model("faster_rcnn_tiny")) == proposals


def test_proposals_by_objects_is_at_least_the_number_of_the_base_model() -> None:
    assert proposals_by_objects([_record("a", 2)], base_model("fasterrcnn_resnet18_fpn")) == 500
    assert proposals_by_objects([], base_model("faster_rcnn_tiny")) == 300


def test_max_proposals_decides_before_the_dataset_and_the_dataset_before_the_name() -> None:
    entry, free = base_model("faster_rcnn_tiny"), replace(_SINGLE, first_stage=FirstStage())

    assert entry.proposals_of(_SINGLE, Architecture(proposals=700)) == 40
    assert entry.proposals_of(free, Architecture(proposals=700)) == 700
    assert entry.proposals_of(free, Architecture()) == 300
    assert build_model(free, 1, Architecture(proposals=700)).eval().rpn.post_nms_top_n() == 700
