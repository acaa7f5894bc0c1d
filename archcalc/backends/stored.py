"""A tensor as it lies in a weight file: what is known of it before its numbers are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import Diagnostic, FileError
from ..shape import Shape, show
from .weights import Array

MAX_DIRECTORY = 16 * 2**20
"""Bytes of a file's table of contents: some 150,000 tensors. More is an attack on the memory."""

MAX_AXES = 32

FLOATS = ("float16", "bfloat16", "float32", "float64")
"""The element types that are read; all become float32."""

WHOLE = "int"
"""Integers and truth values of any width: counters and index tables, which are left out."""


class Stored(NamedTuple):
    """A tensor in a file; `read` gives its numbers as float32, in its shape."""

    name: str
    shape: Shape
    dtype: str
    read: Callable[[], Array]
    pieces: Callable[[], Iterator[Array]]
    """The same numbers in their order, a block at a time."""
    offset: int | None = None
    """Where they lie in the file, if they lie there as they are."""

    def __str__(self) -> str:
        return f"{self.name} {show(self.shape)}"


def damaged(path: Path, reason: str, help: str = "") -> FileError:
    """The file is not what its name says."""
    help = help or "it may be cut off, or written by something else: fetch or save it again"
    return FileError(Diagnostic("E642", f"{path} is damaged", reason, (help,)))


def unusable(path: Path, name: str, dtype: str) -> FileError:
    """A tensor of a type that cannot become float32."""
    help = (f"{', '.join(FLOATS)} can be read: save it as one of them",)
    return FileError(Diagnostic("E643", f"{path} holds numbers that cannot be used", f"{name} is {dtype}"[:300], help))


def checked_shape(path: Path, name: str, shape: object) -> Shape:
    """The shape, if it is one that a tensor can have."""
    fine = isinstance(shape, list | tuple) and len(shape) <= MAX_AXES
    if not fine or not all(type(size) is int and 0 <= size < 2**48 for size in shape):  # type: ignore[attr-defined]
        raise damaged(path, f"{name} has no possible shape"[:300])
    return tuple(shape)  # type: ignore[arg-type]


def size_of(shape: Shape) -> int:
    """How many numbers a tensor has."""
    return prod(shape)


def to_float32(raw: Array, dtype: str, out: Array | None = None) -> Array:
    """The numbers as float32, in one allocation, none where they are; bfloat16 comes as its bits.

    FloatingPointError if one is too large for float32.
    """
    if dtype == "float32" and out is None and raw.dtype == np.float32:
        return raw if raw.flags.aligned else raw.copy()
    out = np.empty(raw.shape, np.float32) if out is None else out
    if dtype == "bfloat16":
        # the upper half of a float32
        np.left_shift(raw, 16, out=out.view(np.uint32), dtype=np.uint32)
        return out
    with np.errstate(over="raise"):
        out[...] = raw
    return out
