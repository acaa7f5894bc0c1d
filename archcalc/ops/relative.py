"""Relative positions: RELPOS, BUCKETS, SHIFTMASK, COORDS. Their tables are made at export, not while counting."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import log2, prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import Extent, Shape, Window, per_axis, show
from .base import LAST, Const, Lowering, Op, Weight, ints, need_rank, node
from .fields import COUNT, EXTENT, INTEGERS, argument, flag, option


@dataclass(frozen=True)
class RelativePositions(Op):
    """The rows of a table by relative position: 2*max(q, k) - 1 rows along each axis, gathered to q x k x channels.

    Swin's biases, and MViT's with queries and keys of different sizes.
    """

    word: ClassVar[str] = "RELPOS"

    queries: Extent = argument(EXTENT)
    keys: Extent | None = argument(EXTENT, None)

    def _axes(self) -> tuple[tuple[int, int], ...]:
        """The number of queries and of keys along each axis."""
        rank = len(self.queries) if isinstance(self.queries, tuple) else 1
        queries = per_axis(self.queries, rank, "queries")
        keys = queries if self.keys is None else per_axis(self.keys, rank, "keys")
        return tuple(zip(queries, keys, strict=True))

    def output(self, *x: Shape) -> Shape:
        axes = self._axes()
        rows, needed = prod(x[0][:-1]), prod(2 * max(axis) - 1 for axis in axes)
        if rows != needed:
            count = "*".join(f"(2*{max(axis)}-1)" for axis in axes)
            raise SpecError.of(
                "E345",
                "the table doesn't hold a row for each relative position",
                f"{rows} rows, {count} = {needed} needed",
                (f"PARAM {needed}x{x[0][-1]} -> {self}",),
            )
        return (prod(q for q, _ in axes), prod(k for _, k in axes), x[0][-1])

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        flat = node("Reshape", "x0", ints(0, prod(x[0][:-1]), x[0][-1]), to="rows")
        return Lowering(LAST, (flat, node("Gather", "rows", Const(self._rows, "int64"), axis=1)))

    def _rows(self) -> list[list[int]]:
        """The row of the table for each query and key."""
        spans = [2 * max(axis) - 1 for axis in self._axes()]
        rows = []
        for offsets in product(*(_offsets(*axis) for axis in self._axes())):
            row = [0]
            for span, along in zip(spans, offsets, strict=True):
                row = [start * span + offset for start in row for offset in along]
            rows.append(row)
        return rows


def _offsets(queries: int, keys: int) -> list[list[int]]:
    """How far each query is behind each key along an axis, from 0; the smaller side is stretched to the larger."""
    wide, both = max(queries, keys), queries * keys
    ahead = [(keys - 1 - key) * wide * queries for key in range(keys)]
    return [[(query * wide * keys + far) // both for far in ahead] for query in range(queries)]


@dataclass(frozen=True)
class Buckets(Op):
    """The rows of a table by distance: a row each for the near ones, then rows for ever wider ranges up to `far`.

    T5 (Raffel et al. 2019). `bi`: half of the rows are for keys behind the query, else all those share row 0.
    """

    word: ClassVar[str] = "BUCKETS"

    queries: int = argument(COUNT)
    keys: int = argument(COUNT)
    far: int = option("max", COUNT, 128)
    both: bool = flag("bi")

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "32x8")
        rows = prod(x[0][:-1])
        least = 4 if self.both else 2
        if rows < least or (self.both and rows % 2) or self.far <= self._side(rows) // 2:
            raise SpecError.of(
                "E345", "the table doesn't divide into buckets", f"{rows} rows for distances up to {self.far}",
                (f"at least {least} rows, an even number with bi, and less than {4 if self.both else 2} times max=",),
            )  # fmt: skip
        return (self.queries, self.keys, x[0][-1])

    def _side(self, rows: int) -> int:
        """The rows for one direction."""
        return rows // 2 if self.both else rows

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        rows = prod(x[0][:-1])
        keys = Const(lambda: list(range(self.queries - 1, self.queries + self.keys - 1)), "int64")
        queries = Const(lambda: [[index] for index in range(self.queries)], "int64")
        buckets = Const(lambda: [self._bucket(apart, rows) for apart in range(1 - self.queries, self.keys)], "int64")
        nodes = (
            node("Sub", keys, queries, to="apart"),
            node("Gather", buckets, "apart", to="bucket", axis=0),
            node("Reshape", "x0", ints(0, rows, x[0][-1]), to="rows"),
            node("Gather", "rows", "bucket", axis=1),
        )
        return Lowering(LAST, nodes)

    def _bucket(self, apart: int, rows: int) -> int:
        """The row for a key that many positions behind the query."""
        side = self._side(rows)
        start, distance = (side if apart > 0 else 0, abs(apart)) if self.both else (0, max(-apart, 0))
        near = side // 2
        if distance < near:
            return start + distance
        # near + floor(log(distance/near)/log(far/near) * (side - near)), in whole numbers
        wide = side - near
        powers = (self.far**n * near ** (wide - n) for n in range(1, wide))
        return start + near + sum(1 for power in powers if power <= distance**wide)


@dataclass(frozen=True)
class ShiftMask(Op):
    """Swin's mask for windows of a volume that was rolled: -100 between positions that were not neighbours.

    The windows along every axis x 1 x positions x positions, from the shape of the volume.
    """

    word: ClassVar[str] = "SHIFTMASK"
    shape_only: ClassVar[bool] = True

    window: Extent = argument(EXTENT)
    shift: int | tuple[int, ...] = argument(INTEGERS)

    def _axes(self, x: Shape) -> tuple[tuple[int, int, int], ...]:
        """Size, window and shift along each axis, after every check."""
        need_rank(self, x, 2, "56x56x96")
        sizes = x[:-1]
        windows = per_axis(self.window, len(sizes), "window")
        shifts = per_axis(self.shift, len(sizes), "shift")
        for size, window, shift in zip(sizes, windows, shifts, strict=True):
            if size % window:
                raise SpecError.of(
                    "E346", "the windows don't divide the volume", f"{size} positions in windows of {window}",
                    (f"PAD to={show(windows)} -> {self}",),
                )  # fmt: skip
            if not 0 <= shift < window:
                note = f"a shift of {shift} in windows of {window}"
                raise SpecError.of("E346", "the shift doesn't fit the window", note, (f"0 to {window - 1}",))
        return tuple(zip(sizes, windows, shifts, strict=True))

    def output(self, *x: Shape) -> Shape:
        axes = self._axes(x[0])
        positions = prod(window for _, window, _ in axes)
        return (*(size // window for size, window, _ in axes), 1, positions, positions)

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        axes = self._axes(x[0])
        queries = Const(lambda: [[[[[part] for part in window]] for window in _parts(axes)]], "int64")
        keys = Const(lambda: [[[[window]] for window in _parts(axes)]], "int64")
        nodes = (
            node("Equal", queries, keys, to="together"),
            node("Where", "together", Const(0.0), Const(-100.0), to="mask"),
            node("Reshape", "mask", ints(1, *self.output(*x))),
        )
        return Lowering(LAST, nodes)


def _parts(axes: tuple[tuple[int, int, int], ...]) -> list[list[int]]:
    """For each window the part of the volume to which each of its positions belonged before it was rolled."""
    windows = product(*(range(0, size, window) for size, window, _ in axes))
    inside = list(product(*(range(window) for _, window, _ in axes)))
    return [[_part(axes, corner, offset) for offset in inside] for corner in windows]


def _part(axes: tuple[tuple[int, int, int], ...], corner: tuple[int, ...], offset: tuple[int, ...]) -> int:
    part = 0
    for (size, _, shift), start, step in zip(axes, corner, offset, strict=True):
        part = 2 * part + (start + step >= size - shift)
    return part


@dataclass(frozen=True)
class Coordinates(Op):
    """All relative positions in a window as coordinates, logarithmic (Liu et al. 2021, Swin v2): a stored table.

    sign(c) * log2(1 + |8c|) / 3 of positions c from -1 to 1.
    """

    word: ClassVar[str] = "COORDS"
    arity: ClassVar[int | None] = 0

    window: Extent = argument(EXTENT)

    def _sizes(self) -> Shape:
        return self.window if isinstance(self.window, tuple) else (self.window,)

    def output(self, *x: Shape) -> Shape:
        sizes = self._sizes()
        return (*(2 * size - 1 for size in sizes), len(sizes))

    def weights(self, *x: Shape) -> dict[str, Weight]:
        # its own path is its name
        return {"": Weight(self.output(), "given", buffer=True, values=self._values)}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(LAST, (node("Unsqueeze", "weight", ints(0)),))

    def _values(self) -> tuple[object, ...]:
        axes = [[_logarithmic(step, size) for step in range(1 - size, size)] for size in self._sizes()]
        return _grid(axes, ())


def _logarithmic(step: int, size: int) -> float:
    far = log2(1 + 8 * abs(step) / max(size - 1, 1)) / 3
    return far if step > 0 else -far


def _grid(axes: list[list[float]], point: tuple[float, ...]) -> tuple[object, ...]:
    """The grid over the axes, nested, a point of coordinates at each place."""
    if not axes:
        return point
    return tuple(_grid(axes[1:], (*point, value)) for value in axes[0])
