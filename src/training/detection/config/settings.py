"""The settings of an exp_config as the trainer uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from detection.config import schema


@dataclass(frozen=True)
class RunParams:
    """How long and how fast to train: RUN_PARAMS of an exp_config.

    Attributes:
        steps: Optimizer steps.
        batch_size: Images per batch on each device; an optimizer step takes ``accumulate`` batches.
        learning_rate: Step size after warm-up, for the images of one optimizer step together; dimensionless.
        warmup_steps: Steps over which the learning rate rises linearly from 0; 0 turns warm-up off.
        optimizer: ``sgd`` with momentum, or ``adamw``.
        schedule: ``cosine``, ``step`` or ``constant``.
        accumulate: Batches per optimizer step, at least 1.
        ema: Decay per step of the exponential moving average of the weights; 0 turns it off.
        best_metric: Metric of the validation split by which the best weights are chosen.
        patience: Evaluations without a better ``best_metric`` after which training ends; 0 turns it off.
        eval_every: Steps between evaluations; 0 evaluates only at the end.
        checkpoint_every: Steps between checkpoints; 0 writes one only at the end.
        seed: Seed of the image order, the augmentation, the initial weights and PyTorch.
        precision: ``fp32``, or ``amp``: float16 where it is safe, only on a GPU.
        lr_scaling: ``none``, or ``linear``: the learning rate is multiplied by the number of processes.
        distributed_nodes: Nodes of the job that trains; the launcher's environment says how many processes there are.
    """

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int
    optimizer: str
    schedule: str
    accumulate: int
    ema: float
    best_metric: str
    patience: int
    eval_every: int
    checkpoint_every: int
    seed: int
    precision: str
    lr_scaling: str = "none"
    distributed_nodes: int = 1


@dataclass(frozen=True)
class FirstStage:
    """The region proposal network: FIRST_STAGE of an exp_config.

    Attributes:
        stride: Pixels of the resized image per feature cell; used by the single-level backbones.
        nms_iou_threshold: IoU above which the weaker of two overlapping proposals is dropped.
        nms_score_threshold: Proposals whose objectness is below this are dropped.
        max_proposals: Proposals per image that reach the second stage, in training and in testing alike; None for the
            base model's own number.
        localization_loss_weight: Factor of the proposal box regression loss.
        objectness_loss_weight: Factor of the objectness loss.
    """

    stride: int = 16
    nms_iou_threshold: float = 0.7
    nms_score_threshold: float = 0.0
    max_proposals: Optional[int] = None
    localization_loss_weight: float = 2.0
    objectness_loss_weight: float = 1.0


@dataclass(frozen=True)
class ModelParams:
    """What is trained: MODEL_PARAMS of an exp_config.

    Attributes:
        base_model: Architecture that the training starts from.
        weights: ``auto``, ``none`` or a file name in ``models/{base_model}`` of the data folder.
        image_size: Longer side of an image after resizing, in pixels.
        augmentation: ``none``, ``flip`` (left to right, with probability 0.5), ``flip_color``, ``flip_both`` or
            ``strong``.
        first_stage: The region proposal network; the defaults where the base model has none.
        max_detections: Most detections per image; None for the base model's own number.
        anchors: ``default`` or ``auto``: sizes by k-means over the training boxes.
        mosaic: Share of the training images that are joined from four; 0 for none.
        class_weights: ``none``, or ``balanced``: rare classes weigh more in the loss of the second stage.
        test_flips: ``none``, ``flip`` or ``flip_both``: mirrored views whose mean the second stage detects by.
    """

    base_model: str
    weights: str
    image_size: int
    augmentation: str
    first_stage: FirstStage
    max_detections: Optional[int] = None
    anchors: str = "default"
    mosaic: float = 0.0
    class_weights: str = "none"
    test_flips: str = "none"


@dataclass(frozen=True)
class Settings:
    """An exp_config as the trainer uses it, validated, with every default filled. The schema has the ranges.

    Attributes:
        description: Purpose of the run; becomes a tag.
        exp_name: Experiment the run belongs to.
        image_type: Use case: the folder in the data folder that holds ``images`` and ``datasets``.
        train_csv: File name in ``{image_type}/datasets``, or ``latest``.
        test_csv: The same for the test split.
        eval_conf: Score at or above which a prediction counts.
        on_bad_rows: ``fail`` stops at faulty CSV rows, ``drop`` leaves them out, ``clip`` clips boxes too.
        clip_pixels: How far ``clip`` lets a box reach outside its image, in pixels.
        exif: ``apply`` turns images upright as their EXIF orientation says, ``ignore`` does not.
        depth: ``range`` scales images of more than 8 bits from their full range, ``percentiles`` from percentiles.
        validation: Share of the training images that are held out for choosing the best weights; 0 for none.
        validation_csv: File name in ``{image_type}/datasets`` of a separate validation split; ``none`` for none.
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
    clip_pixels: float
    exif: str
    depth: str
    validation: float
    validation_csv: str
    run: RunParams
    model: ModelParams
    document: Mapping[str, Any]

    def value(self, key: str) -> Any:
        """Returns the value of a key by its path, such as ``RUN_PARAMS.STEPS``; None when it has none."""
        node: Any = self.document
        for part in key.split("."):
            node = node.get(part) if isinstance(node, Mapping) else None
        return node


def deciding(*what: str) -> frozenset[str]:
    """Returns the paths of the exp_config's keys that decide ``what``.

    Args:
        what: One or more of ``weights``, ``metrics``, ``data`` and ``nothing``, the values of ``x-decides``.
    """
    return frozenset(key.path for key in schema.leaves() if key.node["x-decides"] in what)
