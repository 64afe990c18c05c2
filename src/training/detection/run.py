"""One training run from the exp_config to the saved model, stage by stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from detection.data.batches import training_batches
from detection.train.checkpoints import Checkpoint, CheckpointFolder
from detection.data.data_stage import read_or_fail
from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluation, Evaluator
from detection.export.final_model import save_final_model
from detection.data.images import ImageStore
from detection.train.machine import StopRequest, available_cores, describe, prepare_device
from detection.tracking.metrics_log import MetricsLog
from detection.models.building import SINGLE_LEVEL, build_model
from detection.models.weights import find_weights, load_weights
from detection.tracking.progress import Console, StepProgress, duration
from detection.config.settings import Settings
from detection.tracking.tracking import Tracker, open_tracker
from detection.train.trainer import StepResult, Trainer

STAGES = (
    "read the datasets",
    "prepare the records",
    "fetch the base model",
    "apply the configuration",
    "train",
    "evaluate",
    "save the model",
)


def train(
    settings: Settings, *, data: Path, output: Path, checkpoints: Path, environment: Mapping[str, str], console: Console
) -> Mapping[str, float]:
    """Trains, evaluates and saves a model; goes on from the newest checkpoint of the same experiment.

    Returns:
        The metrics of metrics.json.

    Raises:
        TrainingError: The run cannot start or go on; the message says why.
    """
    tracker, close = open_tracker(environment, settings.exp_name, console.say)
    status = "FAILED"
    try:
        run = TrainingRun(settings, data, output, checkpoints, environment, console, tracker)
        metrics = run.execute()
        status = "FINISHED"
        return metrics
    except RuntimeError as error:
        # CUDA's own class is a RuntimeError; the CPU's allocator raises a plain one.
        if "out of memory" not in str(error) and "can't allocate memory" not in str(error):
            raise
        raise TrainingError(
            f"memory ran out: {str(error).splitlines()[0]}; "
            "lower RUN_PARAMS.BATCH_SIZE, MODEL_PARAMS.IMAGE_SIZE or FIRST_STAGE.MAX_PROPOSALS."
        ) from error
    finally:
        close(status)


class TrainingRun:
    """The stages of one run and what they hand on."""

    def __init__(
        self,
        settings: Settings,
        data: Path,
        output: Path,
        checkpoints: Path,
        environment: Mapping[str, str],
        console: Console,
        tracker: Tracker | None,
    ) -> None:
        self.settings = settings
        self.data = data
        self.output = output
        self.checkpoint_folder = checkpoints
        self.environment = environment
        self.console = console
        self.tracker = tracker
        self.say = console.say
        self.cores = available_cores()
        self.device = prepare_device(settings.run.seed)
        self.store = ImageStore(settings.model.image_size)

    def execute(self) -> Mapping[str, float]:
        """Goes through all stages and returns the metrics."""
        self._announce(0)
        self.dataset = read_or_fail(self.settings, self.data, self.say)
        self._tag()
        self._announce(1)
        self._prepare_records()
        self._announce(2)
        weights = self._fetch_base_model()
        self._announce(3)
        trainer, checkpoint = self._apply_configuration(weights)
        self._announce(4)
        self._train(trainer, checkpoint)
        self._announce(5)
        evaluation = self._evaluate(trainer)
        self._announce(6)
        return self._save(trainer, evaluation)

    def _announce(self, index: int) -> None:
        self.say(f"[{index + 1}/{len(STAGES)}] {STAGES[index]}")

    def _tag(self) -> None:
        if self.tracker is None:
            return
        tags = {
            "description": self.settings.description,
            "train_set": self.dataset.train_csv,
            "test_set": self.dataset.test_csv,
            "base_model": self.settings.model.base_model,
            "steps": str(self.settings.run.steps),
            "dataset_hash": self.dataset.hash,
            "image": self.environment.get("DETECTION_IMAGE", ""),
            "git_commit": self.environment.get("DETECTION_GIT_COMMIT", ""),
            "experiment_hash": self.environment.get("DETECTION_EXPERIMENT_HASH", ""),
        }
        self.tracker.tag({key: value for key, value in tags.items() if value})

    def _prepare_records(self) -> None:
        records = [*self.dataset.train, *self.dataset.test]
        side = self.settings.model.image_size
        if not self.store.fits(records):
            self.say(f"{len(records)} images are decoded and resized to {side} pixels as they are needed")
            return
        with ThreadPoolExecutor(self.cores, thread_name_prefix="images") as pool:
            mebibytes = sum(pixels.nbytes for pixels in pool.map(self.store.load, records)) / 2**20
        self.say(f"{len(records)} images decoded, resized to {side} pixels and kept in memory ({mebibytes:.0f} MiB)")

    def _fetch_base_model(self) -> Path | None:
        model = self.settings.model
        path = find_weights(self.data, model.base_model, model.weights)
        if path is not None:
            self.say(f"{model.base_model} with the weights {path.relative_to(self.data).as_posix()}")
        elif model.weights == "auto":
            folder = f"models/{model.base_model}"
            self.say(f"{model.base_model} with random weights: {folder} of the data folder holds no *.pth file")
            if model.base_model != "faster_rcnn_tiny":
                self.say("warning: a base model of this size needs trained weights to learn from a few hundred images")
        else:
            self.say(f"{model.base_model} with random weights")
        return path

    def _apply_configuration(self, weights: Path | None) -> tuple[Trainer, Checkpoint | None]:
        settings = self.settings
        model = build_model(settings.model, len(self.dataset.class_names), pretrained=weights is not None)
        if weights is not None:
            load_weights(model, weights, self.say)
        parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
        self.say(f"{parameters / 1e6:.1f} million parameters learn on {describe(self.device)}")
        first, run = settings.model.first_stage, settings.run
        single = settings.model.base_model in SINGLE_LEVEL
        self.say(
            f"first stage: {f'stride {first.stride}, ' if single else ''}at most {first.max_proposals} proposals "
            f"of score >= {first.nms_score_threshold:g}, suppressed above IoU {first.nms_iou_threshold:g}; "
            f"loss weights {first.localization_loss_weight:g} (boxes) and {first.objectness_loss_weight:g} (objectness)"
        )
        if not single:
            self.say("FIRST_STAGE.STRIDE does not apply to a feature pyramid, which has several strides")
        if run.precision == "amp" and self.device.type != "cuda":
            self.say("PRECISION amp applies to a GPU only; this run computes in fp32")
        self.checkpoints = CheckpointFolder(self.checkpoint_folder, self._identity(weights), self.say)
        checkpoint = self.checkpoints.newest()
        model.to(self.device)
        trainer = Trainer(model, run, first, self.device)
        if checkpoint is not None:
            trainer.restore(checkpoint)
        return trainer, checkpoint

    def _identity(self, weights: Path | None) -> str:
        """Hashes what the weights after a given step follow from."""
        document = self.settings.document
        aside = ("EVAL_EVERY", "CHECKPOINT_EVERY", "TIMEOUT_MINUTES")
        parts: dict[str, Any] = {
            "run": {key: value for key, value in document["RUN_PARAMS"].items() if key not in aside},
            "model": {key: value for key, value in document["MODEL_PARAMS"].items() if key != "WEIGHTS"},
            "weights": hashlib.sha256(weights.read_bytes()).hexdigest() if weights is not None else None,
            "dataset": self.dataset.hash,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _train(self, trainer: Trainer, checkpoint: Checkpoint | None) -> None:
        run = self.settings.run
        state: Mapping[str, Any] = checkpoint.state if checkpoint is not None else {}
        self.log = MetricsLog(
            self.output / "metrics.jsonl",
            self.tracker,
            history=json.loads(state.get("history", "[]")),
            logged_run=str(state.get("mlflow_run", "")),
        )
        counts = {"train_images": float(len(self.dataset.train)), "test_images": float(len(self.dataset.test))}
        if checkpoint is None:
            self.log.log(0, counts)
        elif checkpoint.step >= run.steps:
            self.say(f"all {run.steps} steps were done before; their checkpoint is used")
            return
        else:
            self.say(f"going on from the checkpoint after step {checkpoint.step}")
        self.evaluator = self._evaluator()
        loop = _Loop(self, trainer)
        with StopRequest() as stop:
            loop.run(stop)

    def _evaluator(self) -> Evaluator:
        return Evaluator(
            self.dataset,
            self.store,
            threshold=self.settings.eval_conf,
            batch_size=max(8, self.settings.run.batch_size),
            device=self.device,
            threads=self.cores,
        )

    def write_checkpoint(self, trainer: Trainer) -> None:
        """Writes the state after the last step, with the metrics so far."""
        checkpoint = trainer.checkpoint()
        extra = {"history": json.dumps(self.log.history), "mlflow_run": self.log.run_id}
        self.checkpoints.write(Checkpoint(checkpoint.step, {**checkpoint.state, **extra}))

    def _evaluate(self, trainer: Trainer) -> Evaluation:
        evaluator = self._evaluator()
        evaluation = evaluator.evaluate(trainer.model)
        self.report(evaluator, evaluation)
        done = trainer.done
        if not any("eval_mAP" in line and line["step"] == done for line in self.log.history):
            self.log.log(done, evaluation.metrics)
        plots = evaluator.write(self.output, evaluation, self.log.history)
        drawn = f"{len(plots)} plots are written" if plots else "there are no plots, since matplotlib is not installed"
        self.say(f"predictions.json is written; {drawn}")
        return evaluation

    def report(self, evaluator: Evaluator, evaluation: Evaluation) -> None:
        """Prints what an evaluation found."""
        for line in evaluator.report(evaluation):
            self.say(line)

    def _save(self, trainer: Trainer, evaluation: Evaluation) -> Mapping[str, float]:
        metrics: dict[str, float] = {}
        for line in self.log.history:
            metrics.update({key: value for key, value in line.items() if key not in ("step", "time")})
        metrics.update(evaluation.metrics)
        folder = self.output / "final_model"
        save_final_model(
            folder,
            trainer.model,
            class_names=self.dataset.class_names,
            exp_config=self.settings.document,
            metrics=metrics,
        )
        self.say(f"the model is in {folder}")
        return metrics


class _Loop:
    """Training with what happens between the steps: progress, metrics, evaluations, checkpoints, and stopping."""

    def __init__(self, run: TrainingRun, trainer: Trainer) -> None:
        self._run = run
        self._trainer = trainer
        self._params = run.settings.run
        self._progress = StepProgress(
            run.console, first=trainer.done, steps=self._params.steps, batch_size=self._params.batch_size
        )
        self._log_every = _log_interval(self._params.steps)
        self._sums: dict[str, float] = {}
        self._count = 0

    def run(self, stop: StopRequest) -> None:
        run, params = self._run, self._params
        self._stop = stop
        batches = training_batches(
            run.dataset.train,
            run.store,
            batch_size=params.batch_size,
            augmentation=run.settings.model.augmentation,
            seed=params.seed,
            first_step=self._trainer.done,
            last_step=params.steps,
            threads=max(1, min(8, run.cores // 2 if run.device.type == "cpu" else run.cores)),
        )
        self._trainer.train(batches, self._after_step)
        run.say(f"trained {params.steps} steps in {duration(self._progress.seconds)}")

    def _after_step(self, result: StepResult) -> None:
        params, done = self._params, result.done
        for name, value in result.metrics.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        self._progress.step(done, result.metrics["train_loss"], result.metrics["learning_rate"])
        last = done == params.steps
        if last or done % self._log_every == 0:
            means = {name: value / self._count for name, value in self._sums.items()}
            means["learning_rate"] = result.metrics["learning_rate"]
            self._run.log.log(done, {**means, "images_per_second": self._progress.rate(done)})
            self._sums, self._count = {}, 0

        aside = self._run.console.clock()
        if not last and params.eval_every and done % params.eval_every == 0:
            self._evaluate(done)
        if last or self._stop.name or (params.checkpoint_every and done % params.checkpoint_every == 0):
            self._run.write_checkpoint(self._trainer)
        self._progress.pause(self._run.console.clock() - aside)
        if self._stop.name and not last:
            raise TrainingError(
                f"stopped by {self._stop.name} after step {done}; "
                "its checkpoint is written, and the same command goes on from it."
            )

    def _evaluate(self, done: int) -> None:
        run = self._run
        evaluation = run.evaluator.evaluate(self._trainer.model)
        self._trainer.model.train()
        run.report(run.evaluator, evaluation)
        run.log.log(done, evaluation.metrics)


def _log_interval(steps: int) -> int:
    """Steps between two lines of metrics: some hundred lines for a short run, some thousands for a long one."""
    return max(1, min(50, steps // 100), -(-steps // 5000))
