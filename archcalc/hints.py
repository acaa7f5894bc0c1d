"""What an export notes of its layers, so that reading the model gives them back: each as it is written, by its path.

A note is a claim. Nobody believes it before `proof.py` has written the model again from it, and found the same nodes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .build.arguments import bind, find_op
from .build.scope import Scope
from .errors import ArchcalcError
from .graph import Graph, Node
from .ops.base import Op
from .ops.fields import spell
from .source import Source
from .syntax import read, tree

KEY = "archcalc.layers"
"""The property of the model that holds the note."""
MOST = 8_000_000
"""Characters of a note: the largest shipped network takes a tenth."""
MOST_TEXT = 300_000
"""Characters of all texts that differ: shipped networks have up to 2,000."""


def note(graph: Graph) -> str:
    """The layers of an export: path, text, what each reads, and whose weight it shares."""
    needed = graph.needed()
    kept = [index for index, node in enumerate(graph.nodes) if index in needed or node.op.word == "INPUT"]
    place = {index: number for number, index in enumerate(kept)}
    layers = [_layer(graph.nodes[index], place) for index in kept]
    said = {"name": graph.name, "layers": layers, "outputs": [place[index] for index in graph.outputs]}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=True)


def _layer(node: Node, place: dict[int, int]) -> list[Any]:
    layer = [node.name, spell(node.op), [place[index] for index in node.inputs]]
    return layer if node.tie is None else [*layer, place[node.tie]]


def noted(text: str, file: str = "", title: str = "") -> Graph | None:
    """The network that a note claims; None for what is no note. Every layer has checked its own volumes."""
    if len(text) > MOST:
        return None
    try:
        said = json.loads(text)
        layers = said["layers"]
        ops = _ops([str(layer[1]) for layer in layers])
        nodes = _nodes(layers, ops, Source("", file))
        outputs = tuple(range(len(nodes))[index] for index in said["outputs"])
        graph = Graph(tuple(nodes), outputs, str(said["name"]), {"title": title} if title else {})
    except (ArchcalcError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None
    return _resting(graph) if outputs else None


def _ops(texts: Sequence[str]) -> list[Op]:
    """The layers that texts spell, a line each."""
    different = list(dict.fromkeys(texts))
    source = Source("\n".join(different))
    parsed = read(source, MOST_TEXT)
    if parsed.spec is None or parsed.mistakes:
        raise ValueError
    scope = Scope(source)
    made = {text: _op(stage, scope) for text, stage in zip(different, parsed.spec, strict=True)}
    if any(spell(op) != text for text, op in made.items()):
        raise ValueError
    return [made[text] for text in texts]


def _op(stage: Any, scope: Scope) -> Op:
    layer = stage.head
    if not isinstance(layer, tree.Layer) or stage.label or stage.claim is not None or layer.branches is not None:
        raise ValueError
    return bind(find_op(layer.word, layer, scope), layer.arguments, layer, scope, "")


def _nodes(layers: Sequence[Any], ops: Sequence[Op], source: Source) -> list[Node]:
    nodes: list[Node] = []
    for (name, _, inputs, *tie), op in zip(layers, ops, strict=True):
        reads = tuple(range(len(nodes))[index] for index in inputs)
        owner = range(len(nodes))[tie[0]] if tie else None
        if not isinstance(name, str) or any(index < 0 for index in (*inputs, *tie)) or len(tie) > 1:
            raise ValueError
        shape = op.output(*[nodes[index].shape for index in reads])
        seen = () if op.shape_only else reads
        batched = op.word == "INPUT" or any(nodes[index].batched for index in seen)
        nodes.append(Node(name, op, reads, shape, source, 0, 0, batched, tie=owner))
    return nodes


def _resting(graph: Graph) -> Graph:
    """The experts beyond the chosen ones are stored and do not run: what leads only to them."""
    if not any(node.op.repeats_branch for node in graph.nodes):
        return graph
    running, waiting = set(graph.outputs), list(graph.outputs)
    while waiting:
        node = graph.nodes[waiting.pop()]
        reads = node.inputs[: 1 + node.op.top] if node.op.repeats_branch else node.inputs
        fresh = [index for index in reads if index not in running]
        running.update(fresh)
        waiting += fresh
    nodes = (
        node if index in running or node.op.word == "INPUT" else node._replace(active=False)
        for index, node in enumerate(graph.nodes)
    )
    return Graph(tuple(nodes), graph.outputs, graph.name, graph.settings)
