"""UP: more positions, or fewer, by repeating or interpolating."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import Extent, Shape, Window, per_axis, ratio
from .base import ANY, FIRST, Axis, Const, Lowering, Op, chain, ints, need_rank, node
from .fields import EXTENT, LIKE, Reference, argument, choice, option

NEAREST, LINEAR = "nearest", ("linear", "bilinear", "trilinear")


@dataclass(frozen=True)
class Up(Op):
    """Every spatial axis `factor` times as long, or `to` sizes, or as long as @x.

    `nearest` takes position floor(i*size/wanted); linear, bilinear and trilinear (by the number of axes) weigh the
    neighbours, as PyTorch does without align_corners. Sizes may shrink, too.
    """

    word: ClassVar[str] = "UP"

    factor: Extent | None = argument(EXTENT, None)
    to: Extent | None = option("to", EXTENT, None)
    like: Reference | Shape | None = option("like", LIKE, None)
    mode: str = choice(NEAREST, *LINEAR, default=NEAREST)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "28x28x64")
        rank = len(x[0]) - 1
        given = [size for size in (self.factor, self.to, self.like) if size is not None]
        if len(given) != 1:
            raise SpecError.of("E305", "UP needs one size", f"{len(given)} given", ("UP 2, UP to=56x56 or UP like=@x",))
        if self.mode != NEAREST and (rank > len(LINEAR) or self.mode != LINEAR[rank - 1]):
            axes = "1 spatial axis" if rank == 1 else f"{rank} spatial axes"
            fits = f"UP ... {LINEAR[rank - 1]}" if rank <= len(LINEAR) else "UP ... nearest"
            raise SpecError.of(
                "E335", "the interpolation is for another number of axes", f"{self.mode} on {axes}", (fits,)
            )
        assert not isinstance(given[0], Reference), "the build replaces it by sizes"
        sizes = per_axis(given[0], rank, "size")
        if self.factor is not None:
            sizes = tuple(size * factor for size, factor in zip(x[0], sizes, strict=False))
        return (*sizes, x[0][-1])

    def work(self, *x: Shape) -> dict[str, int]:
        if self.mode == NEAREST:
            return {}
        # a weighted mean of the two neighbours along every axis
        ends = 2 ** (len(x[0]) - 1)
        outputs = prod(self.output(*x))
        return {"mul": outputs * ends, "add": outputs * (ends - 1)}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        y = self.output(*x)
        if y == x[0]:
            return ()
        # interpolation looks at neighbours that change from one output to the next
        return None if self.mode != NEAREST else tuple(map(_window, x[0][:-1], y))

    def onnx(self, *x: Shape) -> Lowering:
        sizes = self.output(*x)[:-1]
        pairs = list(zip(x[0], sizes, strict=False))
        if self.mode == NEAREST and any(wanted % size for size, wanted in pairs):
            # runtimes divide in float32 and miss a position here and there
            picks = (
                node("Gather", "x0", ints(*(i * size // wanted for i in range(wanted))), axis=Axis(axis))
                for axis, (size, wanted) in enumerate(pairs)
                if size != wanted
            )
            return Lowering(ANY, chain(*picks))
        how: dict[str, Any] = {
            "mode": "nearest",
            "nearest_mode": "floor",
            "coordinate_transformation_mode": "asymmetric",
        }
        if self.mode != NEAREST:
            how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        if not any(wanted % size for size, wanted in pairs):
            scales = Const((1.0, 1.0, *(float(wanted // size) for size, wanted in pairs)))
            return Lowering(FIRST, (node("Resize", "x0", "", scales, **how),))
        # sizes of all axes, the batch's too: onnxruntime moves Transposes past others wrongly
        nodes = (
            node("Shape", "x0", to="kept", start=0, end=2),
            node("Concat", "kept", ints(*sizes), to="sizes", axis=0),
            node("Resize", "x0", "", "", "sizes", **how),
        )
        return Lowering(FIRST, nodes)


def _window(size: int, outputs: int) -> Window:
    """One position, so many to an output."""
    return Window(1, ratio(size, outputs))
