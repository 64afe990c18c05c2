from __future__ import annotations

import copy
import gc
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# One thread: other suites run beside this one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "training"))

from detection.processes.memory import keep_freed_memory  # noqa: E402
from detection.processes.waiting import sleep_while_waiting  # noqa: E402

# As the command line does.
keep_freed_memory()
sleep_while_waiting()

_VALID: dict[str, Any] = {
    "ENV_CONFIG_FILE": "local_config.json",
    "EXP_NAME": "small",
    "COMPUTE_NAME": "local",
    "DATA_MOUNT": "demo_data",
    "IMAGE_TYPE": "pothole",
    "RUN_PARAMS": {"STEPS": 6, "BATCH_SIZE": 2, "WARMUP_STEPS": 2, "LEARNING_RATE": 0.01},
    "MODEL_PARAMS": {
        "BASE_MODEL": "faster_rcnn_tiny",
        "IMAGE_SIZE": 64,
        "FIRST_STAGE": {"MAX_PROPOSALS": 20},
    },
}


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks: --suite=unit leaves slow tests to --suite=training.slow."""
    config.addinivalue_line("markers", "slow: trains, exports or draws many seconds long")
    config.addinivalue_line(
        "markers", "night: one more case of what a change tests, for the nightly run (NIGHTLY=true)"
    )


def pytest_collection_finish() -> None:
    """Spares the search for garbage the modules and the tests, of which nothing is garbage before the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def exp_config() -> Callable[..., str]:
    """Returns a function that creates the text of a valid exp_config with changes such as {"RUN_PARAMS.STEPS": 3}.

    The change None removes a key.
    """

    def create(changes: dict[str, Any] | None = None) -> str:
        document = copy.deepcopy(_VALID)
        for key, value in (changes or {}).items():
            *sections, name = key.split(".")
            target = document
            for section in sections:
                target = target.setdefault(section, {})
            if value is None:
                del target[name]
            else:
                target[name] = value
        return json.dumps(document)

    return create


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Creates a data folder with a dozen demo images."""
    from detection.data.demo.demo_data import create_demo_data

    folder = tmp_path_factory.mktemp("data")
    create_demo_data(folder, image_type="pothole", images=12, seed=3)
    return folder


@pytest.fixture(scope="session")
def final_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Creates the final_model folder of a tiny detector with random weights and two classes."""
    import torch

    from detection.config.settings_reader import parse_settings
    from detection.export.final_model import save_final_model
    from detection.models.architecture import Architecture
    from detection.models.building import build_model

    folder = tmp_path_factory.mktemp("run") / "final_model"
    settings = parse_settings(json.dumps({**_VALID, "EVAL_CONF": 0.3}).encode(), "small.json")
    torch.manual_seed(2)
    model = build_model(settings.model, 2)
    save_final_model(
        folder,
        model,
        architecture=Architecture(),
        class_names={1: "Benzene(C6H6)", 2: "人"},
        exp_config=settings.document,
        metrics={"suggested_eval_conf": {"classes": [{"name": "人", "eval_conf": 0.4}]}},
        passport={"versions": {"python": "3.11.2", "torch": "2.11.0", "torchvision": "0.26.0+cpu", "numpy": "2.2.6"}},
        card="# card\n",
    )
    return folder


@pytest.fixture
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips the plots, which take longer than a small run and have tests of their own."""
    monkeypatch.setattr("detection.evaluate.outputs.write_plots", lambda folder, **options: [])


@pytest.fixture
def no_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips the exports, which take longer than a small run and have tests of their own."""
    monkeypatch.setattr("detection.export.final_model.export", lambda *given: "")


@pytest.fixture
def console() -> tuple[Any, io.StringIO]:
    """Creates a console, with the stream that receives its lines."""
    from detection.tracking.progress import Console

    stream = io.StringIO()
    return Console(stream), stream
