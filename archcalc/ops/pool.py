"""Pooling: POOL (max, avg, sum) over windows, GAP and GMP over all positions, AAP over as many windows as asked."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from functools import partial
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import POINT, Extent, Shape, Window, per_axis
from ..symbolic import remainder
from .base import FIRST, Const, Lowering, OnnxNode, Op, chain, ints, need_rank, node, zeros
from .fields import EXTENT, argument, choice, flag, option
from .window import MAX_AXES, Sliding, attributes, over_batch, taps


@dataclass(frozen=True)
class Pool(Sliding):
    """The maximum, average or sum of each window. It has no default stride: Caffe's is 1, PyTorch's the window."""

    word: ClassVar[str] = "POOL"

    kernel: Extent = argument(EXTENT)
    stride: Extent = option("s", EXTENT, MISSING)
    mode: str = choice("max", "avg", "sum", default="max", leading=True)
    inner: bool = flag("inner")
    """Average over the positions inside the input only; otherwise padding counts, as in PyTorch."""

    def extent(self) -> Extent:
        return self.kernel

    def output(self, *x: Shape) -> Shape:
        y = self.slid(x[0], x[0][-1])
        if self.inner and self.mode != "avg":
            raise SpecError.of(
                "E305", "inner belongs to average pooling", f"POOL {self.mode} with inner", ("POOL avg ... inner",)
            )
        for window in self.windows(x[0]):
            # a window wholly inside the padding has no maximum; runtimes refuse more, whatever the dilation
            pad = max(window.before, window.after)
            if pad >= window.kernel:
                note, help = f"p{pad} for a window of {window.kernel}", (f"p{window.kernel - 1} at most",)
                raise SpecError.of("E311", "the padding is as large as the window", note, help)
        return y

    def work(self, *x: Shape) -> dict[str, int]:
        outputs, each = prod(self.output(*x)), taps(self.windows(x[0]))
        if self.mode == "max":
            return {"compare": outputs * (each - 1)}
        return {"add": outputs * (each - 1), "div": outputs if self.mode == "avg" else 0}

    def onnx(self, *x: Shape) -> Lowering:
        windows, y = self.windows(x[0]), self.output(*x)
        # rows that ceil adds are no padding: no average counts them, and there may be more of them than padding
        ceil = {"ceil_mode": 1} if any(fit.added for fit in self.fits(x[0])) else {}
        nodes: tuple[OnnxNode, ...]
        if self.mode == "max":
            padded = self.padded(x[0])
            few = all(window.after < window.kernel for window in padded)
            nodes = (node("MaxPool", "xc", to="yc", **(attributes(padded) if few else attributes(windows) | ceil)),)
        elif self.mode == "avg":
            include = {} if self.inner else {"count_include_pad": 1}
            nodes = (
                node("AveragePool", "xc", to="yc", opset=_opset(windows), **attributes(windows), **ceil, **include),
            )
        else:
            # a sum is the average with padding counted, times the window
            windows = self.padded(x[0])
            bare = tuple(window._replace(before=0, after=0) for window in windows)
            pads = ints(0, 0, *(w.before for w in windows), 0, 0, *(w.after for w in windows))
            nodes = (
                zeros("xc", pads, len(windows) + 1, "padded"),
                node("AveragePool", "padded", to="mean", opset=_opset(windows), **attributes(bare)),
                node("Mul", "mean", Const(float(taps(windows))), to="yc"),
            )
        return over_batch(x[0], y, len(windows), nodes)


def _opset(windows: tuple[Window, ...]) -> int:
    """AveragePool has dilations since opset 19."""
    return 19 if any(window.dilation > 1 for window in windows) else 17


@dataclass(frozen=True)
class GlobalAveragePool(Op):
    """The average over all positions; the axes stay, with size 1."""

    word: ClassVar[str] = "GAP"

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "7x7x512")
        return (1,) * (len(x[0]) - 1) + x[0][-1:]

    def work(self, *x: Shape) -> dict[str, int]:
        return {"add": prod(x[0]) - x[0][-1], "div": x[0][-1]}

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        return tuple(Window(kernel=size) for size in x[0][:-1])

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(FIRST, (node("GlobalAveragePool", "x0"),))


@dataclass(frozen=True)
class GlobalMaxPool(GlobalAveragePool):
    """The maximum over all positions; the axes stay, with size 1."""

    word: ClassVar[str] = "GMP"

    def work(self, *x: Shape) -> dict[str, int]:
        return {"compare": prod(x[0]) - x[0][-1]}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(FIRST, (node("GlobalMaxPool", "x0"),))


@dataclass(frozen=True)
class AdaptiveAveragePool(Op):
    """Averages over windows that share every axis of n positions evenly among the m asked for.

    Window i runs from floor(i*n/m) up to ceil((i + 1)*n/m); windows overlap where m does not divide n.
    """

    word: ClassVar[str] = "AAP"

    size: Extent = argument(EXTENT)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "7x7x512")
        if len(x[0]) - 1 > MAX_AXES:
            note = f"{len(x[0]) - 1} axes"
            raise SpecError.of("E304", f"AAP averages over at most {MAX_AXES} axes", note, ("REARRANGE joins axes",))
        return (*per_axis(self.size, len(x[0]) - 1, "size"), x[0][-1])

    def work(self, *x: Shape) -> dict[str, int]:
        y = self.output(*x)
        # all the windows along an axis together
        reads = prod(sum(end - start for start, end in _shares(n, m)) for n, m in zip(x[0][:-1], y, strict=False))
        return {"add": reads * y[-1] - prod(y), "div": prod(y)}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        """Told where the sizes divide."""
        sizes = list(zip(x[0][:-1], self.output(*x), strict=False))
        return None if any(remainder(n, m) for n, m in sizes) else tuple(Window(n // m, n // m) for n, m in sizes)

    def onnx(self, *x: Shape) -> Lowering:
        spans = list(zip(x[0][:-1], self.output(*x), strict=False))
        windows = tuple(Window(n // m, n // m) if n % m == 0 else POINT for n, m in spans)
        even = () if set(windows) == {POINT} else (node("AveragePool", "x0", **attributes(windows)),)
        axes = "abcde"[: len(x[0]) + 1]
        uneven = (
            node("Einsum", Const(partial(_means, n, m)), "x0", equation=f"z{axis},{axes}->{axes.replace(axis, 'z')}")
            for (n, m), axis in zip(spans, axes[2:], strict=True)
            if n % m
        )
        return Lowering(FIRST, chain(*even, *uneven))


def _shares(size: int, count: int) -> list[tuple[int, int]]:
    """Where each window starts and ends."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def _means(size: int, count: int) -> tuple[tuple[float, ...], ...]:
    """The matrix that averages each window."""
    return tuple(
        tuple(1 / (end - start) if start <= i < end else 0.0 for i in range(size))
        for start, end in _shares(size, count)
    )
