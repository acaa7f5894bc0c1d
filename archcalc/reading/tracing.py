"""Which layers each node of a model is, so that what is measured of nodes can be told of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..graph import Graph
from .attending import attended
from .joining import joined
from .model import Reading, network, walk
from .proto import Call, GraphPart, ModelPart
from .reader import Reader, Scope


class Traced(NamedTuple):
    """The nodes of a model's main graph; of each, the layers that it is, or is a part of, by their paths."""

    calls: Sequence[Call]
    layers: Sequence[tuple[str, ...]]


class _Noting(set[int]):
    """A set that notes in which order it grew."""

    def __init__(self) -> None:
        self.order: list[int] = []

    def add(self, item: int) -> None:
        self.order.append(item)
        super().add(item)


class _Tracer(Reader):
    """A reader that notes which layers came of which node: of what a function or a loop does, of its call."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.made: dict[int, list[int]] = {}
        """For nodes of the main graph, by their identity, the indices of the layers."""

    def scope(self, part: GraphPart, parent: Scope | None, opsets: dict[str, int], prefix: str = "") -> Scope:
        found = super().scope(part, parent, opsets, prefix)
        found.done = _Noting()
        return found

    def call(self, call: Call, scope: Scope, part: GraphPart) -> None:
        if part is not self.model.graph:
            return super().call(call, scope, part)
        assert isinstance(scope.done, _Noting)
        first, parts = len(self.lifter.nodes), len(scope.done.order)
        super().call(call, scope, part)
        found = list(range(first, len(self.lifter.nodes)))
        self.made.update(dict.fromkeys((id(call), *scope.done.order[parts:]), found))
        return None


def traced(model: ModelPart, path: str, reading: Reading) -> Traced:
    """The nodes of a model with the layers that `graph_of` makes of them. SpecError as there."""
    reader, scope = walk(model, path, reading, _Tracer)
    assert isinstance(reader, _Tracer)
    count = len(reader.lifter.nodes)
    plain = joined(network(reader, scope, model, path))
    _after_all(plain, count, reader.made)
    names = _names(plain)
    layers = [
        tuple(dict.fromkeys(filter(None, (names[index] for index in reader.made.get(id(call), ())))))
        for call in model.graph.nodes
    ]
    return Traced(model.graph.nodes, layers)


def _after_all(graph: Graph, count: int, made: dict[int, list[int]]) -> None:
    """Layers that only put an output in order belong to the node that gives it."""
    owner = {index: found for found in made.values() for index in found}
    for index in range(count, len(graph.nodes)):
        found = next((owner[source] for source in graph.nodes[index].inputs if source in owner), None)
        if found is not None:
            found.append(index)
            owner[index] = found


def _names(graph: Graph) -> list[str | None]:
    """What each node is called once attention is one layer: its parts are what reads them. None for inputs."""
    final, origin = attended(graph)
    names: list[str | None] = [None] * len(graph.nodes)
    for node, old in zip(final.nodes, origin, strict=True):
        names[old] = None if node.op.word == "INPUT" else node.name
    kept, reader = set(origin), {source: index for index, node in enumerate(graph.nodes) for source in node.inputs}
    for index in reversed(range(len(graph.nodes))):
        if index not in kept and index in reader:
            names[index] = names[reader[index]]
    return names
