"""The table of op cases that drives the tests of every layer: one file a family, a row or more for every op.

Expected values come from outside: a published figure, a paper's formula, or a framework; `source` says which.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from archcalc.ops import FAMILIES


class Case(NamedTuple):
    """One layer on one input."""

    spec: str
    """A whole spec; its last layer is the one under test."""
    output: tuple[int, ...]
    params: int
    macs: int
    source: str
    torch: str = ""
    """The same function in PyTorch, for the opt-in group; "" where PyTorch has none.

    An expression over `x` (the volume that the layer reads, or the first of `xs`: batch first, then the channels), `w`
    (the layer's weights by name), `torch` and `F`; its value has the channels behind the batch as well.
    """


CASES: tuple[Case, ...] = tuple(case for family in FAMILIES for case in import_module(f".{family}", __name__).CASES)
"""All cases, in the order of the registry."""
