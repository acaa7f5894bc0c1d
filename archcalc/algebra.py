"""Equations in free dimensions, and how formulas are written. Imported only where there are symbols."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, lcm, prod
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

Root = dict[Any, Any]
"""Symbols and what they are."""


def roots(equations: Sequence[tuple[Any, Any]], names: Sequence[Any]) -> list[Root] | None:
    """What symbols are so that both sides of every equation agree, whatever the others are. None if that is not found.

    Symbols that remain free may be in the result.
    """
    unknowns = {name: sympy.Dummy(name.name) for name in names}
    sides = [(left - right).expand().subs(unknowns) for left, right in equations]
    sides = [side for side in dict.fromkeys(sides) if side != 0]
    if any(side.is_number for side in sides):
        return []
    if any(side.has(sympy.floor, sympy.ceiling, sympy.Max, sympy.Min) for side in sides):
        return None
    try:
        found = sympy.solve(sides, [*unknowns.values()], dict=True)
    except NotImplementedError:
        return None
    back = {dummy: name for name, dummy in unknowns.items()}
    return [{back[dummy]: _turned(sympy.factor(value.subs(back))) for dummy, value in one.items()} for one in found]


def _turned(expr: Any) -> Any:
    """A product in which sums have more positive terms than negative ones, as far as their signs can be turned."""
    if not expr.is_Mul:
        return expr
    minus = expr.could_extract_minus_sign()
    powers = [factor.as_base_exp() for factor in expr.args]
    for base, exponent in sorted(powers, key=lambda power: power[1] == -1):
        negative = sum(term.could_extract_minus_sign() for term in base.args) if base.is_Add else 0
        if exponent.is_Integer and (2 * negative > len(base.args) or (minus and 2 * negative == len(base.args) > 0)):
            expr = sympy.Mul(-1 if exponent % 2 else 1, expr / base**exponent, (-base) ** exponent)
            minus = minus and not exponent % 2
    return expr


SIZES = frozenset("DHWLTN")
"""Symbols that mostly are sizes of an input, which formulas begin with."""


MOST_FACTORED = 20
"""Terms of a sum that is factored."""


def shortest(expr: Any) -> Any:
    """The shortest of the usual forms of a formula."""
    if expr.has(sympy.Max):
        parts = [shortest(part) for part in expr.args]
        # comparing every two of many formulas takes sympy minutes
        return expr.func(*parts, evaluate=False) if isinstance(expr, sympy.Max) else expr.func(*parts)
    if expr.has(sympy.floor):
        return expr
    forms = [expr, expanded := expr.expand()]
    if len(expanded.args) <= MOST_FACTORED:
        forms.append(_turned(sympy.factor(expanded)))
    return min(forms, key=lambda form: len(text(form)))


def terms(expr: Any, most: int) -> int:
    """How many terms a formula has at most once it is multiplied out; counted up to more than `most`."""
    counts = [terms(part, most) for part in expr.args]
    if expr.is_Mul:
        return prod(counts)
    if expr.is_Pow and expr.exp.is_Integer:
        # each term of the power picks as many of the base's terms as the exponent says
        base, exponent = min(counts[0], most + 1), min(abs(int(expr.exp)), most)
        return comb(base + exponent - 1, exponent)
    return max(sum(counts), 1) if expr.is_Add else max(counts, default=1)


class _Ordered:
    """Sums as people write them: something positive in front, numbers behind. (H - F + 2*P)/S + 1."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        terms = super()._as_ordered_terms(expr, order=order)  # type: ignore[misc]
        numbers = [term for term in terms if term.is_number]
        terms = [term for term in terms if not term.is_number]
        positive = [term for term in terms if not term.could_extract_minus_sign()]
        if positive and len(positive) < len(terms):
            first = min(positive, key=_leads)
            terms.remove(first)
            terms.insert(0, first)
        if not positive and any(number > 0 for number in numbers):
            return [*numbers, *terms]
        return [*terms, *numbers]


def _leads(term: Any) -> tuple[bool, bool]:
    """How well a term stands in front of a sum that has negative ones: small first."""
    return term.as_coeff_Mul()[0] != 1, not (SIZES & {symbol.name for symbol in term.free_symbols})


def _gathered(expr: Any) -> Any:
    """A formula with one fraction where there are several, and one number inside of a rounding: floor((H - 1)/2)."""
    if not expr.args:
        return expr
    if isinstance(expr, sympy.floor | sympy.ceiling):
        return expr.func(_one_fraction(expr.args[0]), evaluate=False)
    if (
        expr.is_Add
        and len(rounded := [part for part in expr.args if isinstance(part, sympy.floor | sympy.ceiling)]) == 1
    ):
        number = sum(part for part in expr.args if part.is_Integer)
        rest = [_gathered(part) for part in expr.args if part is not rounded[0] and not part.is_Integer]
        whole = rounded[0].func(_one_fraction(sympy.expand(rounded[0].args[0] + number)), evaluate=False)
        return sympy.Add(*rest, whole, evaluate=False) if rest else whole
    if expr.is_Add and (divided := _one_fraction(expr)) is not expr:
        return divided
    parts = [_gathered(part) for part in expr.args]
    same = all(new is old for new, old in zip(parts, expr.args, strict=True))
    return expr if same else expr.func(*parts, evaluate=False)


def _one_fraction(expr: Any) -> Any:
    """A sum of fractions as one, where whole numbers divide: (H - 3)/2."""
    numbers = [term.as_coeff_Mul()[0] for term in sympy.Add.make_args(expr)]
    divisor = lcm(*(int(number.q) for number in numbers if number.is_Rational))
    if divisor == 1 or not expr.is_Add:
        return expr
    return sympy.Mul(sympy.Rational(1, divisor), sympy.expand(expr * divisor), evaluate=False)


class _Text(_Ordered, StrPrinter):  # type: ignore[misc]
    """A Python expression."""


class _Latex(_Ordered, LatexPrinter):  # type: ignore[misc]
    """The inside of a formula in LaTeX."""


def text(expr: Any) -> str:
    """A formula as Python writes it: 49*C**2."""
    return str(_Text().doprint(_gathered(expr)))


def latex(expr: Any) -> str:
    """A formula as LaTeX writes it: 49 C^{2}."""
    return str(_Latex().doprint(_gathered(expr)))
