"""Memory by named definitions: stored activations, peak inference, training."""

from __future__ import annotations

from math import prod

from ..graph import Graph
from ..symbolic import largest

FLOAT32 = 4
"""Bytes of an element unless another type is named."""


def peak_elements(graph: Graph) -> tuple[int, int | None]:
    """The most numbers alive at once along the schedule, and the node where that is (None if it depends on symbols).

    While a layer runs its inputs and its output are alive; a volume dies after its last reader, the outputs of the
    network never do.
    """
    last = last_readers(graph)
    sizes = [prod(node.shape) if node.active else 0 for node in graph.nodes]
    alive, levels = 0, []
    dying: list[list[int]] = [[] for _ in graph.nodes]
    for index, reader in enumerate(last):
        dying[reader].append(index)
    for index, size in enumerate(sizes):
        alive += size
        levels.append(alive)
        alive -= sum([sizes[dead] for dead in dying[index]])
    peak = largest(levels)
    return peak, next((index for index, level in enumerate(levels) if level == peak), None)


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
