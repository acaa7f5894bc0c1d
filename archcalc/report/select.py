"""Which layers a report shows, and in which order: conditions like macs>1M, sorting, and the first so many."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from ..analysis.budget import quantity
from ..errors import UsageError
from ..ops import WORDS
from ..symbolic import pretty
from ..words import did_you_mean, layers_like, nearest
from .columns import column_of, known
from .lines import Line

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_AXES = ("receptive_field", "effective_stride", "effective_padding")
"""Columns that hold a number an axis."""
_EXAMPLES = ("write op=CONV,FC or macs>1M or name=layer3.* or op!=RELU",)


class Condition(NamedTuple):
    """What a layer must fulfil: the value of a column, = or != any of several texts, or < <= > >= a number."""

    text: str
    key: str
    sign: str
    values: tuple[str, ...]
    number: Fraction | None = None

    def holds(self, line: Line) -> bool:
        """Whether it holds for a layer. UsageError where a formula would have to be held against a number."""
        value = column_of(self.key).value(line)
        if self.sign in _COMPARE:
            return all(_COMPARE[self.sign](size, self.number) for size in _sizes(self.key, value, line))
        return self._is_any(value) == (self.sign == "=")

    def _is_any(self, value: Any) -> bool:
        if isinstance(value, int):
            return any(quantity(wanted) == value for wanted in self.values)
        text = str(value).lower()
        return any(fnmatchcase(text, wanted.lower().replace("[", "[[]")) for wanted in self.values)


def _sizes(key: str, value: Any, line: Line) -> list[Any]:
    """The numbers of a column that a comparison looks at; a text without a number fulfils none."""
    if isinstance(value, str):
        return [Fraction(size.strip("()")) for size in value.split("x")] if _is_sizes(value) else [float("nan")]
    if not isinstance(value, int):
        raise _formula(key, value, line)
    return [value]


def _is_sizes(text: str) -> bool:
    return re.fullmatch(r"\(?-?\d+(/\d+)?\)?(x\(?-?\d+(/\d+)?\)?)*", text, re.ASCII) is not None


def _formula(key: str, value: Any, line: Line) -> UsageError:
    what = f"{column_of(key).title} of {line.name} is {pretty(value)}, and no number to compare"
    return UsageError.of("E677", what, help=("give the free dimensions numbers: --set H=...",))


def condition(text: str) -> Condition:
    """A condition as it is written.

    >>> condition("macs > 1.5M").number, condition("op=CONV,FC").values
    (Fraction(1500000, 1), ('CONV', 'FC'))
    """
    found = re.fullmatch(r"\s*([\w -]+?)\s*(!=|<=|>=|==?|<|>)\s*(.*?)\s*", text, re.S)
    if found is None or not found[3]:
        shell = ("quote it: the shell takes < and > for itself",) if re.fullmatch(r"[\w -]+", text) else ()
        raise UsageError.of("E676", f"--where {text} is no condition", help=(*_EXAMPLES, *shell))
    key, sign, values = known(found[1]), found[2].replace("==", "="), tuple(map(str.strip, found[3].split(",")))
    if sign in _COMPARE:
        return Condition(text.strip(), key, sign, values, _amount(text, key, found[3]))
    if key == "op":
        for word in values:
            _check_word(word)
    if column_of(key).sums:
        for value in values:
            _amount(text, key, value)
    return Condition(text.strip(), key, sign, values)


def nearly(conditions: Sequence[Condition], lines: Sequence[Line]) -> list[str]:
    """Where no layer was found, the values that are nearest to what was asked for."""
    found: list[str] = []
    for one in conditions:
        if one.sign == "=" and not any(one.holds(line) for line in lines):
            values = dict.fromkeys(str(column_of(one.key).value(line)) for line in lines)
            found += [f"{one.key}={near}" for value in one.values for near in nearest(value, values, 1)]
    return found


def _amount(text: str, key: str, value: str) -> Fraction:
    number = quantity(value)
    if key in ("name", "op", "text") or number is None:
        what = f"{value} is no number" if number is None else f"{column_of(key).title} is no number"
        raise UsageError.of("E676", f"--where {text}: {what}", help=_EXAMPLES)
    return number


def _check_word(word: str) -> None:
    """A word that no layer has would never match."""
    if not set(word) & set("*?") and word.upper() not in WORDS:
        otherwise = "archcalc list --layers shows them all"
        if set(word) & set("<>=!"):
            otherwise = f'one condition each: --where op=CONV --where "{word}"'
        help = did_you_mean(layers_like(word, tuple(WORDS), guess=word.isalnum()), otherwise)
        raise UsageError.of("E676", f"there is no layer {word}", help=(help,))


class Order(NamedTuple):
    """What lines are sorted by, and whether from the end: the largest first, Z to A."""

    key: str
    backwards: bool

    def __str__(self) -> str:
        ways = ("the smallest first", "the largest first") if _numeric(self.key) else ("A to Z", "Z to A")
        return f"{column_of(self.key).title}, {ways[self.backwards]}"


def order(text: str) -> tuple[Order, ...]:
    """The orders of a list like `-macs,name`: - goes down, + goes up; without a sign numbers go down, texts up.

    >>> [tuple(one) for one in order("macs,+params,name")]
    [('macs', True), ('params', False), ('name', False)]
    """
    return tuple(_order(part.strip()) for part in text.split(","))


def _order(text: str) -> Order:
    key = known(text.lstrip("+-"))
    return Order(key, text[:1] == "-" or (text[:1] != "+" and _numeric(key)))


def _numeric(key: str) -> bool:
    return column_of(key).sums or key in _AXES


def arrange(lines: Sequence[Line], orders: Sequence[Order], top: int | None) -> list[Line]:
    """The lines sorted, the first `top` of them; lines that are alike keep their order."""
    found = list(lines)
    for one in reversed(orders):
        found.sort(key=lambda line, key=one.key: _rank(key, line), reverse=one.backwards)  # type: ignore[misc]
    return found[:top]


def _rank(key: str, line: Line) -> tuple[Any, ...]:
    """What a line is sorted by: a number, or a text with its numbers as numbers, h.2 before h.10."""
    value = column_of(key).value(line)
    if key in _AXES:
        return tuple(_sizes(key, value, line)) if _is_sizes(str(value)) else (-1,)
    if isinstance(value, str):
        return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", value))
    return tuple(_sizes(key, value, line))
