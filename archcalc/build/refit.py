"""The ways out of a window that does not fit which only the network knows: another INPUT, or none that is sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Fix, SpecError
from ..ops.base import Op
from ..ops.near import inputs
from ..shape import show
from .scope import Volume

if TYPE_CHECKING:
    from .builder import Builder


def mended(builder: Builder, error: SpecError, op: Op, volumes: Sequence[Volume]) -> SpecError:
    """The error with fixes for the INPUT, if the layer reads that; with none where its text stands for many layers."""
    (mistake,) = error.diagnostics
    if not mistake.fixes:
        return error
    if builder.active or builder.repeats:
        return SpecError(replace(mistake, fixes=()))
    return SpecError(replace(mistake, fixes=(*_other_inputs(builder, op, volumes[0].node), *mistake.fixes)))


def _other_inputs(builder: Builder, op: Op, index: int) -> Iterator[Fix]:
    """Other INPUTs for the layer, if that is what it reads, and its text says the shape."""
    if index < 0 or builder.options.input is not None:
        return
    node = builder.nodes[index]
    if not re.fullmatch(r"INPUT [\dx]+", node.source.text[node.start : node.end]):
        return
    for shape in inputs(op, node.shape):  # type: ignore[arg-type]
        yield Fix(f"input {show(shape)}", f"INPUT {show(shape)}", node.place)
