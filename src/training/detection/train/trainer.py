"""A model with its optimizer, step by step."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, ContextManager

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from detection.config.settings import ModelParams, RunParams
from detection.data.batches import Batch
from detection.errors import TrainingError
from detection.models.building import weigh_losses
from detection.processes.group import ALONE, Group
from detection.processes.sampling import SharedModel
from detection.train.average import WeightAverage
from detection.train.schedule import learning_rate, scaled_peak

MOMENTUM = 0.9
WEIGHT_DECAY = {"sgd": 5e-4, "adamw": 1e-2}
_MOST_SKIPPED = 10  # steps in a row
_MAX_GRADIENT_NORM = 10.0


class NonFiniteLossError(TrainingError):
    """The loss or its gradient is NaN or infinite. The step that found it has changed no weights."""


class Trainer:
    """A model with its optimizer, step by step.

    Args:
        model: A torchvision detector, already on ``device``; its weights are updated in place.
        run: RUN_PARAMS.
        params: MODEL_PARAMS, which hold the weights of the losses.
        device: Where each batch is moved.
        group: The processes that train together, each with its share of every batch.
    """

    def __init__(
        self, model: nn.Module, run: RunParams, params: ModelParams, device: torch.device, group: Group = ALONE
    ) -> None:
        self.model = model.train()
        self.done = 0  # optimizer steps
        self._run = run
        self._params = params
        self._device = device
        self._optimizer = _optimizer(model, run)
        self._skipped = 0  # steps in a row
        self.average = WeightAverage(model, run.ema) if run.ema > 0 else None
        self._scaler = _scaler(run.precision == "amp" and device.type == "cuda")
        self._group = group
        self._shared = SharedModel(model, group)
        # Its buffers never change in training: the normalization layers have groups or frozen statistics.
        self._network = model if group.size == 1 else DistributedDataParallel(model, broadcast_buffers=False)

    @property
    def best_model(self) -> nn.Module:
        """Returns the model to evaluate and to save: the average of the weights where there is one."""
        return self.model if self.average is None else self.average.model

    def step(self, *batches: Batch) -> dict[str, float]:
        """Runs one optimizer step on the mean loss of one or more batches.

        With automatic mixed precision a step whose loss or gradient is not finite changes no weights and is counted:
        float16 ends at 65504, and the next batch may be fine.

        Returns:
            ``train_loss``, its parts as they are weighted, ``learning_rate``, and ``train_skipped_steps``: 1 for a step
            that changed nothing, whose losses are left out, else 0; all dimensionless.

        Raises:
            NonFiniteLossError: The message names the images of the batch.
        """
        rate = self._set_learning_rate()
        self._optimizer.zero_grad(set_to_none=True)
        sums: dict[str, float] = {}
        for number, batch in enumerate(batches, start=1):
            images = [self._move(image) for image in batch.images]
            targets = [{name: self._move(value) for name, value in target.items()} for target in batch.targets]
            with self._gradients_stay(number < len(batches)):
                with self._precision():
                    losses = weigh_losses(self._network(images, targets), self._params)
                    loss, values = self._combine(losses, len(images))
                if not math.isfinite(values["train_loss"]):
                    self._count_skipped([batch], "loss", values)
                    return {"learning_rate": rate, "train_skipped_steps": 1.0}
                for name, value in values.items():
                    sums[name] = sums.get(name, 0.0) + value / len(batches)
                self._backward(loss if len(batches) == 1 else loss / len(batches))
        if not self._update():
            self._count_skipped(batches, "gradient", sums)
            return {"learning_rate": rate, "train_skipped_steps": 1.0}
        self._skipped = 0
        self.done += 1
        if self.average is not None:
            self.average.update(self.done)
        return {**sums, "learning_rate": rate, **({} if self._scaler is None else {"train_skipped_steps": 0.0})}

    def state_dict(self) -> dict[str, Any]:
        """Returns everything that the next step depends on. The batches follow from the step alone."""
        state: dict[str, Any] = {
            "done": self.done,
            "model": self.model.state_dict(),
            # The rest of the optimizer follows from the settings and the step.
            "momentum": self._optimizer.state_dict()["state"],
            "random": torch.get_rng_state(),
            "skipped": self._skipped,
        }
        if self.average is not None:
            state["average"] = self.average.state_dict()
        if self._scaler is not None:
            state["scaler"] = json.dumps(self._scaler.state_dict())
        if self._device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state(self._device)
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restores what ``state_dict`` returned."""
        self.model.load_state_dict(state["model"])
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": state["momentum"], "param_groups": groups})
        torch.set_rng_state(state["random"])
        if self._scaler is not None and "scaler" in state:
            self._scaler.load_state_dict(json.loads(state["scaler"]))
        if self._device.type == "cuda" and "random_cuda" in state:
            torch.cuda.set_rng_state(state["random_cuda"], self._device)
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self._skipped = int(state["skipped"])
        self.done = int(state["done"])

    def release(self) -> None:
        """Restores the parts of the model that train with several processes, so that it can be exported."""
        self._shared.release()

    def _combine(self, losses: Mapping[str, Tensor], images: int) -> tuple[Tensor, dict[str, float]]:
        """Combines the losses of all processes as if one process had the whole batch.

        A loss is a sum over examples (anchors, proposals, boxes or images) divided by their number. The processes have
        different numbers, so that each weights its loss by its own part of them.

        Args:
            losses: The losses of this process's images, weighted.
            images: Number of these images.

        Returns:
            What this process differentiates: the mean of these over the processes has the gradient of the whole batch.
            The losses of the whole batch by metric name, the same in each process.
        """
        size = self._group.size
        if size == 1:
            loss = torch.stack(list(losses.values())).sum()
            return loss, _values(loss, losses)
        counts = [self._shared.divisor(name, images) for name in losses]
        own = torch.stack(list(losses.values())).tolist()  # waits for the device, once
        # Without examples a loss is 0 or, as a mean over nothing, NaN.
        sums = self._group.sum([*(value * count if count else 0.0 for value, count in zip(own, counts)), *counts])
        totals, everywhere = sums[: len(own)], sums[len(own) :]
        values = [total / count if count else value for total, count, value in zip(totals, everywhere, own)]
        factors = [count * size / total if total else 1.0 for count, total in zip(counts, everywhere)]
        loss = torch.stack([value * factor for value, factor in zip(losses.values(), factors)]).sum()
        names = [f"train_{name}" for name in losses]
        return loss, {"train_loss": math.fsum(values), **dict(zip(names, values))}

    def _gradients_stay(self, stays: bool) -> ContextManager[Any]:
        """Returns a context in which the gradients of a batch stay in this process, to be averaged with later ones."""
        network: Any = self._network
        if stays and isinstance(network, DistributedDataParallel):
            no_sync: Any = network.no_sync  # nn.Module's attributes are tensors to mypy
            context: ContextManager[Any] = no_sync()
            return context
        return contextlib.nullcontext()

    def _set_learning_rate(self) -> float:
        run = self._run
        rate = learning_rate(
            self.done,
            steps=run.steps,
            warmup_steps=run.warmup_steps,
            peak=scaled_peak(run, self._group.size),
            schedule=run.schedule,
        )
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        return rate

    def _precision(self) -> ContextManager[Any]:
        if self._scaler is None:
            return contextlib.nullcontext()
        context: ContextManager[Any] = torch.autocast("cuda", dtype=torch.float16)
        return context

    def _count_skipped(self, batches: Sequence[Batch], what: str, values: Mapping[str, float]) -> None:
        """Counts a step whose loss or gradient is not finite.

        Raises:
            NonFiniteLossError: The precision is fp32, or this is the tenth in a row.
        """
        self._skipped += 1
        if self._scaler is not None and self._skipped < _MOST_SKIPPED:
            self.done += 1
            return
        names = ", ".join(f"'{record.file_name}'" for batch in batches for record in batch.records)
        parts = ", ".join(f"{name} {value:g}" for name, value in values.items())
        again = "" if self._scaler is None else f", for the {self._skipped}th step in a row"
        raise NonFiniteLossError(
            f"step {self.done + 1}: the {what} is not finite ({parts}) on the images {names}{again}; "
            "lower RUN_PARAMS.LEARNING_RATE, raise RUN_PARAMS.WARMUP_STEPS, or check these images."
        )

    def _backward(self, loss: Tensor) -> None:
        torch.autograd.backward(loss if self._scaler is None else self._scaler.scale(loss))

    def _update(self) -> bool:
        """Updates the weights; returns False when the gradient is not finite, which leaves them as they are."""
        if self._scaler is not None:
            self._scaler.unscale_(self._optimizer)
        norm = float(nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_GRADIENT_NORM))
        if self._scaler is not None:
            self._scaler.step(self._optimizer)  # does nothing where a gradient is not finite
            self._scaler.update()
        elif math.isfinite(norm):
            self._optimizer.step()
        return math.isfinite(norm)

    def _move(self, tensor: Tensor) -> Tensor:
        return tensor.to(self._device, non_blocking=True)


def _values(loss: Tensor, losses: Mapping[str, Tensor]) -> dict[str, float]:
    """Returns the losses as numbers, by metric name."""
    names = ["train_loss", *(f"train_{name}" for name in losses)]
    numbers = torch.stack([loss, *losses.values()]).tolist()  # waits for the device, once
    return dict(zip(names, numbers))


def _optimizer(model: nn.Module, run: RunParams) -> torch.optim.Optimizer:
    groups = _parameter_groups(model, WEIGHT_DECAY[run.optimizer])
    if run.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=run.learning_rate)
    return torch.optim.SGD(groups, lr=run.learning_rate, momentum=MOMENTUM)


def _parameter_groups(model: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Splits the trainable parameters into weights, which decay, and biases and norms, which do not."""
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trainable if parameter.ndim > 1], "weight_decay": decay},
        {"params": [parameter for parameter in trainable if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _scaler(enabled: bool) -> Any:
    if not enabled:
        return None
    # torch.cuda.amp.GradScaler is its older name, deprecated since torch 2.4.
    current: Any = getattr(torch.amp, "GradScaler", None)
    older: Any = torch.cuda.amp.GradScaler
    return current("cuda") if current is not None else older()
