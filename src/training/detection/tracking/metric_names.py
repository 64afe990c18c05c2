"""The metric names: the same in MLflow, in metrics.jsonl, in metrics.json and in the label of the training image."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from typing import Any

# The build reads this tuple as text for the image's label: plain string literals, one per line.
METRIC_NAMES = (
    "train_loss",
    "train_loss_classifier",
    "train_loss_box_reg",
    "train_loss_objectness",
    "train_loss_rpn_box_reg",
    "train_skipped_steps",
    "learning_rate",
    "images_per_second",
    "train_images",
    "test_images",
    "validation_images",
    "eval_mAP",
    "eval_AP50",
    "eval_AP75",
    "eval_AP_small",
    "eval_AP_medium",
    "eval_AP_large",
    "eval_AR1",
    "eval_AR10",
    "eval_AR100",
    "eval_AR_small",
    "eval_AR_medium",
    "eval_AR_large",
    "eval_AP50_<class>",
    "eval_mAP_max",
    "eval_AP50_max",
    "eval_AR_max",
    "proposal_recall",
    "proposal_recall_<class>",
    "proposal_recall_small",
    "proposal_recall_medium",
    "proposal_recall_large",
    "validation_<metric>",
    "binary_tp",
    "binary_fn",
    "binary_tn",
    "binary_fp",
    "binary_precision",
    "binary_recall",
    "binary_accuracy",
    "binary_f1",
)
"""Every metric that a run logs, in the order of docs/metrics.md. ``<class>`` stands for the name of each class."""

CLASS_AP50 = "eval_AP50_<class>"
SKIPPED = "train_skipped_steps"
MOST_NAMES = tuple(name for name in METRIC_NAMES if name.startswith("eval_") and name.endswith("_max"))
"""Mean average precision, average precision at IoU 0.5, and average recall of up to MAX_DETECTIONS detections."""

LOSS_NAMES = tuple(name for name in METRIC_NAMES if name.startswith("train_loss"))
COCO_NAMES = tuple(
    name for name in METRIC_NAMES if name.startswith("eval_") and name != CLASS_AP50 and name not in MOST_NAMES
)
"""COCO's twelve numbers, in COCO's order."""


def validation(name: str) -> str:
    """Returns the name of a metric when it is measured on the validation split."""
    return "validation_" + (name[len("eval_") :] if name.startswith("eval_") else name)


_MEASURED = ("eval_", "validation_", "proposal_recall", "binary_", "test_images")


def is_measured(name: str) -> bool:
    """Returns whether a metric is measured on images that the weights were not trained on."""
    return name.startswith(_MEASURED)


MLFLOW_NAMES = "mlflow_names"
"""The key of metrics.json that says which metrics MLflow has under another name."""

_MLFLOW_LENGTH = 250
# What MLflow refuses in a name, and the beginning of an escape. MLflow accepts the letters and digits of every script.
_REFUSED = re.compile(r"[^\w.\- /]|_(?=0[xh])")
_ESCAPE = re.compile(r"_0x([0-9a-f]+)_")


def mlflow_name(name: str) -> str:
    """Returns the name of a metric in MLflow, which refuses most punctuation; two names never become one.

    A refused character becomes ``_0x`` with its code point in hex and ``_``: ``eval_AP50_a:b`` is
    ``eval_AP50_a_0x3a_b``. A slash is kept where the name is a plain path. A name beyond 250 characters ends in a hash.
    """
    escaped = _REFUSED.sub(lambda match: _escape(match[0]), name)
    if "/" in name and (posixpath.normpath(name) != name or name.startswith(("/", "../"))):
        escaped = escaped.replace("/", _escape("/"))
    if len(escaped) > _MLFLOW_LENGTH:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        escaped = f"{escaped[: _MLFLOW_LENGTH - 20]}_0h{digest}_"
    return escaped


def plain_name(mlflow: str) -> str:
    """Returns the metric that ``mlflow_name`` gave a name of at most 250 characters."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), mlflow)


def with_mlflow_names(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Returns metrics for metrics.json, with the names that differ in MLflow if there are any."""
    others = {name: mlflow_name(name) for name in metrics if mlflow_name(name) != name}
    return {**metrics, **({MLFLOW_NAMES: others} if others else {})}


def _escape(sign: str) -> str:
    return f"_0x{ord(sign):x}_"


def class_ap50(class_name: str) -> str:
    """Returns the name of the average precision of one class at IoU 0.50."""
    return CLASS_AP50.replace("<class>", class_name)
