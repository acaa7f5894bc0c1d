"""What moves numbers without computing: FLATTEN, PAD, SLICE, CROP, ROLL."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import POINT, Extent, Pads, Shape, Window, pads_per_axis, per_axis, show
from ..symbolic import remainder
from .axes import at
from .base import ANY, FIRST, Axis, Lowering, Op, PerAxis, chain, ints, need_rank, node, zeros
from .fields import COUNT, EXTENT, INTEGER, INTEGERS, LIKE, PADS, Reference, argument, flag, option


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
    """Zeros around: `PAD 2` on all sides of the spatial axes; `to=` at the end, up to a multiple; `axis=` for one."""

    word: ClassVar[str] = "PAD"

    pad: Pads | None = argument(PADS, None)
    glued: Pads | None = option("p", PADS, None)
    to: Extent | None = option("to", EXTENT, None)
    axis: int | None = option("axis", INTEGER, None)

    def _pads(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """The zeros before and after each axis, the channels included."""
        given = [value for value in (self.pad, self.glued, self.to) if value is not None]
        if len(given) != 1:
            raise SpecError.of(
                "E305", "PAD needs one size", f"{len(given)} given", ("PAD 2, PAD p1:2x0 or PAD to=8x8",)
            )
        if self.axis is None:
            need_rank(self, x, 2, "32x32x3")
            return (*self._sides(x[:-1]), (0, 0))
        axis = at(x, self.axis)
        sides = self._sides((x[axis],))
        return ((0, 0),) * axis + sides + ((0, 0),) * (len(x) - 1 - axis)

    def _sides(self, sizes: Shape) -> tuple[tuple[int, int], ...]:
        pad = self.glued if self.pad is None else self.pad
        if pad is not None:
            return pads_per_axis(pad, len(sizes))
        assert self.to is not None
        multiples = per_axis(self.to, len(sizes), "to=")
        return tuple((0, -size % multiple) for size, multiple in zip(sizes, multiples, strict=True))

    def output(self, *x: Shape) -> Shape:
        return tuple(size + before + after for size, (before, after) in zip(x[0], self._pads(x[0]), strict=True))

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        return tuple(POINT._replace(before=before, after=after) for before, after in self._pads(x[0])[:-1])

    def onnx(self, *x: Shape) -> Lowering:
        befores, afters = zip(*self._pads(x[0]), strict=True)
        if not any(befores + afters):
            return Lowering(ANY, chain())
        return Lowering(ANY, (zeros("x0", ints(PerAxis(befores), PerAxis(afters)), len(x[0]), "y"),))


def _cut(x: Shape, kept: dict[int, tuple[int, int]]) -> Lowering:
    """Keep positions from a start up to an end, on the axes named."""
    cut = {axis: ends for axis, ends in kept.items() if ends != (0, x[axis])}
    if not cut:
        return Lowering(ANY, (node("Identity", "x0"),))
    starts, ends = zip(*cut.values(), strict=True)
    return Lowering(ANY, (node("Slice", "x0", ints(*starts), ints(*ends), ints(*map(Axis, cut))),))


@dataclass(frozen=True)
class Slice(Op):
    """`count` of the channels (all that follow, if not given) from `start` on; a negative start counts from the end."""

    word: ClassVar[str] = "SLICE"

    start: int = argument(INTEGER)
    count: int | None = argument(COUNT, None)
    axis: int = option("axis", INTEGER, -1)

    def _ends(self, x: Shape) -> tuple[int, int, int]:
        """The axis, where the slice starts there, and where it ends."""
        axis = at(x, self.axis)
        size = x[axis]
        start = self.start + size if self.start < 0 else self.start
        end = size if self.count is None else start + self.count
        if start < 0 or start >= end or end > size:
            raise SpecError.of(
                "E331", "the slice reaches out of the volume", f"{start} up to {end} of {size} in {show(x)}",
                (f"positions from 0 up to {size}: SLICE start count",),
            )  # fmt: skip
        return axis, start, end

    def output(self, *x: Shape) -> Shape:
        axis, start, end = self._ends(x[0])
        count = end - start if self.count is None else self.count
        return (*x[0][:axis], count, *x[0][axis + 1 :])

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        axis, start, end = self._ends(x[0])
        windows = [POINT] * len(x[0])
        windows[axis] = POINT._replace(before=-start, after=end - x[0][axis])
        return tuple(windows[:-1])

    def onnx(self, *x: Shape) -> Lowering:
        axis, *ends = self._ends(x[0])
        return _cut(x[0], {axis: (ends[0], ends[1])})


@dataclass(frozen=True)
class Crop(Op):
    """The middle of every spatial axis, or with `start` its beginning: so many positions, or as many as @x has.

    Where the rows left over are odd in number, one more goes from the end.
    """

    word: ClassVar[str] = "CROP"

    size: Extent | None = argument(EXTENT, None)
    like: Reference | Shape | None = option("like", LIKE, None)
    start: bool = flag("start")

    def _sizes(self, x: Shape) -> Shape:
        """How much is kept of each spatial axis."""
        need_rank(self, x, 2, "64x64x512")
        given = [size for size in (self.size, self.like) if size is not None]
        if len(given) != 1:
            raise SpecError.of("E305", "CROP needs one size", f"{len(given)} given", ("CROP 56x56, or CROP like=@x",))
        assert not isinstance(given[0], Reference), "the build replaces it by sizes"
        sizes = per_axis(given[0], len(x) - 1, "size")
        if any(size > room for size, room in zip(sizes, x, strict=False)):
            note = f"{show(sizes)} out of {show(x[:-1])}"
            raise SpecError.of("E332", "there is less than is to be kept", note, (f"{show(x[:-1])} at most",))
        return sizes

    def _kept(self, x: Shape) -> dict[int, tuple[int, int]]:
        """Where each spatial axis starts and ends."""
        sizes = self._sizes(x)
        starts = [0 if self.start else (room - size) // 2 for size, room in zip(sizes, x, strict=False)]
        return {axis: (start, start + size) for axis, (start, size) in enumerate(zip(starts, sizes, strict=True))}

    def output(self, *x: Shape) -> Shape:
        return (*self._sizes(x[0]), x[0][-1])

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        kept = self._kept(x[0]).values()
        return tuple(
            POINT._replace(before=-start, after=end - size) for (start, end), size in zip(kept, x[0], strict=False)
        )

    def onnx(self, *x: Shape) -> Lowering:
        return _cut(x[0], self._kept(x[0]))


@dataclass(frozen=True)
class Roll(Op):
    """Turn every spatial axis: what leaves at the end comes back at the beginning; negative shifts go the other way."""

    word: ClassVar[str] = "ROLL"

    shift: Extent = argument(INTEGERS)

    def _shifts(self, x: Shape) -> tuple[int, ...]:
        need_rank(self, x, 2, "56x56x96")
        shifts = per_axis(self.shift, len(x) - 1, "shift")
        return tuple(remainder(shift, size) for shift, size in zip(shifts, x, strict=False))

    def output(self, *x: Shape) -> Shape:
        self._shifts(x[0])
        return x[0]

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None if any(self._shifts(x[0])) else ()

    def onnx(self, *x: Shape) -> Lowering:
        nodes = []
        for axis, (shift, size) in enumerate(zip(self._shifts(x[0]), x[0], strict=False)):
            if shift:
                order = ints(*(position % size for position in range(-shift, size - shift)))
                nodes.append(node("Gather", "x0", order, axis=Axis(axis)))
        return Lowering(ANY, chain(*nodes))
