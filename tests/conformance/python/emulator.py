"""An emulator that the suite starts as a user would."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

# The emulator of the host that runs the tests, compiled ahead, or else the one of `dotnet build`.
CONFIGURATION = Path(os.environ.get("TESTED_HOST", "Debug/net10.0/Build.dll")).parents[1].name
PROGRAM = Path(__file__).parents[3] / f"src/WorkspaceEmulator/bin/{CONFIGURATION}/net10.0/WorkspaceEmulator.dll"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000c0de"
GROUP = "conformance"
WORKSPACE = "work"
TRACKING = "tracking"
PIPELINES = "pipelines"
CLOUDS = "clouds"
LOCATION = "westeurope"


class Token:
    """A credential that always returns the emulator's token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        """Returns the token, as any credential of azure-identity does."""
        from azure.core.credentials import AccessToken

        return AccessToken(self.token, int(time.time()) + 3600)


class Emulator:
    """The emulator as a process on a free port, with a workspace for each kind of tests."""

    def __init__(self) -> None:
        assert PROGRAM.exists(), f"{PROGRAM} is missing; build it: dotnet build src/WorkspaceEmulator"
        self.state = Path(tempfile.mkdtemp(prefix="conformance-python-"))
        options = ["--location", LOCATION]
        for workspace in (WORKSPACE, TRACKING, PIPELINES, CLOUDS):
            options += ["--workspace", f"{SUBSCRIPTION}/{GROUP}/{workspace}"]
        if folder := os.environ.get("TRAFFIC_FOLDER"):
            options += ["--record", f"{folder}/{self.state.name}.jsonl"]
        command = ["dotnet", str(PROGRAM), "--state", str(self.state), "--provisioning-milliseconds", "50", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line
            if "Listening on " in line:
                break
        else:
            raise AssertionError(f"the emulator exited with code {self.process.wait()}:\n{seen}")
        self.endpoint = str(json.loads((self.state / "emulator.json").read_text())["endpoint"]).rstrip("/")
        self.host = self.endpoint.split("://")[1]
        self.certificate = self.state / "emulator.crt"
        self.token = (self.state / "token").read_text().strip()
        self.credential = Token(self.token)

    def stop(self) -> None:
        """Ends the emulator in order and deletes its folder."""
        self.process.terminate()
        assert self.process.wait(60) == 0
        shutil.rmtree(self.state)
