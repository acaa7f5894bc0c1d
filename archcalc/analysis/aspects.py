"""What differs in a layer that two networks have, and at their ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..graph import Graph, Node
from ..ops.fields import spell
from ..shape import Shape, show
from .table import Row

Pair = tuple[int | None, int | None]
"""Places in the first and in the second network; None for what the other one lacks."""

_ANY_ORDER = ("ADD", "MUL")


class Aspect(NamedTuple):
    """One thing that differs: operation, input, output, sources, weights or runs; how it was and how it is."""

    what: str
    before: str
    after: str


class Wiring:
    """Where layers read from, in terms of the layers that both networks have.

    Through a layer that only one network has one sees what that one reads: inserting a layer is no change of the next.
    """

    def __init__(self, before: Graph, after: Graph, pairs: Iterable[Pair]) -> None:
        both = {other: one for one, other in pairs if one is not None and other is not None}
        self.before, self.after = before, after
        self.twin: Mapping[int, int] = both
        self._seen = _seen(before, dict.fromkeys(both.values())), _seen(after, both)

    def sources(self, one: Node, other: Node) -> Aspect | None:
        """What a layer reads, where that has nothing in common with what it read."""
        old, new = ([seen[index] for index in node.inputs] for seen, node in zip(self._seen, (one, other), strict=True))
        if len(old) != len(new):
            return None  # then its inputs differ, which is told
        agree = zip(old, new, strict=True)
        if other.op.word in _ANY_ORDER:
            right = all(any(a & b for b in new) for a in old) and all(any(a & b for a in old) for b in new)
        else:
            right = all(a & b or not a or not b for a, b in agree)
        return None if right else Aspect("sources", _names(self.before, one), _names(self.after, other))

    def weights(self, one: Node, other: Node) -> Aspect | None:
        """Whose weights a layer uses, where that differs."""
        mapped = None if other.tie is None else self.twin.get(other.tie, -1)
        if one.tie == mapped or (one.tie is not None and mapped == -1):
            return None
        return Aspect("weights", _owner(self.before, one), _owner(self.after, other))


def _seen(graph: Graph, twin: Mapping[int, int | None]) -> list[frozenset[int]]:
    """For every node the nearest ones that both networks have, itself or before it, as places in the first network."""
    seen: list[frozenset[int]] = []
    for index, node in enumerate(graph.nodes):
        if index in twin:
            mapped = twin[index]
            seen.append(frozenset((index if mapped is None else mapped,)))
        elif len(node.inputs) == 1:
            seen.append(seen[node.inputs[0]])
        else:
            seen.append(frozenset().union(*[seen[source] for source in node.inputs]))
    return seen


def _names(graph: Graph, node: Node) -> str:
    return ", ".join(graph.nodes[index].name for index in node.inputs)


def _owner(graph: Graph, node: Node) -> str:
    return "its own" if node.tie is None else f"those of {graph.nodes[node.tie].name}"


def aspects(one: Row, other: Row, wiring: Wiring) -> tuple[Aspect, ...]:
    """What differs in a layer."""
    found = [
        _differs("operation", *_operations(one, other)),
        None if one.inputs == other.inputs else Aspect("input", _volumes(one.inputs), _volumes(other.inputs)),
        None if one.output == other.output else Aspect("output", show(one.output), show(other.output)),
        wiring.sources(one.node, other.node),
        wiring.weights(one.node, other.node),
        _differs("runs", _runs(one), _runs(other)),
    ]
    return tuple([aspect for aspect in found if aspect is not None])


def _differs(what: str, before: str, after: str) -> Aspect | None:
    return None if before == after else Aspect(what, before, after)


def _operations(one: Row, other: Row) -> tuple[str, str]:
    """The layers as they are written; what means the same is no difference."""
    if one.text == other.text and one.rounded == other.rounded:
        return one.text, other.text
    return ("", "") if plain(one) == plain(other) else (_unfitted(one), _unfitted(other))


_EACH = re.compile(r"(?<= )([a-z]?)(\d+(?::\d+)?)(?:x\2)+(?= |$)")
"""3x3, for which 3 can be written."""


def _unfitted(row: Row) -> str:
    """The layer as it is written; how sizes are rounded only where one is."""
    text, fit = spell(row.node.op), getattr(row.node.op, "fit", "")
    return text if row.rounded or not fit else text.replace(f" {fit}", "")


def plain(row: Row) -> str:
    """The layer in the fewest words, so that what means the same is the same."""
    return _EACH.sub(r"\1\2", _unfitted(row))


def _volumes(shapes: Sequence[Shape]) -> str:
    return ", ".join(map(show, shapes))


def _runs(row: Row) -> str:
    return "always" if row.node.active else "only stored"


def ends(before: Graph, after: Graph, pairs: Iterable[Pair], wiring: Wiring) -> Iterator[Aspect]:
    """What differs in the inputs and the outputs of two networks; `pairs` are their INPUTs."""
    for one, other in pairs:
        told = _told(before, one), _told(after, other)
        if None in (one, other) or told[0].partition(" ")[2] != told[1].partition(" ")[2]:
            yield Aspect("input", *told)
    old = [(index, before.nodes[index].shape) for index in before.outputs]
    new = [(wiring.twin.get(index), after.nodes[index].shape) for index in after.outputs]
    agree = len(old) == len(new) and all(
        shape == other_shape and index in (None, twin_of)
        for (twin_of, shape), (index, other_shape) in zip(old, new, strict=True)
    )
    if not agree:
        yield Aspect("output", *[", ".join(_told(graph, i) for i in graph.outputs) for graph in (before, after)])


def _told(graph: Graph, index: int | None) -> str:
    """The name of a node and its volume."""
    if index is None:
        return ""
    node = graph.nodes[index]
    return f"{node.name} {show(node.shape)}{' int' if getattr(node.op, 'integer', False) else ''}"
