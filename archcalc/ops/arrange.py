"""What moves numbers without computing: FLATTEN, PAD."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import POINT, Pads, Shape, Window, pads_per_axis, per_axis, show
from .axes import at
from .base import ANY, FIRST, Axis, Const, Lowering, Op, need_rank, node
from .fields import EXTENT, INTEGER, PADS, argument, option


@dataclass(frozen=True)
class Flatten(Op):
    """The whole volume as one vector, channels first, as PyTorch's Flatten does."""

    word: ClassVar[str] = "FLATTEN"

    def output(self, *x: Shape) -> Shape:
        return (prod(x[0]),)

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return () if len(x[0]) == 1 else None

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(FIRST, (node("Flatten", "x0"),))


@dataclass(frozen=True)
class Pad(Op):
    """Zeros around: `PAD 2` on both sides of every spatial axis, `to=` at the end, up to a multiple; `axis=` only there."""

    word: ClassVar[str] = "PAD"

    pad: Pads = argument(PADS, 0)
    glued: Pads = option("p", PADS, 0)
    to: int | tuple[int, ...] | None = option("to", EXTENT, None)
    axis: int | None = option("axis", INTEGER, None)

    def _pads(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """The zeros before and after each axis, the channels included."""
        given = [value for value in (self.pad, self.glued, self.to) if value]
        if len(given) != 1:
            raise SpecError.of("E305", "PAD needs one size", f"{len(given)} given", ("PAD 2, PAD p1:2x0 or PAD to=8x8",))
        if self.axis is None:
            need_rank(self, x, 2, "32x32x3")
            return (*self._sides(x[:-1]), (0, 0))
        axis = at(x, self.axis)
        sides = self._sides((x[axis],))
        return ((0, 0),) * axis + sides + ((0, 0),) * (len(x) - 1 - axis)

    def _sides(self, sizes: Shape) -> tuple[tuple[int, int], ...]:
        if self.to is None:
            return pads_per_axis(self.pad or self.glued, len(sizes))
        multiples = per_axis(self.to, len(sizes), "to=")
        return tuple((0, -size % multiple) for size, multiple in zip(sizes, multiples, strict=True))

    def output(self, *x: Shape) -> Shape:
        return tuple(size + before + after for size, (before, after) in zip(x[0], self._pads(x[0]), strict=True))

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        return tuple(POINT._replace(before=before, after=after) for before, after in self._pads(x[0])[:-1])

    def onnx(self, *x: Shape) -> Lowering:
        padded = [(axis, pads) for axis, pads in enumerate(self._pads(x[0])) if any(pads)]
        if not padded:
            return Lowering(ANY, (node("Identity", "x0"),))
        pads = (*(before for _, (before, _) in padded), *(after for _, (_, after) in padded))
        axes = tuple(Axis(axis) for axis, _ in padded)
        return Lowering(ANY, (node("Pad", "x0", Const(pads, "int64"), "", Const(axes, "int64"), opset=18),))
