"""The commands import-data and export-data."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from detection.errors import TrainingError
from detection.tracking.progress import Console


def add_parser(commands: Any) -> None:
    """Adds the commands to the parser's subcommands."""
    importer = commands.add_parser(
        "import-data",
        help="import labelled images of another tool",
        description=(
            "Imports Pascal VOC, COCO, YOLO, TensorFlow's CSV, LabelMe, CVAT and Open Images to the layout of a "
            "datastore: split by class and seed, near-duplicates together. Needs no PyTorch."
        ),
        epilog="example: python -m detection import-data --from labels --format auto --image-type road --output data",
    )
    importer.add_argument("--from", dest="origin", type=Path, required=True, metavar="PATH", help="a folder or a ZIP")
    importer.add_argument("--format", default="auto", metavar="NAME", help="the format (default: %(default)s)")
    importer.add_argument("--image-type", required=True, metavar="NAME", help="folder in the data folder")
    importer.add_argument("--output", type=Path, required=True, metavar="DIR", help="the data folder")
    importer.add_argument("--test-share", type=float, default=0.2, metavar="N", help="default: %(default)s")
    importer.add_argument(
        "--keep-splits", action="store_true", help="keep the splits that the source names, validation too"
    )
    importer.add_argument("--seed", type=int, default=0, metavar="N", help="decides the split (default: %(default)s)")
    importer.add_argument("--stamp", metavar="YYMMDDHHmmss", help="in the names of the CSV files (default: now, UTC)")
    importer.set_defaults(run=_import)

    exporter = commands.add_parser(
        "export-data",
        help="export a dataset to COCO or YOLO",
        description="Writes the splits of a dataset, also the one for validation, with their images, as COCO or YOLO. "
        "Needs no PyTorch.",
        epilog=(
            "example: python -m detection export-data --exp-config exp_configs/demo.json --data data --format coco "
            "--output coco"
        ),
    )
    source = exporter.add_mutually_exclusive_group(required=True)
    source.add_argument("--exp-config", type=Path, metavar="FILE", help="the exp_config, a JSON file")
    source.add_argument("--exp-config-variable", metavar="NAME", help="environment variable that holds it as JSON")
    exporter.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override one value; repeatable"
    )
    exporter.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder, which holds IMAGE_TYPE")
    exporter.add_argument("--format", required=True, metavar="NAME", help="coco or yolo")
    exporter.add_argument("--output", type=Path, required=True, metavar="DIR", help="an empty or missing folder")
    exporter.set_defaults(run=_export)


def _import(options: argparse.Namespace, console: Console) -> None:
    from detection.interchange.importing import Plan, import_data

    if not 0 < options.test_share < 1:
        raise TrainingError(f"--test-share is {options.test_share}; it must be above 0 and below 1.")
    stamp = options.stamp or time.strftime("%y%m%d%H%M%S", time.gmtime())
    if len(stamp) != 12 or not (stamp.isascii() and stamp.isdigit()):
        raise TrainingError(f"--stamp is {stamp}; it must be twelve digits, YYMMDDHHmmss.")
    if "/" in options.image_type or "\\" in options.image_type or options.image_type in ("", ".", ".."):
        raise TrainingError(f"--image-type is {options.image_type}; it must be the name of a folder.")
    plan = Plan(options.image_type, options.format, options.test_share, options.keep_splits, options.seed, stamp)
    import_data(options.origin, options.output, plan, console.say)


def _export(options: argparse.Namespace, console: Console) -> None:
    from detection.config.settings_reader import read_settings
    from detection.interchange.exporting import export_data, read_for_export

    settings = read_settings(
        file=options.exp_config, variable=options.exp_config_variable, environment=os.environ, overrides=options.set
    )
    export_data(read_for_export(settings, options.data, console.say), options.output, options.format, console.say)
