"""Unknowns of a network with free dimensions: its claims are equations, and the unknowns come out as formulas."""

from __future__ import annotations

from typing import Any

from ..algebra import roots
from ..symbolic import Assumptions, Symbolic, sought
from ..unknown import Comparison
from .problem import Problem, Values

TRIED = 16
"""Numbers up to which an unknown is tried where its equations are not solved."""


def formulas(problem: Problem) -> tuple[list[dict[Any, Any]], bool]:
    """The unknowns as formulas or numbers, by their keys, and whether these are all. Every one has been put back."""
    symbols = {one.key: sought(one.name, one.least) for one in problem.variables}
    comparisons = problem.equations(symbols)
    if comparisons is None:
        return _tried(problem), False
    found = roots([_sides(one) for one in comparisons], [symbol.expr for symbol in symbols.values()])
    if found is None:
        return _tried(problem), False
    keys = {symbol.expr: key for key, symbol in symbols.items()}
    solutions = []
    for root in found:
        values = {keys[name]: _plain(value) for name, value in root.items()}
        values |= {key: symbol for key, symbol in symbols.items() if key not in values}
        if _allowed(problem, values) and not problem.refusal(values):
            solutions.append(values)
    return solutions, True


def _sides(one: Comparison) -> tuple[Any, Any]:
    return _expression(one.actual), _expression(one.claimed)


def _expression(value: Any) -> Any:
    # 0 + symbol - symbol is a number of the algebra
    return value.expr if isinstance(value, Symbolic) else sought("n", 1).expr * 0 + value


def _plain(value: Any) -> Any:
    return int(value) if value.is_Integer else Symbolic(value, Assumptions())


def _allowed(problem: Problem, values: Values) -> bool:
    """Whether numbers are whole and large enough; of formulas nothing is known."""
    least = {variable.key: variable.least for variable in problem.variables}
    return all(
        value >= least[key] if isinstance(value, int) else not value.expr.is_number for key, value in values.items()
    )


def _tried(problem: Problem) -> list[dict[Any, Any]]:
    """The small numbers that meet every claim, of a lone unknown."""
    if len(problem.variables) > 1:
        return []
    (variable,) = problem.variables
    numbers = range(variable.least, min(variable.most, TRIED) + 1)
    return [{variable.key: number} for number in numbers if not problem.refusal({variable.key: number})]
