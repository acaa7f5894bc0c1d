"""Weights that a model keeps in files beside it. Nothing here opens one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .proto import GraphPart, ModelPart
from .tensor import Tensor


def locations(model: ModelPart) -> list[str]:
    """The files beside the model that hold its weights, each once, as the model writes them."""
    parts = [model.graph, *(function.body for function in model.functions.values())]
    found: dict[str, None] = {}
    for tensor in (one for part in parts for one in _tensors(part)):
        if tensor.external:
            found.setdefault(dict(tensor.external).get("location", ""))
    return list(found)


def _tensors(part: GraphPart) -> Iterator[Tensor]:
    yield from part.tensors.values()
    for call in part.nodes:
        for value in call.attributes.values():
            yield from _inside(value)


def _inside(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, GraphPart):
        yield from _tensors(value)
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item)


def leads_out(location: str) -> bool:
    """Whether a location plainly leads out of the model's folder; links are told by who opens it."""
    parts = location.replace("\\", "/").split("/")
    return not location or parts[0] in ("", "~") or parts[0].endswith(":") or ".." in parts or "\0" in location
