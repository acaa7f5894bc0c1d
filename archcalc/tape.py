"""Numbers that are tried, and the tape of all that is computed from them and asked of them.

A question mark that stands for a tried number flows through the same facts of the same ops as any integer. The tape
then tells for which other numbers everything would have gone the same way, and what would have come out.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, ne, sub
from typing import Any, NamedTuple

from .unknown import Sought

Exact = int | Fraction


class Step(NamedTuple):
    """One computation; it gives the next place on the tape, and reads others. "number" is a constant, "tried" given."""

    kind: str
    one: Any
    other: int = 0


class Ask(NamedTuple):
    """A question that decided how to go on: two places were compared, or ("is") one was asked for its number."""

    kind: str
    one: int
    other: int
    answer: Exact


class Refused(Exception):
    """There is no network with the numbers that are being tried; why does not matter."""


def is_tried(*numbers: object) -> bool:
    """Whether any of the numbers is being tried."""
    return any(isinstance(number, Tried) for number in numbers)


def refuse(*numbers: object) -> None:
    """Stop here if any of the numbers is being tried: nobody will read what would be right instead."""
    if is_tried(*numbers):
        raise Refused


class Tape:
    """What is computed from the tried numbers, and asked of them, in its order; each thing once."""

    def __init__(self) -> None:
        self.events: list[Step | Ask] = []
        self._places = 0
        self._steps: dict[Step, Tried] = {}
        self._asked: dict[tuple[str, int, int], bool] = {}

    def tried(self, index: int, value: int) -> Tried:
        """The number that is tried for an unknown."""
        return self._step(Step("tried", index), value, whole=True)

    def place(self, value: Any) -> Tried | None:
        """A number on the tape; None for what is no number."""
        if isinstance(value, Tried):
            return value
        return self._number(value) if isinstance(value, int | Fraction) else None

    def compute(self, kind: str, one: Tried, other: Tried) -> Tried:
        """The result of a computation. What cancels leaves no trace, because intervals would not see that it does."""
        value = COMPUTATIONS[kind](one.value, other.value)
        if one.constant and other.constant:
            return self._number(value)
        if kind in "+-" and other.constant:
            return self._moved(one, other.value if kind == "+" else -other.value)
        if kind == "+" and one.constant:
            return self._moved(other, one.value)
        if other.constant and other.value == 1 and (kind in "*/" or one.whole):
            return self._number(0) if kind == "%" else one
        whole = kind == "//" or (kind != "/" and one.whole and other.whole)
        return self._step(Step(kind, one.place, other.place), value, whole)

    def _moved(self, one: Tried, by: Exact) -> Tried:
        """A number plus a constant, which are added up."""
        if one.moved:
            one, before = one.moved
            by += before
        if by == 0:
            return one
        constant = self._number(by)
        made = self._step(Step("+", one.place, constant.place), one.value + by, one.whole and constant.whole)
        made.moved = (one, by)
        return made

    def _number(self, value: Exact) -> Tried:
        return self._step(Step("number", value), value, isinstance(value, int), constant=True)

    def _step(self, step: Step, value: Exact, whole: bool, constant: bool = False) -> Tried:
        known = self._steps.get(step)
        if known is None:
            known = self._steps[step] = Tried(self, self._places, value, whole, constant)
            self._places += 1
            self.events.append(step)
        return known

    def ask(self, kind: str, one: Tried, other: Tried) -> bool:
        """The answer to a question."""
        if one is other:
            return kind in ("==", ">=", "<=")
        question = (kind, one.place, other.place)
        if question not in self._asked:
            self._asked[question] = bool(QUESTIONS[kind](one.value, other.value))
            self.events.append(Ask(*question, self._asked[question]))
        return self._asked[question]


def divide(one: Exact, other: Exact) -> Exact:
    """The exact quotient."""
    quotient = Fraction(one) / Fraction(other)
    return int(quotient) if quotient.denominator == 1 else quotient


COMPUTATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": sub, "*": mul, "/": divide, "//": floordiv, "%": mod,
}  # fmt: skip
QUESTIONS: dict[str, Callable[[Any, Any], Any]] = {">": gt, "<": lt, ">=": ge, "<=": le, "==": eq, "!=": ne}


def _computed(kind: str) -> Callable[[Tried, Any], Any]:
    def compute(self: Tried, other: Any) -> Any:
        right = self.tape.place(other)
        if right is None:
            return NotImplemented
        return self.tape.compute(kind, self, right)

    return compute


def _reflected(kind: str) -> Callable[[Tried, Any], Any]:
    def compute(self: Tried, other: Any) -> Any:
        left = self.tape.place(other)
        return NotImplemented if left is None else self.tape.compute(kind, left, self)

    return compute


def _compared(kind: str) -> Callable[[Tried, Any], bool]:
    def compare(self: Tried, other: Any) -> bool:
        right = self.tape.place(other)
        return self.tape.ask(kind, self, right) if right is not None else NotImplemented

    return compare


class Tried(Sought):
    """A number that is being tried."""

    __slots__ = ("constant", "moved", "place", "tape", "value", "whole")

    def __init__(self, tape: Tape, place: int, value: Exact, whole: bool, constant: bool) -> None:
        self.tape, self.place, self.value, self.whole, self.constant = tape, place, value, whole, constant
        self.moved: tuple[Tried, Exact] | None = None
        """The number, and the constant, of which this is the sum."""

    __add__, __radd__ = _computed("+"), _reflected("+")
    __sub__, __rsub__ = _computed("-"), _reflected("-")
    __mul__, __rmul__ = _computed("*"), _reflected("*")
    __truediv__, __rtruediv__ = _computed("/"), _reflected("/")
    __floordiv__, __rfloordiv__ = _computed("//"), _reflected("//")
    __mod__, __rmod__ = _computed("%"), _reflected("%")
    __gt__, __lt__, __ge__, __le__ = _compared(">"), _compared("<"), _compared(">="), _compared("<=")

    def __eq__(self, other: object) -> bool:
        right = self.tape.place(other)
        return right is not None and self.tape.ask("==", self, right)

    def __hash__(self) -> int:
        # equal numbers must not be found in caches, where those of other tapes are
        return id(self)

    def __bool__(self) -> bool:
        return self != 0

    def __neg__(self) -> Any:
        return 0 - self

    def __pow__(self, exponent: Any) -> Any:
        return int(self) ** int(exponent)

    def __rpow__(self, base: Any) -> Any:
        return base ** int(self)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __floor__(self) -> Any:
        return self // 1

    def __ceil__(self) -> Any:
        return -(-self // 1)

    def __index__(self) -> int:
        """The number itself: what follows holds for no other."""
        self.tape.events.append(Ask("is", self.place, self.place, self.value))
        if not isinstance(self.value, int):
            raise Refused
        return self.value

    __int__ = __index__

    def __str__(self) -> str:
        return str(self.value)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)
