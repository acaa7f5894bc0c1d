"""What a network supposes of its symbols, said as briefly as it can be. Imported only where there are symbols."""

from __future__ import annotations

from math import lcm
from typing import Any

import sympy

from .symbolic import pretty

Pairs = list[tuple[Any, Any]]


def state(equal: Pairs, whole: Pairs, bounds: Pairs) -> tuple[str, ...]:
    """Conditions as text: equal sizes, divisibility, then the least sizes; what follows from another is left out."""
    fixed = {symbol for symbol, _ in map(_fixed, equal) if symbol is not None}
    open_whole = [pair for pair in whole if not (pair[0] / pair[1]).free_symbols <= fixed]
    open_bounds = [pair for pair in bounds if not (pair[0] - pair[1]).free_symbols <= fixed]
    return (*dict.fromkeys(map(_same, equal)), *_divisibility(open_whole), *_bounds(open_bounds))


def _fixed(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """The symbol that an equation gives a whole number, and the number; None if it does not."""
    difference = pair[0] - pair[1]
    if len(difference.free_symbols) != 1 or not difference.is_polynomial():
        return None, None
    symbol = next(iter(difference.free_symbols))
    poly = sympy.Poly(difference, symbol)
    if poly.degree() != 1:
        return None, None
    slope, offset = poly.all_coeffs()
    value = -offset / slope
    return (symbol, value) if value.is_Integer and value > 0 else (None, None)


def _same(pair: tuple[Any, Any]) -> str:
    symbol, value = _fixed(pair)
    return f"{pretty(pair[0])} = {pretty(pair[1])}" if symbol is None else f"{symbol} = {value}"


def _divisibility(whole: Pairs) -> list[str]:
    classes: dict[Any, set[tuple[int, int]]] = {}
    others = []
    for number, divisor in whole:
        residue = _residue(number / divisor)
        if residue is None:
            top, bottom = sympy.fraction(sympy.together(number / divisor))
            others.append(f"{pretty(top)} is divisible by {pretty(bottom)}")
        else:
            symbol, modulus, rest = residue
            classes.setdefault(symbol, set()).add((modulus, rest))
    texts = [_say(symbol, *one) for symbol, found in classes.items() for one in _strongest(found)]
    return list(dict.fromkeys(texts + others))


def _residue(quotient: Any) -> tuple[Any, int, int] | None:
    """symbol, m, r where the quotient (symbol + a)/m is whole: the symbol leaves r when divided by m."""
    symbols = quotient.free_symbols
    if len(symbols) != 1 or not quotient.is_polynomial():
        return None
    symbol = symbols.pop()
    poly = sympy.Poly(quotient, symbol)
    if poly.degree() != 1:
        return None
    slope, offset = poly.all_coeffs()
    modulus = lcm(int(slope.q), int(offset.q))
    factor = int(slope * modulus)
    # factor*symbol + offset*modulus must be a multiple of the modulus
    try:
        rest = -int(offset * modulus) * pow(factor, -1, modulus) % modulus
    except ValueError:
        return None
    return symbol, modulus, rest


def _strongest(found: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The classes that no other implies: being 2 modulo 4 implies being even."""
    return sorted(one for one in found if one[0] > 1 and not any(_implies(other, one) for other in found))


def _implies(other: tuple[int, int], one: tuple[int, int]) -> bool:
    return other[0] > one[0] and other[0] % one[0] == 0 and other[1] % one[0] == one[1]


def _say(symbol: Any, modulus: int, rest: int) -> str:
    if not rest:
        return f"{symbol} is divisible by {modulus}"
    shift = f"{symbol} - {rest}" if rest <= modulus // 2 else f"{symbol} + {modulus - rest}"
    return f"{shift} is divisible by {modulus}"


def _bounds(bounds: Pairs) -> list[str]:
    least: dict[Any, int] = {}
    others = []
    for large, small in bounds:
        bound = _least(_unrounded(large - small))
        if bound is None:
            others.append(f"{pretty(large)} >= {pretty(small)}")
        else:
            least[bound[0]] = max(least.get(bound[0], 1), bound[1])
    return [*(f"{symbol} >= {value}" for symbol, value in least.items() if value > 1), *dict.fromkeys(others)]


def _unrounded(difference: Any) -> Any:
    """A difference without the rounding in it: floor(x) reaches a whole number where x does."""
    rounded = [term for term in sympy.Add.make_args(difference) if isinstance(term, sympy.floor)]
    rest = difference - sum(rounded)
    return rest + rounded[0].args[0] if len(rounded) == 1 and rest.is_Integer else difference


def _least(difference: Any) -> tuple[Any, int] | None:
    """symbol, n where a difference in one symbol is not negative from n on."""
    symbols = difference.free_symbols
    if len(symbols) != 1 or not difference.is_polynomial():
        return None
    symbol = symbols.pop()
    poly = sympy.Poly(difference, symbol)
    if poly.degree() != 1 or poly.LC() <= 0:
        return None
    slope, offset = poly.all_coeffs()
    return symbol, int(sympy.ceiling(-offset / slope))
