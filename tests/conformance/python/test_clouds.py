"""The description of the emulator's cloud, and MLClient in that cloud: nothing of it is told where storage is."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from emulator import CLOUDS, GROUP, SUBSCRIPTION, Emulator

# MLClient 1.4 has no cloud but its own three. Later versions enter one from the description, as this does; what then
# follows from the entry is the same code. Names below localhost are resolved here, as systemd-resolved does.
CLIENT = """\
import os, socket, sys, time, requests
from azure.ai.ml import MLClient, _azure_environments as clouds
from azure.ai.ml.entities import Data
from azure.core.credentials import AccessToken

real = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: real(
    "localhost" if str(host).endswith(".localhost") else host, *rest, **more
)
cloud = requests.get(os.environ["ARM_CLOUD_METADATA_URL"]).json()[0]
clouds._environments[cloud["name"]] = {
    clouds.EndpointURLS.AZURE_PORTAL_ENDPOINT: cloud["portal"],
    clouds.EndpointURLS.RESOURCE_MANAGER_ENDPOINT: cloud["resourceManager"],
    clouds.EndpointURLS.ACTIVE_DIRECTORY_ENDPOINT: cloud["authentication"]["loginEndpoint"],
    clouds.EndpointURLS.AML_RESOURCE_ID: "https://ml.azure.",
    clouds.EndpointURLS.STORAGE_ENDPOINT: cloud["suffixes"]["storage"],
    clouds.EndpointURLS.REGISTRY_DISCOVERY_ENDPOINT: cloud["resourceManager"],
}

class Token:
    def get_token(self, *scopes, **options):
        return AccessToken(os.environ["EMULATOR_TOKEN"], int(time.time()) + 3600)

subscription, group, workspace, folder = sys.argv[1:]
ml = MLClient(Token(), subscription, group, workspace, show_progress=False, cloud=cloud["name"])
made = ml.data.create_or_update(Data(name="clouds", version="1", type="uri_folder", path=folder))
print(ml.data.get("clouds", "1").path)
"""


def test_the_cloud_is_described_without_a_token(emulator: Emulator) -> None:
    answer = requests.get(f"{emulator.endpoint}/metadata/endpoints", params={"api-version": "2019-05-01"}, timeout=60)

    (cloud,) = answer.json()
    assert cloud["name"] == "WorkspaceEmulator" and cloud["resourceManager"] == f"{emulator.endpoint}/"
    assert "azure.com" not in answer.text and "windows.net" not in answer.text


def test_mlclient_uploads_data_in_the_emulators_cloud(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "größe 1.txt").write_text("hello")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AZURE", "ARM_"))},
        "ARM_CLOUD_METADATA_URL": f"{emulator.endpoint}/metadata/endpoints?api-version=2019-05-01",
        "REQUESTS_CA_BUNDLE": str(emulator.certificate),
        "EMULATOR_TOKEN": emulator.token,
    }
    command = [sys.executable, "-c", CLIENT, SUBSCRIPTION, GROUP, CLOUDS, str(tmp_path / "data")]

    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    path = done.stdout.strip().splitlines()[-1]
    assert path.startswith("azureml://") and "/datastores/workspaceblobstore/paths/LocalUpload/" in path
    assert _read(emulator, f"{path.split('/paths/')[1].rstrip('/')}/größe 1.txt") == "hello"


def _read(emulator: Emulator, blob: str) -> str:
    scope = f"subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.MachineLearningServices"
    options: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {emulator.token}"},
        "verify": str(emulator.certificate),
        "timeout": 60,
    }
    store = requests.get(
        f"{emulator.endpoint}/{scope}/workspaces/{CLOUDS}/datastores/workspaceblobstore",
        params={"api-version": "2024-10-01"},
        **options,
    ).json()["properties"]
    answer = requests.get(f"https://{store['endpoint']}/{store['containerName']}/{quote(blob)}", **options)
    answer.encoding = "utf-8"
    return answer.text if answer.ok else f"{answer.status_code} {answer.text}"
