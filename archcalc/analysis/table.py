"""The table of a network: one row a layer, and the totals. Everything that reports show comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from ..collector import resting
from ..errors import Diagnostic
from ..graph import Graph, Node
from ..ops.fields import spell
from ..shape import Shape, Window, fit_window
from ..symbolic import plain, simple
from .cost import Cost, cost, own_weights
from .memory import FLOAT32, peak_bytes, training_bytes
from .receptive import Fields, receptive_fields

SCHEMA = 1
CONVENTION = "macs"
"""One for every multiply-accumulate of convolutions, linear layers and attention's products; nothing else counts."""


@dataclass(frozen=True)
class Row:
    """One layer. Volumes and counts are for one example."""

    node: Node
    graph: Graph
    cost: Cost
    field: Fields | None

    @property
    def name(self) -> str:
        """The path of the layer."""
        return self.node.name

    @property
    def op(self) -> str:
        """The layer's word: CONV."""
        return str(self.node.op.word)

    @cached_property
    def text(self) -> str:
        """The layer as it is written; rounding that the whole file sets is left out."""
        text, fit = spell(self.node.op), self.graph.settings.get("fit")
        return text.replace(f" {fit}", "") if fit and getattr(self.node.op, "fit", "") == fit else text

    @property
    def inputs(self) -> tuple[Shape, ...]:
        """The volumes that come in."""
        return self.graph.shapes(self.node)

    @property
    def output(self) -> Shape:
        """The volume that goes out."""
        return self.node.shape

    @property
    def params(self) -> int:
        """Trained numbers."""
        return self.cost.params

    @property
    def macs(self) -> int:
        """Multiply-adds."""
        return self.cost.macs

    @property
    def activations(self) -> int:
        """Numbers in the output; none for a layer that does not run."""
        return prod(self.node.shape) if self.node.active else 0

    @property
    def activation_bytes(self) -> int:
        """Bytes of the output, float32."""
        return self.activations * FLOAT32

    @property
    def weights(self) -> dict[str, Shape]:
        """The stored tensors of the layer."""
        return {name: weight.shape for name, weight in own_weights(self.graph, self.node).items()}

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """What slides over the input, an axis each; none for layers without a window."""
        return self.node.op.footprint(*self.inputs) or () if hasattr(self.node.op, "pad") else ()

    @property
    def pads(self) -> tuple[Window, ...]:
        """The windows with their pads as they are written, an axis each."""
        written = getattr(self.node.op, "written", None)
        return tuple(written(*self.inputs)) if written else self.windows

    @cached_property
    def dropped(self) -> tuple[int, ...]:
        """The padded rows that no window reads, an axis each."""
        fit = getattr(self.node.op, "fit", None)
        if fit is None:
            return ()
        sizes = self.inputs[0][:-1]
        return tuple(fit_window(size, window, fit).dropped for size, window in zip(sizes, self.windows, strict=True))

    @cached_property
    def rounded(self) -> str | None:
        """What rounding did to the layer, if anything."""
        fit = getattr(self.node.op, "fit", None)
        if not fit or self.node.op.same:
            return None
        padded = _each(_padded(self.inputs[0], self.windows))
        if any(self.dropped):
            return f"floor drops {_each(self.dropped)} of {padded} padded rows"
        sizes = self.inputs[0][:-1]
        added = tuple(fit_window(size, window, fit).added for size, window in zip(sizes, self.windows, strict=True))
        return f"ceil adds {_each(added)} to {padded} padded rows" if any(added) else None

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        place = self.node.place
        return {
            "name": self.name,
            "op": self.op,
            "text": self.text,
            "inputs": [list(shape) for shape in self.inputs],
            "output": list(self.output),
            "params": self.params,
            "buffers": self.cost.buffers,
            "macs": self.macs if self.cost.counted else None,
            "activations": self.activations,
            "activation_bytes": self.activation_bytes,
            "weights": {name: list(shape) for name, shape in self.weights.items()},
            "connections": self.cost.connections if self.cost.counted else None,
            "pads": [[window.before, window.after] for window in self.pads],
            "dropped": list(self.dropped),
            "receptive_field": self._fields("size"),
            "effective_stride": self._fields("stride"),
            "effective_padding": self._fields("padding"),
            "line": place.line,
            "column": place.column,
            "rounded": self.rounded,
        }

    def _fields(self, what: str) -> list[int | str] | None:
        """One property of the receptive field along every axis; fractions as text, so that they stay exact."""
        if self.field is None:
            return None
        return [_exact(getattr(axis, what)) for axis in self.field]


