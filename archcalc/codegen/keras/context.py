"""What the translation of a layer to Keras may ask about it. Channels are last everywhere, as in the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...graph import Node
from ...shape import Shape
from ..code import Call, Code, In, Lit, Own, Raw, call
from ..step import Step
from ..text import literal as show


@dataclass(frozen=True)
class Layer:
    """A layer and its surroundings. Every value has a batch axis, of size 1 where it is the same for all examples."""

    node: Node
    x: tuple[Shape, ...]
    batched: tuple[bool, ...]
    """For each volume that comes in, whether there is one for each example."""
    flat: bool = False
    """Whether it is to give one vector."""
    owner: str = ""
    """The word of the layer whose weight it shares."""
    turned: bool = False
    """Whether others share its weight turned round."""

    @property
    def op(self) -> Any:
        """The op."""
        return self.node.op

    @property
    def y(self) -> Shape:
        """The volume that it gives."""
        return self.node.shape

    @property
    def channels(self) -> int:
        """The channels that come in."""
        return self.x[0][-1]

    def axis(self, axis: int, index: int = 0) -> int:
        """An axis of the language as one of Keras's."""
        rank = len(self.x[index])
        return -1 if axis % rank == rank - 1 else axis % rank + 1


Row = Callable[[Layer], tuple[Step, ...]]

TABLE: dict[str, Row] = {}


def row(*words: str) -> Callable[[Row], Row]:
    """Enter a function into the table."""

    def enter(steps: Row) -> Row:
        TABLE.update(dict.fromkeys(words, steps))
        return steps

    return enter


def stored(made: Call) -> Step:
    """A layer of one volume that stores weights."""
    return Step(call(Own(), In()), (("", made),), made)


def plain(name: str, *args: Any, **keywords: Any) -> Step:
    """A layer of one volume that stores nothing."""
    made = call(f"layers.{name}", *args, **keywords)
    return Step(call(made, In()), plain=made)


def func(code: Code, **made: Call) -> Step:
    """An expression, and what the layer stores for it; `own` is the layer itself."""
    return Step(code, tuple((name if name != "own" else "", layer) for name, layer in made.items()))


def op(name: str, *args: Any, **keywords: Any) -> Call:
    """A function of keras.ops."""
    return call(f"ops.{name}", *args, **keywords)


def reshape(*sizes: int, volume: Code | None = None) -> Step:
    """Other sizes behind the batch."""
    return func(op("reshape", In() if volume is None else volume, tuple_of(-1, *sizes)))


def tuple_of(*values: int) -> Lit:
    """Sizes as one literal."""
    return Lit(values, "sizes")


def fixed(value: Any) -> Raw:
    """A number that is part of what the code does, and never a parameter."""
    return Raw(show(value))


def number(values: tuple[Any, ...]) -> Any:
    """One value where all axes agree."""
    return values[0] if len(set(values)) == 1 else values


def over_batch(c: Layer, rank: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The axes before the last `rank` join the batch, and come back afterwards."""
    lead = c.x[0][:-rank]
    if not lead:
        return steps
    return (reshape(*c.x[0][len(lead) :]), *steps, reshape(*c.y))
