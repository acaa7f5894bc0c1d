"""Arithmetic as a tree, for numbers that remember how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
