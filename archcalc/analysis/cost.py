"""Parameters, buffers and operations of each layer."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from ..graph import Graph, Node
from ..ops.base import Weight


class Cost(NamedTuple):
    """What one layer stores and computes for one example."""

    params: int
    buffers: int
    macs: int
    connections: int
    """LeCun's count: every use of a weight or a bias."""
    counted: bool = True
    """Whether the work is known; if not, the counts of it are 0."""


def work_of(graph: Graph, node: Node) -> dict[str, int] | None:
    """The operations of a layer for one example, by kind; None where they cannot be told.

    A layer that does not run does none.
    """
    work: dict[str, int] | None = node.op.work(*graph.shapes(node)) if node.active else {}
    return work


def cost(graph: Graph, node: Node) -> Cost:
    """The cost of one layer; a shared weight is counted where it belongs, a layer that does not run only stores."""
    weights = own_weights(graph, node)
    known = work_of(graph, node)
    work = known or {}
    params = sum([count(weight) for weight in weights.values() if not weight.buffer])
    buffers = sum([prod(weight.shape) for weight in weights.values() if weight.buffer])
    macs = work.get("macs", 0)
    connections = macs + work.get("bias", 0) if params else 0
    return Cost(params, buffers, macs, connections, known is not None)


def count(weight: Weight) -> int:
    """The numbers in a weight that count."""
    return prod(weight.shape) if weight.count is None else weight.count


def own_weights(graph: Graph, node: Node) -> dict[str, Weight]:
    """The stored tensors of a layer, without the one that it shares."""
    weights: dict[str, Weight] = node.op.weights(*graph.shapes(node))
    if node.tie is None and not node.shared:
        return weights
    shared = {*node.shared, *(("weight",) if node.tie is not None else ())}
    return {name: weight for name, weight in weights.items() if name not in shared}
