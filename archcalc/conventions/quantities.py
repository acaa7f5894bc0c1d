"""The quantities that conventions weigh: how many numbers the batch norms hold, the pools read, the biases add ..."""

from __future__ import annotations

from math import prod

from ..analysis.cost import own_weights, work_of
from ..graph import Graph, Node
from .measures import MEASURES, UNKNOWN, Layer
from .networks import Habits


def kind(graph: Graph, node: Node) -> str:
    """The word in MEASURES: a layer that comes in modes is several."""
    word, mode = str(node.op.word), getattr(node.op, "mode", "")
    if word == "UP":
        return "UP nearest" if mode == "nearest" else "UP linear"
    if word == "AAP":
        pairs = zip(graph.shapes(node)[0][:-1], node.shape[:-1], strict=True)
        return "AAP uneven" if any(size % wanted for size, wanted in pairs) else "AAP"
    return f"POOL {mode}" if word == "POOL" else word


def quantities(graph: Graph, node: Node, habits: Habits) -> dict[str, int]:
    """What there is to weigh of a layer; a variant by the habits of its published code stands behind a comma."""
    found = _stored(graph, node)
    if node.active:
        layer = Layer(graph, node)
        measures = MEASURES.get(kind(graph, node), UNKNOWN).items()
        found |= {habits.variant(node, _plain(node, name)): measure(layer) for name, measure in measures}
    return {name: number for name, number in found.items() if number}


def _plain(node: Node, name: str) -> str:
    """A quantity of a norm that has no scale of its own is a variant."""
    return f"{name}, without scale" if name.endswith(" norm elements") and node.op.noaffine else name


def _stored(graph: Graph, node: Node) -> dict[str, int]:
    """The numbers that a layer holds, also where it does not run."""
    sizes = [(weight.buffer, prod(weight.shape)) for weight in own_weights(graph, node).values()]
    return {
        "parameters": sum(size for buffer, size in sizes if not buffer),
        "buffers": sum(size for buffer, size in sizes if buffer),
    }


def kinds(graph: Graph) -> tuple[str, ...]:
    """What kinds of layers run, by their words in MEASURES, each once."""
    return tuple(dict.fromkeys(kind(graph, node) for node in graph.nodes if node.active))


def unweighed(graph: Graph) -> tuple[str, ...]:
    """The kinds of layers that work, but that no convention says anything about."""
    words = [kind(graph, node) for node in graph.nodes if work_of(graph, node) != {}]
    return tuple(dict.fromkeys(word for word in words if word not in MEASURES))
