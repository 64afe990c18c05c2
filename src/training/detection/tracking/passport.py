"""The run passport: one record that says what a run is. The planner makes it; the trainer adds what it alone knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from detection import __version__
from detection.config.settings import Settings
from detection.data.datasets import Dataset
from detection.errors import TrainingError

VARIABLE = "RUN_PASSPORT"

# The record in its order, for a run without a planner.
_UNKNOWN: Mapping[str, Any] = {
    "plan": None,
    "image": None,
    "codeHash": None,
    "git": None,
    "experimentHash": None,
    "datasetHash": None,
    "trainCsv": None,
    "testCsv": None,
    "seed": None,
    "versions": {},
}
# The keys that the trainer completes, each with the tag that shows it.
_COMPLETED = {"trainCsv": "train_set", "testCsv": "test_set", "datasetHash": "dataset_hash"}


@dataclass(frozen=True)
class Passport:
    """A run passport.

    Attributes:
        document: The record, camelCase keys as in passport.json. Keys that the trainer does not know are kept.
        is_planned: Whether the planner made it; False for a run by hand.
    """

    document: Mapping[str, Any]
    is_planned: bool

    def complete(self, dataset: Dataset, versions: Mapping[str, str]) -> Passport:
        """Adds the dataset that was read and the versions of Python and its libraries.

        Raises:
            TrainingError: The dataset is not the one that the run was planned with.
        """
        for key, name, actual in (
            ("datasetHash", "dataset", dataset.hash),
            ("validationHash", "validation split's", dataset.validation_hash),
        ):
            planned = self.document.get(key)
            if planned in (None, actual):
                continue
            raise TrainingError(
                f"the {name} hash is {actual or 'none'}; it must be {planned}, as {VARIABLE} says: the dataset has "
                "changed since the run was planned. Plan and submit it again: dotnet cake --target=Train"
            )
        return Passport(
            {
                **self.document,
                "datasetHash": dataset.hash,
                "trainCsv": _file_name(dataset.train_csv),
                "testCsv": _file_name(dataset.test_csv),
                **_validation(dataset),
                "versions": {"modelTraining": __version__, **self.document["versions"], **versions},
            },
            self.is_planned,
        )

    def tags(self, completed: Passport, settings: Settings) -> dict[str, str]:
        """Returns the tags that the trainer writes: with a planned passport only those that the planner left open.

        Args:
            completed: What ``complete`` returned.
            settings: The exp_config.
        """
        if self.is_planned:
            open_keys = [key for key in _COMPLETED if self.document[key] is None]
            return {_COMPLETED[key]: completed.document[key] for key in open_keys}
        tags = {
            "description": settings.description,
            "base_model": settings.model.base_model,
            "steps": str(settings.run.steps),
            "seed": str(settings.run.seed),
            **{tag: completed.document[key] for key, tag in _COMPLETED.items()},
        }
        return {name: value for name, value in tags.items() if value}


def read_passport(environment: Mapping[str, str], settings: Settings) -> Passport:
    """Reads the passport that the planner sent, or makes one for a run by hand.

    Raises:
        TrainingError: RUN_PASSPORT does not hold a passport.
    """
    text = environment.get(VARIABLE, "")
    if not text:
        return Passport({**_UNKNOWN, "seed": settings.run.seed}, is_planned=False)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise TrainingError(f"{VARIABLE} is not JSON: {error}; it must hold the run passport of a plan.") from error
    if not isinstance(document, dict):
        raise TrainingError(f"{VARIABLE} is {_short(document)}; it must be a JSON object, the run passport of a plan.")
    document = {**_UNKNOWN, **document}
    for key in _COMPLETED:
        if not isinstance(document[key], (str, type(None))):
            raise TrainingError(f"{key} of {VARIABLE} is {_short(document[key])}; it must be a string or null.")
    if not isinstance(document["versions"], dict):
        raise TrainingError(f"versions of {VARIABLE} is {_short(document['versions'])}; it must be an object.")
    return Passport(document, is_planned=True)


def _validation(dataset: Dataset) -> dict[str, str]:
    """Returns the file and the hash of a validation split of its own; nothing without one."""
    if not dataset.validation_csv:
        return {}
    return {"validationCsv": _file_name(dataset.validation_csv), "validationHash": dataset.validation_hash}


def _file_name(path: str) -> str:
    return PurePosixPath(path).name


def _short(value: Any) -> str:
    return json.dumps(value)[:40]
