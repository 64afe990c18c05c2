"""The metric names: the same in MLflow, in metrics.jsonl, in metrics.json and in the label of the training image."""

from __future__ import annotations

# The build reads this tuple as text for the image's label: plain string literals, one per line.
METRIC_NAMES = (
    "train_loss",
    "train_loss_classifier",
    "train_loss_box_reg",
    "train_loss_objectness",
    "train_loss_rpn_box_reg",
    "learning_rate",
    "images_per_second",
    "train_images",
    "test_images",
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
LOSS_NAMES = tuple(name for name in METRIC_NAMES if name.startswith("train_loss"))
COCO_NAMES = tuple(name for name in METRIC_NAMES if name.startswith("eval_") and name != CLASS_AP50)
"""COCO's twelve numbers, in COCO's order."""


def class_ap50(class_name: str) -> str:
    """Returns the name of the average precision of one class at IoU 0.50."""
    return CLASS_AP50.replace("<class>", class_name)
