"""From ONNX's operators to layers of ours, a function each; what has none becomes a counted ONNX layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...errors import SpecError
from ..site import Site, Unknown
from ..value import Value
from .step import Step

if TYPE_CHECKING:
    from ..reader import Reader, Scope

Lift = Callable[[Step], Sequence[Value] | None]
"""Gives the outputs with their views, or None where the layer is no exact one of ours."""

HOMES = (
    "views",
    "windows",
    "dense",
    "elementwise",
    "norms",
    "merges",
    "arrange",
    "lookups",
    "recurrent",
    "attention",
    "contrib",
)


@cache
def _lifts() -> dict[tuple[str, str], Lift]:
    found: dict[tuple[str, str], Lift] = {}
    for home in HOMES:
        for key, lift in import_module(f".{home}", __name__).LIFTS.items():
            found[("", key) if isinstance(key, str) else key] = lift
    return found


def lift(reader: Reader, site: Site, scope: Scope, outputs: list[Value], understood: bool) -> Sequence[Value]:
    """The outputs of a node with the volumes that they are views of."""
    from .generic import generic  # noqa: PLC0415 - a circle otherwise

    step = Step(reader, site, scope, outputs)
    function = _lifts().get((site.call.domain, site.op))
    if function is not None and getattr(function, "moves", False):
        found = _tried(function, step)
        if found is not None:
            return found
    if all(value.items is not None for value in outputs) or any(value.kind != "tensor" for value in outputs[:1]):
        return outputs
    if function is not None and all(value.shape is not None for value in outputs[:1]):
        found = _tried(function, step)
        if found is not None:
            return found
    return generic(step, understood)


def _tried(function: Lift, step: Step) -> Sequence[Value] | None:
    """What a lift gives; None also where our layer's own checks refuse what ONNX allows."""
    nodes = step.lifter.mark()
    try:
        return function(step)
    except Unknown:
        pass
    except SpecError as error:
        if error.diagnostics[0].code in ("E315", "E257", "E258", "E504"):
            raise
    step.lifter.back(nodes)
    return None


__all__: list[Any] = ["Step", "lift"]
