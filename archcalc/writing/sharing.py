"""Weights that layers of a model share, of which the language says only some: `tie` of whole weights."""

from __future__ import annotations

from dataclasses import fields, replace

from ..analysis.table import counts
from ..graph import Graph, Node


def apart(graph: Graph) -> Graph:
    """The network where each layer has weights of its own, if it cannot say that they are another's."""
    if not any(node.shared or node.tie is not None for node in graph.nodes):
        return graph
    return replace(graph, nodes=tuple(map(_alone, graph.nodes)))


def _alone(node: Node) -> Node:
    tie = node.tie if any(field.name == "tie" for field in fields(node.op)) else None
    return node._replace(tie=tie, shared=())


def remark(graph: Graph) -> str:
    """What the text says of parameters that it counts more than once; "" if there are none."""
    if graph.free or not any(node.shared for node in graph.nodes):
        return ""
    more = counts(apart(graph)).params - counts(graph).params
    return f"# the model shares {more:,} parameters between layers; here each has its own\n" if more else ""
