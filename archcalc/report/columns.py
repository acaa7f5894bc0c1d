"""The columns that a table can have."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any, NamedTuple

from ..analysis.table import CONVENTION, Totals
from ..errors import UsageError
from ..shape import show
from ..symbolic import simple
from ..words import nearest
from .lines import Line
from .spell import each, memory, pads, thousands, without_arrays


class Column(NamedTuple):
    """A column: its title, what it holds, and how that is written for people."""

    title: str
    value: Callable[[Line], int | str | None]
    """Exact: a number, or text; None where it is not known."""
    write: Callable[[Any], str] = str
    total: Callable[[Totals], int] | None = None
    adds: bool = False
    """Whether the sum over all layers is a total of its own."""
    partial: bool = False
    """Whether it may not be known of a layer."""

    @property
    def sums(self) -> bool:
        """Whether layers can be summed up."""
        return self.adds or self.total is not None


def _number(title: str, key: str) -> Column:
    return Column(title, lambda line: simple(getattr(line, key)), thousands, lambda totals: getattr(totals, key))


def _work(title: str, key: str, times: int = 1) -> Column:
    """What a layer computes, which is not known of every layer; a block holds the sum of what is known."""

    def value(line: Line) -> int | None:
        known = any([row.cost.counted for row in line.rows])
        return simple(times * getattr(line, key)) if known else None

    return Column(title, value, thousands, lambda totals: times * getattr(totals, key), partial=True)


def _axes(line: Line, what: str) -> str:
    """One property of the receptive field along every axis."""
    if line.field is None:
        return ""
    return each([_plain(getattr(axis, what)) for axis in line.field]) if line.field else ""


def _plain(value: int | Fraction) -> str:
    if not isinstance(value, int | Fraction):
        return show((simple(value),))
    return str(int(value)) if value == int(value) else f"({value})"


COLUMNS: dict[str, Column] = {
    "name": Column("layer", lambda line: line.name),
    "op": Column("word", lambda line: line.op),
    "text": Column("operation", lambda line: line.text, without_arrays),
    "inputs": Column("input", lambda line: " ".join(map(show, line.inputs))),
    "output": Column("output", lambda line: show(line.output)),
    "params": _number("params", "params"),
    "buffers": _number("buffers", "buffers"),
    "macs": _work("multiply-adds", "macs"),
    "flops": _work("FLOPs", "macs", 2),
    "connections": _work("connections", "connections"),
    "activations": _number("activations", "activations"),
    "activation_bytes": Column(
        "memory", lambda line: simple(line.activation_bytes), memory, lambda totals: totals.activation_bytes
    ),
    "pads": Column("pad", lambda line: pads(line.pads)),
    "receptive_field": Column("field", lambda line: _axes(line, "size")),
    "effective_stride": Column("stride", lambda line: _axes(line, "stride")),
    "effective_padding": Column("padding", lambda line: _axes(line, "padding")),
    "convention": Column("counted as", lambda line: CONVENTION if line.counted else ""),
}
"""By their names in JSON, which head the columns of CSV."""

DEFAULT = ("name", "text", "output", "params", "macs", "activation_bytes", "receptive_field")
EXACT = (
    "name", "text", "output", "params", "buffers", "macs", "activations", "activation_bytes", "receptive_field",
    "convention",
)  # fmt: skip
"""What CSV holds unless other columns are chosen."""

LEFT = ("name", "op", "text", "convention")
"""Columns that stand at the left; the others hold numbers and sizes."""

_BY_TITLE = {column.title.lower(): key for key, column in COLUMNS.items()}


def chosen(names: str) -> tuple[str, ...]:
    """The columns of a list like `name,output,params`; a column is known by its name in JSON and by its title.

    `all` stands for every column; a list that starts with + comes after the usual ones. The names of other tools, as
    `archcalc compare-tools` has them, are columns of what they count.

    >>> chosen("layer,output,macs"), chosen("+flops")[-2:]
    (('name', 'output', 'macs'), ('receptive_field', 'flops'))
    """
    if names.strip() == "all":
        return tuple(COLUMNS)
    first = DEFAULT if names.lstrip().startswith("+") else ()
    found = [known(name.strip()) for name in names.strip().removeprefix("+").split(",")]
    return tuple(dict.fromkeys([*first, *found]))


def column_of(key: str) -> Column:
    """The column of that key: one of ours, or what another tool counts."""
    return COLUMNS[key] if key in COLUMNS else _tools().column(key)


def _tools() -> ModuleType:
    from . import tools  # noqa: PLC0415 - few ask for them

    return tools


def known(name: str) -> str:
    """The key of a column by its key, its title or its tool. UsageError, with the nearest, if there is none."""
    key = _BY_TITLE.get(name.lower(), name.lower())
    if key in COLUMNS or key in (others := _tools().names()):
        return key
    near = nearest(name.lower(), dict.fromkeys((*COLUMNS, *_BY_TITLE, *others)))
    help = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(COLUMNS)}"
    raise UsageError.of("E621", f"there is no column {name}", help=(help,))
