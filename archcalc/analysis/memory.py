"""Memory by named definitions: stored activations, peak inference, training."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from ..graph import Graph, Node
from ..symbolic import Symbolic, largest

FLOAT32 = 4
"""Bytes of an element unless another type is named."""
INT64 = 8
"""Bytes of a token id, whatever the type of the other numbers."""


class Alive(NamedTuple):
    """What is alive while a layer runs: for every example, and once where it is the same for all of them."""

    example: int
    once: int

    def at(self, batch: int) -> int:
        """All of it at a batch size."""
        return self.once + self.example * batch


def peak_elements(graph: Graph) -> tuple[int, int | None]:
    """The most numbers alive at once along the schedule, and the node where that is (None if it depends on symbols)."""
    sizes = [prod(node.shape) if node.active else 0 for node in graph.nodes]
    return highest([alive.at(1) for alive in liveness(graph, sizes)])


def peak_bytes(graph: Graph, element: int = FLOAT32) -> tuple[int, int | None]:
    """The same in bytes, for one example."""
    return highest([alive.at(1) for alive in liveness(graph, volume_bytes(graph, element))])


def volume_bytes(graph: Graph, element: int) -> list[int]:
    """The bytes of every volume; none where the layer doesn't run."""
    return [prod(node.shape) * _width(node, element) if node.active else 0 for node in graph.nodes]


def _width(node: Node, element: int) -> int:
    return INT64 if node.op.word == "INPUT" and node.op.integer else element


def highest(levels: Sequence[int]) -> tuple[int, int | None]:
    """The largest of the levels, and where that is (None if it depends on symbols)."""
    peak = largest(list(levels))
    return peak, next((index for index, level in enumerate(levels) if _same(level, peak)), None)


def _same(one: Any, other: Any) -> bool:
    """Whether one is the other as it is written: to prove that a max(...) of many formulas is one takes minutes."""
    if not isinstance(other, Symbolic):
        return bool(one == other)
    return isinstance(one, Symbolic) and bool(one.expr == other.expr)


def liveness(graph: Graph, sizes: Sequence[int], buffers: Sequence[int] | None = None) -> list[Alive]:
    """What is alive while each layer runs: its inputs, its output, and all that a later layer reads.

    A volume dies after its last reader; the outputs of the network never do. `buffers` names for every volume the one
    whose place it takes; by default each has its own.
    """
    last = last_readers(graph)
    owner = range(len(sizes)) if buffers is None else buffers
    dying: list[set[int]] = [set() for _ in sizes]
    ends = list(last)
    for index, place in enumerate(owner):
        ends[place] = max(ends[place], last[index])
    for index, place in enumerate(owner):
        if index == place:
            dying[ends[index]].add(index)
    once = example = 0
    levels = []
    for index, node in enumerate(graph.nodes):
        if owner[index] == index:
            example, once = _changed(node, example, once, sizes[index])
        levels.append(Alive(example, once))
        for dead in dying[index]:
            example, once = _changed(graph.nodes[dead], example, once, -sizes[dead])
    return levels


def _changed(node: Node, example: int, once: int, by: int) -> tuple[int, int]:
    """The two counts with a volume more or less."""
    return (example + by, once) if node.batched else (example, once + by)


def last_readers(graph: Graph) -> list[int]:
    """For every node the last one that reads it; itself if none, the end of the schedule for outputs."""
    last = list(range(len(graph.nodes)))
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            last[source] = index
    for index in graph.outputs:
        last[index] = len(graph.nodes) - 1
    return last


OPTIMIZER_COPIES = {"sgd": 0, "momentum": 1, "adam": 2}
"""State that an optimizer keeps for every parameter."""


def training_bytes(
    params: int, activations: int, batch: int = 1, optimizer: str = "adam", element: int = FLOAT32
) -> int:
    """Weights, gradients and optimizer state once, stored activations for every example of the batch."""
    return element * (params * (2 + OPTIMIZER_COPIES[optimizer]) + activations * batch)
