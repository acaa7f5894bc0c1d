"""Solving a spec: its solutions, whether they are all, and what is near if there are none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ..build import Options
from ..errors import Diagnostic, SpecError
from ..load import parse_source, parse_spec, source_of
from ..source import Source
from ..syntax import tree
from ..unknown import LARGEST, Variable
from .problem import OutOfTime, Problem, Values, decided, distance
from .search import MOST_SOLUTIONS, solutions

BUDGET = 10.0
"""Seconds of searching unless the caller says otherwise."""


@dataclass(frozen=True)
class Solved:
    """The values of all unknowns, by name: conv1.p. A pad unlike before and after is text, "1:2", as formulas are."""

    solutions: tuple[dict[str, int | str], ...]
    """Smallest first, in the order of the text."""
    complete: bool
    """Whether these are all solutions within the bounds."""
    bounds: dict[str, tuple[int, int]]
    """Between which values each unknown was tried."""
    texts: tuple[str, ...]
    """The spec with each solution written in."""
    reason: str = ""
    """Why there is no solution."""
    near: tuple[str, ...] = ()
    """What comes nearest, where there is none."""
    conditions: tuple[str, ...] = ()
    """What a solution in free dimensions supposes of them."""

    def as_dict(self) -> dict[str, object]:
        """The answer for JSON."""
        bounds = {name: list(pair) for name, pair in self.bounds.items()}
        return {
            "solutions": list(self.solutions), "complete": self.complete, "bounds": bounds, "texts": list(self.texts),
            "reason": self.reason or None, "near": list(self.near), "conditions": list(self.conditions),
        }  # fmt: skip


def solve(spec: str, options: Options | None = None, *, budget: float = BUDGET, asymmetric: bool = False) -> Solved:
    """Every value of the unknowns (`?`) of a spec that makes its claims true.

    `spec` is text, a file or a shipped name. Kernels are square and pads even unless `asymmetric`. After `budget`
    seconds the search ends and is not complete. Raises SpecError if nothing is asked or the spec is wrong otherwise.

    >>> solve("INPUT 63x63x16 -> CONV 32 7x7 p? => 63x63x32").solutions
    ({'conv1.p': 3},)
    """
    source, options, _ = source_of(spec, options or Options())
    parsed = _parsed(source, options)
    problem = Problem(parsed, source, options, budget, asymmetric)
    if asymmetric and (wide := _oblong(problem, source)):
        source, parsed = wide, _parsed(wide, options)
        problem = Problem(parsed, source, options, budget, asymmetric)
    if not problem.variables:
        help = ("write ? for a size: p?, s?, ?x?x3",)
        raise SpecError(Diagnostic("E260", "nothing is unknown", help=help))
    if problem.symbolic:
        return _in_symbols(problem, source)
    found, complete = _collect(problem)
    found.sort(key=lambda values: [values[variable.key] for variable in problem.variables])
    named = tuple({v.name: _written(v, values[v.key], asymmetric) for v in problem.variables} for values in found)
    bounds = {variable.name: (variable.least, variable.most) for variable in problem.variables}
    texts = tuple(_completed(source, problem.variables, values, asymmetric) for values in found)
    if found or not complete:
        return Solved(named, complete, bounds, texts)
    reason, near = _nearest(problem, parsed, source, options, asymmetric)
    return Solved((), complete, bounds, (), reason, near)


def _parsed(source: Source, options: Options) -> tree.Spec:
    read = parse_source(source, options)
    if read.mistakes or read.spec is None:
        raise SpecError(*read.mistakes)
    return read.spec


def _oblong(problem: Problem, source: Source) -> Source | None:
    """The text with a question mark for each axis of a kernel; None if it has no kernel for all axes."""
    text = source.text
    for variable in sorted(problem.variables, key=lambda one: one.key[1], reverse=True):
        layer, _, field = variable.name.rpartition(".")
        file, start = variable.key
        glued = {*text[start - 1 : start], *text[start + 1 : start + 2]} & {*"x×"}
        if field == "k" and file == source.file and problem.ranks.get(layer, 1) > 1 and not glued:
            text = text[:start] + "x".join("?" * problem.ranks[layer]) + text[start + 1 :]
    return Source(text, source.file) if text != source.text else None


def _in_symbols(problem: Problem, source: Source) -> Solved:
    """The solutions of a network with free dimensions, as formulas in them."""
    from .formulas import formulas  # noqa: PLC0415 - sympy takes 200 ms to import

    found, complete = formulas(problem)
    named = tuple({one.name: _said(values[one.key]) for one in problem.variables} for values in found)
    names = {one.name for one in problem.variables}
    whole = [values for values, said in zip(found, named, strict=True) if not names & {*said.values()}]
    texts = tuple(_completed(source, problem.variables, values, asymmetric=False) for values in whole)
    graphs = [parse_spec(text, problem.options, source.file) for text in texts]
    conditions = dict.fromkeys(condition for graph in graphs for condition in graph.conditions)
    reason = "" if found or not complete else "no formula meets every claim, whatever the free dimensions are"
    return Solved(named, complete, {}, texts, reason, (), tuple(conditions))


def _said(value: Any) -> int | str:
    """A number, or a formula as Python writes it."""
    return value if isinstance(value, int) else str(value)


def _collect(problem: Problem) -> tuple[list[Values], bool]:
    """The solutions found in time, and whether those are all."""
    found: list[Values] = []
    try:
        for values in islice(solutions(problem), MOST_SOLUTIONS + 1):
            found.append(values)
    except OutOfTime:
        return found, False
    return found[:MOST_SOLUTIONS], len(found) <= MOST_SOLUTIONS


def _written(variable: Variable, value: Any, asymmetric: bool) -> int | str:
    if not isinstance(value, int):
        return f"({value})"
    if not (variable.pad and asymmetric):
        return value
    return value // 2 if value % 2 == 0 else f"{value // 2}:{value - value // 2}"


def _completed(source: Source, variables: tuple[Variable, ...], values: Values, asymmetric: bool) -> str:
    """The text with values in place of its question marks."""
    text = source.text
    for variable in sorted(variables, key=lambda one: one.key[1], reverse=True):
        file, start = variable.key
        if file == source.file:
            text = text[:start] + str(_written(variable, values[variable.key], asymmetric)) + text[start + 1 :]
    return text


def _nearest(
    problem: Problem, parsed: tree.Spec, source: Source, options: Options, asymmetric: bool
) -> tuple[str, tuple[str, ...]]:
    """Why there is no solution, and what almost is one."""
    near = []
    if not asymmetric and any(variable.pad for variable in problem.variables):
        near += _others(Problem(parsed, source, options, 2.0, asymmetric=True), "(--asymmetric)")
    if not asymmetric and (wide := _oblong(problem, source)):
        near += _others(Problem(_parsed(wide, options), wide, options, 2.0), "(--asymmetric)")
    near += _others(Problem(parsed, source, options, 2.0, asymmetric, floor=True), "if sizes are rounded down: floor")
    if len(problem.variables) > 1:
        return "no values within the bounds meet every claim", tuple(near)
    variable = problem.variables[0]
    return f"no {variable.name} from {variable.least} to {variable.most} meets every claim", (
        *near, *_around(problem, variable),
    )  # fmt: skip


def _others(problem: Problem, how: str) -> list[str]:
    """Some solutions of a problem that is put a little otherwise."""
    near = []
    try:
        for values in islice(solutions(problem), 3):
            said = [f"{v.name}={_written(v, values[v.key], problem.asymmetric)}" for v in problem.variables]
            near.append(f"{', '.join(said)} fits {how}")
    except OutOfTime:
        pass
    return near


def _around(problem: Problem, variable: Variable) -> list[str]:
    """The two values that come closest to the claims, and what is wrong with each."""
    gaps: dict[int, int] = {}

    def gap(value: int) -> int:
        if value not in gaps and variable.least <= value <= variable.most:
            comparisons = problem.compare({variable.key: value})
            if comparisons is not None:
                gaps[value] = sum(abs(distance(one)) for one in comparisons if decided(one))
        return gaps.get(value, LARGEST**2)

    try:
        best = min(chain(range(variable.least, NEAR), (2**power for power in range(17))), key=gap)
        step = best
        while step := step // 2:
            best = min(best, best - step, best + step, key=gap)
        for value in range(best - 2, best + 3):
            gap(value)
    except OutOfTime:
        pass
    closest = sorted(gaps, key=lambda value: (gaps[value], value))[:2]
    return [said for value in closest if (said := _tell(problem, variable, value))]


NEAR = 32
"""Values up to which all are looked at for what is nearest."""


def _tell(problem: Problem, variable: Variable, value: int) -> str:
    """One value that is no solution, and why."""
    reason = next(iter(problem.refusal({variable.key: value})), None)
    if reason is None:
        return ""
    return f"{variable.name}={value}: {reason.message}" + (f", {reason.note}" if reason.note else "")
