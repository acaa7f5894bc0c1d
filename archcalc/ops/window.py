"""Sliding windows, which convolutions and pooling share: sizes, fit, and what would fit instead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from types import ModuleType
from typing import Any

from ..errors import SpecError
from ..shape import (
    CEIL,
    EXACT,
    FLOOR,
    POINT,
    Extent,
    Fit,
    Pads,
    Shape,
    Window,
    fit_window,
    pads_per_axis,
    per_axis,
    same_pads,
    show,
)
from ..symbolic import Assumptions, Symbolic
from ..tape import is_tried
from .base import BATCH, Lowering, OnnxNode, Op, ints, need_rank, node
from .fields import EXTENT, PADS, choice, flag, option

MAX_AXES = 3
"""PyTorch has no windows of more axes, and onnxruntime no pooling."""


@dataclass(frozen=True, kw_only=True)
class Sliding(Op):
    """A window that slides over the last spatial axes; a kernel of rank r leaves the axes before those as batch."""

    stride: Extent = option("s", EXTENT, 1)
    pad: Pads = option("p", PADS, 0)
    dilation: Extent = option("d", EXTENT, 1)
    same: bool = flag("same")
    fit: str = choice(FLOOR, CEIL)

    def extent(self) -> Extent:
        """The kernel as it was written."""
        raise NotImplementedError

    def windows(self, x: Shape) -> tuple[Window, ...]:
        """One window an axis that the kernel covers, `same` worked out to its pads."""
        return self._windows(x, _network(x))

    @lru_cache(1024)  # noqa: B019 - every fact asks for it; ops are small and the cache is bounded
    def _windows(self, x: Shape, network: Assumptions | None) -> tuple[Window, ...]:
        need_rank(self, x, 2, "32x32x3")
        kernel = self.extent()
        rank = axes_under(self, kernel, x)
        axes = zip(
            per_axis(kernel, rank, "kernel"),
            per_axis(self.stride, rank, "stride"),
            per_axis(self.dilation, rank, "dilation"),
            pads_per_axis(self.pad, rank),
            strict=True,
        )
        windows = tuple(Window(k, s, d, before, after) for k, s, d, (before, after) in axes)
        if not self.same:
            return windows
        if self.pad != 0:
            raise SpecError.of(
                "E305", "same and p= contradict each other", f"same with p{self.pad}", ("keep one of them",)
            )
        sizes = x[-1 - rank : -1]
        pads = (same_pads(size, window) for size, window in zip(sizes, windows, strict=True))
        return tuple(
            window._replace(before=before, after=after) for window, (before, after) in zip(windows, pads, strict=True)
        )

    def fits(self, x: Shape) -> tuple[Fit, ...]:
        """How each window fits its axis; refuses windows larger than the padded input and strides that don't fit."""
        return self._fits(x, _network(x))

    @lru_cache(1024)  # noqa: B019 - as above
    def _fits(self, x: Shape, network: Assumptions | None) -> tuple[Fit, ...]:
        windows = self.windows(x)
        pairs = list(zip(x[-1 - len(windows) : -1], windows, strict=True))
        for size, window in pairs:
            if not self.same and window.span > size + window.padding:
                raise _misfit().too_large(self, x, size, window)
        fits = []
        for size, window in pairs:
            fit = fit_window(size, window, self.fit or EXACT)
            if not self.fit and not self.same and fit.dropped:
                raise _misfit().misfit(self, x, size, window)
            # the same size, of which intervals know more than of what comes to it by way of the pads
            fits.append(Fit(-(-size // window.stride)) if self.same and is_tried(size, *window) else fit)
        return tuple(fits)

    def slid(self, x: Shape, channels: int) -> Shape:
        """The output shape with this many channels."""
        sizes = tuple(fit.size for fit in self.fits(x))
        return (*x[: -1 - len(sizes)], *sizes, channels)

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        windows = self.windows(x[0])
        return (POINT,) * (len(x[0]) - 1 - len(windows)) + windows

    def padded(self, x: Shape) -> tuple[Window, ...]:
        """The windows with the rows that ceil adds written as padding after, which the runtime needs."""
        pairs = zip(self.windows(x), self.fits(x), strict=True)
        return tuple(window._replace(after=window.after + fit.added) for window, fit in pairs)


def _network(x: Shape) -> Assumptions | None:
    """Whose symbols are in a shape: what one network supposes of H is not known of another's."""
    sizes: tuple[Any, ...] = x
    return next((size.assumptions for size in sizes if isinstance(size, Symbolic)), None)


def axes_under(op: Op, kernel: Extent, x: Shape) -> int:
    """How many spatial axes a kernel covers; refuses more than there are, or than there are operators for."""
    has = len(x) - 1
    rank = len(kernel) if isinstance(kernel, tuple) else has
    if rank > has:
        fits = "one number" if has == 1 else show(kernel[:has])  # type: ignore[index]
        raise SpecError.of(
            "E302", "the kernel has more axes than the volume has spatial ones",
            f"{show(kernel)} has {rank}, {show(x)} has {has}",  # type: ignore[arg-type]
            (f"write {fits} for the kernel, or give the input {rank} spatial axes",),
        )  # fmt: skip
    if rank > MAX_AXES:
        raise SpecError.of(
            "E304", f"{op.word} slides over at most {MAX_AXES} axes", f"{rank} axes in {show(x)}",
            (f"give the kernel {MAX_AXES} axes, as 3x3x3: the axes before those count as batch",),
        )  # fmt: skip
    return rank


def attributes(windows: tuple[Window, ...]) -> dict[str, Any]:
    """The attributes that ONNX has for windows; defaults are left out."""
    named = {
        "strides": [window.stride for window in windows],
        "dilations": [window.dilation for window in windows],
        "pads": [window.before for window in windows] + [window.after for window in windows],
    }
    plain = {"strides": 1, "dilations": 1, "pads": 0}
    told = {name: values for name, values in named.items() if any(value != plain[name] for value in values)}
    return {"kernel_shape": [window.kernel for window in windows], **told}


def over_batch(x: Shape, y: Shape, rank: int, nodes: tuple[OnnxNode, ...]) -> Lowering:
    """Nodes that work on `rank` spatial axes, channels first, from xc to yc; the axes before those join the batch."""
    lead = len(x) - 1 - rank
    if not lead:
        return Lowering("first", tuple(_rename(item, {"xc": "x0", "yc": "y"}) for item in nodes))
    first = [0, rank + 1, *range(1, rank + 1)]
    last = [0, *range(2, rank + 2), 1]
    return Lowering(
        "last",
        (
            node("Reshape", "x0", ints(-1, *x[lead:]), to="joined"),
            node("Transpose", "joined", to="xc", perm=first),
            *nodes,
            node("Transpose", "yc", to="back", perm=last),
            node("Reshape", "back", ints(BATCH, *y), to="y"),
        ),
    )


def _rename(item: OnnxNode, names: dict[str, str]) -> OnnxNode:
    inputs = tuple(names.get(name, name) if isinstance(name, str) else name for name in item.inputs)
    return item._replace(inputs=inputs, outputs=tuple(names.get(name, name) for name in item.outputs))


def _misfit() -> ModuleType:
    """What is said of windows that do not fit, imported when one does not."""
    from . import misfit  # noqa: PLC0415 - start-up time counts

    return misfit


def taps(windows: tuple[Window, ...]) -> int:
    """How many positions a window reads."""
    return prod(window.kernel for window in windows)
