"""Numbers that remember how they came about.

The facts of an op, evaluated on such numbers, give their own arithmetic: an explanation cannot differ from what it
explains. Ints that are written in the code of a fact are constants of its formula; everything else was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .symbolic import Wrapped, has_symbols, quotient


class Node:
    """A piece of arithmetic."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A number of the problem, or one that has been worked out before."""

    value: Any


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number of the formula."""

    value: Any


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms that are added; those taken away are Negative."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """A term with its sign turned."""

    term: Node


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors that are multiplied."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Cross(Node):
    """Products that are multiplied, each a thought of its own: 55*55*96 x 11*11*3."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """A division without rounding."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Remainder(Node):
    """What a division leaves."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Rounded(Node):
    """A number rounded to a whole one: `word` is floor or ceil."""

    word: str
    inner: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A base to an exponent."""

    base: Node
    exponent: Node


def add(left: Node, right: Node) -> Node:
    """A sum. What a constant adds to its own negative vanishes."""
    terms = terms_of(left)
    if isinstance(right, Constant) and terms[-1] == Negative(right):
        return together(terms[:-1])
    return Sum((*terms, right))


def subtract(left: Node, right: Node) -> Node:
    """A difference, simplified likewise."""
    terms = terms_of(left)
    if isinstance(right, Constant) and len(terms) > 1 and terms[-1] == right:
        return together(terms[:-1])
    return Sum((*terms, negate(right)))


def together(terms: tuple[Node, ...]) -> Node:
    """The sum of terms, which a single one is by itself."""
    return terms[0] if len(terms) == 1 else Sum(terms)


def times(factors: tuple[Node, ...]) -> Node:
    """The product of factors, which a single one is by itself."""
    return factors[0] if len(factors) == 1 else Product(factors)


def negate(node: Node) -> Node:
    """The negative. Rounding down the negative of a number is how code rounds up, and reads as that."""
    match node:
        case Negative(term):
            return term
        case Quotient(Negative(top), bottom):
            return Quotient(top, bottom)
        case Rounded("floor", Quotient(Negative(top), bottom)):
            return Rounded("ceil", Quotient(top, bottom))
        case Rounded("floor", Negative(inner)):
            return Rounded("ceil", inner)
    return Negative(node)


def terms_of(node: Node) -> tuple[Node, ...]:
    """The terms of a sum; anything else is its only one."""
    return node.terms if isinstance(node, Sum) else (node,)


def factors_of(node: Node) -> tuple[Node, ...]:
    """The factors of a product; anything else is its only one."""
    return node.factors if isinstance(node, Product) else (node,)


class Worked(Wrapped):
    """A number and its arithmetic. It compares as the number does; steps that change nothing leave no trace."""

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
