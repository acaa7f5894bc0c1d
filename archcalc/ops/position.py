"""Positions without weights: ROPE, ALIBI. Their tables are made at export, not while counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from math import cos, prod, sin
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape, Window
from .base import LAST, Const, Lowering, Op, ints, need_rank, node
from .fields import COUNT, REAL, argument, option


@lru_cache(maxsize=4)
def _waves(wave: Callable[[float], float], base: float, length: int, half: int) -> list[list[list[float]]]:
    """Cached, since every layer of a network has the same two tables."""
    speeds = [base ** (-i / half) for i in range(half)]
    return [[[wave(t * speed) for speed in speeds] * 2] for t in range(length)]


@dataclass(frozen=True)
class Rotary(Op):
    """Turns channel i of each head together with channel i + half, by an angle of position * base**(-i/half).

    Su et al. 2021, with the pairs of Llama's checkpoints.
    """

    word: ClassVar[str] = "ROPE"

    heads: int = argument(COUNT)
    base: float = option("base", REAL, 10000.0)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "2048x4096")
        if x[0][-1] % (2 * self.heads):
            raise SpecError.of(
                "E341", "the channels don't divide into heads of pairs", f"{x[0][-1]} channels for {self.heads} heads",
                (f"a multiple of {2 * self.heads} channels",),
            )  # fmt: skip
        return x[0]

    def work(self, *x: Shape) -> dict[str, int]:
        return {"mul": 2 * prod(x[0]), "add": prod(x[0])}

    def _table(self, wave: Callable[[float], float], length: int, half: int) -> Const:
        """A wave of each position's angles, for the first half of a head and again for the second."""
        return Const(partial(_waves, wave, self.base, length, half))

    def onnx(self, *x: Shape) -> Lowering:
        *lead, length, width = x[0]
        half = width // self.heads // 2
        nodes = (
            node("Reshape", "x0", ints(0, *lead, length, self.heads, 2 * half), to="heads"),
            node("Split", "heads", ints(half, half), to=("first", "second"), axis=-1),
            node("Neg", "second", to="minus"),
            node("Concat", "minus", "first", to="across", axis=-1),
            node("Mul", "heads", self._table(cos, length, half), to="along.cos"),
            node("Mul", "across", self._table(sin, length, half), to="across.sin"),
            node("Add", "along.cos", "across.sin", to="turned"),
            node("Reshape", "turned", ints(0, *lead, length, width)),
        )
        return Lowering(LAST, nodes)


@dataclass(frozen=True)
class LinearBias(Op):
    """A bias for ATTEND that falls linearly with the distance, at a slope for each head (Press et al. 2021, ALiBi)."""

    word: ClassVar[str] = "ALIBI"
    shape_only: ClassVar[bool] = True

    heads: int = argument(COUNT)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "2048x4096")
        return (self.heads, x[0][-2], x[0][-2])

    def work(self, *x: Shape) -> dict[str, int]:
        return {"mul": prod(self.output(*x))}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        length = x[0][-2]
        slopes = Const(lambda: [[[[-slope]] for slope in falling(self.heads)]])
        keys = Const(lambda: [float(index) for index in range(length)])
        queries = Const(lambda: [[float(index)] for index in range(length)])
        nodes = (
            node("Sub", keys, queries, to="apart"),
            node("Abs", "apart", to="distance"),
            node("Mul", "distance", slopes),
        )
        return Lowering(LAST, nodes)


def falling(heads: int) -> list[float]:
    """ALiBi's slopes: powers of 2**(-8/heads); in between powers of two, every other one of the next are added."""
    whole = 1 << (heads.bit_length() - 1)
    slopes = [2 ** (-8 * i / whole) for i in range(1, whole + 1)]
    return slopes + [2 ** (-8 * i / (2 * whole)) for i in range(1, 2 * (heads - whole), 2)]
