"""Arithmetic put the way a lecture writes it. The value stays what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from ..arithmetic import (
    Constant,
    Cross,
    Negative,
    Node,
    Power,
    Product,
    Quotient,
    Remainder,
    Rounded,
    Sum,
    factors_of,
    terms_of,
    times,
    together,
)

Known = Mapping[Node, Node]
"""Arithmetic that has been shown, and what came of it."""


def shorten(node: Node, known: Known) -> Node:
    """The same with results in the place of arithmetic that has been shown."""
    if node in known:
        return known[node]
    match node:
        case Sum(terms):
            shortened = (shorten(term, known) for term in _heads(terms, known))
            return together(tuple(part for term in shortened for part in terms_of(term)))
        case Product(factors):
            return times(tuple(shorten(factor, known) for factor in _runs(factors, known)))
        case Negative(term):
            return Negative(shorten(term, known))
        case Quotient(top, bottom):
            return Quotient(shorten(top, known), shorten(bottom, known))
        case Remainder(top, bottom):
            return Remainder(shorten(top, known), shorten(bottom, known))
        case Rounded(word, inner):
            return Rounded(word, shorten(inner, known))
        case Power(base, exponent):
            return Power(shorten(base, known), shorten(exponent, known))
    return node


def _heads(terms: tuple[Node, ...], known: Known) -> tuple[Node, ...]:
    """Terms that begin with a known sum, to which others were added."""
    for sum_, result in known.items():
        if isinstance(sum_, Sum) and terms[: len(sum_.terms)] == sum_.terms:
            return (result, *terms[len(sum_.terms) :])
    return terms


def _runs(factors: tuple[Node, ...], known: Known) -> tuple[Node, ...]:
    """Factors among which those of a known product stand in a row."""
    for product, result in known.items():
        run = factors_of(product)
        for start in range(len(factors) - len(run) + 1) if len(run) > 1 else ():
            if factors[start : start + len(run)] == run:
                return (*_runs(factors[:start], known), result, *_runs(factors[start + len(run) :], known))
    return factors


def pieces(node: Node) -> int:
    """How many pieces arithmetic has."""
    match node:
        case Sum(parts) | Product(parts) | Cross(parts):
            return 1 + sum(map(pieces, parts))
        case Negative(inner) | Rounded(_, inner):
            return 1 + pieces(inner)
        case Quotient(one, other) | Remainder(one, other) | Power(one, other):
            return 1 + pieces(one) + pieces(other)
    return 1


def crossed(node: Node, *leads: Sequence[Node]) -> Node:
    """A product in parts: the first of the leads with which it begins, then the rest; sums are parts of their own."""
    factors = factors_of(node)
    for lead in leads:
        if lead and len(lead) < len(factors) and factors[: len(lead)] == tuple(lead):
            return Cross((times(tuple(lead)), *_parts(factors[len(lead) :])))
    return Cross(parts) if len(parts := _parts(factors)) > 1 else node


def _parts(factors: Iterable[Node]) -> tuple[Node, ...]:
    parts: list[Node] = []
    for is_sum, group in groupby(factors, lambda factor: isinstance(factor, Sum)):
        run = tuple(group)
        parts += run if is_sum else (times(run),)
    return tuple(parts)


def factored(terms: Sequence[Node]) -> Node | None:
    """The sum of several products with what they share in front: 96 x (11*11*3 + 1). None if they share nothing."""
    products = [Counter(factors_of(term)) for term in terms]
    shared = products[0].copy()
    for product in products[1:]:
        shared &= product
    if not shared:
        return None
    front = _take(factors_of(terms[-1]), shared.copy())
    rests = [_leave(factors_of(term), shared.copy()) for term in terms]
    if not any(rests):
        return Product((Constant(len(terms)), *front))
    rest = together(tuple(times(left) if left else Constant(1) for left in rests))
    return Cross((times(front), rest))


def _take(factors: Iterable[Node], wanted: Counter[Node]) -> tuple[Node, ...]:
    """The wanted factors, in their order."""
    taken = []
    for factor in factors:
        if wanted[factor]:
            wanted[factor] -= 1
            taken.append(factor)
    return tuple(taken)


def _leave(factors: Iterable[Node], unwanted: Counter[Node]) -> tuple[Node, ...]:
    """The other factors, in their order."""
    left = []
    for factor in factors:
        if unwanted[factor]:
            unwanted[factor] -= 1
        else:
            left.append(factor)
    return tuple(left)
