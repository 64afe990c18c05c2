"""Microsoft's Python clients against the workspace emulator, as Debian packages them (python3-azure)."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import GROUP, SUBSCRIPTION, WORKSPACE, Emulator
from mlflow_rest import Mlflow


# Where `unpack-clients` puts the clients.
UNPACKED = Path(__file__).parents[3] / ".local/python-clients"


def pytest_configure() -> None:
    """Says what is missing; `--target=Test` installs it where Debian's packages can be installed."""
    folders = [str(Path(__file__).parent)]  # pydash
    if UNPACKED.is_dir():
        sys.path.insert(0, str(UNPACKED))
        folders.append(str(UNPACKED))
    # For the programs that tests start.
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)
    if not importlib.util.find_spec("azure") or not importlib.util.find_spec("azure.ai.ml"):
        pytest.exit(
            "Microsoft's Python clients are missing; as root on Debian, run "
            "`./build.sh --target=Test --suite=conformance.python`; elsewhere, install azure-ai-ml 1.4.0.",
            3,
        )


# Logs its argument as a metric, by MLflow's REST, as jobs have no client of MLflow here.
TUNE = """\
import json, os, ssl, sys, time, urllib.request
uri = os.environ["MLFLOW_TRACKING_URI"].replace("azureml://", "https://", 1)
metric = {"key": "score", "value": float(sys.argv[1]), "timestamp": int(time.time() * 1000), "step": 0}
request = urllib.request.Request(
    uri.split("?")[0] + "/api/2.0/mlflow/runs/log-metric",
    json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], **metric}).encode(),
    {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"},
)
trust = ssl.create_default_context(cafile=os.environ["MLFLOW_TRACKING_SERVER_CERT_PATH"])
urllib.request.urlopen(request, context=trust).read()
print("score", sys.argv[1])
"""


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One emulator for all tests, whose certificate all clients trust."""
    started = Emulator()
    os.environ["REQUESTS_CA_BUNDLE"] = str(started.certificate)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def ml(emulator: Emulator) -> object:
    """MLClient of the emulator's workspace."""
    os.environ["AZUREML_DEV_URL_MFE"] = emulator.endpoint
    from azure.ai.ml import MLClient
    from azure.ai.ml.constants import _common

    _common.STORAGE_ACCOUNT_URLS["AzureBlob"] = f"https://{emulator.host}/{{}}"
    return MLClient(emulator.credential, SUBSCRIPTION, GROUP, WORKSPACE, show_progress=False)


@pytest.fixture(scope="module")
def mlflow(emulator: Emulator) -> Mlflow:
    """MLflow's REST of the emulator's second workspace."""
    return Mlflow(emulator)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with code, data and a model, as a user has them."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "src").mkdir()
    (folder / "src/train.py").write_text(
        "import sys, pathlib\npathlib.Path(sys.argv[2], 'model.txt').write_text(open(sys.argv[1]).read())\n"
    )
    (folder / "src/tune.py").write_text(TUNE)
    (folder / "docker").mkdir()
    (folder / "docker/Dockerfile").write_text("FROM python:3.12\n")
    (folder / "data").mkdir()
    (folder / "data/words.txt").write_text("potholes\n")
    (folder / "model").mkdir()
    (folder / "model/weights.txt").write_text("weights\n")
    return folder
