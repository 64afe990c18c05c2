"""Compares the time from the command to the accepted job with that of a script of Microsoft's JavaScript SDK.

    python3 bench/submit.py [--runs N] [--entry build.sh|cake]

Ours is `./build.sh --target=Train --wait=false`, or the same by `dotnet cake` with `--entry cake`. The peer is
`node bench/submit_peer.mjs`, which makes the same calls one after the other, with the bodies of a recording of ours.
Both are whole processes, take turns, and speak to one emulator in a copy of the repository. Image and dataset are
unchanged. Ours also reads the exp_config and the dataset, hashes the inputs of the image, and starts .NET. Each run
submits a new job, which waits behind one that does nothing, so that no training disturbs the clock. The emulator
delays every request of the workspace's surface by the latency.

The last line of output is one JSON object; its seconds are medians:

    {"name": "submit", "submit_s": with 50 ms of latency, "peer_s": …, "ratio": peer_s / submit_s,
     "submit_0ms_s": without latency, "peer_0ms_s": …, "ratio_0ms": …,
     "round_trips": of ours, "peer_round_trips": …, "runs": of each}
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from lib.working_copy import ROOT, copy_repository

LATENCIES_MS = (0, 50)
ENTRIES = {"build.sh": ["bash", "./build.sh"], "cake": ["dotnet", "cake"]}
# The job of the first run really trains, so that everything is in place; few steps are enough.
SETTINGS = ["RUN_PARAMS.STEPS=2", "RUN_PARAMS.WARMUP_STEPS=1", "MODEL_PARAMS.IMAGE_SIZE=64"]
ENVIRONMENT = {**os.environ, "DOTNET_NOLOGO": "1", "CI": "true", "DOCKER_HOST": "unix:///nonexistent/docker.sock"}


class Emulator:
    """The emulator that the runs in a working tree started."""

    def __init__(self, tree: Path) -> None:
        self.state = tree / ".local" / "emulator"
        description = json.loads((self.state / "emulator.json").read_text())
        self.endpoint = description["endpoint"].rstrip("/")
        self.token = (self.state / "token").read_text().strip()
        self.trust = ssl.create_default_context(cafile=str(self.state / "emulator.crt"))

    def put(self, path: str, body: dict[str, object]) -> None:
        request = urllib.request.Request(
            f"{self.endpoint}{path}",
            data=json.dumps(body).encode(),
            method="PUT",
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=self.trust):
            pass

    def delay(self, milliseconds: int) -> None:
        """Delays each response of the workspace's surface."""
        self.put(
            "/emulator/faults", {"rules": [{"path": "**", "delayMilliseconds": milliseconds}] if milliseconds else []}
        )

    def count_requests(self, call: Callable[[], object]) -> int:
        """Returns the number of requests that a call makes, as the emulator records them."""
        recording = self.state / "counted.jsonl"
        recording.unlink(missing_ok=True)
        self.put("/emulator/recording", {"file": str(recording)})
        try:
            call()
        finally:
            self.put("/emulator/recording", {"file": None})
        return len(recording.read_text().splitlines())


