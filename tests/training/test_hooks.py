from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from detection.tracking.metrics_log import MetricsLog
from detection.tracking.progress import Console
from detection.train.checkpoints import CheckpointFolder
from detection.train.hooks.checkpoint import WriteCheckpoint
from detection.train.hooks.evaluation import PeriodicEvaluation
from detection.train.hooks.hook import Hook, Step
from detection.train.hooks.metrics import TrainingMetrics, log_interval
from detection.train.hooks.progress import Progress
from detection.train.hooks.stop import StopOnSignal
from detection.train.hooks.timer import StepTimer
from detection.train.loop import run_steps


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class _Trainer:
    """Stands in for a trainer: the loss of step n is 1/n, and a step takes 1 s."""

    def __init__(self, clock: _Clock | None = None, done: int = 0) -> None:
        self.done = done
        self._clock = clock or _Clock()

    def step(self, batch: Any) -> dict[str, float]:
        self._clock.now += 1.0
        self.done += 1
        return {"train_loss": 1 / self.done, "learning_rate": 0.01 * self.done}


class _Recorder(Hook):
    def __init__(self, name: str, events: list[str]) -> None:
        self._name = name
        self._events = events

    def before_step(self, done: int) -> None:
        self._events.append(f"{self._name} before {done}")

    def after_step(self, step: Step) -> None:
        self._events.append(f"{self._name} after {step.done}")


class _Part:
    def __init__(self) -> None:
        self.value = 0

    def state_dict(self) -> dict[str, Any]:
        return {"value": self.value}

    def load_state_dict(self, state: Any) -> None:
        self.value = state["value"]


def _run(trainer: _Trainer, hooks: Sequence[Hook], steps: int) -> str:
    return run_steps(trainer, iter([None] * steps), hooks, steps=steps)  # type: ignore[arg-type,list-item]


def test_run_steps_calls_the_hooks_in_order_around_each_step() -> None:
    events: list[str] = []

    reason = _run(_Trainer(), [_Recorder("a", events), _Recorder("b", events)], 2)

    assert reason == ""
    assert events == [
        *("a before 0", "b before 0", "a after 1", "b after 1"),
        *("a before 1", "b before 1", "a after 2", "b after 2"),
    ]


def test_run_steps_continues_at_the_step_of_the_trainer() -> None:
    events: list[str] = []
    trainer = _Trainer(done=3)

    _run(trainer, [_Recorder("a", events)], 5)

    assert events == ["a before 3", "a after 4", "a before 4", "a after 5"]


def test_run_steps_returns_the_reason_when_a_hook_stops_it() -> None:
    class Stop(Hook):
        def after_step(self, step: Step) -> None:
            step.stop_reason = "drill" if step.done == 2 else ""

    trainer = _Trainer()

    assert (_run(trainer, [Stop()], 5), trainer.done) == ("drill", 2)
    assert _run(_Trainer(), [Stop()], 2) == ""  # nothing is left to resume after the last step


def test_step_timer_measures_steps_without_the_other_hooks() -> None:
    clock = _Clock()

    class Slow(Hook):
        def after_step(self, step: Step) -> None:
            clock.now += 60.0

    timer = StepTimer(batch_size=4, clock=clock)
    _run(_Trainer(clock), [timer, Slow()], 3)

    assert (timer.steps, timer.seconds) == (3, 3.0)
    assert (timer.images_per_second, timer.seconds_per_step) == (4.0, 1.0)


def _progress_lines(stream: io.StringIO, steps: int) -> list[str]:
    clock = _Clock()
    console = Console(stream, clock)
    timer = StepTimer(4, clock)
    _run(_Trainer(clock), [timer, Progress(console, timer)], steps)
    console.say("done")
    return stream.getvalue().split("\n")


def test_progress_writes_a_line_every_five_seconds_in_a_log() -> None:
    assert _progress_lines(io.StringIO(), 8) == [
        "step 1/8  loss 1.000  lr 0.0100  4.0 images/s  ETA 0:07",
        "step 6/8  loss 0.290  lr 0.0600  4.0 images/s  ETA 0:02",
        "step 8/8  loss 0.134  lr 0.0800  4.0 images/s  ETA 0:00",
        "done",
        "",
    ]


def test_progress_rewrites_one_line_in_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert _progress_lines(Terminal(), 3) == [
        "\rstep 1/3  loss 1.000  lr 0.0100  4.0 images/s  ETA 0:02"
        "\rstep 2/3  loss 0.500  lr 0.0200  4.0 images/s  ETA 0:01"
        "\rstep 3/3  loss 0.333  lr 0.0300  4.0 images/s  ETA 0:00",
        "done",
        "",
    ]


