"""From token ids to vectors: EMBED; vectors for positions: POSEMB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, prod, sin
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape, show
from .base import LAST, Const, Lowering, Op, Weight, ints, need_rank, node
from .fields import COUNT, REFERENCE, Reference, argument, flag, option


@dataclass(frozen=True)
class Embed(Op):
    """The row of a table for each token id."""

    word: ClassVar[str] = "EMBED"
    ids: ClassVar[bool] = True

    entries: int = argument(COUNT)
    """The size of the vocabulary."""
    width: int = argument(COUNT)
    tie: Reference | None = option("tie", REFERENCE, None)
    """The stage whose weight this one shares."""

    def output(self, *x: Shape) -> Shape:
        return (*x[0], self.width)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return {"weight": Weight((self.entries, self.width), "kernel", (self.width, self.width))}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(LAST, (node("Gather", "weight", "x0", axis=0),))


@dataclass(frozen=True)
class PositionEmbed(Op):
    """Adds a vector for each position: a learned table of `rows`, or sines and cosines (Vaswani et al. 2017, 3.5)."""

    word: ClassVar[str] = "POSEMB"

    rows: int = argument(COUNT)
    sine: bool = flag("sine")

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "197x768")
        length = x[0][-2]
        if length > self.rows:
            raise SpecError.of(
                "E340",
                "there are more positions than rows in the table",
                f"{length} positions in {show(x[0])}, {self.rows} rows",
                (f"POSEMB {length}, or at most {self.rows} positions",),
            )
        return x[0]

    def weights(self, *x: Shape) -> dict[str, Weight]:
        width = x[0][-1]
        return {} if self.sine else {"weight": Weight((self.rows, width), "kernel", (width, width))}

    def work(self, *x: Shape) -> dict[str, int]:
        return {"add": prod(x[0])}

    def onnx(self, *x: Shape) -> Lowering:
        length, width = x[0][-2:]
        if self.sine:
            return Lowering(LAST, (node("Add", "x0", Const(waves(length, width))),))
        if length == self.rows:
            return Lowering(LAST, (node("Add", "x0", "weight"),))
        first = node("Slice", "weight", ints(0), ints(length), ints(0), to="first")
        return Lowering(LAST, (first, node("Add", "x0", "first")))


def waves(length: int, width: int) -> Callable[[], list[list[float]]]:
    """Sines in the even channels and cosines in the odd ones, of wavelengths from 2*pi to 10000*2*pi."""

    def row(position: int) -> list[float]:
        angles = (position / 10000 ** (2 * (channel // 2) / width) for channel in range(width))
        return [cos(angle) if channel % 2 else sin(angle) for channel, angle in enumerate(angles)]

    return lambda: [row(position) for position in range(length)]
