"""Attention that a model spells out: the product of queries and keys, a softmax, and the product with the values.

It becomes an ATTEND only where it means the same: heads split off the channels, one after the other; the softmax over
the keys; the heads joined again behind. The numbers are the same but for the last bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isclose
from typing import Any, NamedTuple

from ..graph import Graph, Node
from ..ops import find
from ..ops.einsum import read as formula_of
from ..ops.rearrange import read as pattern_of


class Attended(NamedTuple):
    """A network, and which node of the one before each of its nodes is."""

    graph: Graph
    origin: Sequence[int]


class Found(NamedTuple):
    """An attention: what it reads, with the axes that have to go, the heads, and what the scores are scaled by."""

    sources: tuple[int, ...]
    heads: int
    scale: float


def attended(graph: Graph) -> Attended:
    """The network with ATTEND where a model has its parts."""
    nodes = list(graph.nodes)
    readers = Counter(source for node in nodes for source in node.inputs)
    readers.update(graph.outputs)
    parts = _Parts(nodes, readers)
    for index in range(len(nodes)):
        found = parts.match(index)
        if found is not None:
            nodes[index] = _attend(nodes, index, found) or nodes[index]
    return _without_dead(graph, nodes)


class _Parts:
    """Looks for the parts of an attention, from its end."""

    def __init__(self, nodes: Sequence[Node], readers: Counter[int]) -> None:
        self.nodes, self.readers = nodes, readers

    def match(self, index: int) -> Found | None:
        """The attention that ends in a node that joins the heads."""
        joined = _pattern(self.nodes[index])
        if joined is None or [len(axis) for axis in joined.before] != [1, 1, 1]:
            return None
        (head,), (query,), (dim,) = joined.before
        source = self.nodes[index].inputs[0]
        if tuple(filter(None, joined.after)) != ((query,), (head, dim)) or not self._is(source, "EINSUM"):
            return None
        return self._product(source)

    def _product(self, index: int) -> Found | None:
        """The product of the softmax with the values."""
        weights, values = self.nodes[index].inputs
        formula = formula_of(self.nodes[index].op.formula)
        if not self._is(weights, "SOFTMAX") or self.nodes[weights].op.axis not in (-1, 2) or len(formula.left) != 3:
            return None
        head, query, key = formula.left
        scores, scale = self._scaled(self.nodes[weights].inputs[0])
        v = self._split(values, formula.right, (head, key))
        if v is None or formula.product != (head, query, formula.right[-1]) or not self._is(scores, "EINSUM"):
            return None
        return self._scores(scores, scale, v)

    def _scores(self, index: int, scale: float, v: tuple[int, int]) -> Found | None:
        """The product of queries and keys."""
        formula, (a, b) = formula_of(self.nodes[index].op.formula), self.nodes[index].inputs
        if len(formula.product) != 3 or len(formula.left) != 3:
            return None
        head, query, key = formula.product
        q, k = self._split(a, formula.left, (head, query)), self._split(b, formula.right, (head, key))
        if q is None or k is None or not q[1] == k[1] == v[1]:
            return None
        (one, first), (other, second) = self._scaled(q[0]), self._scaled(k[0])
        return Found((one, other, v[0]), v[1], scale * first * second)

    def _split(self, index: int, names: Sequence[str], outer: tuple[str, str]) -> tuple[int, int] | None:
        """The volume whose channels are split into heads, and how many there are."""
        pattern = _pattern(self.nodes[index]) if self.readers[index] == 1 else None
        if (
            pattern is None
            or len(names) != 3
            or len(pattern.after) != 3
            or any(len(axis) != 1 for axis in pattern.after)
        ):
            return None
        role = dict(zip(names, [axis[0] for axis in pattern.after], strict=True))
        dims = [name for name in names if name not in outer]
        if len(dims) != 1 or not set(outer) <= set(names):
            return None
        head, position = (role[name] for name in outer)
        if tuple(filter(None, pattern.before)) != ((position,), (head, role[dims[0]])):
            return None
        return self.nodes[index].inputs[0], self.nodes[index].shape[list(role).index(outer[0])]

    def _scaled(self, index: int) -> tuple[int, float]:
        """A volume, and the constant that it is multiplied by."""
        scale = 1.0
        while self._is(index, "SCALE"):
            scale *= self.nodes[index].op.factor
            index = self.nodes[index].inputs[0]
        return index, scale

    def _is(self, index: int, word: str) -> bool:
        return self.nodes[index].op.word == word and self.readers[index] == 1


def _pattern(node: Node) -> Any:
    return pattern_of(node.op.pattern) if node.op.word == "REARRANGE" else None


def _attend(nodes: list[Node], index: int, found: Found) -> Node | None:
    """The layer in place of the node that joins the heads."""
    node, (q, k, v) = nodes[index], found.sources
    size = nodes[q].shape[-1] // found.heads
    usual = isclose(found.scale, size**-0.5, rel_tol=1e-6)
    op = find("ATTEND")(found.heads, scale=None if usual else found.scale)  # type: ignore[misc]
    packed = _packed(nodes, found.sources)
    if packed is not None:
        return node._replace(op=op, inputs=(packed,))
    if any(len(nodes[source].shape) != 2 for source in (q, k, v)):
        return None
    return node._replace(op=op, inputs=(q, k, v))


def _packed(nodes: Sequence[Node], sources: tuple[int, ...]) -> int | None:
    """The volume whose channels are queries, then keys, then values, where these are cut out of it."""
    cuts = [nodes[source] for source in sources]
    if any(cut.op.word != "SLICE" for cut in cuts) or len({cut.inputs for cut in cuts}) != 1:
        return None
    around = nodes[cuts[0].inputs[0]]
    pattern = _pattern(around)
    if pattern is None or len(pattern.before) != 2 or len(pattern.before[-1]) != 2:
        return None
    third, rest = pattern.before[-1]
    moved = pattern.after == ((third,), pattern.before[0], (rest,)) and around.shape[0] == len(cuts)
    first = [(cut.op.start, cut.op.count, cut.op.axis) for cut in cuts]
    cut_out = [(place, count) for place, count, axis in first if axis in (0, -3)] == [(i, 1) for i in range(3)]
    return around.inputs[0] if moved and cut_out else None


def _without_dead(graph: Graph, nodes: Sequence[Node]) -> Attended:
    """The nodes that are still read, or never were."""
    read = {source for node in graph.nodes for source in node.inputs}
    kept: set[int] = set()
    waiting = [*graph.outputs, *(i for i in range(len(nodes)) if i not in read)]
    while waiting:
        index = waiting.pop()
        if index not in kept:
            kept.add(index)
            waiting += _needs(nodes[index])
    origin = sorted(kept)
    place = {old: new for new, old in enumerate(origin)}
    fresh = (
        node._replace(inputs=tuple(place[i] for i in node.inputs), tie=None if node.tie is None else place[node.tie])
        for node in (nodes[old] for old in origin)
    )
    return Attended(replace(graph, nodes=tuple(fresh), outputs=tuple(place[i] for i in graph.outputs)), origin)


def _needs(node: Node) -> Iterator[int]:
    yield from node.inputs
    if node.tie is not None:
        yield node.tie