def _exact(value: int | Fraction) -> int | str:
    if not isinstance(value, int | Fraction):
        return value
    return int(value) if value == int(value) else str(value)


def _each(sizes: tuple[int, ...]) -> str:
    """One number where all axes agree."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def _padded(shape: Shape, windows: tuple[Window, ...]) -> tuple[int, ...]:
    return tuple(size + w.before + w.after for size, w in zip(shape[:-1], windows, strict=True))


@dataclass(frozen=True)
class Totals:
    """The sums over all layers, for one example. Bytes are of float32."""

    params: int
    buffers: int
    macs: int
    flops: int
    """2 x macs."""
    activations: int
    """Every layer's output once; the inputs are not counted."""
    connections: int
    weight_bytes: int
    activation_bytes: int
    peak_bytes: int
    """The most bytes of volumes alive at once, inputs and output of the running layer included."""
    training_bytes: int
    """Weights, gradients and Adam's two copies, and the stored activations of one example."""


@dataclass(frozen=True)
class Table:
    """A network in numbers."""

    graph: Graph
    rows: tuple[Row, ...]
    totals: Totals
    peak: str
    """The layer at which memory peaks."""

    @property
    def rounded(self) -> tuple[Row, ...]:
        """The layers whose size was rounded."""
        return tuple(row for row in self.rows if row.rounded)

    @property
    def uncounted(self) -> tuple[Row, ...]:
        """The layers whose work is not known: multiply-adds are at least what the totals say."""
        return tuple(row for row in self.rows if not row.cost.counted)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What a reader should know."""
        return self.graph.warnings

    def as_dict(self) -> dict[str, Any]:
        """The table for JSON; the keys are part of the interface."""
        graph = self.graph
        outputs = [graph.nodes[index] for index in graph.outputs]
        table = {
            "schema": SCHEMA,
            "name": graph.name,
            "title": graph.title,
            "convention": CONVENTION,
            "inputs": [
                {"name": node.name, "shape": list(node.shape), "dtype": "int64" if node.op.integer else "float32"}
                for node in graph.inputs
            ],
            "outputs": [{"name": node.name, "shape": list(node.shape)} for node in outputs],
            "totals": vars(self.totals).copy(),
            "layers": [row.as_dict() for row in self.rows],
            "rounded": [{"name": row.name, "rounded": row.rounded} for row in self.rounded],
            "counted": len(self.rows) - len(self.uncounted),
            "uncounted": [row.name for row in self.uncounted],
            "warnings": [warning.as_dict() for warning in self.warnings],
            "conditions": list(graph.conditions),
        }
        return plain(table) if graph.free else table


@resting()
def tabulate(graph: Graph) -> Table:
    """The table of a graph."""
    fields = receptive_fields(graph)
    rows = tuple(
        [
            Row(node, graph, cost(graph, node), field)
            for node, field in zip(graph.nodes, fields, strict=True)
            if node.op.word != "INPUT"
        ]
    )
    peak, where = peak_bytes(graph)
    return Table(graph, rows, _totals(rows, peak), "" if where is None else graph.nodes[where].name)


def tally(graph: Graph) -> tuple[Totals, tuple[Row, ...]]:
    """The totals of a graph, and the layers whose work is not known: a table without receptive fields."""
    rows = tuple([Row(node, graph, cost(graph, node), None) for node in graph.nodes if node.op.word != "INPUT"])
    peak, _ = peak_bytes(graph)
    return _totals(rows, peak), tuple([row for row in rows if not row.cost.counted])


def counts(graph: Graph) -> Totals:
    """The totals of a graph, all but its peak, which is 0."""
    rows = tuple([Row(node, graph, cost(graph, node), None) for node in graph.nodes if node.op.word != "INPUT"])
    return _totals(rows, 0)


def _totals(rows: tuple[Row, ...], peak: int) -> Totals:
    params = sum([row.cost.params for row in rows])
    macs = sum([row.cost.macs for row in rows])
    activations = sum([row.activations for row in rows])
    return Totals(
        params=simple(params),
        buffers=simple(sum([row.cost.buffers for row in rows])),
        macs=simple(macs),
        flops=simple(2 * macs),
        activations=simple(activations),
        connections=simple(sum([row.cost.connections for row in rows])),
        weight_bytes=simple(params * FLOAT32),
        activation_bytes=simple(activations * FLOAT32),
        peak_bytes=simple(peak),
        training_bytes=simple(training_bytes(params, activations)),
    )
