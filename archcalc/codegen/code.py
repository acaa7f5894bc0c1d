"""Python expressions as data, so that equal parts can be folded before anything is printed.

Literals are leaves of their own: two expressions that differ in literals only can become one, with parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

WIDTH = 100
"""Columns of printed code."""

SUM, PRODUCT, ATOM = 1, 2, 3
"""How tightly an expression binds."""

REQUIRED: Any = ...
"""Instead of a default: the argument is always written."""


class Code:
    """An expression."""

    level = ATOM

    def over(self, change: Callable[[Code], Code]) -> Code:
        """The same with `change` applied to its direct parts."""
        return self

    def parts(self) -> tuple[Code, ...]:
        """Its direct parts."""
        return ()


@dataclass(frozen=True)
class Lit(Code):
    """A literal, and what it would be called as a parameter."""

    value: Any
    name: str = ""


@dataclass(frozen=True)
class In(Code):
    """What goes into a step: its first operand is 0."""

    index: int = 0


@dataclass(frozen=True)
class Own(Code):
    """The module of the layer itself, or a part of it."""

    part: str = ""


@dataclass(frozen=True)
class Raw(Code):
    """Finished text."""

    text: str
    level: int = ATOM


@dataclass(frozen=True)
class Derived(Code):
    """A parameter, or what follows from one: times * param // over + plus."""

    param: str
    times: int = 1
    over_: int = 1
    plus: int = 0

    @property
    def level(self) -> int:  # type: ignore[override]
        """A bare parameter is a name."""
        if self.plus:
            return SUM
        return PRODUCT if self.times != 1 or self.over_ != 1 else ATOM


@dataclass(frozen=True)
class Arg:
    """An argument of a call; it is left out where it has its default."""

    value: Code
    key: str = ""
    default: Any = REQUIRED

    @property
    def written(self) -> bool:
        """Whether it differs from its default."""
        if self.default is REQUIRED or not isinstance(self.value, Lit):
            return True
        return not same(self.value.value, self.default)


@dataclass(frozen=True)
class Call(Code):
    """A function or a class, called."""

    function: Code
    args: tuple[Arg, ...] = ()

    def over(self, change: Callable[[Code], Code]) -> Call:
        return Call(change(self.function), tuple(replace(arg, value=change(arg.value)) for arg in self.args))

    def parts(self) -> tuple[Code, ...]:
        return (self.function, *(arg.value for arg in self.args))


@dataclass(frozen=True)
class Suffix(Code):
    """An expression and what is glued to it: an attribute, an index."""

    base: Code
    pieces: tuple[str | Code, ...]

    def over(self, change: Callable[[Code], Code]) -> Suffix:
        return Suffix(change(self.base), tuple(item if isinstance(item, str) else change(item) for item in self.pieces))

    def parts(self) -> tuple[Code, ...]:
        return (self.base, *(item for item in self.pieces if not isinstance(item, str)))


@dataclass(frozen=True)
class Span(Code):
    """start:end in an index; what says nothing is left out."""

    start: Code | None = None
    end: Code | None = None

    def over(self, change: Callable[[Code], Code]) -> Span:
        return Span(self.start and change(self.start), self.end and change(self.end))

    def parts(self) -> tuple[Code, ...]:
        return tuple(end for end in (self.start, self.end) if end is not None)


@dataclass(frozen=True)
class Infix(Code):
    """Expressions with an operator between them."""

    sign: str
    items: tuple[Code, ...]

    @property
    def level(self) -> int:  # type: ignore[override]
        """That of the operator."""
        return SUM if self.sign in "+-" else PRODUCT

    def over(self, change: Callable[[Code], Code]) -> Infix:
        return Infix(self.sign, tuple(map(change, self.items)))

    def parts(self) -> tuple[Code, ...]:
        return self.items


@dataclass(frozen=True)
class Items(Code):
    """A list, or keywords' values: what stands between two brackets."""

    items: tuple[Code, ...]
    brackets: str = "[]"

    def over(self, change: Callable[[Code], Code]) -> Items:
        return Items(tuple(map(change, self.items)), self.brackets)

    def parts(self) -> tuple[Code, ...]:
        return self.items


@dataclass(frozen=True)
class Progress(Code):
    """start + step * i inside a Repeat."""

    start: Code
    step: Code

    def over(self, change: Callable[[Code], Code]) -> Progress:
        return Progress(change(self.start), change(self.step))

    def parts(self) -> tuple[Code, ...]:
        return (self.start, self.step)


@dataclass(frozen=True)
class Repeat(Code):
    """[item for i in range(count)], the items named stem + number where there is a stem."""

    item: Code
    count: Code
    stem: str = ""
    first: int = 0
    star: bool = True
    """Whether it is spliced into arguments."""

    def over(self, change: Callable[[Code], Code]) -> Repeat:
        return replace(self, item=change(self.item), count=change(self.count))

    def parts(self) -> tuple[Code, ...]:
        return (self.item, self.count)


def same(a: Any, b: Any) -> bool:
    """Equality that tells True from 1."""
    return type(a) is type(b) and bool(a == b)


def call(function: str | Code, *args: Any, **keywords: Any) -> Call:
    """A call; literals may be given as they are, keywords as (value, default)."""
    given = [item if isinstance(item, Arg) else Arg(code(item)) for item in args]
    for key, item in keywords.items():
        value, default = item if isinstance(item, tuple) and len(item) == 2 else (item, REQUIRED)
        given.append(Arg(code(value, key), key, default))
    return Call(Raw(function) if isinstance(function, str) else function, tuple(given))


def code(value: Any, name: str = "") -> Code:
    """The value itself, or as a literal."""
    return value if isinstance(value, Code) else Lit(value, name)


def method(base: Code, name: str, *args: Any, **keywords: Any) -> Call:
    """A call of a method."""
    return call(Suffix(base, (f".{name}",)), *args, **keywords)


def change(item: Code, leaf: Callable[[Code], Code]) -> Code:
    """The expression with `leaf` applied to all its leaves."""
    return item.over(lambda part: change(part, leaf)) if item.parts() else leaf(item)


def leaves(item: Code) -> Iterator[Code]:
    """All leaves, from left to right."""
    inner = item.parts()
    if not inner:
        yield item
    for part in inner:
        yield from leaves(part)


def literals(item: Code) -> list[Lit]:
    """All literals, from left to right."""
    return [leaf for leaf in leaves(item) if isinstance(leaf, Lit)]


def uses(item: Code, index: int) -> int:
    """How often an operand stands in the expression."""
    return sum(leaf == In(index) for leaf in leaves(item))


def skeleton(item: Code) -> Code:
    """The expression without the values of its literals."""
    return change(item, lambda leaf: Lit(None) if isinstance(leaf, Lit) else leaf)


def fill(item: Code, operands: tuple[Code, ...], own: Callable[[str], Code]) -> Code:
    """The expression with its operands and its module put in."""

    def leaf(part: Code) -> Code:
        if isinstance(part, In):
            return operands[part.index]
        return own(part.part) if isinstance(part, Own) else part

    return change(item, leaf)
