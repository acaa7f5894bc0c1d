"""Volumes that grow: a CONCAT that begins with all that another one joins takes that one's volume.

DenseNet's layers each join all volumes before them anew; the volumes are the same either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..graph import Graph


def joined(graph: Graph) -> Graph:
    """The network with CONCATs that go on from others."""
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        if node.op.word != "CONCAT":
            continue
        axis = node.op.axis if node.op.axis < 0 else node.op.axis - len(node.shape)
        nodes[index] = node._replace(inputs=_going_on(node.inputs, axis, known))
        known.setdefault((axis, node.inputs), index)
    return replace(graph, nodes=tuple(nodes))


def _going_on(inputs: tuple[int, ...], axis: int, known: Mapping[tuple[int, tuple[int, ...]], int]) -> tuple[int, ...]:
    """What is joined, the longest beginning that is there already as one volume."""
    for size in range(len(inputs) - 1, 1, -1):
        if (there := known.get((axis, inputs[:size]))) is not None:
            return (there, *inputs[size:])
    return inputs