def _logged(path: Path, first: int, last: int, every: int, state: dict[str, Any] | None = None) -> dict[str, Any]:
    """Logs the steps after ``first`` up to ``last`` of a run of 10, and returns the state after them."""
    log = MetricsLog(path, None, clock=lambda: 5.0)
    metrics = TrainingMetrics(log, StepTimer(1, _Clock()), every=every)
    if state is not None:
        log.load_state_dict(state["log"])
        metrics.load_state_dict(state["metrics"])
    trainer = _Trainer(done=first)
    while trainer.done < last:
        values = trainer.step(None)
        metrics.after_step(Step(trainer.done, 10, values))
    return json.loads(json.dumps({"log": log.state_dict(), "metrics": metrics.state_dict()}))


def test_training_metrics_logs_the_mean_since_the_last_line_and_a_line_at_the_end(tmp_path: Path) -> None:
    _logged(tmp_path / "metrics.jsonl", 0, 10, every=4)

    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [4, 8, 10]
    assert lines[0]["train_loss"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert lines[2]["train_loss"] == pytest.approx((1 / 9 + 1 / 10) / 2)
    assert lines[2]["learning_rate"] == pytest.approx(0.1)


@pytest.mark.parametrize("stopped_at", range(1, 10))
def test_training_metrics_logs_the_same_lines_when_it_is_resumed(stopped_at: int, tmp_path: Path) -> None:
    whole, resumed = tmp_path / "whole.jsonl", tmp_path / "resumed.jsonl"
    _logged(whole, 0, 10, every=4)

    state = _logged(tmp_path / "stopped.jsonl", 0, stopped_at, every=4)
    _logged(resumed, stopped_at, 10, every=4, state=state)

    assert resumed.read_text() == whole.read_text()


@pytest.mark.parametrize(
    ("steps", "interval"), [(1, 1), (99, 1), (240, 2), (5_000, 50), (250_000, 50), (1_000_000, 200)]
)
def test_log_interval_is_a_hundredth_of_a_run_and_at_most_5000_lines(steps: int, interval: int) -> None:
    assert log_interval(steps) == interval


@pytest.mark.parametrize(
    ("every", "stop_at", "written"), [(0, 0, [6]), (2, 0, [2, 4, 6]), (4, 0, [4, 6]), (4, 5, [4, 5])]
)
def test_write_checkpoint_writes_when_it_is_due_at_the_end_and_before_a_stop(
    every: int, stop_at: int, written: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    write = CheckpointFolder.write

    def recording(folder: CheckpointFolder, checkpoint: Any) -> Path:
        steps.append(checkpoint.step)
        return write(folder, checkpoint)

    monkeypatch.setattr(CheckpointFolder, "write", recording)

    class Stop(Hook):
        def after_step(self, step: Step) -> None:
            step.stop_reason = "drill" if step.done == stop_at else ""

    part = _Part()
    folder = CheckpointFolder(tmp_path, "ab" * 32, print)

    class Count(Hook):
        def after_step(self, step: Step) -> None:
            part.value += 10

    _run(_Trainer(), [Stop(), Count(), WriteCheckpoint(folder, {"part": part}, every=every)], 6)

    assert steps == written
    newest = folder.newest()
    assert newest is not None and newest.step == written[-1]
    restored = _Part()
    newest.restore({"part": restored})
    assert restored.value == 10 * written[-1]


@pytest.mark.parametrize(("every", "evaluated"), [(0, []), (2, [2, 4]), (3, [3]), (7, [])])
def test_periodic_evaluation_leaves_the_last_step_to_the_evaluation_stage(
    every: int, evaluated: list[int], tmp_path: Path
) -> None:
    said: list[str] = []
    log = MetricsLog(tmp_path / "metrics.jsonl", None)
    evaluator: Any = SimpleNamespace(
        evaluate=lambda model: SimpleNamespace(metrics={"eval_mAP": 0.5}), report=lambda evaluation: ["mAP 0.5"]
    )
    model: Any = None

    _run(_Trainer(), [PeriodicEvaluation(evaluator, model, log, said.append, every=every)], 6)

    assert [line["step"] for line in log.history] == evaluated
    assert said == ["mAP 0.5"] * len(evaluated)


def test_stop_on_signal_stops_after_the_running_step_and_restores_the_handlers() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    class Preempted(_Trainer):
        def step(self, batch: Any) -> dict[str, float]:
            if self.done == 2:
                os.kill(os.getpid(), signal.SIGTERM)
            return super().step(batch)

    trainer = Preempted()
    with StopOnSignal() as stop:
        reason = _run(trainer, [stop], 10)

    assert (reason, trainer.done) == ("SIGTERM", 3)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_hook_has_no_state_and_accepts_one() -> None:
    hook = Hook()
    hook.load_state_dict(hook.state_dict())

    assert hook.state_dict() == {}
