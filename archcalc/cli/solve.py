"""solve: the values of question marks."""

from __future__ import annotations

import sys

from ..errors import Styled
from ..report import json, text
from ..report.spell import count
from ..solver import MOST_SOLUTIONS, Solved
from ..solver import solve as solve_spec
from ..symbolic import familiar
from .arguments import options_of, parse
from .words import one_spec

LISTED = 20
"""Solutions that are printed unless --all is given."""


def solve(words: list[str]) -> int:
    """Every value of the unknowns: 0 if there is one, else 1."""
    given = parse("solve", words)
    options = options_of(given, given.input[-1] if given.input else None)
    spec = one_spec(given.spec, "solve")
    solved = solve_spec(spec, options, budget=given.budget, asymmetric=given.asymmetric)
    if given.json:
        sys.stdout.write(json.document(solved.as_dict()))
    else:
        text.write(_report(solved, len(solved.solutions) if given.all else LISTED), sys.stdout)
    return 0 if solved.solutions else 1


def _report(solved: Solved, most: int) -> list[Styled]:
    lines: list[Styled] = [_solution(solution) for solution in solved.solutions[:most]]
    if len(solved.solutions) > most:
        lines.append(((f"... and {len(solved.solutions) - most:,} more (--all)", "quiet"),))
    if len(solved.texts) == 1 and "\n" not in solved.texts[0]:
        lines += [(), ((solved.texts[0], "name"),)]
    if not solved.solutions:
        lines.append(((f"no solution: {solved.reason}" if solved.reason else "no solution was found", "caution"),))
        lines += [((f"  {near}", ""),) for near in solved.near]
    lines += [((f"supposes {condition}", "caution"),) for condition in solved.conditions]
    return [*lines, (), ((_completeness(solved), "quiet"),)]


def _solution(solution: dict[str, int | str]) -> Styled:
    said = [f"any {name}" if name == value else f"{name} = {familiar(value)}" for name, value in solution.items()]
    return ((", ".join(said), "answer"),)


def _completeness(solved: Solved) -> str:
    """How far was searched, and whether that was all."""
    bounds = ", ".join(f"{name} from {least} to {most:,}" for name, (least, most) in solved.bounds.items())
    found = count(len(solved.solutions), "solution")
    if not solved.bounds:
        small = "incomplete: there is no formula, and only small numbers were tried"
        return f"{found}, {'complete, whatever the free dimensions are' if solved.complete else small}"
    if solved.complete:
        return f"{found}, complete for {bounds}"
    if len(solved.solutions) == MOST_SOLUTIONS:
        return f"the first {MOST_SOLUTIONS:,} solutions, incomplete: there are more for {bounds}"
    return f"{found}, incomplete: the search for {bounds} was cut off (--budget gives it more seconds)"
