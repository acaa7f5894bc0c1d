"""The syntax tree: what a spec says, before it means anything. Every node ends with its offsets in the text."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from ..source import Amount


class Number(NamedTuple):
    value: int | Fraction
    start: int
    end: int


class Name(NamedTuple):
    """A lower case name, or an UPPERCASE word where a value is expected."""

    text: str
    start: int
    end: int


class Unknown(NamedTuple):
    """A question mark."""

    start: int
    end: int


class Operation(NamedTuple):
    """Arithmetic: an operator, or a function's name, and what it works on."""

    operator: str
    operands: tuple[Expression, ...]
    start: int
    end: int


class Sides(NamedTuple):
    """before:after"""

    before: Expression
    after: Expression
    start: int
    end: int


class Glued(NamedTuple):
    """Sizes joined by x; a single one stands for itself."""

    axes: tuple[Expression | Sides, ...]
    start: int
    end: int


class Text(NamedTuple):
    value: str
    start: int
    end: int


class Ref(NamedTuple):
    """@label"""

    label: str
    start: int
    end: int


class Items(NamedTuple):
    """Numbers in brackets, with a scale: [[1,1],[1,1]]/4."""

    items: tuple[Items | Expression, ...]
    operator: str
    scale: Expression | None
    start: int
    end: int


class Argument(NamedTuple):
    """A value with its key; "" for one given by place. `short` marks a glued one: s2."""

    key: str
    value: Value
    short: bool
    start: int
    end: int


class Layer(NamedTuple):
    """An UPPERCASE word with its arguments; `branches` is None without brackets."""

    word: str
    arguments: tuple[Argument, ...]
    branches: tuple[Chain, ...] | None
    start: int
    end: int


class Use(NamedTuple):
    """A block, by its lower case name."""

    name: str
    arguments: tuple[Argument, ...]
    branches: tuple[Chain, ...] | None
    start: int
    end: int


class Group(NamedTuple):
    """Chains in brackets without a layer before them, and how often they repeat."""

    chains: tuple[Chain, ...]
    count: Expression | None  # type: ignore[assignment]  # hides tuple.count, which nobody needs of a group
    start: int
    end: int


class Lost(NamedTuple):
    """What stood where a mistake was found; the mistake has been reported."""

    start: int
    end: int


class Stage(NamedTuple):
    """One step of a chain, its label ("" for none) and the volume that it claims to give."""

    label: str
    head: Layer | Use | Ref | Group | Lost
    claim: Glued | None
    start: int
    end: int


class Setting(NamedTuple):
    key: str
    value: Value
    start: int
    end: int


class Stated(NamedTuple):
    """A count that a slide states of some of its rows, by their offsets, in all the ways in which it is put."""

    key: str
    said: str
    amounts: tuple[Amount, ...]
    rows: tuple[tuple[int, int], ...]
    total: bool
    start: int
    end: int


class Declaration(NamedTuple):
    """set, check or let, with its settings."""

    kind: str
    settings: tuple[Setting, ...]
    start: int
    end: int


class Import(NamedTuple):
    path: str
    alias: str
    start: int
    end: int


class Parameter(NamedTuple):
    name: str
    default: Value | None
    start: int
    end: int


class Definition(NamedTuple):
    """def name parameters { lets, then a chain }"""

    name: str
    parameters: tuple[Parameter, ...]
    lets: tuple[Declaration, ...]
    body: tuple[Stage, ...]
    start: int
    end: int


Expression = Number | Name | Unknown | Operation
Value = Glued | Text | Name | Ref | Items
Chain = tuple[Stage, ...]
Line = Stage | Declaration | Import | Definition | Stated
Spec = tuple[Line, ...]
