"""The emulator of a checkout, spoken to without any client of ours."""

from __future__ import annotations

import json
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any, Optional

API = "?api-version=2024-10-01"
DEADLINE_SECONDS = 600


class Emulator:
    """A running emulator, with one workspace."""

    def __init__(self, state: Path) -> None:
        description = json.loads((state / "emulator.json").read_text())
        self.process_id: int = description["processId"]
        self.endpoint = description["endpoint"].rstrip("/")
        self.token = (state / "token").read_text().strip()
        self.certificate = state / "emulator.crt"
        self.trust = ssl.create_default_context(cafile=str(self.certificate))
        self.workspace: str = self.request("GET", "/emulator/status")["workspaces"][0]

    def request(self, method: str, path: str, body: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.endpoint}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=self.trust) as response:
            answer: dict[str, Any] = json.loads(response.read() or b"{}")
            return answer

    def submit(self, job: str, command: str) -> None:
        """Submits a job that runs a shell command on a cluster of one node."""
        compute = {
            "computeType": "AmlCompute",
            "properties": {
                "osType": "Linux",
                "vmSize": "Standard_NC4as_T4_v3",
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 1, "nodeIdleTimeBeforeScaleDown": "PT15M"},
            },
        }
        self.request("PUT", f"{self.workspace}/computes/bench{API}", {"location": "westeurope", "properties": compute})
        image = {"image": "localhost/bench@sha256:" + "0" * 64, "osType": "Linux"}
        self.request("PUT", f"{self.workspace}/environments/bench/versions/1{API}", {"properties": image})
        properties = {
            "jobType": "Command",
            "command": command,
            "experimentName": "bench",
            "computeId": f"{self.workspace}/computes/bench",
            "environmentId": f"{self.workspace}/environments/bench/versions/1",
            "resources": {"instanceCount": 1},
        }
        self.request("PUT", f"{self.workspace}/jobs/{job}{API}", {"properties": properties})

    def wait(self, job: str) -> None:
        """Waits until a job has completed.

        Raises:
            RuntimeError: It ended otherwise, or has not ended in time.
        """
        end = time.monotonic() + DEADLINE_SECONDS
        status = ""
        while time.monotonic() < end:
            status = self.request("GET", f"{self.workspace}/jobs/{job}{API}")["properties"]["status"]
            if status == "Completed":
                return
            if status in ("Failed", "Canceled"):
                break
            time.sleep(0.5)
        raise RuntimeError(f"job {job} is {status}; it must be Completed")

    def artifact_address(self, job: str) -> str:
        """Returns the address of a job's artifacts, to which ``?path=`` is added."""
        return f"{self.endpoint}/artifact/v2.0{self.workspace}/artifacts/ExperimentRun/dcid.{job}/content"
