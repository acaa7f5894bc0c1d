"""The columns that a table can have."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from ..analysis.table import Totals
from ..errors import UsageError
from ..shape import show
from ..symbolic import simple
from ..words import nearest
from .lines import Line
from .spell import each, memory, pads, thousands, without_arrays


class Column(NamedTuple):
    """A column: its title, what it holds, and how that is written for people."""

    title: str
    value: Callable[[Line], int | str]
    """Exact: a number, or text."""
    write: Callable[[Any], str] = str
    total: Callable[[Totals], int] | None = None


def _number(title: str, key: str) -> Column:
    return Column(title, lambda line: simple(getattr(line, key)), thousands, lambda totals: getattr(totals, key))


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
    "text": Column("operation", lambda line: line.text, without_arrays),
    "inputs": Column("input", lambda line: " ".join(map(show, line.inputs))),
    "output": Column("output", lambda line: show(line.output)),
    "params": _number("params", "params"),
    "buffers": _number("buffers", "buffers"),
    "macs": _number("multiply-adds", "macs"),
    "flops": Column("FLOPs", lambda line: 2 * line.macs, thousands, lambda totals: totals.flops),
    "connections": _number("connections", "connections"),
    "activations": _number("activations", "activations"),
    "activation_bytes": Column(
        "memory", lambda line: line.activation_bytes, memory, lambda totals: totals.activation_bytes
    ),
    "pads": Column("pad", lambda line: pads(line.windows)),
    "receptive_field": Column("field", lambda line: _axes(line, "size")),
    "effective_stride": Column("stride", lambda line: _axes(line, "stride")),
    "effective_padding": Column("padding", lambda line: _axes(line, "padding")),
}
"""By their names in JSON, which head the columns of CSV."""

DEFAULT = ("name", "text", "output", "params", "macs", "activation_bytes", "receptive_field")
EXACT = (*DEFAULT[:3], "params", "buffers", "macs", "activations", "activation_bytes", "receptive_field")
"""What CSV holds unless other columns are chosen."""

LEFT = ("name", "text")
"""Columns that stand at the left; the others hold numbers and sizes."""

_BY_TITLE = {column.title.lower(): key for key, column in COLUMNS.items()}


def chosen(names: str) -> tuple[str, ...]:
    """The columns of a list like `name,output,params`; a column is known by its name in JSON and by its title.

    >>> chosen("layer,output,macs")
    ('name', 'output', 'macs')
    """
    return tuple(_known(name.strip()) for name in names.split(","))


def _known(name: str) -> str:
    key = _BY_TITLE.get(name.lower(), name)
    if key in COLUMNS:
        return key
    near = nearest(name, dict.fromkeys((*COLUMNS, *_BY_TITLE)))
    help = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(COLUMNS)}"
    raise UsageError.of("E621", f"there is no column {name}", help=(help,))
