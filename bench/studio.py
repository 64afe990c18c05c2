"""Times the studio's page in Debian's chromium while a job writes its log and its metrics.

    python3 bench/studio.py [--log-mib N] [--points N] [--metrics N] [--seconds N]

A job of the emulator writes a log of 200 MiB and then 200 lines per second; it has 10,000 points of each of 20
metrics, and gets new ones. The page shows the curves, and then follows the log. The peer is TensorBoard with the same
curves, where Python can import it; it has no log. Without it, `peer` is null.

The last line of output is one JSON object:

    {"name": "studio", "first_paint_s": …, "interactive_s": until the curves are drawn, "log_open_s": from the curves to
     the end of the log, "log_lag_s": median age of the last line that is shown, "curves_frames_per_s": …,
     "curves_longest_frame_ms": …, "log_frames_per_s": …, "log_longest_frame_ms": …, "server_mib": resident,
     "server_before_mib": before the page, "page_mib": heap of the page's script, "log_mib": size of the log, "points":
     …, "metrics": …, "peer": {"name": "tensorboard", "first_paint_s": …, "interactive_s": …, "page_mib": …,
     "server_mib": …} or null}
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from emulator import ROOT, SCOPE, Emulator

JOB = "studio"
TRACKING = f"/mlflow/v1.0{SCOPE}/api/2.0/mlflow/runs/log-batch"
# The log of a job is its standard output. Each line begins with the time at which it was written.
WRITER = """
import sys, time
rest = "step 12345/99999  loss 0.1234  lr 0.0100  31.4 images/s" + " " * 40
size = 0
while size < %d:
    block = "".join("%%.3f %%s\\n" %% (time.time(), rest) for _ in range(5000))
    sys.stdout.write(block)
    size += len(block)
while True:
    sys.stdout.write("".join("%%.3f %%s\\n" %% (time.time(), rest) for _ in range(10)))
    sys.stdout.flush()
    time.sleep(0.05)
"""


def value(metric: int, step: int) -> float:
    """Returns a point of a curve that falls and trembles."""
    return math.exp(-step / 3000) + 0.1 * math.sin(step * (metric + 1)) + metric


def name(metric: int) -> str:
    """Returns the name of a metric, as the trainer has such."""
    return "train_loss" if metric == 0 else f"train_loss_part{metric:02d}"


def batch(metrics: int, steps: range) -> dict[str, Any]:
    """Returns the request that logs some steps of all metrics."""
    points = [
        {"key": name(metric), "value": value(metric, step), "timestamp": 1_700_000_000_000 + step * 100, "step": step}
        for step in steps
        for metric in range(metrics)
    ]
    return {"run_id": JOB, "metrics": points}


def memory_mib(process: int) -> int:
    """Returns the resident memory of a process in MiB."""
    return int(Path(f"/proc/{process}/status").read_text().split("VmRSS:")[1].split()[0]) // 1024


def show(*arguments: str) -> dict[str, Any]:
    """Opens a page and returns its figures."""
    command = ["node", str(ROOT / "bench" / "studio_page.mjs"), *arguments]
    figures: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return figures


def measure_studio(log_mib: int, points: int, metrics: int, seconds: int) -> dict[str, Any]:
    """Measures the studio's page during a job."""
    emulator = Emulator()
    try:
        emulator.prepare()
        writer = emulator.state / "writer.py"
        writer.write_text(WRITER % (log_mib * 1024 * 1024))
        emulator.submit(JOB, f"exec {sys.executable} {writer}")
        log = emulator.state / "jobs" / JOB / "user_logs" / "std_log.txt"
        while not log.exists() or log.stat().st_size < log_mib * 1024 * 1024:
            time.sleep(0.1)
        steps = max(1, 1000 // metrics)
        for first in range(0, points, steps):
            emulator.send("POST", TRACKING, batch(metrics, range(first, min(first + steps, points))))
        before = memory_mib(emulator.process.pid)
        print(f"the log has {log.stat().st_size // 1048576} MiB, each of {metrics} metrics {points} points", flush=True)

        ending = threading.Event()

        def log_on() -> None:
            step = points
            while not ending.wait(0.2):
                emulator.send("POST", TRACKING, batch(metrics, range(step, step + 1)))
                step += 1

        logging = threading.Thread(target=log_on)
        logging.start()
        try:
            endpoint = json.loads((emulator.state / "emulator.json").read_text())["endpoint"].rstrip("/")
            token = (emulator.state / "studio-token").read_text().strip()
            address = f"{endpoint}/studio?token={token}#/jobs/{JOB}/metrics"
            figures = show(address, ".chart .u-over", f"#/jobs/{JOB}/log", str(seconds))
        finally:
            ending.set()
            logging.join()
        sizes = {"server_mib": memory_mib(emulator.process.pid), "server_before_mib": before}
        emulator.send("POST", f"{SCOPE}/jobs/{JOB}/cancel?api-version=2024-10-01")
        return {**figures, **sizes}
    finally:
        emulator.stop()


def measure_tensorboard(points: int, metrics: int) -> dict[str, Any] | None:
    """Measures TensorBoard's page with the same curves; None where Python cannot import it."""
    if importlib.util.find_spec("tensorboard") is None:
        print("TensorBoard cannot be imported; the studio is measured alone", flush=True)
        return None
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    folder = tempfile.mkdtemp(prefix="bench-tensorboard-")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    try:
        events = EventFileWriter(folder)
        for step in range(points):
            values = [
                summary_pb2.Summary.Value(tag=name(metric), simple_value=value(metric, step))
                for metric in range(metrics)
            ]
            events.add_event(
                event_pb2.Event(wall_time=time.time(), step=step, summary=summary_pb2.Summary(value=values))
            )
        events.close()
        command = [
            sys.executable,
            "-m",
            "tensorboard.main",
            "--logdir",
            folder,
            "--port",
            str(port),
            "--bind_all=false",
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not has_loaded(address, server):
                time.sleep(0.2)
            figures = show(f"{address}?darkMode=false#timeseries", "line-chart")
            return {"name": "tensorboard", **figures, "server_mib": memory_mib(server.pid)}
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def has_loaded(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Returns whether TensorBoard has read the curves."""
    if server.poll() is not None:
        raise SystemExit(f"TensorBoard exited with code {server.returncode}.")
    try:
        with urllib.request.urlopen(f"{address}data/plugin/scalars/tags") as answer:
            return bool(json.load(answer))
    except OSError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log-mib", type=int, default=200)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    if not (ROOT / "tests" / "studio" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(ROOT / "tests" / "studio")], check=True)
    figures = measure_studio(given.log_mib, given.points, given.metrics, given.seconds)
    peer = measure_tensorboard(given.points, given.metrics)
    sizes = {"log_mib": given.log_mib, "points": given.points, "metrics": given.metrics}
    print(json.dumps({"name": "studio", **figures, **sizes, "peer": peer}))


if __name__ == "__main__":
    main()
