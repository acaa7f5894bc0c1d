"""TCONV, the transposed convolution."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import POINT, Extent, Pads, Shape, Window, pads_per_axis, per_axis, ratio
from .base import Lowering, Op, Weight, need_rank, node
from .fields import COUNT, EXTENT, PADS, argument, flag, option
from .window import attributes, axes_under, over_batch


@dataclass(frozen=True)
class TransposedConv(Op):
    """A convolution turned around, its gradient: it gives the size that the convolution would have read.

    (size - 1)*stride - pads + dilation*(kernel - 1) + 1 + output padding.
    """

    word: ClassVar[str] = "TCONV"

    filters: int = argument(COUNT)
    kernel: Extent = argument(EXTENT)
    stride: Extent = option("s", EXTENT, 1)
    pad: Pads = option("p", PADS, 0)
    dilation: Extent = option("d", EXTENT, 1)
    groups: int = option("g", COUNT, 1)
    output_pad: Pads = option("o", PADS, 0)
    same: bool = flag("same")
    nobias: bool = flag("nobias")

    def windows(self, x: Shape) -> tuple[tuple[Window, int], ...]:
        """The window and the output padding of every axis."""
        need_rank(self, x, 2, "16x16x64")
        rank = axes_under(self, self.kernel, x)
        axes = zip(
            per_axis(self.kernel, rank, "kernel"),
            per_axis(self.stride, rank, "stride"),
            per_axis(self.dilation, rank, "dilation"),
            pads_per_axis(self.pad, rank),
            pads_per_axis(self.output_pad, rank, "output padding"),
            strict=True,
        )
        return tuple(self._window(Window(k, s, d, b, a), *rows) for k, s, d, (b, a), rows in axes)

    def _window(self, window: Window, before: int, extra: int) -> tuple[Window, int]:
        if before != extra:
            note, help = f"o{before}:{extra}", (f"o{extra}",)
            raise SpecError.of("E309", "output padding comes after the output only", note, help)
        if extra and extra >= window.stride:
            note, help = f"o{extra} with s{window.stride}", (f"o{window.stride - 1} at most",)
            raise SpecError.of("E309", "the output padding is not smaller than the stride", note, help)
        if not self.same:
            return window, extra
        if self.pad != 0 or extra:
            raise SpecError.of("E305", "same contradicts p and o", f"p{self.pad} o{extra}", ("keep one of them",))
        # the output is to be size*stride: cut what is too much, or add what is missing
        total = window.span - window.stride
        return window._replace(before=max(total, 0) // 2, after=max(total, 0) - max(total, 0) // 2), max(-total, 0)

    def output(self, *x: Shape) -> Shape:
        channels = x[0][-1]
        for count, what in ((channels, "channels"), (self.filters, "filters")):
            if count % self.groups:
                note = f"{count} {what} in {self.groups} groups"
                raise SpecError.of(
                    "E307", f"the groups don't divide the {what}", note, (f"g1, or a divisor of {count}",)
                )
        windows = self.windows(x[0])
        sizes = x[0][-1 - len(windows) : -1]
        outputs = []
        for size, (window, extra) in zip(sizes, windows, strict=True):
            full = (size - 1) * window.stride + window.span + extra
            if full <= window.before + window.after:
                raise SpecError.of(
                    "E306", "the padding cuts the whole output away",
                    f"({size} - 1)*{window.stride} + {window.span} = {full} rows, {window.before + window.after} cut",
                    (f"p{(full - 1) // 2} at most",),
                )  # fmt: skip
            outputs.append(full - window.padding)
        return (*x[0][: -1 - len(windows)], *outputs, self.filters)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        kernel = tuple(window.kernel for window, _ in self.windows(x[0]))
        shape = (x[0][-1], self.filters // self.groups, *kernel)
        fan = (x[0][-1] // self.groups * prod(kernel), prod(shape[1:]))
        weights = {"weight": Weight(shape, "kernel", fan)}
        return weights if self.nobias else weights | {"bias": Weight((self.filters,))}

    def work(self, *x: Shape) -> dict[str, int]:
        # every input position is multiplied into a whole kernel of outputs, also where padding cuts those off
        kernel = prod(window.kernel for window, _ in self.windows(x[0]))
        macs = prod(x[0]) * kernel * (self.filters // self.groups)
        return {"macs": macs} if self.nobias else {"macs": macs, "bias": prod(self.output(*x))}

    def written(self, *x: Shape) -> tuple[Window, ...]:
        """The windows as they are written; `footprint` says what one output sees, with pads that are fractions."""
        return tuple(window for window, _ in self.windows(x[0]))

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        windows = tuple(_seen(window) for window, _ in self.windows(x[0]))
        return (POINT,) * (len(x[0]) - 1 - len(windows)) + windows

    def onnx(self, *x: Shape) -> Lowering:
        windows = self.windows(x[0])
        extras = [extra for _, extra in windows]
        more: dict[str, Any] = {"output_padding": extras} if any(extras) else {}
        if self.groups > 1:
            more["group"] = self.groups
        inputs = ("xc", "weight") if self.nobias else ("xc", "weight", "bias")
        conv = node("ConvTranspose", *inputs, to="yc", **attributes(tuple(w for w, _ in windows)), **more)
        return over_batch(x[0], self.output(*x), len(windows), (conv,))


def _seen(window: Window) -> Window:
    """What one output of a transposed window sees of its input: the taps that land on inputs, at a stride below 1."""
    kernel = -(-window.span // window.stride)
    before = ratio(window.span - 1 - window.before, window.stride)
    return Window(kernel, ratio(1, window.stride), 1, before, 0)
