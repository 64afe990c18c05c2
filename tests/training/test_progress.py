from __future__ import annotations

import io

import pytest
from detection.tracking.progress import Console, StepProgress, duration
from detection.train.schedule import learning_rate


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _train(stream: io.StringIO, seconds_a_step: float, steps: int) -> list[str]:
    clock = _Clock()
    console = Console(stream, clock)
    progress = StepProgress(console, first=0, steps=steps, batch_size=4)
    for done in range(1, steps + 1):
        clock.now += seconds_a_step
        progress.step(done, 1 / done, 0.01)
    console.say("done")
    return stream.getvalue().split("\n")


def test_progress_writes_a_line_every_five_seconds_in_a_log() -> None:
    assert _train(io.StringIO(), 1.0, 8) == [
        "step 1/8  loss 1.000  lr 0.0100  4.0 images/s  left 0:07",
        "step 6/8  loss 0.290  lr 0.0100  4.0 images/s  left 0:02",
        "step 8/8  loss 0.134  lr 0.0100  4.0 images/s  left 0:00",
        "done",
        "",
    ]


def test_progress_rewrites_one_line_in_a_terminal() -> None:
    assert _train(_Terminal(), 1.0, 3) == [
        "\rstep 1/3  loss 1.000  lr 0.0100  4.0 images/s  left 0:02"
        "\rstep 2/3  loss 0.500  lr 0.0100  4.0 images/s  left 0:01"
        "\rstep 3/3  loss 0.333  lr 0.0100  4.0 images/s  left 0:00",
        "done",
        "",
    ]


def test_progress_leaves_out_time_that_was_not_training() -> None:
    clock = _Clock()
    progress = StepProgress(Console(io.StringIO(), clock), first=10, steps=20, batch_size=4)
    clock.now = 12.0
    progress.pause(10.0)

    assert progress.rate(11) == 2.0


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (45.4, "0:45"), (59.6, "1:00"), (3661, "1:01:01")])
def test_duration_is_minutes_and_seconds(seconds: float, text: str) -> None:
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
