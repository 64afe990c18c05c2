"""The keys of an exp_config: type, default and range of each, in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BASE_MODELS = (
    "faster_rcnn_tiny",
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "faster_rcnn_resnet101_coco_2018_01_28",
)

REQUIRED = object()
"""Default of a key that must be given."""


@dataclass(frozen=True)
class Rule:
    """What one key may hold.

    Attributes:
        kind: ``string``, ``integer``, ``number``, ``boolean`` or ``object``.
        default: Value when the key is absent, REQUIRED, or None where the value follows from other keys.
        minimum: Least value of a number; exclusive when ``above`` is set.
        maximum: Greatest value of a number, inclusive.
        choices: The only values, where they can be listed.
        pattern: Regular expression a whole string must match, with ``pattern_text`` saying so in words.
    """

    kind: str
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    above: bool = False
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    pattern_text: str = ""

    def requirement(self) -> str:
        """Says in words what the value must be, to stand after ``it must be``."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        if self.kind == "string":
            return self.pattern_text or "a string"
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "object":
            return "an object"
        noun = "a whole number" if self.kind == "integer" else "a number"
        if self.minimum is None:
            return noun
        low = f"above {self.minimum:g}" if self.above else f"of at least {_plain(self.minimum)}"
        return f"{noun} {low}" if self.maximum is None else f"{noun} {low} and at most {_plain(self.maximum)}"

    def accepts(self, value: Any) -> bool:
        """Tells whether a JSON value is of the right type and in range."""
        if self.kind == "string":
            fits = isinstance(value, str) and (not self.pattern or re.fullmatch(self.pattern, value) is not None)
        elif self.kind == "boolean":
            fits = isinstance(value, bool)
        elif self.kind == "object":
            fits = isinstance(value, Mapping)
        else:
            numeric = int if self.kind == "integer" else (int, float)
            fits = isinstance(value, numeric) and not isinstance(value, bool) and self._in_range(value)
        return fits and (not self.choices or value in self.choices)

    def _in_range(self, value: float) -> bool:
        if self.minimum is not None and (value <= self.minimum if self.above else value < self.minimum):
            return False
        return self.maximum is None or value <= self.maximum


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _text(default: Any = REQUIRED, pattern: str = "", pattern_text: str = "") -> Rule:
    return Rule("string", default, pattern=pattern, pattern_text=pattern_text)


def _choice(default: Any, *choices: Any) -> Rule:
    return Rule("integer" if isinstance(choices[0], int) else "string", default, choices=choices)


def _integer(default: Any, minimum: int, maximum: int | None = None) -> Rule:
    return Rule("integer", default, minimum, maximum)


def _number(default: Any, minimum: float, maximum: float | None = None, above: bool = False) -> Rule:
    return Rule("number", default, minimum, maximum, above)


_FOLDER = r"(?!\.{1,2}$)[^/\\\u0000-\u001f]+"
_MOST_STEPS = 10_000_000
_FILE_TEXT = "one file name, with no slash"

