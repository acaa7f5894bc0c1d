"""Arithmetic of intervals: between which numbers a result lies when each operand lies between two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tape import divide

Interval = tuple[Any, Any]
"""The least and the largest number."""


def _add(one: Interval, other: Interval) -> Interval:
    return one[0] + other[0], one[1] + other[1]


def _sub(one: Interval, other: Interval) -> Interval:
    return one[0] - other[1], one[1] - other[0]


def _mul(one: Interval, other: Interval) -> Interval:
    if one[0] >= 0 and other[0] >= 0:
        return one[0] * other[0], one[1] * other[1]
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def _divided(by: Callable[[Any, Any], Any]) -> Callable[[Interval, Interval], Interval]:
    """Division, which ends lie at ends of; by what may be 0 it has none."""

    def compute(one: Interval, other: Interval) -> Interval:
        if other[0] <= 0 <= other[1]:
            raise ZeroDivisionError
        ends = [by(a, b) for a in one for b in other]
        return min(ends), max(ends)

    return compute


def _mod(one: Interval, other: Interval) -> Interval:
    """The remainder: any below the divisor, unless all quotients are the same."""
    least, most = one
    if other[0] <= 0:
        raise ZeroDivisionError
    if least // other[1] == most // other[0]:
        quotient = least // other[1]
        return least - quotient * other[1], most - quotient * other[0]
    return 0, other[1] - 1


COMPUTE: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": _add, "-": _sub, "*": _mul, "/": _divided(divide), "//": _divided(lambda a, b: a // b), "%": _mod,
}  # fmt: skip


def answer(kind: str, one: Interval, other: Interval) -> bool | None:
    """The answer to a question for all numbers of the intervals; None if it depends on which."""
    if kind in ("==", "!="):
        if one[1] < other[0] or other[1] < one[0]:
            return kind == "!="
        return kind == "==" if one[0] == one[1] == other[0] == other[1] else None
    if kind in ("<", "<="):
        one, other, kind = other, one, {"<": ">", "<=": ">="}[kind]
    # one > other, or one >= other
    strict = kind == ">"
    if one[0] > other[1] or (not strict and one[0] == other[1]):
        return True
    return False if one[1] < other[0] or (strict and one[1] == other[0]) else None
