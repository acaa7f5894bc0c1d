"""One spec with unknowns, and what it gives when some of them have values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from ..analysis.pins import check_pins
from ..analysis.table import counts, tabulate
from ..build import Options, build
from ..errors import ArchcalcError, Diagnostic, SpecError
from ..graph import Graph
from ..source import Source
from ..syntax import tree
from ..tape import Ask, Refused, Step, Tape
from ..unknown import Comparison, Key, Sought, Unknowns, Variable

Values = dict[Key, int]


class OutOfTime(Exception):
    """The budget is spent."""


class Problem:
    """A spec with unknowns. `asymmetric` tries pads as totals, the odd one after; `floor` rounds sizes down."""

    def __init__(
        self, spec: tree.Spec, source: Source, options: Options, budget: float, asymmetric: bool = False,
        floor: bool = False,
    ) -> None:  # fmt: skip
        self.spec, self.source, self.options = spec, source, options
        self.asymmetric, self.floor = asymmetric, floor
        self.deadline = monotonic() + budget
        graph = self._build({}, lenient=True)
        self.symbolic = bool(graph.free)
        self.ranks = {node.name: len(node.shape) - 1 for node in graph.nodes}
        """How many spatial axes each layer gives."""
        self.variables = self._variables()

    def _variables(self) -> tuple[Variable, ...]:
        """The unknowns, in the order of the text."""
        return tuple(sorted(self._unknowns.found.values(), key=lambda variable: variable.key))

    def _build(self, values: dict[Key, Any], lenient: bool, formal: bool = False, hasty: bool = False) -> Graph:
        self._unknowns = Unknowns(values, self.asymmetric, lenient, formal, hasty, self.floor)
        return build(self.spec, self.source, replace(self.options, unknowns=self._unknowns))

    def check_time(self) -> None:
        """OutOfTime once the budget is spent."""
        if monotonic() > self.deadline:
            raise OutOfTime

    def attempt(self, keys: Sequence[Key], numbers: Sequence[int]) -> tuple[list[Step | Ask], bool]:
        """The tape of building and checking the network with these numbers, and whether it stands."""
        tape = Tape()
        values = {key: tape.tried(*pair) for key, pair in zip(keys, enumerate(numbers), strict=True)}
        try:
            graph = self._build(values, lenient=False, hasty=True)
            totals = counts(graph)
            holds = all(getattr(totals, pin.key) == pin.value for pin in graph.pins)
        except (ArchcalcError, Refused):
            holds = False
        return tape.events, holds

    def compare(self, values: Values) -> list[Comparison] | None:
        """What the network gives, sizes rounded down, against what is claimed; None if there is none."""
        self.check_time()
        return self._compared(values)

    def equations(self, values: dict[Key, Any]) -> list[Comparison] | None:
        """What the network gives against what is claimed, with formulas for its unknowns; None if there is none."""
        return self._compared(values, formal=True)

    def _compared(self, values: dict[Key, Any], formal: bool = False) -> list[Comparison] | None:
        try:
            graph = self._build(values, lenient=True, formal=formal)
        except SpecError:
            return None
        found = list(self._unknowns.comparisons)
        if graph.pins:
            totals = counts(graph)
            found += [Comparison(getattr(totals, pin.key), pin.value) for pin in graph.pins]
        return found

    def check(self, values: Values) -> Graph:
        """The network with all values in it; SpecError if anything does not fit or hold."""
        graph = self._build(values, lenient=False)
        check_pins(tabulate(graph))
        return graph

    def refusal(self, values: Values) -> tuple[Diagnostic, ...]:
        """Why values are no solution; nothing if they are one."""
        try:
            self.check(values)
        except ArchcalcError as error:
            return error.diagnostics
        return ()


def decided(comparison: Comparison) -> bool:
    """Whether both sides are numbers."""
    return not isinstance(comparison.actual, Sought) and not isinstance(comparison.claimed, Sought)


def distance(comparison: Comparison) -> Any:
    """How much more there is than is claimed."""
    return comparison.actual - comparison.claimed
