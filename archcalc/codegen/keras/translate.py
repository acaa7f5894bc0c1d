"""A graph as steps in Keras."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from ...graph import Graph, Node
from ...shape import Shape
from ..reading import flattened, readers_of, unread
from ..step import Placed, Step, Value
from . import arranging, pointwise, sequences, sliding
from .context import TABLE, Layer

_FAMILIES = (arranging, pointwise, sequences, sliding)  # they fill the table


class Program(NamedTuple):
    """A network as steps."""

    steps: list[Placed]
    inputs: list[Node]
    outputs: list[Node]
    values: tuple[Value, ...]
    """The outputs, those for training last."""


def translate(graph: Graph) -> Program:
    """The steps of a network. SpecError, with the layer's name, for what Keras code does not exist."""
    return _Translator(graph).run()


class _Translator:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Placed] = []
        self.readers = readers_of(graph)
        self.flat = flattened(graph, self.readers, ("GAP", "GMP", "DROP"))
        self.owners = {node.tie for node in graph.nodes if node.tie is not None}
        self.turned = {node.tie for node in graph.nodes if node.op.word != "EMBED"} & self.owners

    def run(self) -> Program:
        nodes = self.graph.nodes
        for index, node in enumerate(nodes):
            if node.op.word != "INPUT":
                self._layer(index, node)
        # what only training needs must be an output too, or its weights were no part of the model
        late = unread(self.graph, self.readers)
        outputs = (*self.graph.outputs, *late)
        return Program(
            self.steps, [node for node in nodes if node.op.word == "INPUT"], [nodes[index] for index in outputs],
            tuple(map(Value, outputs)),
        )  # fmt: skip

    def _layer(self, index: int, node: Node) -> None:
        batched = tuple(self.graph.nodes[source].batched for source in node.inputs)
        if node.op.word == "DROP" and node.inputs[0] not in self.flat:
            self.flat.discard(index)
        owner = "" if node.tie is None else self.graph.nodes[node.tie].op.word
        x = tuple(map(self._shape, node.inputs))
        layer = Layer(node, x, batched, index in self.flat, owner, index in self.turned)
        steps = TABLE[node.op.word](layer)
        sources = node.inputs or (self._anchor(index),)
        inputs = [Value(source) for source in sources]
        if node.tie is not None:
            inputs.append(Value(node.tie, "weight"))
        self._emit(index, node, steps, tuple(inputs))

    def _shape(self, index: int) -> Shape:
        """What stands in the program for a volume: one vector, where nobody wants more."""
        shape = self.graph.nodes[index].shape
        return (prod(shape),) if index in self.flat else shape

    def _emit(self, index: int, node: Node, steps: tuple[Step, ...], inputs: tuple[Value, ...]) -> None:
        """Steps one after the other; the layer's name belongs to the one that stores, or else to the last."""
        named = next((place for place, step in enumerate(steps) if step.stores), len(steps) - 1)
        region = node.name if node.op.repeats_branch else node.name.rpartition(".")[0]
        for place, step in enumerate(steps):
            value = Value(index, f"part{place}" if place < len(steps) - 1 else "")
            reads = inputs if len(steps) == 1 else (inputs[0], *(inputs[1:] if place == named else ()))
            path = node.name if place == named or step.stores else ""
            more = (Value(index, "weight"),) if step.stores and index in self.owners else ()
            self.steps.append(Placed(path, region, step, reads, value, len(self.steps), more))
            inputs = (value, *inputs[1:])

    def _anchor(self, index: int) -> int:
        """What a parameter's layer is called on: a volume at hand where it is read, or one that came just before."""
        others = (
            source
            for reader in self.readers.get(index, [])
            for source in self.graph.nodes[reader].inputs
            if source < index and self.graph.nodes[source].batched
        )
        before = (place for place in range(index - 1, -1, -1) if self.graph.nodes[place].batched)
        after = (place for place, node in enumerate(self.graph.nodes) if node.op.word == "INPUT")
        return next(place for found in (others, before, after) for place in found)
