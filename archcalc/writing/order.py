"""The order in which layers are written: that of the network, unless its chains run into each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..graph import Graph


def straightened(graph: Graph) -> list[int]:
    """The layers in an order in which chains stand together, where fewer layers don't read the one before.

    A model's nodes may stand in any order that computes.
    """
    given = list(range(len(graph.nodes)))
    other = _by_reader(graph)
    return other if _breaks(graph, other) < _breaks(graph, given) else given


def reordered(graph: Graph, order: Sequence[int]) -> Graph:
    """The network with its layers in an order."""
    place = {old: new for new, old in enumerate(order)}
    nodes = []
    for old in order:
        node = graph.nodes[old]
        tie = None if node.tie is None else place[node.tie]
        nodes.append(node._replace(inputs=tuple([place[source] for source in node.inputs]), tie=tie))
    return Graph(tuple(nodes), tuple([place[index] for index in graph.outputs]), graph.name, graph.settings, graph.pins)


def _by_reader(graph: Graph) -> list[int]:
    """Depth first from the outputs; layers that lead to none come where they stood."""
    order: list[int] = []
    state = [0] * len(graph.nodes)  # 1: what it reads is being placed; 2: placed
    for root in (*graph.outputs, *range(len(graph.nodes))):
        waiting = [root]
        while waiting:
            index = waiting[-1]
            if state[index]:
                waiting.pop()
                if state[index] == 1:
                    order.append(index)
                state[index] = 2
                continue
            state[index] = 1
            node = graph.nodes[index]
            sources = node.inputs if node.tie is None else (*node.inputs, node.tie)
            waiting += [source for source in reversed(sources) if not state[source]]
    return order


def _breaks(graph: Graph, order: Sequence[int]) -> int:
    """How many layers don't read the one before."""
    return sum(before not in graph.nodes[index].inputs for before, index in itertools.pairwise(order))
