"""What the translation of a layer to Keras may ask about it. Channels are last everywhere, as in the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..code import Call, Code, In, Lit, Own, call
from ..layer import Layer as Base
from ..layer import func
from ..step import Step


@dataclass(frozen=True)
class Layer(Base):
    """A layer and its surroundings. Every value has a batch axis, of size 1 where it is the same for all examples."""

    batched: tuple[bool, ...]
    """For each volume that comes in, whether there is one for each example."""
    flat: bool = False
    """Whether it is to give one vector."""
    owner: str = ""
    """The word of the layer whose weight it shares."""
    turned: bool = False
    """Whether others share its weight turned round."""

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


def op(name: str, *args: Any, **keywords: Any) -> Call:
    """A function of keras.ops."""
    return call(f"ops.{name}", *args, **keywords)


def reshape(*sizes: int, volume: Code | None = None) -> Step:
    """Other sizes behind the batch."""
    return func(op("reshape", In() if volume is None else volume, tuple_of(-1, *sizes)))


def tuple_of(*values: int) -> Lit:
    """Sizes as one literal."""
    return Lit(values, "sizes")


def over_batch(c: Layer, rank: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The axes before the last `rank` join the batch, and come back afterwards."""
    lead = c.x[0][:-rank]
    if not lead:
        return steps
    return (reshape(*c.x[0][len(lead) :]), *steps, reshape(*c.y))
