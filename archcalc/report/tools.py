"""What other tools count of each layer, as columns by the names of the tools."""

from __future__ import annotations

from functools import cache
from weakref import ref

from ..conventions.networks import habits_of
from ..conventions.quantities import kind, quantities
from ..conventions.tools import figure, fixed, tool, tools
from ..graph import Graph
from .columns import Column
from .lines import Line
from .spell import thousands


def names() -> tuple[str, ...]:
    """The tools that there are."""
    return tuple(tools())


def about(name: str) -> str:
    """What a tool counts, in words."""
    return tool(name).about


@cache
def column(name: str) -> Column:
    """What a tool counts; None for layers of which no tool's rule is known."""
    return Column(name, _Counts(name), thousands, adds=True, partial=True)


class _Counts:
    """The counts of one tool. What holds for a whole network is looked up once for each."""

    def __init__(self, name: str) -> None:
        self.tool = tool(name)
        self._graph: ref[Graph] | None = None

    def __call__(self, line: Line) -> int | None:
        graph = line.rows[0].graph
        if self._graph is None or self._graph() is not graph:
            fixed(graph)
            self._graph, self._habits, self._unknown = ref(graph), habits_of(graph), self.tool.lacks(graph)
        known = [row.node for row in line.rows if kind(graph, row.node) not in self._unknown]
        found = [figure(self.tool, quantities(graph, node, self._habits)).total for node in known]
        return sum(found) if found else None
