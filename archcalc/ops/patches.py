"""Patches as lists of numbers (im2col): UNFOLD, and convolutions whose filters differ from place to place."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..shape import Extent, Shape, Window
from .base import FIRST, Const, Lowering, OnnxNode, ints, node
from .fields import EXTENT, argument
from .window import Sliding, attributes, over_batch, taps


def patches(source: str, to: str, windows: tuple[Window, ...], channels: int) -> OnnxNode:
    """From N,C,H,W to N,C*taps,H',W': a convolution with filters that pick one tap each, channels slowest."""
    size, kernel = taps(windows), [window.kernel for window in windows]

    def picks() -> Any:
        rows = tuple(_nested([float(tap == row) for tap in range(size)], kernel) for row in range(size))
        return tuple((row,) for row in rows) * channels

    return node("Conv", source, Const(picks), to=to, group=channels, **attributes(windows))


def _nested(flat: list[float], sizes: list[int]) -> Any:
    if not sizes:
        return flat[0]
    step = len(flat) // sizes[0]
    return tuple(_nested(flat[i * step : (i + 1) * step], sizes[1:]) for i in range(sizes[0]))


def unshared(
    windows: tuple[Window, ...], channels: int, groups: int, weight: Shape, bias: bool
) -> tuple[OnnxNode, ...]:
    """A convolution with a weight of (*positions, filters, channels/groups, *kernel), from xc to yc."""
    rank = len(windows)
    positions, filters, each = weight[:rank], weight[rank], prod(weight[rank + 1 :])
    count = prod(positions)
    # at every position and in every group a row of numbers times a matrix
    return (
        patches("xc", "patches", windows, channels),
        node("Reshape", "patches", ints(0, groups, 1, each, count), to="columns"),
        node("Transpose", "columns", to="rows", perm=[0, 4, 1, 2, 3]),
        node("Reshape", "weight", ints(count, groups, filters // groups, each), to="kernels"),
        node("Transpose", "kernels", to="matrices", perm=[0, 1, 3, 2]),
        node("MatMul", "rows", "matrices", to="products"),
        node("Reshape", "products", ints(0, *positions, filters), to="placed"),
        *((node("Add", "placed", "bias", to="shifted"),) if bias else ()),
        node("Transpose", "shifted" if bias else "placed", to="yc", perm=[0, rank + 1, *range(1, rank + 1)]),
    )


@dataclass(frozen=True)
class Unfold(Sliding):
    """The patches under a window, a row for each: positions x (channels*taps), the channels slowest, as PyTorch's."""

    word: ClassVar[str] = "UNFOLD"

    kernel: Extent = argument(EXTENT)

    def extent(self) -> Extent:
        return self.kernel

    def output(self, *x: Shape) -> Shape:
        windows = self.windows(x[0])
        y = self.slid(x[0], taps(windows) * x[0][-1])
        lead = len(y) - 1 - len(windows)
        return (*y[:lead], prod(y[lead:-1]), y[-1])

    def between(self, *x: Shape) -> dict[str, Any]:
        return {"windows": tuple(fit.size for fit in self.fits(x[0]))}

    def onnx(self, *x: Shape) -> Lowering:
        windows, y = self.padded(x[0]), self.output(*x)
        if len(windows) < len(x[0]) - 1:
            return over_batch(x[0], y, len(windows), (patches("xc", "yc", windows, x[0][-1]),))
        return Lowering(
            FIRST, (patches("x0", "grid", windows, x[0][-1]), node("Reshape", "grid", ints(0, y[-1], y[-2])))
        )