class Contest:
    """The two ways of submitting a job to one emulator."""

    def __init__(self, tree: Path, entry: list[str]) -> None:
        self.tree = tree
        self.entry = entry
        self.seed = 1000
        recording = tree / "first.jsonl"
        self.run([*self.train(), f"--record={recording}"])
        self.emulator = Emulator(tree)
        self.emulator.put("/emulator/recording", {"file": None})
        self.submission = read_submission(recording)
        # While the first job trains, it takes processor time from both sides.
        self.run([*self.entry, "--target=Follow"])
        # This job occupies the only node for longer than the benchmark lasts.
        self.submit_by_peer("sleep 36000")

    def train(self) -> list[str]:
        """Returns the command that submits a new job."""
        self.seed += 1
        return [
            *self.entry,
            "--target=Train",
            "--wait=false",
            *(f"--set={value}" for value in (*SETTINGS, f"RUN_PARAMS.SEED={self.seed}")),
        ]

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.tree,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} exited with code {done.returncode}:\n{done.stdout}")
        return done.stdout

    def submit_by_ours(self) -> None:
        printed = self.run(self.train())
        if ": submitted" not in printed:
            raise RuntimeError(f"no job was submitted:\n{printed}")

    def submit_by_peer(self, command: str | None = None) -> None:
        self.seed += 1
        self.submission["job"]["name"] = f"peer-{self.seed}"
        body = self.submission["job"]["body"]
        if command is not None:
            body = {"properties": {**body["properties"], "command": command}}
        file = self.tree / "submission.json"
        file.write_text(json.dumps({**self.submission, "job": {"name": f"peer-{self.seed}", "body": body}}))
        # The peer's packages are those of tests/conformance in the repository, not in the copy.
        self.run(
            [
                "node",
                str(ROOT / "bench" / "submit_peer.mjs"),
                "--state",
                str(self.emulator.state),
                "--submission",
                str(file),
            ]
        )

    def stop(self) -> None:
        subprocess.run(
            ["dotnet", "cake", "--target=Stop-Emulator"],
            cwd=self.tree,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )


def read_submission(recording: Path) -> dict[str, object]:
    """Converts the recording of the first run to the peer's submission."""
    submission: dict[str, object] = {}
    for line in recording.read_text().splitlines():
        exchange = json.loads(line)
        parts = exchange["url"].split("?")[0].split("/")
        if exchange["method"] != "PUT" or "workspaces" not in parts:
            continue
        names = parts[parts.index("workspaces") + 2 :]
        submission.update(
            subscription=parts[parts.index("subscriptions") + 1],
            resourceGroup=parts[parts.index("resourceGroups") + 1],
            workspace=parts[parts.index("workspaces") + 1],
        )
        body = (
            exchange["requestBody"]
            if isinstance(exchange["requestBody"], dict)
            else json.loads(exchange["requestBody"])
        )
        if names[0] in ("datastores", "computes", "jobs"):
            submission[names[0][:-1]] = {"name": names[1], "body": body}
        elif names[0] == "environments":
            submission["environment"] = {"name": names[1], "version": names[3], "body": body}
    return submission


def seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each, at each latency")
    parser.add_argument("--entry", choices=ENTRIES, default="build.sh", help="the command that starts our side")
    arguments = parser.parse_args()
    runs = arguments.runs
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", "tests/conformance"],
        cwd=ROOT,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    figures: dict[str, object] = {"name": "submit"}
    with tempfile.TemporaryDirectory(prefix="bench-submit-") as folder:
        tree = Path(folder) / "tree"
        copy_repository(tree)
        print("building the host and running the demo once", flush=True)
        subprocess.run(
            ["dotnet", "tool", "restore"], cwd=tree, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        contest = Contest(tree, ENTRIES[arguments.entry])
        try:
            figures["round_trips"] = contest.emulator.count_requests(contest.submit_by_ours)
            figures["peer_round_trips"] = contest.emulator.count_requests(contest.submit_by_peer)
            for latency in LATENCIES_MS:
                contest.emulator.delay(latency)
                ours, peer = [], []
                for run in range(runs):
                    ours.append(seconds(contest.submit_by_ours))
                    peer.append(seconds(contest.submit_by_peer))
                    print(
                        f"{latency} ms, run {run + 1} of {runs}: ours {ours[-1]:.2f} s, peer {peer[-1]:.2f} s",
                        flush=True,
                    )
                suffix = "" if latency else "_0ms"
                submit_s, peer_s = statistics.median(ours), statistics.median(peer)
                figures |= {
                    f"submit{suffix}_s": round(submit_s, 3),
                    f"peer{suffix}_s": round(peer_s, 3),
                    f"ratio{suffix}": round(peer_s / submit_s, 2),
                }
        finally:
            contest.stop()
    print(json.dumps({**figures, "runs": runs}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
