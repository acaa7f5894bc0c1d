"""Finding all values of the unknowns, one after the other.

The values of one unknown are tried while those behind it are open, so that claims which it decides alone cut the
search at once. Where sizes change steadily with it, bisection finds the few values that meet a claim; elsewhere
every value is tried. Nothing that is found counts before the whole network has been checked with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..unknown import Variable
from .problem import Problem, Values, decided, distance

MOST_SOLUTIONS = 1000
"""Solutions that are listed."""


def solutions(problem: Problem) -> Iterator[Values]:
    """All solutions: unknowns with few values to try first, each from its smallest."""
    order = sorted(problem.variables, key=lambda variable: variable.most)
    return _extend(problem, order, {})


def _extend(problem: Problem, order: list[Variable], values: Values) -> Iterator[Values]:
    if not order:
        if not problem.refusal(values):
            yield values
        return
    variable, *rest = order
    for value in _candidates(problem, variable, values):
        yield from _extend(problem, rest, {**values, variable.key: value})


def _candidates(problem: Problem, variable: Variable, values: Values) -> Iterator[int]:
    """The values of one unknown that meet every claim which is decided by then."""
    least, most = variable.least, variable.most
    if problem.steady(variable):
        least, most = _bracket(problem, variable, values)
    for value in range(least, most + 1):
        comparisons = problem.compare({**values, variable.key: value})
        if comparisons is None:
            continue
        if all(not decided(one) or distance(one) == 0 for one in comparisons):
            yield value


def _bracket(problem: Problem, variable: Variable, values: Values) -> tuple[int, int]:
    """The range outside of which some claim fails: sizes change steadily, and rounding down keeps them so."""
    least, most = variable.least, variable.most
    ends = [_distances(problem, variable, values, value) for value in (least, most)]
    middle = _buildable(problem, variable, values)
    if middle is None:
        return least, least - 1
    for index in range(len(middle[1])):
        if middle[1][index] is None:
            continue
        low, high = (_sign(end, index) for end in ends)
        if low == high and middle[1][index] != 0 and _sign(middle[1], index) == low:
            # the same on both ends: it does not depend on this unknown, or the claim is out of reach
            return least, least - 1
        rising = low < high or (low == high and low < 0)
        least, most = _narrow(problem, variable, values, index, rising, least, most)
        if least > most:
            break
    return least, most


Distances = list[int | None] | None


def _distances(problem: Problem, variable: Variable, values: Values, value: int) -> Distances:
    comparisons = problem.compare({**values, variable.key: value})
    if comparisons is None:
        return None
    return [distance(one) if decided(one) else None for one in comparisons]


def _buildable(problem: Problem, variable: Variable, values: Values) -> tuple[int, list[int | None]] | None:
    """Some value for which the network can be built: windows must be neither too large nor inputs too small."""
    value = variable.least
    while value <= variable.most:
        found = _distances(problem, variable, values, value)
        if found is not None:
            return value, found
        value = value * 2 or 1
    found = _distances(problem, variable, values, variable.most)
    return None if found is None else (variable.most, found)


def _sign(distances: Distances, index: int) -> int:
    """Below (-1), at or above a claim; what cannot be built is too small."""
    size = distances[index] if distances is not None else -1
    return 0 if size is None else (size > 0) - (size < 0)


def _narrow(
    problem: Problem, variable: Variable, values: Values, index: int, rising: bool, least: int, most: int
) -> tuple[int, int]:
    """The values in a range at which a claimed size is met."""

    def sign(value: int) -> int:
        found = _sign(_distances(problem, variable, values, value), index)
        return found if rising else -found

    first = _first(least, most + 1, lambda value: sign(value) >= 0)
    return first, _first(first, most + 1, lambda value: sign(value) > 0) - 1


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first value in [low, high) for which something holds from there on; high if for none."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
