"""Numbers that remember how they came about.

The facts of an op, evaluated on such numbers, give their own arithmetic: an explanation cannot differ from what it
explains. Ints that are written in the code of a fact are constants of its formula; everything else was given.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .arithmetic import (
    Constant,
    Given,
    Node,
    Power,
    Product,
    Quotient,
    Remainder,
    Rounded,
    add,
    factors_of,
    negate,
    subtract,
)
from .symbolic import Wrapped, has_symbols, quotient


class Worked(Wrapped):
    """A number and its arithmetic. It compares as the number does; steps that change nothing leave no trace.

    >>> side = (Worked(227) - Worked(11)) // Worked(4) + 1
    >>> side, side == 55
    (55, True)
    >>> side.tree.terms[-1]
    Constant(value=1)
    """

    __slots__ = ("tree",)

    def __init__(self, value: Any, tree: Node | None = None) -> None:
        self.value = int(value) if isinstance(value, Fraction) and value.denominator == 1 else value
        self.tree = Given(self.value) if tree is None else tree

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else Worked(self.value + _value(other), add(self.tree, tree_of(other)))

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, 0) else Worked(other + self.value, add(tree_of(other), self.tree))

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else Worked(self.value - _value(other), subtract(self.tree, tree_of(other)))

    def __rsub__(self, other: Any) -> Any:
        return -self if _is(other, 0) else Worked(other - self.value, subtract(tree_of(other), self.tree))

    def __mul__(self, other: Any) -> Any:
        if _is(other, 0) or _is(other, 1):
            return self if other else 0
        if isinstance(other, tuple):
            return NotImplemented  # so many times the tuple
        return Worked(self.value * _value(other), Product((*factors_of(self.tree), *factors_of(tree_of(other)))))

    def __rmul__(self, other: Any) -> Any:
        if _is(other, 0) or _is(other, 1):
            return self if other else 0
        if isinstance(other, tuple):
            return NotImplemented
        return Worked(other * self.value, Product((tree_of(other), *factors_of(self.tree))))

    def __neg__(self) -> Worked:
        return Worked(-self.value, negate(self.tree))

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1) else Worked(_ratio(self.value, _value(other)), Quotient(self.tree, tree_of(other)))

    def __rtruediv__(self, other: Any) -> Any:
        return Worked(_ratio(other, self.value), Quotient(tree_of(other), self.tree))

    def __floordiv__(self, other: Any) -> Any:
        return self._rounded_down(self.value // _value(other), other)

    def __rfloordiv__(self, other: Any) -> Any:
        return Worked(other, tree_of(other)) // self

    def quotient(self, divisor: Any) -> Any:
        return self._rounded_down(quotient(self.value, _value(divisor)), divisor)

    def _rounded_down(self, value: Any, divisor: Any) -> Any:
        if _is(divisor, 1):
            return self if value == self.value else Worked(value, Rounded("floor", self.tree))
        if self.tree == tree_of(divisor):
            return 1
        exact = value * _value(divisor) == self.value
        tree = Quotient(self.tree, tree_of(divisor))
        return Worked(value, tree if exact else Rounded("floor", tree))

    def __mod__(self, other: Any) -> Any:
        return Worked(self.value % _value(other), Remainder(self.tree, tree_of(other)))

    def __rmod__(self, other: Any) -> Any:
        return Worked(other % self.value, Remainder(tree_of(other), self.tree))

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __pow__(self, other: Any) -> Any:
        return self if _is(other, 1) else Worked(self.value ** _value(other), Power(self.tree, tree_of(other)))

    def __rpow__(self, other: Any) -> Any:
        return Worked(other**self.value, Power(tree_of(other), self.tree))

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _value(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= _value(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _value(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= _value(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _value(other))

    def __hash__(self) -> int:
        # not that of the number: caches must tell an op that explains itself from one that only counts
        return hash((Worked, self.value))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __index__(self) -> int:
        if has_symbols(self):
            raise TypeError(f"{self.value} is not known")
        return int(self.value)

    def __str__(self) -> str:
        return str(self.value)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


def _is(number: Any, constant: int) -> bool:
    """Whether a number is this constant of the formula."""
    return type(number) is int and number == constant


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Wrapped) else number


def tree_of(number: Any) -> Node:
    """The arithmetic of a number; that of a plain one is itself."""
    return number.tree if isinstance(number, Worked) else Constant(number)


def _ratio(number: Any, divisor: Any) -> Any:
    return Fraction(number, divisor) if isinstance(number, int) and isinstance(divisor, int) else number / divisor
