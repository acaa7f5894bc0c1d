"""Steps: what a layer is in a framework, before anybody asks how the program is cut into classes and functions."""

from __future__ import annotations

from typing import NamedTuple

from .code import Call, Code, In, Own, call


class Value(NamedTuple):
    """Something that is computed: the output of a node, or a variant of it (turned, on its way, its weight)."""

    node: int
    kind: str = ""


class Step(NamedTuple):
    """One line of a layer's translation; each after the first reads, as In(0), what the one before gives."""

    code: Code
    modules: tuple[tuple[str, Call], ...] = ()
    """What the layer stores: names below its own ("" is the layer itself) and how each is made."""
    plain: Call | None = None
    """The same as a module of its own, where what goes in is one volume: for sequences of modules."""

    @property
    def stores(self) -> bool:
        """Whether its name matters."""
        return bool(self.modules)


class Placed(NamedTuple):
    """A step with its place in the network."""

    path: str
    """The path of the layer; "" for a step that only helps."""
    region: str
    """The path of the block around it."""
    step: Step
    inputs: tuple[Value, ...]
    output: Value
    order: int
    """Its place in the order of the text."""
    more: tuple[Value, ...] = ()
    """What else it gives."""

    @property
    def outputs(self) -> tuple[Value, ...]:
        """All values that it gives."""
        return (self.output, *self.more)


class Stored(NamedTuple):
    """A value that stands in the network itself: a parameter, a table. No step computes it."""

    path: str
    made: Code | None = None
    """None for the weight of a layer, which that makes."""
    kind: str = "parameter"
    """"parameter" or "buffer"."""


def layer(made: Call) -> Step:
    """A module of one volume that stores weights."""
    return Step(call(Own(), In()), (("", made),), made)
