"""Times the emulator as its clients see it: its start, the way of a job to its command, requests, and memory.

    python3 bench/emulator.py [--runs N] [--jobs N]

The peer is the operating system: a process that starts and answers one request as soon as .NET can, which
`WorkspaceEmulator --print-operations` stands for, and a bare `bash -c` for the job. The emulator keeps its state in a
new folder, on the disk of the temporary folder.

The last line of output is one JSON object; its times are medians:

    {"name": "emulator", "start_s": from the start of the process to the first answer, "runtime_s": of .NET alone,
     "job_ms": from the PUT to the command's first output, "shell_ms": of the bare shell,
     "job_gets_per_s": …, "log_batches_per_s": of ten metrics each, both by one connection,
     "memory_mib": resident after the jobs, "memory_before_mib": …, "jobs": their number, "runs": of each}
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import ssl
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from lib.memory import memory_of_jobs

ROOT = Path(__file__).resolve().parents[1]
BUILDS = ("Release", "Debug")
SCOPE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/work"
VERSION = "?api-version=2024-10-01"


def program() -> Path:
    """Returns the emulator's program; the release build wins."""
    for build in BUILDS:
        found = ROOT / "src/WorkspaceEmulator/bin" / build / "net10.0/WorkspaceEmulator.dll"
        if found.exists():
            return found
    raise SystemExit("src/WorkspaceEmulator is not built; run dotnet build src/WorkspaceEmulator.")


class Emulator:
    """An emulator with one connection to it."""

    def __init__(self) -> None:
        self.state = Path(tempfile.mkdtemp(prefix="bench-emulator-"))
        command = ["dotnet", str(program()), "--state", str(self.state), "--workspace", "s/g/work"]
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--provisioning-milliseconds", "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.process_id = self.process.pid  # Also that of the program with which it replaces itself.
        assert self.process.stdout is not None
        while "Listening on" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit("The emulator did not start.")
        description = json.loads((self.state / "emulator.json").read_text())
        trust = ssl.create_default_context(cafile=str(self.state / "emulator.crt"))
        self.connection = http.client.HTTPSConnection(description["endpoint"].split("/")[2], context=trust)
        self.headers = {"Authorization": f"Bearer {(self.state / 'token').read_text().strip()}"}
        self.send("GET", f"{SCOPE}{VERSION}")
        self.start_s = time.perf_counter() - started

    def send(self, method: str, path: str, body: object = None) -> Any:
        """Sends a request and returns the JSON of the answer."""
        self.connection.request(
            method, path, json.dumps(body) if body else None, {**self.headers, "Content-Type": "application/json"}
        )
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path} returned {answer.status}: {text!r}")
        return json.loads(text) if text else None

    def prepare(self) -> None:
        """Creates a cluster and an environment."""
        size = {"vmSize": "Standard_DS3_v2", "scaleSettings": {"minNodeCount": 1, "maxNodeCount": 1}}
        compute = {"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": size}}
        self.send("PUT", f"{SCOPE}/computes/cpu{VERSION}", compute)
        self.send(
            "PUT", f"{SCOPE}/environments/e/versions/1{VERSION}", {"properties": {"image": "registry.example/e:1"}}
        )

    def submit(self, name: str, command: str) -> None:
        """Submits a job."""
        places = {"computeId": f"{SCOPE}/computes/cpu", "environmentId": f"{SCOPE}/environments/e/versions/1"}
        job = {"properties": {"jobType": "Command", "command": command, **places}}
        self.send("PUT", f"{SCOPE}/jobs/{name}{VERSION}", job)

    def wait(self, job: str, pause: float = 0.2) -> None:
        """Waits until a job has completed, and asks again after a pause in seconds."""
        while self.send("GET", f"{SCOPE}/jobs/{job}{VERSION}")["properties"]["status"] != "Completed":
            time.sleep(pause)

    def stop(self) -> None:
        """Ends it and deletes its folder."""
        self.connection.close()
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.state)


def milliseconds_to_command(emulator: Emulator, name: str) -> float:
    """Returns the time from the PUT to the first output of the command, which writes the clock."""
    started = time.time()
    emulator.submit(name, "date +%s.%N")
    emulator.wait(name, pause=0.01)
    return (float((emulator.state / f"jobs/{name}/user_logs/std_log.txt").read_text()) - started) * 1000


def milliseconds_to_shell() -> float:
    """Returns the time until a bare shell has done the same."""
    started = time.time()
    return (
        float(subprocess.run(["bash", "-c", "date +%s.%N"], capture_output=True, text=True).stdout) - started
    ) * 1000


def per_second(call: Any, seconds: float = 3.0) -> float:
    """Returns how often a call is made in a second."""
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - started)


def seconds_of_runtime() -> float:
    """Returns the time in which the program prints its operations and ends, without listening."""
    started = time.perf_counter()
    subprocess.run(["dotnet", str(program()), "--print-operations"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1000)
    arguments = parser.parse_args()

    starts, runtimes = [], []
    for _ in range(arguments.runs):
        runtimes.append(seconds_of_runtime())
        each = Emulator()
        starts.append(each.start_s)
        each.stop()
        print(f"start {starts[-1]:.2f} s, runtime {runtimes[-1]:.2f} s", flush=True)

    emulator = Emulator()
    try:
        emulator.prepare()
        milliseconds_to_command(emulator, "warm")
        overheads = [milliseconds_to_command(emulator, f"runs-{number}") for number in range(arguments.runs)]
        shells = [milliseconds_to_shell() for _ in range(arguments.runs)]
        gets = per_second(lambda: emulator.send("GET", f"{SCOPE}/jobs/warm{VERSION}"))
        metrics = [{"key": f"m{number}", "value": 1.0, "timestamp": 1, "step": 1} for number in range(10)]
        tracking = f"/mlflow/v1.0{SCOPE}/api/2.0/mlflow/runs/log-batch"
        batches = per_second(lambda: emulator.send("POST", tracking, {"run_id": "warm", "metrics": metrics}))
        memory = memory_of_jobs(emulator, arguments.jobs)
    finally:
        emulator.stop()
    figures = {
        "name": "emulator",
        "start_s": round(statistics.median(starts), 3),
        "runtime_s": round(statistics.median(runtimes), 3),
        "job_ms": round(statistics.median(overheads)),
        "shell_ms": round(statistics.median(shells), 1),
        "job_gets_per_s": round(gets),
        "log_batches_per_s": round(batches),
        **memory,
        "runs": arguments.runs,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
