"""The settings of an exp_config as the trainer uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RunParams:
    """How long and how fast to train: RUN_PARAMS of an exp_config.

    Attributes:
        steps: Optimizer steps; at least 1.
        batch_size: Images per optimizer step on each device; at least 1.
        learning_rate: SGD step size after warm-up; dimensionless, in (0, 1].
        warmup_steps: Steps over which the learning rate rises linearly from 0; 0 turns warm-up off.
        eval_every: Steps between evaluations; 0 evaluates only at the end.
        checkpoint_every: Steps between checkpoints; 0 writes one only at the end.
        seed: Seed of the image order, the augmentation, the initial weights and PyTorch.
        precision: ``fp32``, or ``amp``: float16 where it is safe, only on a GPU.
    """

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int
    eval_every: int
    checkpoint_every: int
    seed: int
    precision: str


@dataclass(frozen=True)
class FirstStage:
    """The region proposal network: FIRST_STAGE of an exp_config.

    Attributes:
        stride: Pixels of the resized image per feature cell, 8 or 16; used by the single-level backbones.
        nms_iou_threshold: Of two proposals that overlap by more than this IoU, the weaker one is dropped; in (0, 1].
        nms_score_threshold: Proposals whose objectness is below this are dropped; in [0, 1].
        max_proposals: Proposals per image that reach the second stage, in training and in evaluation; at least 1.
        localization_loss_weight: Factor of the proposal box regression loss; at least 0.
        objectness_loss_weight: Factor of the objectness loss; at least 0.
    """

    stride: int
    nms_iou_threshold: float
    nms_score_threshold: float
    max_proposals: int
    localization_loss_weight: float
    objectness_loss_weight: float


@dataclass(frozen=True)
class ModelParams:
    """What is trained: MODEL_PARAMS of an exp_config.

    Attributes:
        base_model: One of the base models of ``detection.models.building``.
        weights: ``auto``, ``none`` or a file name in ``models/{base_model}`` of the data folder.
        image_size: Longer side of an image after resizing, in pixels; 64 to 4096.
        augmentation: ``none``, ``flip`` (left to right, with probability 0.5) or ``flip_color``.
        first_stage: The region proposal network.
    """

    base_model: str
    weights: str
    image_size: int
    augmentation: str
    first_stage: FirstStage


@dataclass(frozen=True)
class Settings:
    """A valid exp_config with every default filled in.

    Attributes:
        description: Purpose of the run; becomes a tag.
        exp_name: Experiment the run belongs to.
        image_type: Use case: the folder in the data folder that holds ``images`` and ``datasets``.
        train_csv: File name in ``{image_type}/datasets``, or ``latest``.
        test_csv: The same for the test split.
        eval_conf: Least score of a prediction that counts, in [0, 1].
        on_bad_rows: ``fail`` stops at faulty CSV rows, ``drop`` drops them.
        run: How long and how fast to train.
        model: What is trained.
        document: The whole exp_config with every key, as it is saved beside the model.
    """

    description: str
    exp_name: str
    image_type: str
    train_csv: str
    test_csv: str
    eval_conf: float
    on_bad_rows: str
    run: RunParams
    model: ModelParams
    document: Mapping[str, Any]

    def value(self, key: str) -> Any:
        """Returns the value of a key by its path, such as ``RUN_PARAMS.STEPS``; None when it has none."""
        node: Any = self.document
        for part in key.split("."):
            node = node.get(part) if isinstance(node, Mapping) else None
        return node


# TEMPORARY: the keys that exp_config.schema.json marks with "x-decides": "weights". `deciding` is to read them from the
# schema as soon as it is part of this package; then this list goes.
_DECIDING_WEIGHTS = (
    "RUN_PARAMS.STEPS",
    "RUN_PARAMS.BATCH_SIZE",
    "RUN_PARAMS.LEARNING_RATE",
    "RUN_PARAMS.WARMUP_STEPS",
    "RUN_PARAMS.SEED",
    "RUN_PARAMS.PRECISION",
    "MODEL_PARAMS.BASE_MODEL",
    "MODEL_PARAMS.WEIGHTS",
    "MODEL_PARAMS.IMAGE_SIZE",
    "MODEL_PARAMS.AUGMENTATION",
    "MODEL_PARAMS.FIRST_STAGE.STRIDE",
    "MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD",
    "MODEL_PARAMS.FIRST_STAGE.NMS_SCORE_THRESHOLD",
    "MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS",
    "MODEL_PARAMS.FIRST_STAGE.LOCALIZATION_LOSS_WEIGHT",
    "MODEL_PARAMS.FIRST_STAGE.OBJECTNESS_LOSS_WEIGHT",
)


def deciding(what: str) -> frozenset[str]:
    """Returns the paths of the exp_config's keys that decide ``what``.

    Args:
        what: ``weights``, ``metrics``, ``data`` or ``nothing``: a value of the schema's ``x-decides``.
    """
    if what != "weights":
        raise NotImplementedError(what)
    return frozenset(_DECIDING_WEIGHTS)
