"""The values that a name takes in a sweep: lists, ranges, shapes, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from ..errors import UsageError
from ..ops import WORDS
from ..ops.fields import Word

_RANGE = re.compile(r"(-?\d{1,18})\.\.(-?\d{1,18})(?::(\*?)(-?\d{1,18}))?", re.ASCII)
_HELP = (
    "numbers and their like: 16,32,64 or 3x3,5x5 or RELU,GELU",
    "ranges, ends included: 1..8 or 128..512:64 or 16..1024:*2",
)


def value(text: str) -> Any:
    """One value: a number, a shape, a layer's word; None for what is none of them.

    >>> value("64"), value("0.75"), value("3x3"), value("RELU"), value("many")
    (64, Fraction(3, 4), (3, 3), 'RELU', None)
    """
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,18}\.\d{1,18}", text, re.ASCII):
        return Fraction(text)
    if re.fullmatch(r"\d{1,18}(x\d{1,18})+", text, re.ASCII):
        return tuple(map(int, text.split("x")))
    return Word(text) if text in WORDS else None


def values(name: str, given: str | Iterable[Any], most: int) -> tuple[Any, ...]:
    """The values for a name, as text or one by one, and one more than `most` where there are too many.

    Ranges include their ends: `a..b` counts by 1, `a..b:64` by 64, `a..b:*2` doubles. Raises UsageError.

    >>> values("n", "16,32,64", 9), values("H", "128..512:128", 9), values("n", "1..100:*10", 9)
    ((16, 32, 64), (128, 256, 384, 512), (1, 10, 100))
    """
    if isinstance(given, str):
        found = tuple(islice((item for text in given.split(",") for item in _items(name, text)), most + 1))
    else:
        found = tuple(islice((_exact(name, item) for item in given), most + 1))
    if not found:
        raise UsageError.of("E680", f"{name} has no values", help=_HELP)
    return found


def _items(name: str, text: str) -> Iterator[Any]:
    found = _RANGE.fullmatch(text)
    if found:
        yield from _range(name, text, int(found[1]), int(found[2]), found[3] == "*", int(found[4] or 0))
        return
    one = value(text)
    if one is None:
        raise UsageError.of("E680", f"{text or 'nothing'} is no value for {name}", help=_HELP)
    yield one


def _range(name: str, text: str, start: int, end: int, times: bool, step: int) -> Iterator[int]:
    step = step or (0 if times or ":" in text else 1 if start <= end else -1)
    if times:
        if step < 2 or not 1 <= start <= end:
            help = ("a range that grows by a factor starts at 1 or above: 16..1024:*2",)
            raise UsageError.of("E680", f"{name}={text} never gets from {start} to {end}", help=help)
        while start <= end:
            yield start
            start *= step
        return
    if step == 0 or (end - start) * step < 0:
        hint = f"the step goes the other way: {start}..{end}:{-step}" if step else "the step is not 0"
        raise UsageError.of("E680", f"{name}={text} never gets from {start} to {end}", help=(hint, _HELP[1]))
    yield from range(start, end + (1 if step > 0 else -1), step)


def _exact(name: str, item: Any) -> Any:
    """A value of the library's user as the language has it."""
    if isinstance(item, float):
        return int(item) if item.is_integer() else Fraction(repr(item))
    if isinstance(item, str):
        found = value(item)
        if found is None:
            raise UsageError.of("E680", f"{item} is no value for {name}", help=_HELP)
        return found
    return tuple(item) if isinstance(item, list) else item
