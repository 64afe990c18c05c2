"""The stage that trains a model, and what identifies its checkpoints and metrics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from detection.config.settings import Settings, deciding
from detection.data.batches import training_batches
from detection.data.datasets import NO_FILE, Dataset
from detection.data.images import ImageStore
from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluator
from detection.models.weights import Weights
from detection.processes.group import ALONE, Group
from detection.tracking.metrics_log import MetricsLog
from detection.tracking.progress import Console, duration
from detection.train.checkpoints import CheckpointFolder, Stateful
from detection.train.hooks.best import BestWeights
from detection.train.hooks.checkpoint import WriteCheckpoint
from detection.train.hooks.evaluation import PeriodicEvaluation
from detection.train.hooks.hook import Hook
from detection.train.hooks.metrics import TrainingMetrics, log_interval
from detection.train.hooks.progress import Progress
from detection.train.hooks.stop import StopOnSignal
from detection.train.hooks.timer import StepTimer
from detection.train.loop import run_steps
from detection.train.machine import Machine
from detection.train.schedule import scaled_peak
from detection.train.trainer import Trainer

_MOST_THREADS = 8
_OF_PROCESSES = ("RUN_PARAMS.DISTRIBUTED_NODES", "RUN_PARAMS.LR_SCALING")


@dataclass(frozen=True)
class Trained:
    """The result of a training.

    Attributes:
        model: The model to evaluate and to save.
        steps: Optimizer steps done.
        last: The weights after the last step, where those of the model are from an earlier one.
    """

    model: nn.Module
    steps: int
    last: Mapping[str, Tensor] | None


def checkpoint_identity(
    settings: Settings, dataset: Dataset, weights: Weights | None, validation: Dataset | None = None, processes: int = 1
) -> str:
    """Returns the SHA-256 in hex of everything that decides the weights after a given step.

    The number of processes decides the images per step and the learning rate alone, so that a run of two processes
    continues as a run of one with twice the BATCH_SIZE.
    """
    run = settings.run
    values = {key: settings.value(key) for key in sorted(deciding("weights")) if key not in _OF_PROCESSES}
    if processes > 1:
        values["RUN_PARAMS.BATCH_SIZE"] = run.batch_size * processes
        values["RUN_PARAMS.LEARNING_RATE"] = scaled_peak(run, processes)
    parts: dict[str, Any] = {
        "settings": values,
        "dataset": dataset.train_hash or dataset.hash,
        "classes": [dataset.class_names[label] for label in sorted(dataset.class_names)],
        "weights": weights.digest if weights is not None else None,
        **({} if validation is None else {"validation": validation.hash}),
        **({} if dataset.depth is None else {"depth": list(dataset.depth)}),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def evaluation_identity(settings: Settings, dataset: Dataset) -> str:
    """Returns the SHA-256 in hex of everything that decides the metrics of given weights."""
    keys = sorted(key for key in deciding("metrics") if not key.startswith("HYPERTUNE"))
    parts = {"settings": {key: settings.value(key) for key in keys}, "dataset": dataset.hash}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def train_model(
    settings: Settings,
    model: nn.Module,
    dataset: Dataset,
    store: ImageStore,
    evaluator: Evaluator,
    validation: Evaluator | None,
    checkpoints: CheckpointFolder,
    log: MetricsLog,
    machine: Machine,
    console: Console,
    group: Group = ALONE,
) -> Trained:
    """Trains a model in place, from its newest checkpoint on if there is one.

    Args:
        settings: The exp_config.
        model: Already on the machine's device.
        dataset: Its training split is used.
        store: Loads the images.
        evaluator: Evaluates on the test split every EVAL_EVERY steps, when there is no validation split.
        validation: Evaluates on the validation split, by which the best weights are chosen; None without one.
        checkpoints: The checkpoints of this experiment.
        log: A new log; it receives the metrics, those of the checkpoint first.
        machine: Decides how many threads prepare batches.
        console: Receives progress and messages.
        group: The processes that train together. The first one writes the checkpoints, and reads them for all.

    Returns:
        The model to evaluate and to save.

    Raises:
        TrainingError: A loss is not finite, an image cannot be decoded, or a signal stopped training.
    """
    run, say = settings.run, console.say
    trainer = Trainer(model, run, settings.model, machine.device, group)
    images_per_batch = run.batch_size * group.size
    timer = StepTimer(images_per_batch * run.accumulate, console.clock)
    metrics = TrainingMetrics(log, timer, every=log_interval(run.steps))
    progress = Progress(console, timer)
    parts: dict[str, Stateful] = {
        "trainer": trainer,
        "metrics_log": log,
        "training_metrics": metrics,
        "progress": progress,
    }
    best: BestWeights | None = None
    if validation is not None:
        best = BestWeights(
            validation, trainer, log, say, every=run.eval_every, metric=run.best_metric, patience=run.patience
        )
        parts["best"] = best
    if group.is_first:
        checkpoints.sweep()
    # Another machine may see an older state of the mounted folder.
    checkpoint = group.from_first(checkpoints.newest() if group.is_first else None)
    if checkpoint is not None:
        checkpoint.restore(parts)
    _log_images(log, dataset, validation)
    if checkpoint is not None:
        if trainer.done == run.steps:
            say(f"all {run.steps} steps are done already; the model of their checkpoint is used")
            return _trained(trainer, best, say)
        if best is not None and best.has_ended:
            say(f"training ended early after step {trainer.done} already; its best weights are used")
            return _trained(trainer, best, say)
        say(f"resuming from the checkpoint after step {trainer.done}")

    batches = training_batches(
        dataset.train,
        store,
        batch_size=images_per_batch,
        augmentation=settings.model.augmentation,
        seed=run.seed,
        first_step=trainer.done * run.accumulate,
        last_step=run.steps * run.accumulate,
        threads=_batch_threads(machine),
        mosaic_share=settings.model.mosaic,
        share=group.share(images_per_batch),
    )
    with closing(batches), StopOnSignal(group) as stop:
        hooks: list[Hook] = [
            timer,
            metrics,
            progress,
            best or PeriodicEvaluation(evaluator, trainer.best_model, log, say, every=run.eval_every),
            stop,  # after the evaluation, the longest of them, and before the checkpoint that a stop needs
        ]
        if group.is_first:
            hooks.append(WriteCheckpoint(checkpoints, parts, every=run.checkpoint_every))
        stop_reason = run_steps(trainer, batches, hooks, steps=run.steps, accumulate=run.accumulate)
        group.wait()  # for the checkpoint: the others would end, and with them the run
    if stop_reason:
        raise TrainingError(
            f"stopped by {stop_reason} after step {trainer.done}; its checkpoint is written. "
            "Run the same command again to resume."
        )
    say(f"trained {timer.steps} steps in {duration(timer.seconds)}")
    return _trained(trainer, best, say)


def _log_images(log: MetricsLog, dataset: Dataset, validation: Evaluator | None) -> None:
    """Logs the number of images of each split unless the log has them from a checkpoint of the same splits."""
    images = {"train_images": len(dataset.train), "test_images": len(dataset.test)}
    if validation is not None:
        images["validation_images"] = validation.images
    known = log.latest()
    missing = {name: float(count) for name, count in images.items() if name not in known}
    if missing:
        log.log(0, missing)


def check_training(settings: Settings, group: Group = ALONE) -> list[str]:
    """Checks the settings of the training against each other.

    Args:
        settings: The exp_config.
        group: The processes that train together.

    Returns:
        Warnings, a line each.
    """
    run = settings.run
    has_file = settings.validation_csv != NO_FILE
    lines = []
    if (settings.validation or has_file) and not run.eval_every:
        lines.append("warning: RUN_PARAMS.EVAL_EVERY is 0, so that the validation split measures the last step alone")
    if settings.value("HYPERTUNE"):
        lines.append("warning: HYPERTUNE is true, but this command trains once with the values given; a sweep is a job")
    if torch.cuda.device_count() > group.local_size:
        used = "one" if group.local_size == 1 else str(group.local_size)
        lines.append(f"warning: this run uses {used} of the {torch.cuda.device_count()} GPUs")
    if group.size > 1:
        lines.append(
            f"{run.batch_size} images per batch in each of {group.size} processes: "
            f"{run.batch_size * group.size} together"
        )
        rate = scaled_peak(run, group.size)
        lines.append(
            f"learning rate {rate:g}: LEARNING_RATE {run.learning_rate:g} times {group.size} processes "
            "(LR_SCALING linear)"
            if run.lr_scaling == "linear"
            else f"learning rate {rate:g}: LEARNING_RATE as it is, not scaled by the processes (LR_SCALING none)"
        )
    return lines


def _trained(trainer: Trainer, best: BestWeights | None, say: Callable[[str], None]) -> Trained:
    trainer.release()
    model = trainer.best_model
    if best is None or not best.weights or best.step == trainer.done:
        return Trained(model, trainer.done, None)
    last = {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best.weights)
    say(f"the weights after step {best.step} are the best on the validation split")
    return Trained(model, trainer.done, last)


def _batch_threads(machine: Machine) -> int:
    """Returns the threads that prepare batches: half of the cores where the model needs them too."""
    threads = machine.cores // 2 if machine.device.type == "cpu" else machine.cores
    return max(1, min(_MOST_THREADS, threads))
