"""What expressions are worth: exact integers and fractions, shapes, arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from ..errors import SpecError
from ..ops import WORDS
from ..ops.fields import Array, Reference, Word
from ..shape import Pair, show
from ..symbolic import Symbolic, extreme, quotient, remainder, symbol
from ..syntax import tree
from ..unknown import Sought
from ..words import did_you_mean, layers_like, nearest
from . import advice
from .scope import Scope

MAX_BITS = 1000
"""Numbers beyond 10**301 have no use here, would not fit into floats, and powers of powers would take forever."""

Number = int | Fraction


def evaluate(value: tree.Value | tree.Expression | tree.Sides, scope: Scope) -> Any:
    """The value of a piece of syntax in a scope."""
    match value:
        case tree.Number(number):
            return number
        case tree.Glued(axes):
            return evaluate(axes[0], scope) if len(axes) == 1 else tuple([evaluate(axis, scope) for axis in axes])
        case tree.Name(text):
            return _name(value, text, scope)
        case tree.Sides(before, after):
            sides: Any = _number(before, scope), _number(after, scope)  # fields.py asks for whole ones
            return Pair(*sides)
        case tree.Operation(operator, operands):
            return _operation(value, operator, [_number(operand, scope) for operand in operands], scope)
        case tree.Text(text):
            return text
        case tree.Ref(label):
            return Reference(label)
        case tree.Items():
            return _array(value, scope)
        case _:
            return _unknown(value, scope)


def _unknown(value: tree.Unknown, scope: Scope) -> Any:
    if scope.unknowns is None:
        raise scope.error(value, "E251", "? asks for a value", ("archcalc solve finds it",))
    return scope.unknowns.value((scope.source.file, value.start))


def _name(name: tree.Name, text: str, scope: Scope) -> Any:
    found = scope.find(text)
    if found is not None:
        return found
    if not text[0].islower() and text[0] != "_":
        if any(map(str.islower, text)):
            raise scope.error(
                name,
                "E201",
                f"{text} has no value here",
                (did_you_mean(layers_like(text, WORDS), "numbers, names set by let, and UPPERCASE symbols have one"),),
            )
        return Word(text) if text in WORDS else symbol(text, scope.assumptions)
    if scope.lost(text) or scope.misses_import():
        raise SpecError  # the mistake that lost the volume has been reported
    raise scope.error(name, "E201", f"{text} has no value here", (advice.name(text, list(scope.names())),))


def _number(value: tree.Expression, scope: Scope) -> Number:
    number = evaluate(value, scope)
    if isinstance(number, int | Fraction | Symbolic | Sought):
        return number  # type: ignore[return-value]
    raise scope.error(
        value,
        "E202",
        "arithmetic needs numbers",
        ("let n=64 and parameters give names to numbers",),
        f"this is {_what(number)}",
    )


def _what(value: Any) -> str:
    """What a value is, for people."""
    if isinstance(value, tuple) and not isinstance(value, Array | Pair):
        return f"the shape {show(value)}"
    return f'the text "{value}"' if type(value) is str else str(value) if isinstance(value, Pair) else "no number"


def _operation(value: tree.Operation, operator: str, numbers: list[Number], scope: Scope) -> Number:
    symbolic = any(isinstance(number, Symbolic) for number in numbers)
    function = (_SYMBOLIC if symbolic else _OPERATORS).get(operator)
    if function is None:
        help = did_you_mean(nearest(operator, FUNCTIONS, 1), f"there are {', '.join(FUNCTIONS)}")
        raise scope.error(value, "E203", f"{operator} is no function", (help,))
    try:
        if symbolic:
            _check_symbolic(operator, numbers)
        result = function(*numbers)
    except ZeroDivisionError:
        raise scope.error(value, "E204", "division by zero", ("divide by another number",)) from None
    except TypeError:
        message = f"{operator} takes another number of values"
        help = "floor, ceil and sqrt take one number, min and max several"
        raise scope.error(value, "E205", message, (help,), f"{len(numbers)} given") from None
    except ValueError:
        raise _no_root(value, numbers, scope) from None
    except OverflowError:
        result, symbolic = _HUGE, False
    if symbolic or isinstance(result, Sought):
        return result
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > MAX_BITS:
        raise scope.error(value, "E209", f"the number has more than {MAX_BITS} bits", ("no network needs it",))
    return int(result) if isinstance(result, Fraction) and result.denominator == 1 else result


def _check_symbolic(operator: str, numbers: list[Any]) -> None:
    """What algebra does not refuse by itself: nothing divides by 0, exponents are whole and small."""
    if operator in ("/", "//", "%") and numbers[1] == 0:
        raise ZeroDivisionError
    if operator == "**" and (not isinstance(numbers[1], int | Fraction) or numbers[1].denominator != 1):
        raise ValueError
    if operator == "**" and abs(numbers[1]) > _HIGHEST:
        raise OverflowError


_HIGHEST = 64
"""Exponents of symbols."""


def _no_root(value: tree.Operation, numbers: list[Number], scope: Scope) -> SpecError:
    if value.operator == "sqrt":
        message, help = "a negative number has no square root", "sqrt takes numbers from 0 on"
        return scope.error(value, "E232", message, (help,), f"this is {numbers[0]}")
    message, help = "an exponent is a whole number", "sqrt(n) takes the square root"
    return scope.error(value, "E232", message, (help,), f"this is {numbers[-1]}")


_HUGE = 1 << MAX_BITS


def _power(base: Number, exponent: Number) -> Number:
    if exponent.denominator != 1:
        raise ValueError
    size = max(Fraction(base).numerator.bit_length(), Fraction(base).denominator.bit_length())
    power = int(exponent)
    if size * abs(power) > 2 * MAX_BITS:
        raise OverflowError
    return Fraction(base) ** power


def _floor(value: Number) -> int:
    return math.floor(value)


def _ceil(value: Number) -> int:
    return math.ceil(value)


def _sqrt(value: Number) -> Fraction:
    """Exact if the root is a fraction, else to 64 binary places."""
    top, bottom = Fraction(value).as_integer_ratio()
    return Fraction(math.isqrt(top * bottom << 128), bottom << 64)


FUNCTIONS: dict[str, Callable[..., Number]] = {
    "min": min, "max": max, "ceil": _ceil, "floor": _floor, "sqrt": _sqrt,
}  # fmt: skip
_OPERATORS: dict[str, Callable[..., Number]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: Fraction(left) / Fraction(right),
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": _power,
    "negative": lambda value: -value,
    **FUNCTIONS,
}


_SYMBOLIC: dict[str, Callable[..., Any]] = {
    **_OPERATORS,
    "/": lambda left, right: left / right if isinstance(left, Symbolic) else Fraction(left) / right,
    "//": quotient,
    "%": remainder,
    "**": lambda left, right: left**right,
    **{name: partial(extreme, name) for name in FUNCTIONS},
}
"""The same for numbers with symbols in them."""


def _array(value: tree.Items, scope: Scope) -> Array:
    scale: Number = 1 if value.scale is None else Fraction(_number(value.scale, scope))
    if value.operator == "/":
        if scale == 0:
            raise scope.error(value, "E204", "division by zero", ("divide by another number",))
        scale = 1 / Fraction(scale)
    return Array(_items(value, scope, scale))


def _items(value: tree.Items, scope: Scope, scale: Number) -> tuple[Any, ...]:
    items: list[Any] = []
    for item in value.items:
        if isinstance(item, tree.Items):
            items.append(_array(item, scope).items if scale == 1 else _items(item, scope, scale))
        else:
            items.append(_number(item, scope) * scale)
    lengths = {_shape(item) for item in items}
    if len(lengths) > 1:
        note = " and ".join(sorted({str(len(item)) if isinstance(item, tuple) else "a number alone" for item in items}))
        raise scope.error(
            value, "E206", "the rows of the array differ in length", ("give every row as many numbers",), note
        )
    return tuple(items)


def _shape(item: Any) -> tuple[int, ...]:
    return (len(item), *_shape(item[0])) if isinstance(item, tuple) else ()


def integer(value: tree.Expression, scope: Scope, what: str) -> int:
    """A whole number of at least 0."""
    number = _number(value, scope)
    if isinstance(number, Symbolic | Sought):
        help = ("give it a value: --set, or let above it",)
        raise scope.error(value, "E255", f"{what} is not known", help, f"this is {number}")
    if Fraction(number).denominator != 1 or number < 0:
        help = ("[ ... ]*2 repeats twice, [ ... ]*0 is nothing",)
        raise scope.error(value, "E207", f"{what} must be a whole number of at least 0", help, f"this is {number}")
    return int(number)
