"""Tests of files that cannot be written to their end."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from copied_processes import Program, run_programs

from detection.errors import explain_full_disk
from detection.files import write_bytes, write_text, writing

_FULL = Path("/dev/full")  # a device that can be opened and takes no byte

# Runs the trainer where no file can be longer than the bytes of the first argument.
_LIMITED = """
import resource, runpy, signal, sys
limit = int(sys.argv.pop(1))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
runpy.run_module("detection", run_name="__main__", alter_sys=True)
"""


def _append(path: Path) -> None:
    with writing(path), path.open("a", encoding="utf-8") as file:
        file.write("text")


@pytest.mark.skipif(not _FULL.exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "write", [lambda path: write_text(path, "text"), lambda path: write_bytes(path, b"bytes"), _append]
)
def test_the_error_of_a_full_disk_names_the_file(write: Callable[[Path], None]) -> None:
    with pytest.raises(OSError) as error:
        write(_FULL)

    assert (explain_full_disk(error.value) or "").startswith("there is no space left for /dev/full (No space left")


def test_another_error_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error, writing(tmp_path):
        (tmp_path / "missing" / "file").write_text("text", encoding="utf-8")

    assert error.value.filename == str(tmp_path / "missing" / "file")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
@pytest.mark.parametrize("limit", [10, 2_000, 100_000, 700_000])
def test_a_training_names_the_file_for_which_there_is_no_space(
    limit: int, exp_config: Callable[..., str], demo_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "exp_config.json").write_text(exp_config({"RUN_PARAMS.STEPS": 3}), encoding="utf-8")
    output = tmp_path / "outputs"
    arguments = [str(limit), "train", "--exp-config", str(tmp_path / "exp_config.json"), "--data", str(demo_data)]

    ((code, said),) = run_programs(Program(_LIMITED, [*arguments, "--output", str(output)]))

    assert code == 1, said
    named = re.search(r"^error: there is no space left for (\S+) \(File too large\)", said, re.MULTILINE)
    assert named, said
    assert output in Path(named[1]).parents
