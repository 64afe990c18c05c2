"""The registry of base models: each value of BASE_MODEL and what it means. Each family of architectures has a file."""

from __future__ import annotations

from detection.config.nearest_name import difference, nearest_name
from detection.errors import TrainingError
from detection.models.families import mobilenet, pyramid, retinanet, single_map, ssdlite, tiny
from detection.models.base_model import BaseModel

BASE_MODELS: tuple[BaseModel, ...] = (
    *tiny.MODELS,
    *pyramid.MODELS,
    *mobilenet.MODELS,
    *single_map.MODELS,
    *retinanet.MODELS,
    *ssdlite.MODELS,
)
"""All base models, in the order of the schema."""


def base_model(name: str) -> BaseModel:
    """Returns the base model that a value of BASE_MODEL means.

    Raises:
        TrainingError: The name is unknown; the message names all and the nearest.
    """
    for model in BASE_MODELS:
        if model.has_name(name):
            return model
    names = [model.name for model in BASE_MODELS]
    near = nearest_name(name, names)
    hint = f" Did you mean {near}?{difference(name, near)}" if near is not None else ""
    raise TrainingError(f"the base model is {name!r}; it must be one of {', '.join(names)}.{hint}")
