"""The commands about datasets: decode-images, inspect-data, import-data and export-data."""

from __future__ import annotations

import argparse
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


def _decode(options: argparse.Namespace, console: Console) -> None:
    from detection.inspect.decoding import decode_images

    decode_images(options.images, options.list, console.say)
