from __future__ import annotations

import io
import json

import pytest

from detection.tracking.progress import Console, duration, harmless
from detection.tracking.stages import END, StageTimes
from detection.train.schedule import learning_rate


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (45.4, "0:45"), (59.6, "1:00"), (3661, "1:01:01")])
def test_duration_returns_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_learning_rate_rises_linearly_then_falls_to_a_hundredth() -> None:
    rates = [learning_rate(step, steps=110, warmup_steps=10, peak=0.5) for step in range(110)]

    assert rates[:10] == pytest.approx([0.05 * (step + 1) for step in range(10)])
    assert rates[10] == 0.5
    assert rates[60] == pytest.approx(0.5 * 0.505)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.005, rel=0.05)


def test_learning_rate_starts_at_the_peak_without_warm_up() -> None:
    assert learning_rate(0, steps=3, warmup_steps=0, peak=0.1) == 0.1


def test_console_writes_no_character_that_controls_a_terminal() -> None:
    stream = io.StringIO()
    console = Console(stream)

    console.say("a\x1b[2Jb\rc\u202ed\x9be\n\tf 人 é")
    console.rewrite("\x07")

    assert stream.getvalue() == "a\\x1b[2Jb\\rc\\u202ed\\x9be\n\tf 人 é\n\\x07\n"
    assert harmless("plain 人\n") == "plain 人\n"


def test_stage_times_are_one_tag_of_all_stages_so_far_in_their_order() -> None:
    clock = iter([1767322800.0, 1767322801.5, 1767326400.25])
    times = StageTimes(lambda: next(clock))

    tag = "stages_20260102T030000000"
    assert json.loads(times.begin("train")[tag]) == {"train": "2026-01-02T03:00:00.000Z"}
    times.begin("evaluate")
    begun = json.loads(times.begin(END)[tag])

    assert list(begun.items()) == [
        ("train", "2026-01-02T03:00:00.000Z"),
        ("evaluate", "2026-01-02T03:00:01.500Z"),
        ("end", "2026-01-02T04:00:00.250Z"),
    ]


def test_stage_times_of_a_resumed_run_leave_those_of_its_earlier_process() -> None:
    first = StageTimes(lambda: 1767322800.0).begin("train")
    second = StageTimes(lambda: 1767322801.5).begin("train")

    assert sorted({**first, **second}) == ["stages_20260102T030000000", "stages_20260102T030001500"]
