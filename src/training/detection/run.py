"""One training run, from the exp_config to the saved model, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from detection.config.settings import Settings
from detection.data.data_stage import prepare_images, read_or_fail
from detection.data.images import ImageStore
from detection.data.validation import held_out_file, hold_out
from detection.evaluate.evaluation import Evaluator
from detection.evaluate.evaluation_stage import evaluate_final
from detection.export.final_model import save_final_model
from detection.export.model_card import CardFacts, model_card
from detection.inspect.inspection import quick_summary
from detection.models.registry import base_model
from detection.tracking.metrics_log import MetricsLog
from detection.tracking.passport import read_passport
from detection.processes.group import Group, join
from detection.processes.place import read_place
from detection.tracking.progress import Console, SilentConsole
from detection.tracking.stages import END, StageTimes
from detection.tracking.tracking import Tracker, open_tracker
from detection.train.checkpoints import CheckpointFolder
from detection.train.machine import library_versions, memory_errors_explained, prepare_machine
from detection.train.model_stage import configure_model, fetch_base_model
from detection.train.train_stage import check_training, checkpoint_identity, evaluation_identity, train_model

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
    """Trains, evaluates and saves a model. Resumes from the newest checkpoint of the same experiment.

    Args:
        settings: The exp_config.
        data: The data folder.
        output: Receives the metrics, predictions, plots and the final model; created when missing.
        checkpoints: Folder of the checkpoints; created when missing.
        environment: Holds the MLFLOW_* variables and RUN_PASSPORT, where they are set.
        console: Receives progress and messages.

    Returns:
        The latest value of each metric, as in metrics.json.

    Raises:
        TrainingError: The run cannot start or continue; the message says why.
    """
    place = read_place(environment)
    if not place.is_first:
        console = SilentConsole(clock=console.clock)
    served = environment if place.is_first else {}
    with open_tracker(served, settings.exp_name, console.say) as tracker:
        closing = tracker.close if tracker is not None else lambda: None
        with join(place, console.say, closing) as group, memory_errors_explained():
            return _run_stages(settings, data, output, checkpoints, environment, console, tracker, group)


def _run_stages(
    settings: Settings,
    data: Path,
    output: Path,
    checkpoints: Path,
    environment: Mapping[str, str],
    console: Console,
    tracker: Tracker | None,
    group: Group,
) -> Mapping[str, float]:
    say = console.say
    times = StageTimes()

    def begin(stage: str) -> None:
        say(f"[{STAGES.index(stage) + 1}/{len(STAGES)}] {stage}")
        if tracker is not None:
            tracker.tag(times.begin(stage))

    for line in check_training(settings, group):
        say(line)
    planned = read_passport(environment, settings)
    machine = prepare_machine(settings.run.seed, group)

    begin("read the datasets")
    dataset = read_or_fail(settings, data, say)
    for line in quick_summary(dataset, settings):
        say(f"  {line}")
    passport = planned.complete(dataset, library_versions())
    if tracker is not None:
        tracker.tag(planned.tags(passport, settings))

    begin("prepare the records")
    store = ImageStore(settings.model.image_size)
    prepare_images(dataset, store, machine.cores, say)
    if dataset.validation_csv:
        dataset, held_out = held_out_file(dataset)
    else:
        dataset, held_out = hold_out(dataset, settings.validation, settings.run.seed)
    threads = machine.cores
    evaluator = Evaluator(settings, dataset, store, device=machine.device, threads=threads, group=group)
    validation = None
    if held_out is not None:
        if not dataset.validation_csv:
            say(f"{len(held_out.test)} of the training images are held out for validation (DATA.VALIDATION)")
        validation = Evaluator(settings, held_out, store, device=machine.device, threads=threads, group=group)

    begin("fetch the base model")
    weights = fetch_base_model(settings.model, data, say)

    begin("apply the configuration")
    model, architecture = configure_model(settings, dataset, weights, machine, say)

    begin("train")
    own = held_out if dataset.validation_csv else None  # a share of the training split is in its hash
    folder = CheckpointFolder(checkpoints, checkpoint_identity(settings, dataset, weights, own, group.size), say)
    path, identity = output / "metrics.jsonl" if group.is_first else None, evaluation_identity(settings, dataset)
    log = MetricsLog(path, tracker, measured=identity)
    trained = train_model(settings, model, dataset, store, evaluator, validation, folder, log, machine, console, group)

    begin("evaluate")
    if not group.is_first:
        return evaluator.evaluate(trained.model).metrics
    analysis = evaluate_final(evaluator, trained.model, log, trained.steps, output, say)

    begin("save the model")
    metrics = log.latest()
    measured = analysis.measured(metrics)
    card = model_card(
        CardFacts(
            settings=settings,
            base_model=base_model(settings.model.base_model),
            dataset=dataset,
            validation_images=0 if held_out is None else len(held_out.test),
            weights=None if weights is None else f"{weights.path.name} (SHA-256 {weights.digest})",
            steps=trained.steps,
            measured=measured,
            passport=passport.document,
        )
    )
    note = save_final_model(
        output / "final_model",
        trained.model,
        architecture=architecture,
        class_names=dataset.class_names,
        exp_config=settings.document,
        metrics=measured,
        passport=passport.document,
        card=card,
        depth=dataset.depth,
        last=trained.last,
    )
    if note:
        say(note)
    say(f"the model is in {output / 'final_model'}")
    if tracker is not None:
        tracker.tag(times.begin(END))
    return metrics
