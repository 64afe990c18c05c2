"""The training loop."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from detection.data.batches import Batch
from detection.train.checkpoints import Checkpoint
from detection.errors import TrainingError
from detection.models.building import weigh_losses
from detection.train.schedule import learning_rate
from detection.config.settings import FirstStage, RunParams

MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
_MAX_GRADIENT_NORM = 10.0

_LOSSES = {
    "loss_classifier": "train_loss_classifier",
    "loss_box_reg": "train_loss_box_reg",
    "loss_objectness": "train_loss_objectness",
    "loss_rpn_box_reg": "train_loss_rpn_box_reg",
}


class NonFiniteLossError(TrainingError):
    """The loss became NaN or infinite; no weights were changed by the step that found it."""


@dataclass(frozen=True)
class StepResult:
    """What one step gave.

    Attributes:
        done: Steps done, this one counted.
        metrics: ``train_loss``, its four parts as they are weighted, and ``learning_rate``.
    """

    done: int
    metrics: Mapping[str, float]


class Trainer:
    """A model with its optimizer, step by step.

    Args:
        model: Updated in place; already on ``device``.
        run: RUN_PARAMS.
        first_stage: Holds the weights of the two losses of the region proposal network.
        device: Where the model is.
    """

    def __init__(self, model: nn.Module, run: RunParams, first_stage: FirstStage, device: torch.device) -> None:
        self.model = model
        self.done = 0
        self._run = run
        self._first_stage = first_stage
        self._device = device
        self._optimizer = torch.optim.SGD(_parameter_groups(model), lr=run.learning_rate, momentum=MOMENTUM)
        self._scaler = _scaler(run.precision == "amp" and device.type == "cuda")

    def train(self, batches: Iterator[Batch], on_step: Callable[[StepResult], None]) -> None:
        """Makes one step for each batch.

        Raises:
            NonFiniteLossError: The message names the images of the batch.
        """
        self.model.train()
        for batch in batches:
            result = self._step(batch)
            self.done += 1
            on_step(StepResult(self.done, result))

    def checkpoint(self) -> Checkpoint:
        """Returns everything that the next step depends on. The order of the images follows from the step alone."""
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            # The rest of the optimizer follows from the settings and the step.
            "momentum": self._optimizer.state_dict()["state"],
            "random": torch.get_rng_state(),
        }
        if self._scaler is not None:
            state["scaler"] = json.dumps(self._scaler.state_dict())
        if self._device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state(self._device)
        return Checkpoint(self.done, state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes back to the state of a checkpoint."""
        state = checkpoint.state
        self.model.load_state_dict(state["model"])
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": state["momentum"], "param_groups": groups})
        torch.set_rng_state(state["random"])
        if self._scaler is not None and "scaler" in state:
            self._scaler.load_state_dict(json.loads(state["scaler"]))
        if self._device.type == "cuda" and "random_cuda" in state:
            torch.cuda.set_rng_state(state["random_cuda"], self._device)
        self.done = checkpoint.step

    def _step(self, batch: Batch) -> dict[str, float]:
        run = self._run
        rate = learning_rate(self.done, steps=run.steps, warmup_steps=run.warmup_steps, peak=run.learning_rate)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        images = [self._move(image) for image in batch.images]
        targets = [{name: self._move(value) for name, value in target.items()} for target in batch.targets]
        mixed = torch.autocast("cuda", dtype=torch.float16) if self._scaler is not None else contextlib.nullcontext()
        with mixed:
            losses = weigh_losses(self.model(images, targets), self._first_stage)
            loss = torch.stack(list(losses.values())).sum()
        values = _values(loss, losses)
        if not math.isfinite(values["train_loss"]):
            names = ", ".join(f"'{record.file_name}'" for record in batch.records)
            parts = ", ".join(f"{name} {value:g}" for name, value in values.items())
            raise NonFiniteLossError(
                f"step {self.done + 1}: the loss is not finite ({parts}) on the images {names}; "
                "lower RUN_PARAMS.LEARNING_RATE, lengthen RUN_PARAMS.WARMUP_STEPS, or look at these images."
            )

        self._optimizer.zero_grad(set_to_none=True)
        if self._scaler is None:
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_GRADIENT_NORM)
            self._optimizer.step()
        else:
            self._scaler.scale(loss).backward()
            self._scaler.unscale_(self._optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_GRADIENT_NORM)
            self._scaler.step(self._optimizer)
            self._scaler.update()
        return values | {"learning_rate": rate}

    def _move(self, tensor: Tensor) -> Tensor:
        return tensor.to(self._device, non_blocking=True)


def _values(loss: Tensor, losses: Mapping[str, Tensor]) -> dict[str, float]:
    names = list(losses)
    numbers = torch.stack([loss, *losses.values()]).tolist()  # waits for the device, once
    return {"train_loss": numbers[0]} | {_LOSSES.get(name, name): value for name, value in zip(names, numbers[1:])}


def _parameter_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Splits what learns into weights, which decay, and biases and norms, which do not."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in learning if parameter.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [parameter for parameter in learning if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _scaler(enabled: bool) -> Any:
    if not enabled:
        return None
    # torch.cuda.amp.GradScaler is its older name, deprecated from torch 2.4 on.
    return torch.amp.GradScaler("cuda") if hasattr(torch.amp, "GradScaler") else torch.cuda.amp.GradScaler()
