from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from detection.data.data_stage import read_or_fail
from detection.errors import TrainingError
from detection.evaluate.evaluation import Evaluator
from detection.export.final_model import load_class_names, load_final_weights
from detection.data.images import ImageStore
from detection.train.machine import available_cores, describe, prepare_device
from detection.models.building import build_model
from detection.tracking.progress import Console
from detection.config.settings import Settings


def evaluate_model(
    settings: Settings, *, model_folder: Path, data: Path, output: Path, console: Console
) -> Mapping[str, float]:
    """Evaluates a saved model on the test split of an experiment; writes metrics.json, predictions.json and the plots.

    Raises:
        TrainingError: The model cannot be read, or knows other classes than the dataset.
    """
    device = prepare_device(settings.run.seed)
    class_names = load_class_names(model_folder)
    dataset = read_or_fail(settings, data, console.say)
    if dict(dataset.class_names) != class_names:
        raise TrainingError(
            f"the model in {model_folder} knows the classes {', '.join(class_names.values())}; "
            f"the dataset holds {', '.join(dataset.class_names.values())}; they must be the same."
        )
    # A frozen batch normalization takes the weights of both kinds, and in use they are the same.
    model = build_model(settings.model, len(class_names), pretrained=True)
    load_final_weights(model_folder, model)
    model.to(device)
    console.say(f"evaluating {settings.model.base_model} on {describe(device)}")
    evaluator = Evaluator(
        dataset,
        ImageStore(settings.model.image_size),
        threshold=settings.eval_conf,
        batch_size=max(8, settings.run.batch_size),
        device=device,
        threads=available_cores(),
    )
    evaluation = evaluator.evaluate(model)
    for line in evaluator.report(evaluation):
        console.say(line)
    evaluator.write(output, evaluation, [])
    text = json.dumps(dict(evaluation.metrics), indent=2) + "\n"
    (output / "metrics.json").write_text(text, encoding="utf-8")
    return evaluation.metrics
