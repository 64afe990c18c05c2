"""Times a sweep on the emulator: twelve trials on three nodes, beside one trial and a bare pool.

    python3 bench/sweep.py [--rounds N] [--seconds S] [--trials N] [--nodes N]

A trial sleeps, so that three of them need no more cores than one: what is left is the way of a trial from the end of
the one before to its own end. The peer is a pool of as many threads as nodes, which runs the same command in a shell.
All three take turns, so that other work of the machine affects each of them.

The last line of output is one JSON object; its times are medians over the rounds:

    {"name": "sweep", "trials": …, "nodes": …, "seconds": of a trial's sleep,
     "trial_s": a job with the command of a trial, from the PUT to its end, "sweep_s": the sweep, from the PUT to its
     end, "pool_s": the same by the peer, "ratio": sweep_s by the trials of one node times trial_s,
     "pool_ratio": sweep_s by pool_s, "overhead_ms": of a trial in the sweep, beyond its sleep, "rounds": …}
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from emulator import SCOPE, VERSION, Emulator

PAUSE = 0.01  # seconds between two looks at a job
METRIC = "score"


def prepare(emulator: Emulator, nodes: int) -> None:
    """Creates a cluster whose nodes are up, and an environment."""
    size = {"vmSize": "Standard_DS3_v2", "scaleSettings": {"minNodeCount": nodes, "maxNodeCount": nodes}}
    compute = {"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": size}}
    emulator.send("PUT", f"{SCOPE}/computes/cpu{VERSION}", compute)
    emulator.send(
        "PUT", f"{SCOPE}/environments/e/versions/1{VERSION}", {"properties": {"image": "registry.example/e:1"}}
    )


def sweep_of(command: str, trials: int, nodes: int) -> dict[str, object]:
    """Returns the properties of a sweep whose trials run a command."""
    return {
        "jobType": "Sweep",
        "computeId": f"{SCOPE}/computes/cpu",
        "trial": {
            "command": f"{command}; echo ${{{{search_space.number}}}}",
            "environmentId": f"{SCOPE}/environments/e/versions/1",
        },
        "searchSpace": {"number": ["choice", [list(range(trials))]]},
        "samplingAlgorithm": {"samplingAlgorithmType": "Grid"},
        "objective": {"goal": "Maximize", "primaryMetric": METRIC},
        "limits": {"jobLimitsType": "Sweep", "maxTotalTrials": trials, "maxConcurrentTrials": nodes},
    }


def wait(emulator: Emulator, name: str) -> None:
    """Waits until a job has completed."""
    while True:
        status = emulator.send("GET", f"{SCOPE}/jobs/{name}{VERSION}")["properties"]["status"]
        if status == "Completed":
            return
        if status in ("Failed", "Canceled"):
            raise SystemExit(f"{name} is {status}; it must be Completed.")
        time.sleep(PAUSE)


def seconds_of_trial(emulator: Emulator, name: str, command: str) -> float:
    """Returns the time of a job that runs the command of a trial."""
    started = time.perf_counter()
    emulator.submit(name, command)
    wait(emulator, name)
    return time.perf_counter() - started


def seconds_of_sweep(emulator: Emulator, name: str, command: str, trials: int, nodes: int) -> float:
    """Returns the time of a sweep."""
    started = time.perf_counter()
    emulator.send("PUT", f"{SCOPE}/jobs/{name}{VERSION}", {"properties": sweep_of(command, trials, nodes)})
    wait(emulator, name)
    return time.perf_counter() - started


def seconds_of_pool(command: str, trials: int, nodes: int) -> float:
    """Returns the time of a pool of threads that runs the command as often as a sweep does."""
    started = time.perf_counter()
    with ThreadPoolExecutor(nodes) as pool:
        list(pool.map(lambda _: subprocess.run(["bash", "-c", command], check=True), range(trials)))
    return time.perf_counter() - started


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of all three (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="sleep of a trial in seconds (default: %(default)s)")
    parser.add_argument("--trials", type=int, default=12, help="trials of a sweep (default: %(default)s)")
    parser.add_argument("--nodes", type=int, default=3, help="trials at the same time (default: %(default)s)")
    options = parser.parse_args()
    command = f"sleep {options.seconds}"
    waves = -(-options.trials // options.nodes)

    trials, sweeps, pools = [], [], []
    emulator = Emulator()
    try:
        prepare(emulator, options.nodes)
        seconds_of_trial(emulator, "warm", "true")
        for number in range(options.rounds):
            trials.append(seconds_of_trial(emulator, f"one-{number}", command))
            sweeps.append(seconds_of_sweep(emulator, f"sweep-{number}", command, options.trials, options.nodes))
            pools.append(seconds_of_pool(command, options.trials, options.nodes))
            print(
                f"round {number + 1}: trial {trials[-1]:.3f} s, sweep {sweeps[-1]:.3f} s, pool {pools[-1]:.3f} s",
                flush=True,
            )
    finally:
        emulator.stop()
    trial, sweep, pool = (statistics.median(times) for times in (trials, sweeps, pools))
    figures = {
        "name": "sweep",
        "trials": options.trials,
        "nodes": options.nodes,
        "seconds": options.seconds,
        "trial_s": round(trial, 3),
        "sweep_s": round(sweep, 3),
        "pool_s": round(pool, 3),
        "ratio": round(sweep / (waves * trial), 3),
        "pool_ratio": round(sweep / pool, 3),
        "overhead_ms": round((sweep / waves - options.seconds) * 1000),
        "rounds": options.rounds,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
