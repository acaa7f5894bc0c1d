"""The lines of a table: a layer each, or a block each where the table is folded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from ..analysis.memory import FLOAT32
from ..analysis.receptive import Fields
from ..analysis.table import Row
from ..shape import Shape, Window
from .spell import count


class Line(NamedTuple):
    """A layer, or several of a block together: what goes in, what comes out, and the sums."""

    name: str
    text: str
    rows: tuple[Row, ...]

    @property
    def op(self) -> str:
        """The word of the layer, CONV; of a block none, unless it has but one layer."""
        return self.rows[0].op if len(self.rows) == 1 else ""

    @property
    def inputs(self) -> tuple[Shape, ...]:
        """What goes into the first layer."""
        return self.rows[0].inputs

    @property
    def output(self) -> Shape:
        """What comes out of the last."""
        return self.rows[-1].output

    @property
    def params(self) -> int:
        """Trained numbers."""
        return sum([row.params for row in self.rows])

    @property
    def buffers(self) -> int:
        """Numbers that are stored but not trained."""
        return sum([row.cost.buffers for row in self.rows])

    @property
    def macs(self) -> int:
        """Multiply-adds."""
        return sum([row.macs for row in self.rows])

    @property
    def connections(self) -> int:
        """LeCun's count."""
        return sum([row.cost.connections for row in self.rows])

    @property
    def activations(self) -> int:
        """Numbers of all outputs."""
        return sum([row.activations for row in self.rows])

    @property
    def activation_bytes(self) -> int:
        """Bytes of all outputs, float32."""
        return self.activations * FLOAT32

    @property
    def field(self) -> Fields | None:
        """The receptive field of the last layer."""
        return self.rows[-1].field

    @property
    def pads(self) -> tuple[Window, ...]:
        """The windows of a layer, which have its pads; a block has none."""
        return self.rows[0].pads if len(self.rows) == 1 else ()

    @property
    def counted(self) -> bool:
        """Whether the work of every layer is known."""
        return all([row.cost.counted for row in self.rows])


def lines(rows: Sequence[Row], depth: int | None = None) -> list[Line]:
    """The lines of layers; with a depth, neighbours whose paths agree in so many parts are folded into one."""
    if depth is None:
        return [Line(row.name, row.text, (row,)) for row in rows]
    groups = groupby(rows, lambda row: ".".join(row.name.split(".")[:depth]))
    return [block(path, tuple(group)) for path, group in groups]


def block(path: str, rows: tuple[Row, ...]) -> Line:
    """The layers of a block in one line."""
    return Line(path, rows[0].text if len(rows) == 1 else count(len(rows), "layer"), rows)
