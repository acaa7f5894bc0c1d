"""Tensors in a file: their type and shape, and the numbers of small ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from ..errors import Diagnostic, LimitError
from .wire import BYTES, Field, Span, Wire

MAX_RANK = 64
MOST = 8192
"""Numbers of a tensor that are read at most: arguments are small, weights are not needed."""

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE, UINT32, UINT64 = range(1, 14)
BFLOAT16 = 16
INTEGERS = frozenset({UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64, 21, 22, 25, 26})
"""The element types of whole numbers, those of 4 and 2 bits too."""
REALS = frozenset({FLOAT, FLOAT16, DOUBLE, BFLOAT16, 17, 18, 19, 20, 23, 24})

_LETTERS = {
    FLOAT: ("f", 4), UINT8: ("B", 1), INT8: ("b", 1), UINT16: ("H", 2), INT16: ("h", 2), INT32: ("i", 4),
    INT64: ("q", 8), BOOL: ("?", 1), FLOAT16: ("e", 2), DOUBLE: ("d", 8), UINT32: ("I", 4), UINT64: ("Q", 8),
}  # fmt: skip
"""The element types that raw bytes are read of, by their letter for struct."""

_RAW = 9
_LISTS = {4: "f", 5: "", 7: "", 10: "d", 11: ""}
"""The fields that hold numbers: floats, 32-bit and 64-bit integers, doubles, unsigned integers."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor in the file: name, element type, shape, and where its numbers are."""

    name: str
    dtype: int
    shape: tuple[int, ...]
    wire: Wire | None = None
    held: tuple[Field, ...] = ()
    """The fields with its numbers."""
    external: tuple[tuple[str, str], ...] = ()
    """Where the numbers are if not in this file: location, offset, length. Nothing opens it."""
    sparse: bool = False

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    def items(self) -> tuple[Any, ...] | None:
        """The numbers, if they are few and in this file; else None."""
        if self.wire is None or self.external or self.sparse or self.size > MOST:
            return None
        numbers = [number for part in self.held for number in _numbers(self.wire, part, self.dtype)]
        if len(numbers) != self.size:
            return None
        return tuple(map(bool, numbers) if self.dtype == BOOL else numbers)


def _numbers(wire: Wire, part: Field, dtype: int) -> list[Any]:
    if part.number == _RAW:
        if dtype not in _LETTERS or part.kind != BYTES or part.end - part.start > 8 * MOST:
            return []
        letter, size = _LETTERS[dtype]
        return wire.numbers(part, letter, size) if (part.end - part.start) % size == 0 else []
    letter = _LISTS[part.number]
    if letter == "f":
        return wire.reals(part)
    if letter == "d":
        return wire.numbers(part, "d", 8) if part.kind == BYTES else []
    return wire.integers(part) if dtype not in (FLOAT16, BFLOAT16) else []


def read_tensor(wire: Wire, span: Span) -> Tensor:
    """A tensor without its numbers."""
    name, dtype, outside = "", 0, False
    sizes: list[int] = []
    held: list[Field] = []
    external: list[tuple[str, str]] = []
    for part in wire.fields(span):
        number = part.number
        if number == 1:
            sizes += wire.integers(part)
        elif number == 2:
            dtype = wire.integer(part)
        elif number == 8:
            name = wire.text(part)
        elif number == _RAW or number in _LISTS:
            _hold(held, part)
        elif number == 13:
            external.append(wire.entry(wire.inner(part, span)))
        elif number == 14:
            outside = wire.integer(part) == 1
    shape = _checked(wire, span, sizes, name)
    where = tuple(external) or (("location", ""),)
    return Tensor(name, dtype, shape, wire, tuple(held), where if outside else ())


def _hold(held: list[Field], part: Field) -> None:
    """Keep where numbers are; those of large tensors in fields of their own are not needed."""
    if len(held) <= MOST:
        held.append(part)


def _checked(wire: Wire, span: Span, sizes: list[int], name: str) -> tuple[int, ...]:
    if len(sizes) > MAX_RANK:
        raise LimitError(Diagnostic("E661", f"the tensor {name} has {len(sizes):,} axes, the limit is {MAX_RANK}"))
    if any(size < 0 for size in sizes):
        raise wire.damaged(span.start, f"the tensor {name} has an axis of size {min(sizes)}")
    return tuple(sizes)


def read_sparse(wire: Wire, span: Span) -> Tensor:
    """A sparse tensor: the shape is that of the whole, what is stored are its values."""
    values, sizes = Tensor("", 0, ()), []
    for part in wire.fields(span):
        if part.number == 1:
            values = read_tensor(wire, wire.inner(part, span))
        elif part.number == 3:
            sizes += wire.integers(part)
    return Tensor(values.name, values.dtype, _checked(wire, span, sizes, values.name), wire, sparse=True)
