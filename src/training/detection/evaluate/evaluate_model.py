"""The command ``evaluate``: evaluates a saved model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from detection.config.label_map import load_class_names
from detection.config.settings import Settings
from detection.data.data_stage import read_or_fail
from detection.data.depth import has_depth, read_depth
from detection.data.images import ImageStore
from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluator
from detection.evaluate.outputs import write_metrics
from detection.export.final_model import load_architecture, load_final_weights
from detection.models.building import build_model
from detection.tracking.metric_names import with_mlflow_names


def evaluate_model(
    settings: Settings,
    *,
    model_folder: Path,
    data: Path,
    output: Path,
    device: torch.device,
    threads: int,
    say: Callable[[str], None],
) -> Mapping[str, float]:
    """Evaluates a saved model on the test split of an experiment; writes metrics.json, predictions.json and the plots.

    Args:
        settings: The exp_config; of its RUN_PARAMS only BATCH_SIZE is used.
        model_folder: The final_model folder of a run.
        data: The data folder.
        output: Receives the files; created when missing.
        device: Where the model runs.
        threads: Threads that load images.
        say: Receives the report.

    Returns:
        The metrics ``eval_*`` and ``binary_*``.

    Raises:
        TrainingError: The model cannot be read, or has other classes than the dataset.
    """
    class_names = load_class_names(model_folder)
    dataset = read_or_fail(settings, data, say, with_validation=False)
    if dict(dataset.class_names) != class_names:
        raise TrainingError(
            f"the model in {model_folder} has the classes {', '.join(class_names.values())}; "
            f"they must be those of the dataset, which are {', '.join(dataset.class_names.values())}."
        )
    if has_depth(model_folder):  # the training split may be another one now
        dataset = dataset.with_depth(read_depth(model_folder))
    model = build_model(settings.model, len(class_names), load_architecture(model_folder))
    load_final_weights(model_folder, model)
    model.to(device)
    evaluator = Evaluator(settings, dataset, ImageStore(settings.model.image_size), device=device, threads=threads)
    evaluation = evaluator.evaluate(model)
    for line in evaluator.report(evaluation):
        say(line)
    analysis = evaluator.analyse(evaluation)
    for line in analysis.lines():
        say(line)
    evaluator.write(output, evaluation, analysis, [])
    write_metrics(output / "metrics.json", with_mlflow_names(analysis.measured(evaluation.metrics)))
    return evaluation.metrics
