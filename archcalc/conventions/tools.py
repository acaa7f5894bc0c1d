"""What each tool prints for a network, and the way there from the multiply-adds."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, NamedTuple

from ..analysis.table import Table
from ..errors import Diagnostic, SpecError, UsageError
from ..graph import Graph
from ..words import nearest
from .data import read
from .measures import BASE
from .networks import habits_of
from .quantities import kinds, quantities, unweighed


class Tool(NamedTuple):
    """A convention: multiply-adds times `scale`, plus each quantity times its weight.

    `unknown` are the kinds of layers of which its rule is not known; a `complete` convention has one for every layer.
    """

    name: str
    about: str
    scale: int
    weights: dict[str, int]
    defects: dict[str, str]
    unknown: tuple[str, ...] = ()
    complete: bool = False

    def _named(self, quantity: str) -> str:
        """The name under which a quantity is weighed: a variant that has no weight of its own is the plain one."""
        while quantity not in self.weights and "," in quantity:
            quantity = quantity.rpartition(",")[0]
        return quantity

    def weight(self, quantity: str) -> int:
        """What one of a quantity counts."""
        name = self._named(quantity)
        return self.weights.get(name, self.scale if name in BASE else 0)

    def defect(self, quantity: str) -> str:
        """What is wrong with that weight; a variant with a weight of its own is not the plain quantity's concern."""
        return self.defects.get(self._named(quantity), "")

    def lacks(self, graph: Graph) -> tuple[str, ...]:
        """The kinds of layers in a network of which it is not known what the tool makes of them."""
        if self.complete:
            return ()
        return (*unweighed(graph), *(kind for kind in kinds(graph) if kind in self.unknown))


class Step(NamedTuple):
    """One step of the way: `times` the number of a quantity, and what is wrong with that, if anything."""

    quantity: str
    times: int
    number: int
    defect: str = ""

    @property
    def total(self) -> int:
        """What the step adds."""
        return self.times * self.number


class Figure(NamedTuple):
    """What a tool prints, and why; of `unknown` kinds of layers its rule is not known, so there may be more."""

    tool: Tool
    total: int
    steps: tuple[Step, ...]
    unknown: tuple[str, ...] = ()


@cache
def tools() -> dict[str, Tool]:
    """All conventions by name."""
    rows = read("tools")
    return {
        name: Tool(name, weights=row.pop("weights", {}), defects=row.pop("defects", {}), **_lists(row))
        for name, row in rows.items()
    }


def _lists(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def tool(name: str) -> Tool:
    """A convention by its name. UsageError if there is none."""
    known = tools()
    if name in known:
        return known[name]
    near = nearest(name, dict.fromkeys(known))
    help = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
    raise UsageError.of("E629", f"there is no convention {name}", help=(help,))


class Compared(NamedTuple):
    """A network in the conventions of all tools; `unweighed` are the layers that none of them is known to count."""

    base: int
    figures: tuple[Figure, ...]
    unweighed: tuple[str, ...]


def compare(table: Table) -> Compared:
    """What every tool prints for a network. SpecError for one with free dimensions."""
    found: Counter[str] = Counter()
    for layer in by_layer(table).values():
        found.update(layer)
    graph = table.graph
    figures = (figure(row, found)._replace(unknown=row.lacks(graph)) for row in tools().values())
    return Compared(table.totals.macs, tuple(figures), unweighed(graph))


def figure_of(table: Table, name: str) -> Figure:
    """What one tool prints for a network. UsageError if there is no such tool."""
    row = tool(name)
    return next(found for found in compare(table).figures if found.tool is row)


def by_layer(table: Table) -> dict[str, dict[str, int]]:
    """The quantities of every layer, by its path."""
    fixed(table.graph)
    habits = habits_of(table.graph)
    return {row.name: quantities(table.graph, row.node, habits) for row in table.rows}


def fixed(graph: Graph) -> None:
    """Refuse (SpecError) networks with free dimensions."""
    if graph.free:
        help = ("give the free dimensions numbers: " + " ".join(f"--set {name}=..." for name in graph.free),)
        raise SpecError(Diagnostic("E405", "tools count only networks without free dimensions", help=help))


def figure(row: Tool, found: dict[str, int]) -> Figure:
    """A tool's figure from the quantities of a network or of a layer."""
    base = sum(found.get(quantity, 0) for quantity in BASE)
    steps = [Step("multiply-adds", row.scale, base)]
    for quantity, number in found.items():
        times = row.weight(quantity) - (row.scale if quantity in BASE else 0)
        if times and number:
            steps.append(Step(quantity, times, number, row.defect(quantity)))
    return Figure(row, sum(step.total for step in steps), tuple(steps))
