"""The least score of a prediction that is kept, for each class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detection.config.json_file import number, read_json, shown
from detection.errors import TrainingError

SUGGESTED = "suggested"


def least_scores(
    class_names: Mapping[int, str], eval_conf: float, confidence: float | str | None, folder: Path
) -> NDArray[np.float64]:
    """Returns the least scores.

    Args:
        class_names: Name of each label.
        eval_conf: EVAL_CONF of the model's exp_config.
        confidence: A score from 0 to 1; ``suggested``; or None for EVAL_CONF.
        folder: The final_model folder, whose metrics.json has the suggested scores.

    Returns:
        (K + 1,), by label; the first is that of no class. A class without a suggestion has EVAL_CONF.

    Raises:
        TrainingError: The suggested scores are asked for, and there are none.
    """
    value = eval_conf if confidence is None or isinstance(confidence, str) else confidence
    least = np.full(max(class_names) + 1, value)
    if confidence == SUGGESTED:
        suggested = _suggestions(folder / "metrics.json")
        for label, name in class_names.items():
            least[label] = suggested.get(name, value)
    return least


def _suggestions(path: Path) -> dict[str, float]:
    document = read_json(path, "that of a run of this version, or --confidence a number")
    try:
        entries = document["suggested_eval_conf"]["classes"]
        found = {str(entry["name"]): entry["eval_conf"] for entry in entries if entry["eval_conf"] is not None}
    except (KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} has no suggested EVAL_CONF ({type(error).__name__}: {error}); it must be that of a run of this "
            "version, or --confidence a number."
        ) from error
    scores: dict[str, float] = {}
    for name, value in found.items():
        score = number(value)
        if score is None or not 0 <= score <= 1:
            raise TrainingError(
                f"{path} suggests {shown(value)} for the class {shown(name)}; it must be a score from 0 to 1, or "
                "--confidence a number."
            )
        scores[name] = score
    return scores
