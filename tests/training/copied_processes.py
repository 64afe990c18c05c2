"""Processes that run a program of a test as copies of one that has loaded PyTorch.

To load it takes a fresh process two seconds, longer than most of these programs work. What a fresh process does before
it has loaded PyTorch is tested by the commands of test_cli.py, test_memory.py and test_waiting.py.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

_SOURCES = Path(__file__).resolve().parents[2] / "src" / "training"
_MOST_SECONDS = 240  # then SIGALRM ends a program


@dataclass(frozen=True)
class Program:
    """What a process runs: Python code, its arguments as sys.argv[1:] has them, and what its environment adds."""

    code: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def run_programs(*programs: Program) -> list[tuple[int, str]]:
    """Runs programs at the same time; returns the exit code of each, and its standard output and error as they came."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(json.dumps([asdict(program) for program in programs]) + "\n")
    server.stdin.flush()
    return [(code, output) for code, output in json.loads(server.stdout.readline())]


@functools.lru_cache(maxsize=None)
def _server() -> subprocess.Popen[str]:
    """Starts the process that is copied; it ends with the tests, when its standard input does."""
    return subprocess.Popen(
        [sys.executable, __file__],
        env={**os.environ, "PYTHONPATH": str(_SOURCES), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _serve() -> None:
    import detection.cli  # noqa: F401
    import detection.export.onnx_model  # noqa: F401
    import detection.run  # noqa: F401

    gc.freeze()  # else each copy would copy these objects when it looks for garbage, and at its end
    for line in sys.stdin:
        begun = [_begin(Program(**program)) for program in json.loads(line)]
        outputs = []
        for _, end in begun:
            with open(end, encoding="utf-8", errors="backslashreplace") as output:
                outputs.append(output.read())
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process, _ in begun]
        print(json.dumps(list(zip(codes, outputs))), flush=True)


def _begin(program: Program) -> tuple[int, int]:
    """Returns the copy of this process and the pipe that it writes to. The copy runs the program and ends."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, standard in ((nothing, 0), (writing, 1), (writing, 2)):
        os.dup2(file, standard)
    for file in (nothing, writing, reading):
        os.close(file)
    # Those of the copied process remember whether they can seek.
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", buffering=1, closefd=False)
    signal.alarm(_MOST_SECONDS)
    os.environ.update(program.environment)
    sys.argv[1:] = program.arguments
    exec(program.code, {"__name__": "__main__"})
    sys.exit()


if __name__ == "__main__":
    _serve()
