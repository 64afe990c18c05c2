from __future__ import annotations

import posixpath
import random
import re
from pathlib import Path

import pytest

from detection.cli import main
from detection.tracking import metric_names
from detection.tracking.metric_names import (
    COCO_NAMES,
    LOSS_NAMES,
    METRIC_NAMES,
    class_ap50,
    mlflow_name,
    plain_name,
    with_mlflow_names,
)

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


def test_mlflow_name_is_one_that_mlflow_takes_and_never_that_of_another_metric() -> None:
    random_ = random.Random(3)
    signs = "ab_0xh:3[]\"'/.,%- éß漢字🙂\n"
    names = {"eval_AP50_" + "".join(random_.choices(signs, k=random_.randint(0, 9))) for _ in range(20000)}

    escaped = {name: mlflow_name(name) for name in names}

    assert len(set(escaped.values())) == len(names)
    assert all(re.fullmatch(r"[/\w.\- ]*", name) and posixpath.normpath(name) == name for name in escaped.values())
    assert all(plain_name(escaped[name]) == name for name in names)


def test_mlflow_name_keeps_plain_names_and_shortens_long_ones() -> None:
    assert [mlflow_name(name) for name in (*METRIC_NAMES[:23], "eval_AP50_Straße 5")] == [
        *METRIC_NAMES[:23],
        "eval_AP50_Straße 5",
    ]
    long = [mlflow_name("eval_AP50_" + "漢" * 300 + end) for end in "ab"]
    assert len(set(long)) == 2 and all(len(name) <= 250 for name in long)


def test_with_mlflow_names_says_which_metrics_have_another_name() -> None:
    assert with_mlflow_names({"eval_mAP": 0.5}) == {"eval_mAP": 0.5}
    assert with_mlflow_names({"eval_AP50_a:b": 0.5}) == {
        "eval_AP50_a:b": 0.5,
        "mlflow_names": {"eval_AP50_a:b": "eval_AP50_a_0x3a_b"},
    }


@pytest.mark.parametrize("image", ["cpu", "gpu"])
def test_dockerfile_takes_the_metric_names_from_the_build(image: str) -> None:
    text = (_ROOT / "docker" / image / "Dockerfile").read_text(encoding="utf-8")

    final_stage = text[text.rindex("\nFROM ") :]
    assert "\nARG METRIC_NAMES\n" in final_stage
    assert '.metrics="${METRIC_NAMES}"\n' in final_stage
