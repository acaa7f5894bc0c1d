"""Shapes and window arithmetic, exact in Python integers.

A shape lists the spatial sizes, then the channels: (height, width, channels). The batch is never part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from .errors import SpecError
from .symbolic import Symbolic, distinct, has_symbols, quotient
from .tape import is_tried, refuse

Shape = tuple[int, ...]

EXACT, FLOOR, CEIL = "exact", "floor", "ceil"


class Pair(NamedTuple):
    """A pad that differs before and after, `p0:1`."""

    before: int
    after: int

    def __str__(self) -> str:
        return f"{self.before}:{self.after}"


Extent = int | tuple[int, ...]
"""One number for every spatial axis, or one an axis."""

Pads = int | Pair | tuple[int | Pair, ...]


class Window(NamedTuple):
    """What a layer looks at along one axis to make one output: `kernel` taps, `dilation` apart, every `stride`."""

    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def span(self) -> int:
        """Positions from the first tap to the last: d(k - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padding(self) -> int:
        """Positions that are added, before and after together."""
        return 2 * self.before if self.before is self.after else self.before + self.after


class Fit(NamedTuple):
    """How a window fits an axis: the output size, the padded rows that no window reads, the rows added by ceil."""

    size: int
    dropped: int = 0
    added: int = 0


POINT = Window()


def ratio(number: int, divisor: int) -> Any:
    """An exact quotient, also of symbols."""
    if isinstance(number, int) and isinstance(divisor, int):
        return Fraction(number, divisor)
    return number / divisor


def show(shape: Sequence[object]) -> str:
    """A shape as it is written: 227x227x3."""
    return "x".join(_size(size) for size in shape)


def _size(size: object) -> str:
    """A size; a formula in parentheses, as the language wants it: (H - 2)x(W - 2)x64."""
    text = f"{size}"
    return text if text.isalnum() or not isinstance(size, Symbolic) else f"({text})"


def per_axis(value: Extent, rank: int, what: str) -> tuple[int, ...]:
    """One value an axis: a single one serves all, a tuple must have as many as there are axes."""
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise _wrong_rank(value, rank, what)
    return value


def pads_per_axis(value: Pads, rank: int, what: str = "pad") -> tuple[tuple[int, int], ...]:
    """The pads before and after, an axis each."""
    if not isinstance(value, tuple):
        return ((value, value),) * rank
    if isinstance(value, Pair):
        return ((value.before, value.after),) * rank
    if len(value) != rank:
        raise _wrong_rank(value, rank, what)
    return tuple((pad[0], pad[1]) if isinstance(pad, tuple) else (pad, pad) for pad in value)


def _wrong_rank(value: Sequence[object], rank: int, what: str) -> SpecError:
    axes = "1 axis" if rank == 1 else f"{rank} axes"
    return SpecError.of(
        "E303",
        f"the {what} has {len(value)} axes where the window has {axes}",
        f"{show(value)} for {axes}",
        (f"write one number for all, or {rank} joined by x",),
    )


def fit_window(size: int, window: Window, fit: str) -> Fit:
    """How often the window fits into `size` positions.

    (size - span + before + after)/stride + 1, which must be whole unless `fit` rounds it. A window that ceil adds
    must start inside the input or the padding before it, as in PyTorch and ONNX.
    """
    room = size - window.span + window.padding
    if fit == FLOOR and has_symbols(room):
        return Fit(quotient(room, window.stride) + 1)
    if fit == CEIL and has_symbols(room):
        return _fit_up(size, window, room)
    steps, dropped = divmod(room, window.stride)
    if fit != CEIL or not dropped:
        return Fit(steps + 1, dropped)
    # (steps + 1) * stride < size + before, solved for what is dropped
    if dropped > window.stride + window.after - window.span:
        return Fit(-(-room // window.stride) + 1, 0, window.stride - dropped)
    return Fit(steps + 1, dropped)


def _fit_up(size: int, window: Window, room: int) -> Fit:
    """Rounding up a size with symbols in it, supposing that the last window starts inside."""
    steps = -quotient(-room, window.stride)
    if steps * window.stride > size + window.before - 1:
        steps -= 1
    return Fit(steps + 1)


def same_pads(size: int, window: Window) -> tuple[int, int]:
    """The pads before and after that give ceil(size/stride) outputs; the odd one goes after (SAME_UPPER)."""
    total = same_padding(size, window)
    return total // 2, total - total // 2


def same_padding(size: int, window: Window) -> int:
    """The pads before and after together that give ceil(size/stride) outputs."""
    if is_tried(size, *window):
        return max(-size % window.stride + window.span - window.stride, 0)
    outputs = -(-size // window.stride)
    return max((outputs - 1) * window.stride + window.span - size, 0)


def divisors(*sizes: int, most: int = 10_000) -> list[int]:
    """What divides all sizes, from 1 up to `most`: advice needs no more, and sizes can be huge.

    >>> divisors(96, 64)
    [1, 2, 4, 8, 16, 32]
    """
    refuse(*sizes)
    return [number for number in range(1, min(*sizes, most) + 1) if not any(size % number for size in sizes)]


def _agreement(shapes: Sequence[Shape]) -> str:
    """What would make volumes agree."""
    first, other = shapes[0], next(shape for shape in shapes if shape != shapes[0])
    if first[:-1] == other[:-1]:
        return f"every axis must agree or be 1: CONV {first[-1]} 1x1 gives a branch {first[-1]} channels"
    return "every axis must agree or be 1: p or same keeps sizes, a stride or POOL in every branch makes them smaller"


def broadcast(*shapes: Shape) -> Shape:
    """The common shape of volumes that are added: axes align at the channels, and a size of 1 stretches."""
    if len(set(shapes)) == 1:
        return shapes[0]
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sizes = []
    for axis in zip(*padded, strict=True):
        wide = distinct(size for size in axis if size != 1)
        if len(wide) > 1:
            sides = " against ".join(map(show, shapes))
            raise SpecError.of("E310", "the volumes don't broadcast", sides, (_agreement(padded),))
        sizes.append(wide.pop() if wide else 1)
    return tuple(sizes)
