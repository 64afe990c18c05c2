"""The exponential moving average of the weights."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn


class WeightAverage:
    """A copy of a model whose weights are the exponential moving average of the model's.

    In the first steps the decay is smaller, (1 + n) / (10 + n) after n steps, so that the random weights of the start
    are forgotten.

    Args:
        model: The model in training.
        decay: RUN_PARAMS.EMA, above 0 and below 1.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).eval()
        self._decay = decay
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        own, others = self.model.state_dict(), model.state_dict()
        # Tensors that share the memory of the two models; one call for all of them keeps a GPU busy.
        fractions = [name for name, value in own.items() if value.is_floating_point()]
        self._averages, self._values = [own[name] for name in fractions], [others[name] for name in fractions]
        self._counts = [(own[name], others[name]) for name in own.keys() - set(fractions)]

    @torch.no_grad()
    def update(self, done: int) -> None:
        """Updates the average with the model's weights after ``done`` steps."""
        decay = min(self._decay, (1 + done) / (10 + done))
        # By the difference, so that a tensor that does not change keeps every bit.
        torch._foreach_add_(self._averages, torch._foreach_sub(self._values, self._averages), alpha=1 - decay)
        for count, value in self._counts:
            count.copy_(value)

    def state_dict(self) -> dict[str, Any]:
        """Returns the averaged weights."""
        return self.model.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restores what ``state_dict`` returned."""
        self.model.load_state_dict(state)
