"""The command line. A command imports what it needs.

PyTorch takes seconds to load, and a machine that only compares runs has NumPy alone.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from detection import __version__
from detection.config.settings import Settings
from detection.config.settings_reader import read_settings
from detection.errors import TrainingError, explain_full_disk, explain_path
from detection.evaluate import command as evaluate_command
from detection.inspect import command as inspect_command
from detection.interchange import command as interchange_command
from detection.predict import command as predict_command
from detection.processes.memory import keep_freed_memory
from detection.processes.waiting import sleep_while_waiting
from detection.tracking.metric_names import METRIC_NAMES
from detection.tracking.progress import Console, harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 on success and 1 after an error with a message; exits with 2 on wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # File and class names are Unicode, and a job's locale is often C.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    keep_freed_memory()
    sleep_while_waiting()
    options = _parser().parse_args(arguments)
    if "check" in options:
        options.check(options, options.parser)
    try:
        options.run(options, Console())
    except TrainingError as error:
        sys.stdout.flush()
        print(f"error: {harmless(str(error))}", file=sys.stderr, flush=True)
        return 1
    except ModuleNotFoundError as error:
        module = error.name or ""
        # A part of a package that is there is missing in its version; that is a mistake of the trainer.
        if "." in module or module in ("", __package__):
            raise
        sys.stdout.flush()
        print(
            f"error: Python has no module {module}; it must be installed, on Debian by the package "
            f"python3-{module.lower()}",
            file=sys.stderr,
            flush=True,
        )
        return 1
    except (OSError, RuntimeError) as error:
        reason = explain_full_disk(error)
        if reason is None and (path_reason := explain_path(error)) is not None:
            print(f"error: {harmless(path_reason)}", file=sys.stderr, flush=True)
            return 1
        if reason is None:
            raise
        more = " Training resumes from the newest checkpoint." if options.run is _train else ""
        print(f"error: {harmless(reason)}{more}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr, flush=True)
        return 1
    return 0


def _train(options: argparse.Namespace, console: Console) -> None:
    settings = _settings(options)
    from detection.run import train

    checkpoints = options.checkpoints or options.output / "checkpoints"
    train(
        settings,
        data=options.data,
        output=options.output,
        checkpoints=checkpoints,
        environment=os.environ,
        console=console,
    )


def _evaluate(options: argparse.Namespace, console: Console) -> None:
    if options.model is None:
        evaluate_command.evaluate_file(options, console, _settings)
        return
    settings = _settings(options)
    from detection.evaluate.evaluate_model import evaluate_model
    from detection.train.machine import prepare_machine

    machine = prepare_machine(settings.run.seed)
    console.say(f"evaluating {settings.model.base_model} on {machine.describe()}")
    evaluate_model(
        settings,
        model_folder=options.model,
        data=options.data,
        output=options.output,
        device=machine.device,
        threads=machine.cores,
        say=console.say,
    )


def _compare(options: argparse.Namespace, console: Console) -> None:
    from detection.evaluate.comparison.compare import write_comparison

    if options.resamples < 1:
        raise TrainingError(f"--resamples is {options.resamples}; it must be at least 1.")
    if not 0 <= options.seed < 2**32:
        raise TrainingError(f"--seed is {options.seed}; it must be from 0 to {2**32 - 1}.")
    console.say(
        write_comparison(
            options.current, options.baseline, options.output, resamples=options.resamples, seed=options.seed
        )
    )


def _check_data(options: argparse.Namespace, console: Console) -> None:
    from detection.data.data_stage import read_or_fail

    read_or_fail(_settings(options), options.data, console.say)
    console.say("no faults")


def _create_demo_data(options: argparse.Namespace, console: Console) -> None:
    from detection.data.demo.demo_data import create_demo_data

    try:
        result = create_demo_data(options.data, image_type=options.image_type, images=options.images, seed=options.seed)
    except ValueError as error:
        raise TrainingError(str(error)) from error
    done = "created" if result.created else "unchanged"
    console.say(f"{done}: {result.train_csv} ({result.train_images} images)")
    console.say(f"{done}: {result.test_csv} ({result.test_images} images)")


def _metric_names(options: argparse.Namespace, console: Console) -> None:
    console.say(",".join(METRIC_NAMES))


def _fetch_base_model(options: argparse.Namespace, console: Console) -> None:
    from detection.models.fetch import fetch_base_model

    fetch_base_model(options.model, options.output, file=options.file, say=console.say)


def _base_models(options: argparse.Namespace, console: Console) -> None:
    from detection.models.base_models_page import page

    console.say(page().rstrip("\n"))


def _settings(options: argparse.Namespace) -> Settings:
    return read_settings(
        file=options.exp_config, variable=options.exp_config_variable, environment=os.environ, overrides=options.set
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m detection",
        description="Trains and evaluates an object detector from an exp_config.",
        epilog="Exit codes: 0 success, 1 failure with a message, 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    train = commands.add_parser(
        "train",
        help="train a model, evaluate it and save it",
        description="Trains a model, evaluates it on the test split and saves it. The same command resumes an "
        "interrupted run from its newest checkpoint, and evaluates a completed run again.",
        epilog="example: python -m detection train --exp-config exp_configs/demo.json --data data --output outputs "
        "--set RUN_PARAMS.STEPS=100",
    )
    _add_config(train)
    _add_data(train)
    _add_output(train)
    train.add_argument(
        "--checkpoints", type=Path, metavar="DIR", help="folder of the checkpoints (default: OUTPUT/checkpoints)"
    )
    train.set_defaults(run=_train)

    evaluate = commands.add_parser(
        "evaluate",
        help="evaluate a saved model, or predictions in a file",
        description="Evaluates a saved model on the test split, or predictions of any program against a split or "
        "against annotations in COCO's format; writes metrics.json, tables and plots. Predictions need no PyTorch.",
        epilog="example: python -m detection evaluate --model outputs/final_model "
        "--exp-config outputs/final_model/exp_config.json --data data --output evaluation",
    )
    evaluate_command.add_arguments(evaluate)
    _add_config(evaluate, required=False)
    _add_data(evaluate, required=False)
    _add_output(evaluate)
    evaluate.set_defaults(run=_evaluate, check=evaluate_command.check_usage, parser=evaluate)

    predict_command.add_parser(commands)

    compare = commands.add_parser(
        "compare",
        help="compare the predictions of two runs",
        description="Compares the predictions of two runs on the same test images: each metric's difference, its 95 % "
        "interval by a paired bootstrap over the images, and one word. Needs numpy alone.",
        epilog="example: python -m detection compare --current artifacts/demo-2 --baseline artifacts/demo-1 "
        "--output comparison.json",
    )
    compare.add_argument("--current", type=Path, required=True, metavar="DIR", help="artifacts folder of the run")
    compare.add_argument("--baseline", type=Path, required=True, metavar="DIR", help="artifacts folder of the baseline")
    compare.add_argument("--output", type=Path, required=True, metavar="FILE", help="the JSON file that is written")
    compare.add_argument(
        "--resamples", type=int, default=2000, metavar="N", help="resamples of the test images (default: %(default)s)"
    )
    compare.add_argument(
        "--seed", type=int, default=0, metavar="N", help="decides the resamples (default: %(default)s)"
    )
    compare.set_defaults(run=_compare)

    check = commands.add_parser(
        "check-data",
        help="report every fault of the dataset",
        description="Reads both splits and the headers of their images, and reports all faults at once.",
        epilog="example: python -m detection check-data --exp-config exp_configs/demo.json --data data",
    )
    _add_config(check)
    _add_data(check)
    check.set_defaults(run=_check_data)

    demo = commands.add_parser(
        "create-demo-data",
        help="create the synthetic pothole images of the demo",
        description="Creates synthetic road images with potholes in the layout of a datastore. Existing ones stay "
        "unchanged.",
        epilog="example: python -m detection create-demo-data --data data",
    )
    _add_data(demo)
    demo.add_argument(
        "--image-type", default="pothole", metavar="NAME", help="folder in the data folder (default: %(default)s)"
    )
    demo.add_argument("--images", type=int, default=300, metavar="N", help="number of images (default: %(default)s)")
    demo.add_argument("--seed", type=int, default=7, metavar="N", help="decides the images (default: %(default)s)")
    demo.set_defaults(run=_create_demo_data)

    inspect_command.add_parser(commands)
    interchange_command.add_parser(commands)

    names = commands.add_parser(
        "metric-names",
        help="print the names of all metrics",
        description="Prints the names of all metrics in one line, separated by commas.",
        epilog="example: python -m detection metric-names",
    )
    names.set_defaults(run=_metric_names)

    fetch = commands.add_parser(
        "fetch-base-model",
        help="bring the weights of a base model",
        description="Writes the weights of a base model to OUTPUT/NAME: those that torchvision publishes, checked by "
        "SHA-256, or those of a file, package or TensorFlow checkpoint folder that already exists.",
        epilog="example: python -m detection fetch-base-model --model fasterrcnn_resnet50_fpn --output data/models",
    )
    fetch.add_argument("--model", required=True, metavar="NAME", help="the base model, as in MODEL_PARAMS.BASE_MODEL")
    fetch.add_argument("--file", type=Path, metavar="PATH", help="take the weights from here, without a download")
    fetch.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder models of a datastore, or of an image"
    )
    fetch.set_defaults(run=_fetch_base_model)

    models = commands.add_parser(
        "base-models",
        help="print the page of all base models",
        description="Prints the page docs/base_models.md: architecture, parameters, weights and licence of each base "
        "model.",
        epilog="example: python -m detection base-models",
    )
    models.set_defaults(run=_base_models)
    return parser


def _add_config(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    source = parser.add_mutually_exclusive_group(required=required)
    source.add_argument("--exp-config", type=Path, metavar="FILE", help="the exp_config, a JSON file")
    source.add_argument("--exp-config-variable", metavar="NAME", help="environment variable that holds it as JSON")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one value, as in RUN_PARAMS.STEPS=100; repeatable",
    )


def _add_data(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        required=required,
        metavar="DIR",
        help="data folder, which holds IMAGE_TYPE/images and IMAGE_TYPE/datasets",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder of the results; created when missing"
    )
