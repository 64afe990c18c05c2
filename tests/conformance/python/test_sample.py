"""docs/samples/pytest is a team's own test suite; it is run here as the team would run it."""

import os
import subprocess
import sys
from pathlib import Path

from emulator import PROGRAM

ROOT = Path(__file__).parents[3]


def test_the_sample_runs_a_job_and_reads_its_output() -> None:
    environment = {**os.environ, "WORKSPACE_EMULATOR": f"dotnet {PROGRAM}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "docs/samples/pytest")]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
