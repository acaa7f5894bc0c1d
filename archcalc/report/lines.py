"""The lines of a table: a layer each, or a block each where the table is folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from ..analysis.memory import FLOAT32
from ..analysis.receptive import Fields
from ..analysis.table import Row, Table
from ..shape import Shape, Window
from .spell import count


class Line(NamedTuple):
    """A layer, or several of a block together: what goes in, what comes out, and the sums."""

    name: str
    text: str
    inputs: tuple[Shape, ...]
    output: Shape
    params: int
    buffers: int
    macs: int
    connections: int
    activations: int
    field: Fields | None
    windows: tuple[Window, ...]

    @property
    def activation_bytes(self) -> int:
        """Bytes of all outputs, float32."""
        return self.activations * FLOAT32


def lines(table: Table, depth: int | None = None) -> list[Line]:
    """The lines of a table; with a depth, layers whose paths agree in so many parts are folded into one."""
    if depth is None:
        return [_layer(row) for row in table.rows]
    groups = groupby(table.rows, lambda row: ".".join(row.name.split(".")[:depth]))
    return [_block(path, list(rows)) for path, rows in groups]


def _layer(row: Row) -> Line:
    return Line(
        row.name, row.text, row.inputs, row.output, row.params, row.cost.buffers, row.macs, row.cost.connections,
        row.activations, row.field, row.windows,
    )  # fmt: skip


def _block(path: str, rows: Sequence[Row]) -> Line:
    """A block: what goes into its first layer, what comes out of its last, and the sums over all."""
    if len(rows) == 1:
        return _layer(rows[0])._replace(name=path)
    first, last = rows[0], rows[-1]
    return Line(
        path, count(len(rows), "layer"), first.inputs, last.output, _total(row.params for row in rows),
        _total(row.cost.buffers for row in rows), _total(row.macs for row in rows),
        _total(row.cost.connections for row in rows), _total(row.activations for row in rows), last.field, (),
    )  # fmt: skip


def _total(numbers: Iterable[int]) -> int:
    return sum(numbers)
