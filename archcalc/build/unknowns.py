"""Question marks in arguments: which field asks, and between which values its answer lies."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..ops.base import Op
from ..ops.fields import LETTERS, PADS
from ..shape import Pair
from ..syntax import tree
from ..unknown import OPEN, Unknowns

_AXES = {1: ("n",), 2: ("l", "c"), 3: ("h", "w", "c"), 4: ("d", "h", "w", "c")}


def assign(unknowns: Unknowns, op: type[Op], field: dataclasses.Field[Any], value: Any, argument: tree.Value) -> Any:
    """Tell the unknowns of an argument which field they belong to; a total of padding becomes before and after."""
    axes = argument.axes if isinstance(argument, tree.Glued) else ()
    asked = [index for index, axis in enumerate(axes) if isinstance(axis, tree.Unknown)]
    label = field.metadata.get("key") or LETTERS.get(field.name, field.name)
    names = _AXES.get(len(axes), ()) if field.name == "shape" else ()
    pad = field.metadata.get("kind") is PADS
    unknowns.belong(label, 0 if pad else 1, pad, tuple(names[index] for index in asked if index < len(names)))
    if not (pad and unknowns.asymmetric and asked):
        return value
    sizes = value if isinstance(value, tuple) else (value,)
    halves = tuple(_halves(size) if index in asked else size for index, size in enumerate(sizes))
    return halves if isinstance(value, tuple) else halves[0]


def _halves(total: Any) -> Any:
    return total if total is OPEN else Pair(total // 2, total - total // 2)
