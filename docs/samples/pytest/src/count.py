"""Counts the lines of a file, as a step of a pipeline."""

import pathlib
import sys

source, target = sys.argv[1:]
pathlib.Path(target, "count.txt").write_text(str(len(pathlib.Path(source).read_text().splitlines())))