RULES: Mapping[str, Rule] = {
    "ENV_CONFIG_FILE": _text(
        pattern="[A-Za-z0-9_][A-Za-z0-9._-]*", pattern_text="the name of a file in configuration/"
    ),
    "DESCRIPTION": _text(""),
    "EXP_NAME": _text(
        pattern="[A-Za-z0-9][A-Za-z0-9_-]{0,254}",
        pattern_text="1 to 255 letters, digits, '-' or '_', the first a letter or a digit",
    ),
    "COMPUTE_NAME": _text(
        pattern="[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]",
        pattern_text="3 to 32 letters, digits or '-', the first a letter and the last a letter or a digit",
    ),
    "NODES": _integer(1, 1, 1000),
    "COMPUTE.VM_SIZE": _text("Standard_NC4as_T4_v3"),
    "COMPUTE.PRIORITY": _choice("Dedicated", "Dedicated", "LowPriority"),
    "COMPUTE.MIN_NODES": _integer(0, 0, 1000),
    "COMPUTE.IDLE_MINUTES": _integer(15, 1, 1440),
    "DOCKER_IMAGE": _text(None),
    "DATA_MOUNT": _text(pattern="[A-Za-z0-9][A-Za-z0-9_-]{0,254}", pattern_text="the name of a datastore"),
    "IMAGE_TYPE": _text(pattern=_FOLDER, pattern_text="one folder name, with no slash"),
    "TRAIN_CSV": _text("latest", pattern=_FOLDER, pattern_text=_FILE_TEXT),
    "TEST_CSV": _text("latest", pattern=_FOLDER, pattern_text=_FILE_TEXT),
    "EVAL_CONF": _number(0.5, 0, 1),
    "RUN_PARAMS.STEPS": _integer(REQUIRED, 1, _MOST_STEPS),
    "RUN_PARAMS.BATCH_SIZE": _integer(2, 1, 1024),
    "RUN_PARAMS.LEARNING_RATE": _number(0.005, 0, 1, above=True),
    "RUN_PARAMS.WARMUP_STEPS": _integer(None, 0, _MOST_STEPS),
    "RUN_PARAMS.EVAL_EVERY": _integer(0, 0, _MOST_STEPS),
    "RUN_PARAMS.CHECKPOINT_EVERY": _integer(500, 0, _MOST_STEPS),
    "RUN_PARAMS.SEED": _integer(42, 0, 2**31 - 1),
    "RUN_PARAMS.PRECISION": _choice("fp32", "fp32", "amp"),
    "RUN_PARAMS.TIMEOUT_MINUTES": _integer(1440, 1, 43200),
    "MODEL_PARAMS.BASE_MODEL": _choice(REQUIRED, *BASE_MODELS),
    "MODEL_PARAMS.WEIGHTS": _text("auto", pattern=_FOLDER, pattern_text="auto, none or " + _FILE_TEXT),
    "MODEL_PARAMS.IMAGE_SIZE": _integer(640, 64, 4096),
    "MODEL_PARAMS.AUGMENTATION": _choice("flip", "none", "flip", "flip_color"),
    "MODEL_PARAMS.FIRST_STAGE.STRIDE": _choice(16, 8, 16),
    "MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD": _number(0.7, 0, 1, above=True),
    "MODEL_PARAMS.FIRST_STAGE.NMS_SCORE_THRESHOLD": _number(0.0, 0, 1),
    "MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS": _integer(300, 1, 10000),
    "MODEL_PARAMS.FIRST_STAGE.LOCALIZATION_LOSS_WEIGHT": _number(2.0, 0, 1000),
    "MODEL_PARAMS.FIRST_STAGE.OBJECTNESS_LOSS_WEIGHT": _number(1.0, 0, 1000),
    "DATA.ON_BAD_ROWS": _choice("fail", "fail", "drop"),
    "HYPERTUNE": Rule("boolean", False),
    "HYPERTUNE_PARAMS.METRIC": _text("eval_mAP"),
    "HYPERTUNE_PARAMS.GOAL": _choice("Maximize", "Maximize", "Minimize"),
    "HYPERTUNE_PARAMS.SAMPLING": _choice("random", "random", "grid", "bayesian"),
    "HYPERTUNE_PARAMS.SEARCH_SPACE": Rule("object", {"RUN_PARAMS.LEARNING_RATE": ["loguniform", [-9.2, -4.6]]}),
    "HYPERTUNE_PARAMS.MAX_TRIALS": _integer(None, 1, 1000),
    "HYPERTUNE_PARAMS.MAX_CONCURRENT": _integer(None, 1, 1000),
    "HYPERTUNE_PARAMS.EARLY_TERMINATION": _choice("none", "none", "bandit", "median", "truncation"),
}

RETIRED: Mapping[str, str] = {
    "DOCKER_IMAGE_NAME": "it is now DOCKER_IMAGE; rename the key",
    "TF_VERSION": "the framework version comes with the image; remove the key",
}
"""Keys of older exp_configs, with what to do about each."""
