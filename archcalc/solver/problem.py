"""One spec with unknowns, and what it gives when some of them have values."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any

from ..analysis.pins import check_pins
from ..analysis.table import tabulate
from ..build import Options, build
from ..errors import ArchcalcError, Diagnostic, SpecError
from ..graph import Graph
from ..source import Source
from ..syntax import tree
from ..unknown import LARGEST, Comparison, Key, Open, Unknowns, Variable

Values = dict[Key, int]

STEADY = {
    "INPUT", "CONV", "DWCONV", "POOL", "UNFOLD", "FC", "LINEAR", "FLATTEN", "GAP", "GMP", "BN", "LN", "IN", "LRN",
    "RMSNORM", "DROP", "DROPPATH", "SOFTMAX", "RELU", "RELU6", "LRELU", "PRELU", "ELU", "GELU", "SILU", "SIGMOID",
    "TANH", "HSWISH", "HSIGMOID", "SOFTPLUS", "MISH", "EXP", "CLIP", "SCALE",
}  # fmt: skip
"""Layers behind which sizes only grow, or only shrink, as one number of a window or an input grows."""


class OutOfTime(Exception):
    """The budget is spent."""


class Problem:
    """A spec with unknowns. `asymmetric` tries pads as totals, the odd one after."""

    def __init__(
        self, spec: tree.Spec, source: Source, options: Options, budget: float, asymmetric: bool = False
    ) -> None:
        self.spec, self.source, self.options = spec, source, options
        self.asymmetric = asymmetric
        self.deadline = monotonic() + budget
        start = self._build({}, lenient=True)
        self.variables = self._variables()
        words = {node.op.word for node in start.nodes}
        grouped = any(getattr(node.op, "groups", 1) != 1 for node in start.nodes)
        self._regular = words <= STEADY and not grouped
        self._pools = "POOL" in words
        self.pinned = bool(start.pins)

    def steady(self, variable: Variable) -> bool:
        """Whether every claimed number grows, or shrinks, steadily with an unknown."""
        if not self._regular or (variable.pad and self._pools):  # pooling refuses large pads
            return False
        return not self.pinned or variable.most == LARGEST

    def _variables(self) -> tuple[Variable, ...]:
        """The unknowns, in the order of the text."""
        return tuple(sorted(self._unknowns.found.values(), key=lambda variable: variable.key))

    def _build(self, values: Values, lenient: bool) -> Graph:
        self._unknowns = Unknowns(values, self.asymmetric, lenient)
        return build(self.spec, self.source, replace(self.options, unknowns=self._unknowns))

    def compare(self, values: Values) -> list[Comparison] | None:
        """What the network gives against what is claimed, as far as the values decide it; None if there is none."""
        if monotonic() > self.deadline:
            raise OutOfTime
        try:
            graph = self._build(values, lenient=True)
        except SpecError:
            return None
        found = list(self._unknowns.comparisons)
        if self.pinned:
            totals = tabulate(graph).totals
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
    return not isinstance(comparison.actual, Open) and not isinstance(comparison.claimed, Open)


def distance(comparison: Comparison) -> Any:
    """How much more there is than is claimed."""
    return comparison.actual - comparison.claimed
