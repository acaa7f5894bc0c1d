"""Axes by number, in the language's order: 0 is the first spatial axis, negative ones count from the channels."""

from __future__ import annotations

from ..errors import SpecError
from ..shape import Shape, show


def at(x: Shape, axis: int) -> int:
    """The axis counted from 0; refuses one that the volume does not have."""
    if -len(x) <= axis < len(x):
        return axis % len(x)
    raise SpecError.of(
        "E314",
        "there is no such axis",
        f"axis={axis} of {show(x)}",
        (f"0 to {len(x) - 1}, or -1 for the channels",),
    )
