"""The arithmetic of every layer, step by step.

The network is evaluated once more, by the same facts of its ops and the same analysis, on numbers that remember how
they came about: the volumes that a layer reads, and the numbers in its text, are given; all else is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from fractions import Fraction
from typing import Any, NamedTuple

from ..arithmetic import Given
from ..errors import UsageError
from ..graph import Node
from ..shape import Pair, show
from ..symbolic import Symbolic
from ..words import nearest
from ..worked import Worked
from .cost import cost
from .memory import FLOAT32, training_bytes
from .receptive import Field, Fields, field_of
from .steps import Step, step, steps
from .table import Row, Table

WRITTEN = ("stride", "pad")
"""Fields that a lecture writes even where they are left out; other defaults go without saying."""

MOST_TERMS = 12
"""A total of more layers than this is not spelled out."""


class Account(NamedTuple):
    """The steps of one layer."""

    row: Row
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """The steps of a network, or of a part of it, which then has no totals."""

    table: Table
    accounts: tuple[Account, ...]
    totals: tuple[Step, ...] = ()


def explain(table: Table, path: str = "") -> Explanation:
    """The arithmetic of all layers, or of the layer at a path (of all below it). UsageError if there is none.

    >>> from archcalc.build import build
    >>> from archcalc.analysis.table import tabulate
    >>> from archcalc.load import parse_spec
    >>> table = tabulate(parse_spec("INPUT 227x227x3 -> CONV 96 11x11 s4"))
    >>> explain(table).accounts[0].steps[0].what
    'height, width'
    """
    accounts = tuple(_accounts(table))
    if not path:
        return Explanation(table, accounts, tuple(_totals(table)))
    chosen = tuple(account for account in accounts if f"{account.row.name}.".startswith(f"{path}."))
    if not chosen:
        names = [row.name for row in table.rows]
        help = f"did you mean {' or '.join(near)}?" if (near := nearest(path, names)) else f"there are {_some(names)}"
        raise UsageError.of("E627", f"there is no layer {path}", help=(help,))
    return Explanation(table, chosen)


def _some(names: Sequence[str]) -> str:
    return ", ".join([*names[:8], *["..."] * (len(names) > 8)])


def _accounts(table: Table) -> Iterator[Account]:
    graph = replace(table.graph, nodes=tuple(map(_given_node, table.graph.nodes)))
    rows = {row.node.name: row for row in table.rows}
    seen: list[Fields | None] = []
    for node in graph.nodes:
        field = field_of(graph, node, seen)
        before = [seen[index] for index in node.inputs]
        seen.append(field and tuple(Field(*map(_settled, axis)) for axis in field))
        if node.name in rows:
            grown = None if len(before) > 1 and all(one == field for one in before) else field
            worked = Row(node, graph, cost(graph, node), grown)
            yield Account(rows[node.name], tuple(steps(worked, before[0] if before else None)), tuple(_remarks(worked)))


def _given_node(node: Node) -> Node:
    """The node with every number in it given."""
    said = {field.name: _given(getattr(node.op, field.name), _unsaid(field)) for field in fields(node.op)}
    return node._replace(op=replace(node.op, **said), shape=_given(node.shape))


def _unsaid(field: Any) -> Any:
    """The default that goes without saying, if a field has one."""
    return None if field.name in WRITTEN or field.default is MISSING else field.default


def _given(value: Any, unsaid: Any = None) -> Any:
    if isinstance(value, Pair):
        return Pair(*(_given(side, unsaid) for side in value))
    if type(value) is tuple:
        return tuple(_given(item, unsaid) for item in value)
    if isinstance(value, bool) or not isinstance(value, int | Fraction | Symbolic) or value == unsaid:
        return value
    return Worked(value)


def _settled(number: Any) -> Any:
    """A number without its arithmetic, which the next layer need not repeat."""
    return Worked(number.value if isinstance(number, Worked) else number)


def _remarks(row: Row) -> Iterator[str]:
    node = row.node
    if node.tie is not None:
        yield f"Its weight is that of {row.graph.nodes[node.tie].name}, and counted there."
    if not node.active:
        yield "It is stored, but does not run."
    if node.op.broadcasts and len(set(map(show, row.inputs))) > 1:
        volumes = " and ".join(map(show, row.inputs))
        yield f"{volumes} line up at the channels; sizes of 1, and axes that are missing, stretch to the others."
    if not row.cost.counted:
        yield "What it computes is not known, and not counted."
    costs = [("parameters", row.params), *[("multiply-adds", row.macs)] * row.cost.counted]
    lacks = [what for what, number in costs if number == 0]
    if lacks:
        yield f"No {' and no '.join(lacks)}."


def _totals(table: Table) -> Iterator[Step]:
    """What the layers come to together."""
    totals = table.totals
    if table.graph.free:
        yield from (Step(what, Given(number), number) for what, number in _main(table))
        return
    yield _total("parameters", [row.params for row in table.rows], totals.params)
    yield _total("multiply-adds", [row.macs for row in table.rows], totals.macs)
    yield _total("volumes", [row.activations for row in table.rows], totals.activations, "numbers")
    params, macs, volumes = map(_settled, (totals.params, totals.macs, totals.activations))
    yield from step("FLOPs", 2 * macs)
    yield from step("weights", params * FLOAT32, "bytes")
    yield from step("memory", volumes * FLOAT32, "bytes")
    yield from step("training", training_bytes(params, volumes), "bytes")


def _main(table: Table) -> Iterator[tuple[str, Any]]:
    yield "parameters", table.totals.params
    yield "multiply-adds", table.totals.macs
    yield "volumes", table.totals.activations


def _total(what: str, numbers: Sequence[Any], value: Any, unit: str = "") -> Step:
    terms = [Worked(number) for number in numbers if not (isinstance(number, int) and number == 0)]
    if not 1 < len(terms) <= MOST_TERMS:
        note = f"the sum over {len(terms)} layers" if len(terms) > 1 else ""
        return Step(what, Given(value), value, unit, note)
    total: Any = sum(terms)
    return Step(what, total.tree, value, unit)
