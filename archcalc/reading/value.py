"""What is known of a value of the model: its ONNX shape, small contents, and which volume it is a view of.

A Transpose, a Reshape and their like move nothing here: they only change how the axes of the value are made of the
axes of a volume. A REARRANGE is written where somebody needs the numbers in another order, and only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any, NamedTuple

from ..shape import Shape


class Factor:
    """A part of an axis that always stays together. Two are the same only if they are one object."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def __repr__(self) -> str:
        return f"<{self.size}>"


Axis = tuple[Factor, ...]
"""The factors of an axis, slowest first; none for an axis of size 1."""


class Stored(NamedTuple):
    """A tensor that the file stores, or a constant that stands for one."""

    name: str
    shape: Shape
    trained: bool
    """Whether it counts as a parameter; else it is a buffer."""
    split: Shape = ()
    """The sizes of the parts of its axes, where a layer has them in another order."""
    order: tuple[int, ...] = ()
    """The order in which the layer has those parts."""


class View(NamedTuple):
    """The axes of a value in terms of a volume (`node`) or of a stored tensor (`node` is -1)."""

    node: int
    base: tuple[Axis, ...]
    """The axes of the volume, in its order."""
    axes: tuple[Axis, ...]
    """The axes of the value, in ONNX's order; they hold the batch as well."""
    stored: Stored | None = None


class Value(NamedTuple):
    """A value: element type, shape as ONNX has it (None where not even the rank is known), numbers if few."""

    dtype: int
    shape: Shape | None
    items: tuple[Any, ...] | None = None
    view: View | None = None
    kind: str = "tensor"

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape or ())


def axis(size: int) -> Axis:
    """An axis of a size that nothing has split yet."""
    return () if _is_one(size) else (Factor(size),)


def _is_one(size: Any) -> bool:
    return isinstance(size, int) and size == 1


def _is_zero(size: Any) -> bool:
    return isinstance(size, int) and size == 0


def length(factors: Iterable[Factor]) -> int:
    """How many positions an axis has."""
    return prod([factor.size for factor in factors])


def stored_view(stored: Stored) -> View:
    """A stored tensor as it is."""
    axes = tuple(map(axis, stored.shape))
    return View(-1, axes, axes, stored)


def ordered(view: View, axes: Iterable[Axis]) -> Stored:
    """The stored tensor that a value is a view of, as a layer has it with these axes."""
    assert view.stored is not None
    parts = [factor for item in view.base for factor in item]
    order = tuple(parts.index(factor) for item in axes for factor in item)
    if order == tuple(range(len(parts))):
        return view.stored
    return view.stored._replace(split=tuple(factor.size for factor in parts), order=order)


def transposed(view: View, perm: Sequence[int]) -> View:
    """The axes in another order."""
    return view._replace(axes=tuple(view.axes[index] for index in perm))


def reshaped(view: View, shape: Shape, batch: Factor) -> View | None:
    """The same numbers in the same order under other axes; None where no factor of the axes fits.

    A batch of size 1 stays behind as many numbers as before: in an axis of its own if there is one.
    """
    waiting = [factor for item in view.axes for factor in item]
    if any(_is_zero(size) for size in (*shape, *(factor.size for factor in waiting))):
        return None
    lone = batch in waiting and _is_one(batch.size)
    before = length(waiting[: waiting.index(batch)]) if lone else 1
    if lone:
        waiting.remove(batch)
    waiting.reverse()
    split: dict[Factor, Axis] = {}
    axes: list[Axis] = []
    for size in shape:
        taken = _take(size, waiting, split, batch)
        if taken is None:
            return None
        axes.append(taken)
    if waiting:
        return None
    if lone and axes:
        _insert(axes, batch, before)
    base = tuple(_apply(item, split) for item in view.base)
    return view._replace(base=base, axes=tuple(axes))


def _insert(axes: list[Axis], batch: Factor, before: Any) -> None:
    """Put a batch of size 1 behind so many numbers."""
    passed: Any = 1
    starts = []
    for index, item in enumerate(axes):
        if passed == before:
            starts.append(index)
        passed = passed * length(item)
    empty = [index for index in starts if not axes[index]]
    place = (empty or starts or [0])[0]
    axes[place] = (batch, *axes[place])


def _take(size: Any, waiting: list[Factor], split: dict[Factor, Axis], batch: Factor) -> Axis | None:
    """The factors of an axis of this size, from the end of those that wait; one may be split for it."""
    taken: list[Factor] = []
    missing = size
    while not _is_one(missing):
        if not waiting:
            return None
        factor = waiting.pop()
        if missing % factor.size == 0 and _at_least(missing, factor.size):
            missing = missing // factor.size
            taken.append(factor)
            continue
        if factor is batch or factor.size % missing:
            return None
        parts = (Factor(missing), Factor(factor.size // missing))
        _substitute(split, factor, parts)
        taken.append(parts[0])
        waiting.append(parts[1])
        missing = 1
    return tuple(taken)


def _at_least(missing: Any, size: Any) -> bool:
    """Whether a factor goes into what is missing; with symbols only if they are the same."""
    if isinstance(missing, int) and isinstance(size, int):
        return True
    return bool(missing == size) or not isinstance(size, int) or not isinstance(missing, int)


def _substitute(split: dict[Factor, Axis], factor: Factor, parts: Axis) -> None:
    for old, new in split.items():
        split[old] = tuple(part for item in new for part in (parts if item is factor else (item,)))
    split[factor] = parts


def _apply(item: Axis, split: dict[Factor, Axis]) -> Axis:
    return tuple(part for factor in item for part in split.get(factor, (factor,)))


def without(item: Axis, batch: Factor) -> Axis:
    """An axis without the batch."""
    return tuple(factor for factor in item if factor is not batch)
