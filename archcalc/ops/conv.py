"""Convolutions: CONV, DWCONV (one filter a channel)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import Extent, Shape, divisors, show
from ..symbolic import differ
from ..unknown import Open
from .base import Lowering, Weight, node
from .fields import ARRAY, COUNT, EXTENT, Array, argument, flag, option
from .patches import unshared
from .window import Sliding, attributes, over_batch, taps


@dataclass(frozen=True)
class Conv(Sliding):
    """`filters` kernels, each over all channels of its group. Cross-correlation, as in every framework.

    With `unshared` every position has kernels and biases of its own: a locally connected layer.
    """

    word: ClassVar[str] = "CONV"

    filters: int = argument(COUNT)
    kernel: Extent = argument(EXTENT)
    groups: int = option("g", COUNT, 1)
    nobias: bool = flag("nobias")
    values: Array | None = option("w", ARRAY, None)
    flip: bool = flag("flip")
    connected: Array | None = option("m", ARRAY, None)
    """Which channels each filter sees: a row of 0 and 1 for every filter."""
    unshared: bool = flag("unshared")

    def extent(self) -> Extent:
        return self.kernel

    def output(self, *x: Shape) -> Shape:
        self._check_groups(x[0][-1])
        self._check_words()
        y = self.slid(x[0], self.filters)
        if self.values is not None:
            self.weights(*x)  # refuses values of another shape
        return y

    def weights(self, *x: Shape) -> dict[str, Weight]:
        kernel = tuple(window.kernel for window in self.windows(x[0]))
        shape = (self.filters, x[0][-1] // self.groups, *kernel)
        fan = (prod(shape[1:]), self.filters // self.groups * prod(kernel))
        if self.unshared:
            positions = self.slid(x[0], self.filters)[-1 - len(kernel) : -1]
            own = {"weight": Weight((*positions, *shape), "kernel", fan), "bias": Weight((*positions, self.filters))}
            return {"weight": own["weight"]} if self.nobias else own
        count = None if self.connected is None else self._connections(x[0]) * prod(kernel)
        start, values = (
            ("kernel", None) if self.values is None else ("given", fill(self.values, shape, len(kernel), self.flip))
        )
        if self.connected is not None:
            start, values = "masked", tuple(tuple(row) for row in self.connected.items)
        weights = {"weight": Weight(shape, start, fan, count=count, values=values)}
        return weights if self.nobias else weights | {"bias": Weight((self.filters,))}

    def work(self, *x: Shape) -> dict[str, int]:
        y, each = self.output(*x), taps(self.windows(x[0]))
        if self.connected is None:
            macs = prod(y) * each * (x[0][-1] // self.groups)
        else:
            macs = prod(y[:-1]) * self._connections(x[0]) * each
        return {"macs": macs} if self.nobias else {"macs": macs, "bias": prod(y)}

    def onnx(self, *x: Shape) -> Lowering:
        windows = self.padded(x[0])
        group = {"group": self.groups} if self.groups > 1 else {}
        inputs = ("xc", "weight") if self.nobias else ("xc", "weight", "bias")
        if self.unshared:
            shape = self.weights(*x)["weight"].shape
            nodes = unshared(windows, x[0][-1], self.groups, shape, not self.nobias)
            return over_batch(x[0], self.output(*x), len(windows), nodes)
        conv = node("Conv", *inputs, to="yc", **attributes(windows), **group)
        return over_batch(x[0], self.output(*x), len(windows), (conv,))

    def _check_groups(self, channels: int) -> None:
        for count, what in ((channels, "channels"), (self.filters, "filters")):
            if count % self.groups:
                near = divisors(channels, self.filters)
                raise SpecError.of(
                    "E307",
                    f"the groups don't divide the {what}",
                    f"{count} {what} in {self.groups} groups",
                    (f"groups that divide both {channels} and {self.filters}: {', '.join(f'g{g}' for g in near[:8])}",),
                )
        if self.connected is not None:
            self._check_connected(self.connected, channels)

    def _check_words(self) -> None:
        if self.flip and self.values is None:
            note = "flip without w="
            raise SpecError.of("E305", "flip turns the weights that w= gives", note, ("leave flip out, or give w=",))
        if self.unshared and (self.values is not None or self.connected is not None):
            other = "w=" if self.values is not None else "m="
            note = f"unshared with {other}"
            raise SpecError.of(
                "E305", f"{other} gives the same filters for every position", note, ("keep one of them",)
            )

    def _check_connected(self, table: Array, channels: int) -> None:
        other = f"g{self.groups}" if self.groups > 1 else "w=" if self.values is not None else ""
        if other:
            note = f"m= with {other}"
            raise SpecError.of("E305", f"m= and {other} both say what a filter sees", note, ("keep one of them",))
        help = (f"give {self.filters} rows of {channels} zeros and ones",)
        if len(table.shape) != 2 or differ(table.shape[0], self.filters) or differ(table.shape[1], channels):
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
    """Given weights in the full shape of the layer, in which they may leave out axes of 1.

    An array of the kernel's own shape stays as it is: it is broadcast to every filter and channel.
    """
    items, given, depth = array.items, array.shape, rank
    kernel = shape[len(shape) - rank :]
    if any(isinstance(size, Open) for size in shape):
        return items
    if tuple(n for n in given if n != 1) == tuple(n for n in shape if n != 1):
        items, depth = _reshape(_flat(items), shape), len(shape)
    elif given != kernel:
        raise SpecError.of(
            "E308",
            "the given weights have the wrong shape",
            f"{show(given)} for weights of {show(shape)}",
            (f"give {show(shape)} (filters, channels, kernel), or {show(kernel)} to use one kernel for all",),
        )
    return _flip(items, depth, rank) if flip else items


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
        shared = {name: getattr(self, name) for name in ("stride", "pad", "dilation", "same", "fit")}
        return Conv(
            x[-1] * self.multiplier, self.kernel, groups=x[-1], nobias=self.nobias, values=self.values, flip=self.flip,
            **shared,
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
