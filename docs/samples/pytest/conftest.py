"""A workspace for tests: the emulator in place of Azure, with Azure's own client."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.constants import _common
from azure.core.credentials import AccessToken


class Token:
    """The emulator's token, as a credential."""

    def __init__(self, file: Path) -> None:
        self.text = file.read_text().strip()

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(self.text, int(time.time()) + 3600)


@pytest.fixture(scope="session")
def ml(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MLClient]:
    state = tmp_path_factory.mktemp("emulator")
    emulator = subprocess.Popen(
        [*os.environ["WORKSPACE_EMULATOR"].split(), "--state", state, "--workspace", "sub/group/work"]
    )
    while not (state / "emulator.json").exists():
        time.sleep(0.05)
    endpoint = json.loads((state / "emulator.json").read_text())["endpoint"].rstrip("/")
    os.environ.update(AZUREML_DEV_URL_MFE=endpoint, REQUESTS_CA_BUNDLE=str(state / "emulator.crt"))
    _common.STORAGE_ACCOUNT_URLS["AzureBlob"] = endpoint + "/{}"
    yield MLClient(Token(state / "token"), "sub", "group", "work", show_progress=False)
    emulator.terminate()
    emulator.wait()
