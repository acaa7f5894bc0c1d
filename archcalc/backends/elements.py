"""The types that a model's numbers can have: float32, and the halves of it."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np

from ..errors import SpecError, UsageError
from .weights import Array


class Element(NamedTuple):
    """A type: its name here and in numpy, its number in ONNX, its bytes, and from where on it rounds to infinity."""

    name: str
    code: int
    size: int
    end: float


FLOAT32 = Element("float32", 1, 4, inf)
FLOAT16 = Element("float16", 10, 2, 65520.0)
BFLOAT16 = Element("bfloat16", 16, 2, (2 - 2**-8) * 2.0**127)
_ELEMENTS = {element.name: element for element in (FLOAT32, FLOAT16, BFLOAT16)}


def element(name: str) -> Element:
    """The type of that name. UsageError if there is none."""
    if name not in _ELEMENTS:
        raise UsageError.of("E617", f"models have no numbers of type {name}", help=(f"{', '.join(_ELEMENTS)}",))
    return _ELEMENTS[name]


def converted(block: Array, kind: Element, name: str) -> Array:
    """float32 numbers as they lie in a model, rounded to nearest, ties to even; bfloat16 as its bits.

    SpecError if one of the weight called `name` becomes infinite. NaN and infinity stay what they are.
    """
    if kind is FLOAT32:
        return block
    if block.size and not -kind.end < block.min() <= block.max() < kind.end:  # nor where there are NaNs
        _check_range(block, kind, name)
    return _upper_half(block) if kind is BFLOAT16 else _narrowed(block)


def _check_range(block: Array, kind: Element, name: str) -> None:
    """Refuse finite numbers that would become infinite."""
    largest = np.abs(block[np.isfinite(block)]).max(initial=0)
    if largest >= kind.end:
        help = ("--dtype bfloat16 has the range of float32",) * (kind is FLOAT16)
        raise SpecError.of("E651", f"{name} is too large for {kind.name}", f"it goes to {largest:.4g}", help)


def raw(block: Array) -> memoryview:
    """The bytes of a block as files have them, the lowest first."""
    return np.ascontiguousarray(block, block.dtype.newbyteorder("<")).data.cast("B")


def _narrowed(block: Array) -> Array:
    with np.errstate(over="ignore"):
        return block.astype(np.float16)


def _upper_half(block: Array) -> Array:
    """The upper halves of float32 numbers, rounded: just below half a step is added, and half a step if that is odd."""
    bits = block.view(np.uint32)
    rounded = bits >> 16
    rounded &= 1
    rounded += 0x7FFF
    rounded += bits
    rounded >>= 16
    made = rounded.astype(np.uint16)
    broken = np.isnan(block)
    if broken.any():  # whose bits may not be added to
        made[broken] = 0x7FC0
    return made
