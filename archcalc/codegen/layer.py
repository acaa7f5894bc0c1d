"""What the translation of a layer may ask about it, and what translations share between frameworks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from string import ascii_lowercase
from typing import Any

from ..graph import Node
from ..ops.einsum import read
from ..shape import Shape
from .code import Call, Code, Lit, Raw, Span, call
from .step import Step
from .text import literal


@dataclass(frozen=True)
class Layer:
    """A layer and what comes in."""

    node: Node
    x: tuple[Shape, ...]

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


def func(code: Code, **made: Call) -> Step:
    """An expression, and what the layer stores for it; `own` is the layer itself."""
    return Step(code, tuple((name if name != "own" else "", module) for name, module in made.items()))


def fixed(value: Any) -> Raw:
    """A number that is part of what the code does, and never a parameter."""
    return Raw(literal(value))


def number(values: tuple[Any, ...]) -> Any:
    """One value where all axes agree."""
    return values[0] if len(set(values)) == 1 else values


def real(value: float) -> float | int:
    """Without .0 where it says nothing."""
    return int(value) if value == int(value) else value


# Axes count as in the language, without the batch


def kept(c: Layer) -> dict[int, Span]:
    """What SLICE and CROP keep of the axes that they shorten: start:end, without what says nothing."""
    if c.op.word == "CROP":
        ends = c.op._kept(c.x[0])
    else:
        axis, *cut = c.op._ends(c.x[0])
        ends = {axis % len(c.x[0]): cut}
    found = {}
    for axis, (start, end) in ends.items():
        size = c.x[0][axis]
        if (start, end) != (0, size):
            found[axis] = Span(Lit(start, "start") if start else None, Lit(end, "end") if end != size else None)
    return found


def shifts(c: Layer) -> dict[int, int]:
    """How far ROLL moves the axes that it moves."""
    given = c.op.shift if isinstance(c.op.shift, tuple) else (c.op.shift,) * (len(c.x[0]) - 1)
    return {axis: shift for axis, shift in enumerate(given) if shift % c.x[0][axis]}


def einsum_formula(c: Layer, batched: Iterable[int]) -> Raw:
    """The formula of EINSUM in letters, the batch before volumes and product that have one: n unless n is taken."""
    formula = read(c.op.formula)
    short = all(len(name) == 1 for name in formula.names)
    taken = formula.names if short else ()
    letters = (letter for letter in "n" + ascii_lowercase.replace("n", "") if letter not in taken)
    batch = next(letters)
    names = {name: name if short else next(letters) for name in formula.names}
    sides = ("".join(names[name] for name in axes) for axes in formula)
    left, right, product = (batch * lead + side for lead, side in zip(batched, sides, strict=True))
    return fixed(f"{left},{right}->{product}")


def relative_index(c: Layer) -> Call:
    """The rows of RELPOS's table."""
    axes = c.op._axes()
    queries, keys = tuple(q for q, _ in axes), tuple(k for _, k in axes)
    return call("relative_positions", Lit(queries, "queries"), *([Lit(keys, "keys")] if keys != queries else []))


def bucket_index(c: Layer) -> Call:
    """The rows of BUCKETS's table."""
    op, rows = c.op, prod(c.x[0][:-1])
    return call(
        "distance_buckets", Lit(op.queries, "queries"), Lit(op.keys, "keys"), Lit(rows, "rows"), far=(op.far, 128),
        both=(op.both, False),
    )  # fmt: skip


def attend_options(c: Layer) -> dict[str, Any]:
    """The options of the helper for ATTEND, but for the bias."""
    op, sizes = c.op, c.op.sizes(*c.x)
    return {
        "heads": Lit(op.heads, "heads"), "kv_heads": (op.kv if sizes.heads != sizes.kv else None, None),
        "causal": (bool(op.causal), False), "scale": (op.scale, None),
    }  # fmt: skip
