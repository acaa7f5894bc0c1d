"""What changed from one network to another, layer by layer, and what each change costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..graph import Graph
from ..symbolic import plain, simple
from .align import align
from .aspects import Aspect, Pair, Wiring, aspects, ends
from .table import SCHEMA, Row, Table

SAME, CHANGED, ADDED, REMOVED, MOVED = STATUSES = ("same", "changed", "added", "removed", "moved")

COSTS = ("params", "macs", "activation_bytes")
"""What every layer costs, by its name in JSON; the costs of all changes add up to the difference of the totals."""


@dataclass(frozen=True)
class Change:
    """A layer of one network beside that of the other; None where there is none."""

    before: Row | None
    after: Row | None
    aspects: tuple[Aspect, ...] = ()
    moved: bool = False

    @property
    def status(self) -> str:
        """same, changed, added, removed or moved."""
        if self.before is None or self.after is None:
            return ADDED if self.before is None else REMOVED
        return MOVED if self.moved else CHANGED if self.aspects else SAME

    @property
    def shown(self) -> Row:
        """The layer in the second network if it is there, else in the first."""
        row = self.after or self.before
        assert row is not None
        return row

    @property
    def name(self) -> str:
        """The path of the layer, in the second network if it is there."""
        return self.shown.name

    @property
    def renamed(self) -> bool:
        """Whether it is the same layer under another path."""
        return self.before is not None and self.after is not None and self.before.name != self.after.name

    @property
    def counted(self) -> bool:
        """Whether the work of the layer is known, on both sides."""
        return all(row is None or row.cost.counted for row in (self.before, self.after))

    def cost(self, key: str) -> int:
        """What the change adds to a total, one of COSTS; of a layer whose work is not known no multiply-adds."""
        cost: int = simple(_worth(self.after, key) - _worth(self.before, key))
        return cost

    def as_dict(self) -> dict[str, Any]:
        """The change for JSON."""
        return {
            "status": self.status,
            "before": _layer(self.before),
            "after": _layer(self.after),
            "changes": [aspect._asdict() for aspect in self.aspects],
            **{key: self.cost(key) if key != "macs" or self.counted else None for key in COSTS},
        }


def _worth(row: Row | None, key: str) -> int:
    return 0 if row is None else getattr(row, key)


def _layer(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    inputs = [list(shape) for shape in row.inputs]
    costs = {key: getattr(row, key) if key != "macs" or row.cost.counted else None for key in COSTS}
    return {"name": row.name, "op": row.op, "text": row.text, "inputs": inputs, "output": list(row.output), **costs}


@dataclass(frozen=True)
class Diff:
    """Two networks, and every layer of either in one of the changes, in the order of the schedule."""

    before: Table
    after: Table
    changes: tuple[Change, ...]
    ends: tuple[Aspect, ...]
    """What differs in the inputs and the outputs of the networks."""

    @property
    def same(self) -> bool:
        """Whether both are the same network; names of layers make no difference."""
        return not self.ends and all(change.status == SAME for change in self.changes)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many layers there are of each status."""
        found = Counter(change.status for change in self.changes)
        return {status: found[status] for status in STATUSES}

    @property
    def renamed(self) -> int:
        """How many layers have another path."""
        return sum(change.renamed for change in self.changes)

    @property
    def totals(self) -> dict[str, int]:
        """What the changes come to in every total."""
        before, after = vars(self.before.totals), vars(self.after.totals)
        return {key: simple(after[key] - before[key]) for key in before}

    def as_dict(self) -> dict[str, Any]:
        """The diff for JSON; the keys are part of the interface."""
        found = {
            "schema": SCHEMA,
            "same": self.same,
            "before": _network(self.before),
            "after": _network(self.after),
            "change": self.totals,
            "counts": self.counts,
            "renamed": self.renamed,
            "ends": [aspect._asdict() for aspect in self.ends],
            "layers": [change.as_dict() for change in self.changes],
        }
        return plain(found) if self.before.graph.free or self.after.graph.free else found


def _network(table: Table) -> dict[str, Any]:
    found = table.as_dict()
    return {key: found[key] for key in ("name", "title", "inputs", "outputs", "totals", "counted", "uncounted")}


def diff(before: Table, after: Table) -> Diff:
    """What changed from the first network to the second."""
    pairs, moved = _joined(before.rows, after.rows, align(before.rows, after.rows))
    inputs = _input_pairs(before.graph, after.graph)
    wiring = Wiring(before.graph, after.graph, [*inputs, *_nodes(before.graph, after.graph, pairs)])
    changes = [_change(before.rows, after.rows, pair, pair in moved, wiring) for pair in pairs]
    return Diff(before, after, tuple(changes), tuple(ends(before.graph, after.graph, inputs, wiring)))


def _change(before: Sequence[Row], after: Sequence[Row], pair: Pair, moved: bool, wiring: Wiring) -> Change:
    one = None if pair[0] is None else before[pair[0]]
    other = None if pair[1] is None else after[pair[1]]
    if one is None or other is None:
        return Change(one, other)
    return Change(one, other, aspects(one, other, wiring), moved)


def _joined(before: Sequence[Row], after: Sequence[Row], pairs: Sequence[Pair]) -> tuple[list[Pair], set[Pair]]:
    """The pairs, with layers that are gone here and come up elsewhere as one: those have moved, and are told apart."""
    gone = [one for one, other in pairs if one is not None and other is None]
    come = [other for one, other in pairs if other is not None and one is None]
    origin: dict[int, int] = {}
    for key in (_by_name, _by_kind):
        taken = set(origin.values())
        left = _single(key, before, (place for place in gone if place not in taken))
        new = _single(key, after, (place for place in come if place not in origin))
        origin |= {new[what]: left[what] for what in new if what in left}
    taken = set(origin.values())
    joined = [
        (origin[other], other) if other in origin else (one, other)
        for one, other in pairs
        if other is not None or one not in taken
    ]
    return joined, {(one, other) for other, one in origin.items()}


def _by_name(row: Row) -> object:
    return row.name, row.text


def _by_kind(row: Row) -> object:
    return row.text, str(row.inputs), str(row.output)


def _single(key: Callable[[Row], object], rows: Sequence[Row], places: Iterable[int]) -> dict[object, int]:
    """The places by a key, those that share theirs left out."""
    places = list(places)
    often = Counter(key(rows[place]) for place in places)
    return {key(rows[place]): place for place in places if often[key(rows[place])] == 1}


def _nodes(before: Graph, after: Graph, pairs: Iterable[Pair]) -> list[Pair]:
    """Pairs of rows as pairs of nodes: INPUTs have no rows."""
    one, other = ([i for i, node in enumerate(graph.nodes) if node.op.word != "INPUT"] for graph in (before, after))
    return [(None if a is None else one[a], None if b is None else other[b]) for a, b in pairs]


def _input_pairs(before: Graph, after: Graph) -> list[Pair]:
    """The INPUTs, paired by name, the rest in their order."""
    ones, others = (
        {node.name: i for i, node in enumerate(graph.nodes) if node.op.word == "INPUT"} for graph in (before, after)
    )
    named: list[Pair] = [(ones.pop(name), others.pop(name)) for name in list(ones) if name in others]
    rest = [*ones.values()], [*others.values()]
    longest = max(map(len, rest))
    padded = [[*side, *[None] * (longest - len(side))] for side in rest]
    return named + list(zip(*padded, strict=True))
