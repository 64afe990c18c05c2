"""The command line of ``evaluate``: a saved model, or predictions in a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from detection.config.settings import Settings
from detection.errors import TrainingError
from detection.tracking.progress import Console

SettingsReader = Callable[[argparse.Namespace], Settings]


def check_usage(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Ends with exit code 2 when the arguments do not belong together."""
    has_config = options.exp_config is not None or options.exp_config_variable is not None
    if (options.model is None) == (options.predictions is None):
        parser.error("one of --model and --predictions is required, and not both")
    if options.ground_truth is not None:
        if options.model is not None or has_config or options.data is not None or options.set:
            parser.error("--ground-truth belongs to --predictions, without an exp_config and without --data")
    elif not has_config or options.data is None:
        other = " or --ground-truth is" if options.model is None else ""
        parser.error(f"--exp-config and --data{other} required" if other else "--exp-config and --data are required")
    if options.images is not None and options.ground_truth is None:
        parser.error("--images belongs to --ground-truth")
    if options.model is not None and (options.split != "test" or options.eval_conf is not None):
        parser.error("--split and --eval-conf belong to --predictions; a model takes --set EVAL_CONF=…")


def evaluate_file(options: argparse.Namespace, console: Console, read_settings: SettingsReader) -> None:
    """Evaluates the predictions of a file; needs no PyTorch.

    Args:
        options: The arguments, without ``--model``.
        console: Receives the report.
        read_settings: Reads the exp_config that the arguments name.
    """
    from detection.evaluate.foreign.evaluate_files import evaluate_predictions
    from detection.evaluate.foreign.truth import Truth, read_truth, truth_of

    if options.eval_conf is not None and not 0 <= options.eval_conf <= 1:
        raise TrainingError(f"--eval-conf is {options.eval_conf:g}; it must be from 0 to 1 (score).")
    truth: Truth
    if options.ground_truth is not None:
        truth = read_truth(options.ground_truth, options.images)
    else:
        from detection.data.data_stage import read_or_fail
        from detection.data.dataset_faults import VALIDATION
        from detection.data.validation import with_held_out

        settings = read_settings(options)
        dataset = read_or_fail(settings, options.data, console.say, with_validation=options.split == VALIDATION)
        records = dataset.test if options.split == "test" else dataset.train
        if options.split == VALIDATION:
            records = with_held_out(dataset, settings.validation, settings.run.seed).validation
            if not records:
                rule = "DATA.VALIDATION_CSV must name its file, or DATA.VALIDATION the share of the training images."
                raise TrainingError(f"--split is {VALIDATION}, and the exp_config has no validation split; {rule}")
        truth = truth_of(records, dataset.class_names, settings.eval_conf)
    evaluate_predictions(options.predictions, truth, options.output, eval_conf=options.eval_conf, say=console.say)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of ``evaluate`` beside those of the exp_config."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="final_model folder of a run")
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="FILE",
        help="instead of a model: its predictions, in COCO's results format or as predictions.json",
    )
    parser.add_argument(
        "--ground-truth",
        type=Path,
        metavar="FILE",
        help="the objects, in COCO's format with crowds and areas; instead of an exp_config and --data",
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="folder of the images of --ground-truth, to show them"
    )
    parser.add_argument(
        "--split",
        choices=("test", "train", "validation"),
        default="test",
        help="split of --predictions (default: %(default)s)",
    )
    parser.add_argument(
        "--eval-conf",
        type=float,
        metavar="X",
        help="least score that counts in the image metrics (default: that of the ground truth, or 0.5)",
    )
