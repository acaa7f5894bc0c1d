"""Convolutions: CONV, DWCONV (one filter a channel), TCONV (transposed)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import POINT, Extent, Pads, Shape, Window, pads_per_axis, per_axis, show
from .base import Lowering, Op, Weight, need_rank, node
from .fields import ARRAY, COUNT, EXTENT, PADS, Array, argument, flag, option
from .window import MAX_AXES, Sliding, attributes, over_batch, taps


@dataclass(frozen=True)
class Conv(Sliding):
    """`filters` kernels, each over all channels of its group. Cross-correlation, as in every framework."""

    word: ClassVar[str] = "CONV"

    filters: int = argument(COUNT)
    kernel: Extent = argument(EXTENT)
    groups: int = option("g", COUNT, 1)
    nobias: bool = flag("nobias")
    values: Array | None = option("w", ARRAY, None)
    flip: bool = flag("flip")
    connected: Array | None = option("m", ARRAY, None)
    """Which channels each filter sees: a row of 0 and 1 for every filter."""

    def extent(self) -> Extent:
        return self.kernel

    def output(self, *x: Shape) -> Shape:
        self._check_groups(x[0][-1])
        y = self.slid(x[0], self.filters)
        if self.values is not None:
            self.weights(*x)  # refuses values of another shape
        return y

    def weights(self, *x: Shape) -> dict[str, Weight]:
        kernel = tuple(window.kernel for window in self.windows(x[0]))
        shape = (self.filters, x[0][-1] // self.groups, *kernel)
        fan = (prod(shape[1:]), self.filters // self.groups * prod(kernel))
        count = None if self.connected is None else self._connections(x[0]) * prod(kernel)
        start, values = ("kernel", None) if self.values is None else ("given", fill(self.values, shape, len(kernel), self.flip))
        if self.connected is not None:
            start, values = "masked", tuple(tuple(row) for row in self.connected.items)
        weights = {"weight": Weight(shape, start, fan, count=count, values=values)}
        return weights if self.nobias else weights | {"bias": Weight((self.filters,))}

    def work(self, *x: Shape) -> dict[str, int]:
        positions = prod(self.output(*x)[:-1])
        if self.connected is None:
            each = self.filters * (x[0][-1] // self.groups)
        else:
            each = self._connections(x[0])
        macs = positions * each * taps(self.windows(x[0]))
        return {"macs": macs} if self.nobias else {"macs": macs, "bias": positions * self.filters}

    def onnx(self, *x: Shape) -> Lowering:
        windows = self.padded(x[0])
        group = {"group": self.groups} if self.groups > 1 else {}
        inputs = ("xc", "weight") if self.nobias else ("xc", "weight", "bias")
        conv = node("Conv", *inputs, to="yc", **attributes(windows), **group)
        return over_batch(x[0], self.output(*x), len(windows), (conv,))

    def _check_groups(self, channels: int) -> None:
        for count, what in ((channels, "channels"), (self.filters, "filters")):
            if count % self.groups:
                near = [g for g in range(1, channels + 1) if channels % g == 0 and self.filters % g == 0]
                raise SpecError.of(
                    "E307",
                    f"the groups don't divide the {what}",
                    f"{count} {what} in {self.groups} groups",
                    (f"groups that divide both {channels} and {self.filters}: {', '.join(f'g{g}' for g in near[:8])}",),
                )
        if self.connected is not None:
            self._check_connected(self.connected, channels)

    def _check_connected(self, table: Array, channels: int) -> None:
        other = f"g{self.groups}" if self.groups > 1 else "w=" if self.values is not None else ""
        if other:
            note = f"m= with {other}"
            raise SpecError.of("E305", f"m= and {other} both say what a filter sees", note, ("keep one of them",))
        help = (f"give {self.filters} rows of {channels} zeros and ones",)
        if table.shape != (self.filters, channels):
            note = f"{show(table.shape)} for {self.filters} filters on {channels} channels"
            raise SpecError.of("E308", "the table of connections m= has the wrong size", note, help)
        strange = {cell for row in table.items for cell in row} - {0, 1}
        if strange:
            note = f"{min(strange)} is neither 0 nor 1"
            raise SpecError.of("E308", "the table of connections m= says more than whether", note, help)

    def _connections(self, x: Shape) -> int:
        """How many pairs of a filter and a channel are connected."""
        assert self.connected is not None
        return sum(1 for row in self.connected.items for cell in row if cell)


def fill(array: Array, shape: Shape, rank: int, flip: bool) -> Any:
    """Given weights in the full shape of the layer.

    They may leave out axes of 1; an array of the kernel's own rank serves every filter and channel.
    """
    items, given = array.items, array.shape
    kernel = shape[len(shape) - rank :]
    if tuple(n for n in given if n != 1) == tuple(n for n in shape if n != 1):
        items = _reshape(_flat(items), shape)
    elif given == kernel:
        for size in reversed(shape[: len(shape) - rank]):
            items = (items,) * size
    else:
        raise SpecError.of(
            "E308",
            "the given weights have the wrong shape",
            f"{show(given)} for weights of {show(shape)}",
            (f"give {show(shape)} (filters, channels, kernel), or {show(kernel)} to use one kernel for all",),
        )
    return _flip(items, len(shape), rank) if flip else items


def _flat(items: Any) -> list[Any]:
    return [number for item in items for number in _flat(item)] if isinstance(items, tuple) else [items]


def _reshape(flat: list[Any], shape: Shape) -> Any:
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return tuple(_reshape(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0]))


def _flip(items: Any, depth: int, rank: int) -> Any:
    if not isinstance(items, tuple):
        return items
    inner = tuple(_flip(item, depth - 1, rank) for item in items)
    return inner[::-1] if depth <= rank else inner


@dataclass(frozen=True)
class DepthwiseConv(Sliding):
    """One filter for each channel (times `multiplier`)."""

    word: ClassVar[str] = "DWCONV"

    kernel: Extent = argument(EXTENT)
    multiplier: int = option("mult", COUNT, 1)
    nobias: bool = flag("nobias")
    values: Array | None = option("w", ARRAY, None)
    flip: bool = flag("flip")

    def extent(self) -> Extent:
        return self.kernel

    def _conv(self, x: Shape) -> Conv:
        """The same layer as a convolution with as many groups as channels."""
        return Conv(
            x[-1] * self.multiplier, self.kernel, groups=x[-1], stride=self.stride, pad=self.pad, dilation=self.dilation,
            same=self.same, fit=self.fit, nobias=self.nobias, values=self.values, flip=self.flip,
        )  # fmt: skip

    def output(self, *x: Shape) -> Shape:
        y = self.slid(x[0], x[0][-1] * self.multiplier)
        if self.values is not None:
            self.weights(*x)  # refuses values of another shape
        return y

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return self._conv(x[0]).weights(*x)

    def work(self, *x: Shape) -> dict[str, int]:
        return self._conv(x[0]).work(*x)

    def onnx(self, *x: Shape) -> Lowering:
        return self._conv(x[0]).onnx(*x)


@dataclass(frozen=True)
class TransposedConv(Op):
    """The gradient of a convolution used forwards: it turns out_size back into in_size.

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
        rank = len(x) - 1 if isinstance(self.kernel, int) else len(self.kernel)
        if not rank <= min(len(x) - 1, MAX_AXES):
            most = min(len(x) - 1, MAX_AXES)
            raise SpecError.of("E302", "the kernel has too many axes", f"{rank} for {show(x)}", (f"at most {most}",))
        axes = zip(
            per_axis(self.kernel, rank, "kernel"),
            per_axis(self.stride, rank, "stride"),
            per_axis(self.dilation, rank, "dilation"),
            pads_per_axis(self.pad, rank),
            pads_per_axis(self.output_pad, rank, "output padding"),
            strict=True,
        )
        return tuple(self._window(Window(k, s, d, b, a), extra) for k, s, d, (b, a), (_, extra) in axes)

    def _window(self, window: Window, extra: int) -> tuple[Window, int]:
        if extra and extra >= max(window.stride, window.dilation):
            raise SpecError.of(
                "E309",
                "the output padding is not smaller than the stride or the dilation",
                f"o{extra} with s{window.stride} d{window.dilation}",
                (f"o{max(window.stride, window.dilation) - 1} at most",),
            )
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
                raise SpecError.of("E307", f"the groups don't divide the {what}", note, (f"g1, or a divisor of {count}",))
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
            outputs.append(full - window.before - window.after)
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
        macs = prod(x[0]) * (self.filters // self.groups) * kernel
        return {"macs": macs} if self.nobias else {"macs": macs, "bias": prod(self.output(*x))}

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
    before = Fraction(window.span - 1 - window.before, window.stride)
    return Window(kernel, Fraction(1, window.stride), 1, before, 0)  # type: ignore[arg-type]
