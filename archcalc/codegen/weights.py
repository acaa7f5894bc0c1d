"""Weights that a spec gives, as literals."""

from __future__ import annotations

from math import lcm
from typing import Any


def given_weights(values: Any) -> tuple[Any, int]:
    """The numbers, and by what they are to be divided: whole ones where a divisor makes them so.

    >>> from fractions import Fraction
    >>> given_weights(((Fraction(1, 9), Fraction(2, 3)),))
    (((1, 6),), 9)
    """
    over = lcm(*(number.denominator for number in _flat(values)))
    return (_scaled(values, over), over) if over < 10**6 else (_scaled(values, 0), 1)


def _flat(values: Any) -> list[Any]:
    return [number for value in values for number in _flat(value)] if isinstance(values, tuple) else [values]


def _scaled(values: Any, over: int) -> Any:
    if isinstance(values, tuple):
        return tuple(_scaled(value, over) for value in values)
    return int(values * over) if over else float(values)
