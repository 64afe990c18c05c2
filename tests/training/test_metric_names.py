from __future__ import annotations

import re
from pathlib import Path

import pytest

from detection.cli import main
from detection.tracking import metric_names
from detection.tracking.metric_names import COCO_NAMES, LOSS_NAMES, METRIC_NAMES, class_ap50

_ROOT = Path(__file__).resolve().parents[2]


def test_metric_names_is_a_plain_tuple_with_one_literal_per_line() -> None:
    lines = Path(str(metric_names.__file__)).read_text().splitlines()
    first, last = lines.index("METRIC_NAMES = ("), lines.index(")")

    assert lines[first + 1 : last] == [f'    "{name}",' for name in METRIC_NAMES]
    assert len(set(METRIC_NAMES)) == len(METRIC_NAMES)


def test_metric_names_are_those_of_the_documentation_in_its_order() -> None:
    text = (_ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]

    assert [name for row in rows for name in re.findall("`([^`]+)`", row)] == list(METRIC_NAMES)


def test_metric_names_command_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["metric-names"]) == 0
    assert capsys.readouterr().out == ",".join(METRIC_NAMES) + "\n"


def test_groups_of_metric_names_are_complete() -> None:
    assert len(LOSS_NAMES) == 5
    assert len(COCO_NAMES) == 12
    assert class_ap50("pothole") == "eval_AP50_pothole"


@pytest.mark.parametrize("image", ["cpu", "gpu"])
def test_dockerfile_takes_the_metric_names_from_the_build(image: str) -> None:
    text = (_ROOT / "docker" / image / "Dockerfile").read_text(encoding="utf-8")

    final_stage = text[text.rindex("\nFROM ") :]
    assert "\nARG METRIC_NAMES\n" in final_stage
    assert '.metrics="${METRIC_NAMES}"\n' in final_stage
