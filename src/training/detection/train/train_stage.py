"""The stages that prepare a model for training and train it."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing

from torch import nn

from detection.config.settings import Settings, deciding
from detection.data.batches import training_batches
from detection.data.datasets import Dataset
from detection.data.images import ImageStore
from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluator
from detection.models.weights import Weights
from detection.tracking.metrics_log import MetricsLog
from detection.tracking.progress import Console, duration
from detection.train.checkpoints import CheckpointFolder, Stateful
from detection.train.hooks.checkpoint import WriteCheckpoint
from detection.train.hooks.evaluation import PeriodicEvaluation
from detection.train.hooks.hook import Hook
from detection.train.hooks.metrics import TrainingMetrics, log_interval
from detection.train.hooks.progress import Progress
from detection.train.hooks.stop import StopOnSignal
from detection.train.hooks.timer import StepTimer
from detection.train.loop import run_steps
from detection.train.machine import Machine
from detection.train.trainer import Trainer

_MOST_THREADS = 8


def checkpoint_identity(settings: Settings, dataset: Dataset, weights: Weights | None) -> str:
    """Returns the SHA-256 in hex of everything that decides the weights after a given step."""
    parts = {
        "settings": {key: settings.value(key) for key in sorted(deciding("weights"))},
        "dataset": dataset.hash,
        "weights": weights.digest if weights is not None else None,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def train_model(
    settings: Settings,
    model: nn.Module,
    dataset: Dataset,
    store: ImageStore,
    evaluator: Evaluator,
    checkpoints: CheckpointFolder,
    log: MetricsLog,
    machine: Machine,
    console: Console,
) -> None:
    """Trains a model in place, from its newest checkpoint on if there is one.

    Args:
        settings: The exp_config.
        model: Already on the machine's device.
        dataset: Its training split is used.
        store: Loads the images.
        evaluator: Evaluates every EVAL_EVERY steps.
        checkpoints: The checkpoints of this experiment.
        log: A new log; it receives the metrics, those of the checkpoint first.
        machine: Decides how many threads prepare batches.
        console: Receives progress and messages.

    Raises:
        TrainingError: A loss is not finite, an image cannot be decoded, or a signal stopped training.
    """
    run, say = settings.run, console.say
    trainer = Trainer(model, run, settings.model, machine.device)
    timer = StepTimer(run.batch_size, console.clock)
    metrics = TrainingMetrics(log, timer, every=log_interval(run.steps))
    parts: dict[str, Stateful] = {"trainer": trainer, "metrics_log": log, "training_metrics": metrics}
    checkpoint = checkpoints.newest()
    if checkpoint is None:
        log.log(0, {"train_images": float(len(dataset.train)), "test_images": float(len(dataset.test))})
    else:
        checkpoint.restore(parts)
        if trainer.done == run.steps:
            say(f"all {run.steps} steps are done already; the model of their checkpoint is used")
            return
        say(f"resuming from the checkpoint after step {trainer.done}")

    batches = training_batches(
        dataset.train,
        store,
        batch_size=run.batch_size,
        augmentation=settings.model.augmentation,
        seed=run.seed,
        first_step=trainer.done,
        last_step=run.steps,
        threads=_batch_threads(machine),
    )
    with closing(batches), StopOnSignal() as stop:
        hooks: list[Hook] = [
            timer,
            metrics,
            Progress(console, timer),
            PeriodicEvaluation(evaluator, model, log, say, every=run.eval_every),
            stop,  # after the evaluation, the longest of them, and before the checkpoint that a stop needs
            WriteCheckpoint(checkpoints, parts, every=run.checkpoint_every),
        ]
        stop_reason = run_steps(trainer, batches, hooks, steps=run.steps)
    if stop_reason:
        raise TrainingError(
            f"stopped by {stop_reason} after step {trainer.done}; its checkpoint is written. "
            "Run the same command again to resume."
        )
    say(f"trained {timer.steps} steps in {duration(timer.seconds)}")


def _batch_threads(machine: Machine) -> int:
    """Returns the threads that prepare batches: half of the cores where the model needs them too."""
    threads = machine.cores // 2 if machine.device.type == "cpu" else machine.cores
    return max(1, min(_MOST_THREADS, threads))
