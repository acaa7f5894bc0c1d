"""What would fit where a window does not: strides, kernels, pads, inputs near the given ones. Every one is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import gcd
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import SpecError
from ..shape import Pair, Shape, Window, divisors, same_pads, show
from ..symbolic import has_symbols

if TYPE_CHECKING:
    from .window import Sliding

FAR = 64
"""Kernels and pads up to so many away are near."""


class Way(NamedTuple):
    """One way out: what it changes, how that is written in short, the layer, and the volume that it gives."""

    what: str
    short: str
    op: Any
    output: Shape


class Axis(NamedTuple):
    """One axis of the window, and of the volume below it."""

    size: int
    window: Window

    @property
    def room(self) -> int:
        """How far the window can move: size - span + pads."""
        return self.size - self.window.span + self.window.padding

    @property
    def over(self) -> int:
        """The rows that are left over behind the last step."""
        return self.room % self.window.stride


def axes(op: Sliding, x: Shape) -> list[Axis]:
    """The axes that the window covers."""
    windows = op.windows(x)
    return [Axis(*pair) for pair in zip(x[-1 - len(windows) : -1], windows, strict=True)]


def tried(op: Sliding, x: Shape, what: str, short: str, **changes: Any) -> Iterator[Way]:
    """The layer with other fields, if that is one that fits."""
    changed = replace(op, **changes)
    try:
        yield Way(what, short, changed, changed.output(x))
    except SpecError:
        return


def _each(found: list[Axis], better: Callable[[Axis], Any], kept: Callable[[Axis], Any]) -> tuple[Any, ...] | None:
    """A value for every axis: a better one where the window does not fit; None if an axis has none."""
    values = tuple(better(axis) if axis.over or axis.room < 0 else kept(axis) for axis in found)
    return None if None in values else values


def _written(values: tuple[Any, ...], each: bool) -> Any:
    """Values as a field holds them: one for all axes that agree, unless one for each was written."""
    return values if each or len(set(values)) > 1 else values[0]


def _show(field: Any) -> str:
    return show(field) if isinstance(field, tuple) and not isinstance(field, Pair) else str(field)


def inputs(op: Sliding, x: Shape) -> list[Shape]:
    """The nearest volumes that fit: smaller, then larger."""
    found = axes(op, x)
    volumes = []
    for grow in (False, True):
        sizes = _each(found, partial(_near_size, grow=grow), lambda axis: axis.size)
        if sizes is not None:
            volumes.append((*x[: -1 - len(found)], *sizes, x[-1]))
    return [volume for volume in volumes if any(tried(op, volume, "", ""))]


def _near_size(axis: Axis, grow: bool) -> int | None:
    if axis.room < 0:
        return axis.size - axis.room if grow else None
    size = axis.size - axis.over + (axis.window.stride if grow else 0)
    return size if size > 0 else None


def strides(op: Sliding, x: Shape) -> Iterator[Way]:
    """Strides that divide the room on every axis, up to twice the given one."""
    found = axes(op, x)
    wrong = [axis for axis in found if axis.over]
    room = gcd(*(axis.room for axis in wrong))
    most = 2 * max(axis.window.stride for axis in wrong)
    for stride in [one for one in divisors(room or 1) if one <= most][-3:]:
        values = tuple(stride if axis.over else axis.window.stride for axis in found)
        field = _written(values, isinstance(op.stride, tuple))
        yield from tried(op, x, f"stride {_show(field)}", f"s{_show(field)}", stride=field)


def kernels(op: Sliding, x: Shape) -> Iterator[Way]:
    """The next smaller and the next larger kernel."""
    found = axes(op, x)
    for step in (-1, 1):
        values = _each(found, partial(_near_kernel, rounds=bool(op.fit), step=step), lambda axis: axis.window.kernel)
        if values is not None:
            field = _written(values, isinstance(op.extent(), tuple))
            yield from tried(op, x, f"kernel {_show(field)}", _show(field), kernel=field)


def _near_kernel(axis: Axis, rounds: bool, step: int) -> int | None:
    window = axis.window
    start = window.kernel
    if axis.room < 0:  # what is larger than the input has to shrink first
        start = min(start, (axis.size + window.padding - 1) // window.dilation + 2)
    for kernel in range(start + step, start + step * FAR, step):
        room = Axis(axis.size, window._replace(kernel=kernel)).room
        if kernel < 1 or room < 0:
            return None
        if rounds or not room % window.stride:
            return kernel
    return None


def dilations(op: Sliding, x: Shape) -> Iterator[Way]:
    """The largest dilation under which the window is no larger than its input."""
    values = _each(axes(op, x), _near_dilation, lambda axis: axis.window.dilation)
    if values is not None:
        field = _written(values, isinstance(op.dilation, tuple))
        yield from tried(op, x, f"dilation {_show(field)}", f"d{_show(field)}", dilation=field)


def _near_dilation(axis: Axis) -> int | None:
    window = axis.window
    most = (axis.size + window.padding - 1) // max(window.kernel - 1, 1)
    return most if 0 < most < window.dilation else None


def pads(op: Sliding, x: Shape) -> Iterator[Way]:
    """The nearest larger and smaller padding, the odd row after or before; then the nearest that is even."""
    found = axes(op, x)
    seen = set()
    for better in (_more, _less, _turned, _even):
        values = _each(found, better, lambda axis: (axis.window.before, axis.window.after))
        if values is None or values in seen or op.same:
            continue
        seen.add(values)
        each = isinstance(op.pad, tuple) and not isinstance(op.pad, Pair)
        field = _written(tuple(one[0] if one[0] == one[1] else Pair(*one) for one in values), each)
        yield from tried(op, x, f"pad {_show(field)}", f"p{_show(field)}", pad=field)


def _more(axis: Axis) -> tuple[int, int] | None:
    return _split(axis, axis.window.padding + (-axis.room if axis.room < 0 else axis.window.stride - axis.over))


def _less(axis: Axis) -> tuple[int, int] | None:
    return _split(axis, axis.window.padding - axis.over) if axis.room >= 0 else None


def _turned(axis: Axis) -> tuple[int, int] | None:
    both = _more(axis)
    return both and (both[1], both[0])


def _even(axis: Axis) -> tuple[int, int] | None:
    window = axis.window
    first = max(window.before, window.after) + 1
    for pad in range(first, min(first + FAR, window.span)):
        room = axis.size - window.span + 2 * pad
        if room >= 0 and not room % window.stride:
            return pad, pad
    return None


def _split(axis: Axis, total: int) -> tuple[int, int] | None:
    """A padding on both sides, the odd row after; none that a window could lie in."""
    return (total // 2, total - total // 2) if 0 <= total < 2 * axis.window.span - 1 else None


def same(op: Sliding, x: Shape) -> Iterator[Way]:
    """Pads as TensorFlow's SAME."""
    found = axes(op, x)
    chosen = tuple(Pair(*same_pads(axis.size, axis.window)) for axis in found)
    for way in tried(op, x, "same", "same", same=True, pad=0):
        if any(has_symbols(axis.size) for axis in found):
            yield way
            continue
        sizes = way.output[-1 - len(found) : -1]
        said = f"same -> {_show(_written(sizes, False))} (pads {'x'.join(map(str, dict.fromkeys(chosen)))})"
        yield way._replace(short=said)
