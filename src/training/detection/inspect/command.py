"""The commands about datasets: decode-images, inspect-data, import-data and export-data."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from detection.tracking.progress import Console


def add_parser(commands: Any) -> None:
    """Adds the commands to the parser's subcommands."""
    decode = commands.add_parser(
        "decode-images",
        help="decode images and say which fail",
        description="Decodes images whole, as training does, and prints one JSON object per image. Needs no PyTorch.",
        epilog="example: python -m detection decode-images --images data/pothole/images --list names.jsonl",
    )
    decode.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the images")
    decode.add_argument("--list", type=Path, required=True, metavar="FILE", help="one JSON string per line: a name")
    decode.set_defaults(run=_decode)

    inspect = commands.add_parser(
        "inspect-data",
        help="say what a dataset is like",
        description=(
            "Finds near-duplicates, small objects, rare classes and more in the splits; writes data.md, data.html, "
            "data.json and data.sarif. Needs no PyTorch."
        ),
        epilog=(
            "example: python -m detection inspect-data --exp-config exp_configs/demo.json --data data --output report"
        ),
    )
    source = inspect.add_mutually_exclusive_group(required=True)
    source.add_argument("--exp-config", type=Path, metavar="FILE", help="the exp_config, a JSON file")
    source.add_argument("--exp-config-variable", metavar="NAME", help="environment variable that holds it as JSON")
    inspect.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override one value; repeatable"
    )
    inspect.add_argument("--data", type=Path, required=True, metavar="DIR", help="data folder, which holds IMAGE_TYPE")
    inspect.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the files")
    inspect.add_argument("--memory", type=Path, metavar="FILE", help="remembers unchanged images between runs")
    inspect.add_argument(
        "--fail-on", action="append", default=[], metavar="FINDING", help="a finding that is a fault; repeatable"
    )
    inspect.set_defaults(run=_inspect)


def _decode(options: argparse.Namespace, console: Console) -> None:
    from detection.inspect.decoding import decode_images

    decode_images(options.images, options.list, console.say)


def _inspect(options: argparse.Namespace, console: Console) -> None:
    from detection.config.settings_reader import read_settings
    from detection.inspect.inspection import inspect_data

    settings = read_settings(
        file=options.exp_config, variable=options.exp_config_variable, environment=os.environ, overrides=options.set
    )
    inspect_data(
        settings, options.data, options.output, fail_on=options.fail_on, memory=options.memory, say=console.say
    )
