"""Finding all values of the unknowns: boxes of values are cut in halves, and left where no network can stand in them.

A network is built with some values, and a tape of its arithmetic tells what comes out for all others that it would be
built alike with; for a box of values intervals tell it. Nothing that is found counts before the whole network has been
built with it and checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from ..unknown import Key
from .intervals import Interval
from .paths import Path, Verdict
from .problem import Problem, Values

MOST_SOLUTIONS = 1000
"""Solutions that are listed."""
DRAWN = 16
"""Points of a box that are looked at for ways into the unknown."""
LONGEST_PAUSE = 256
"""Boxes after which it is looked for such ways again."""

Box = Sequence[Interval]
"""Between which numbers each unknown lies."""


def solutions(problem: Problem) -> Iterator[Values]:
    """All solutions. The unknown that has the fewest values left is tried first, each from its smallest."""
    keys = tuple(variable.key for variable in problem.variables)
    box = [(variable.least, variable.most) for variable in problem.variables]
    for numbers in _Search(problem, keys).within(box):
        values = dict(zip(keys, numbers, strict=True))
        if not problem.refusal(values):
            yield values


class _Search:
    """The ways of building the network that are known so far."""

    def __init__(self, problem: Problem, keys: tuple[Key, ...]) -> None:
        self.problem, self.keys = problem, keys
        self.paths = Path()
        self.random = Random(0)
        self.pause = self.waiting = 1

    def within(self, box: Box, fresh: bool = True) -> Iterator[tuple[int, ...]]:
        """The numbers of a box with which the network may stand; `fresh` where another number of it has been found."""
        if not self._possible(box):
            return
        if fresh:
            box = self._shrunk(box)
        widths = [(most - least, index) for index, (least, most) in enumerate(box) if least < most]
        if not widths:
            yield tuple(least for least, _ in box)
            return
        _, index = min(widths)
        for half in _halves(box[index]):
            yield from self.within(_with(box, index, half), fresh=half[0] == half[1])

    def _shrunk(self, box: Box) -> Box:
        """The box without halves in which no network can stand."""
        for index in range(len(box)):
            while box[index][0] < box[index][1]:
                possible = [half for half in _halves(box[index]) if self._possible(_with(box, index, half))]
                if len(possible) != 1:
                    break
                box = _with(box, index, possible[0])
        return box

    def _possible(self, box: Box) -> bool:
        """Whether a network may stand. Ways into the unknown are taken first, which better answers need."""
        self.problem.check_time()
        verdict = Verdict(self.paths, box)
        while verdict.possible and verdict.untaken and (numbers := self._beyond(box)):
            self.paths.grow(*self.problem.attempt(self.keys, numbers))
            verdict = Verdict(self.paths, box)
        return verdict.possible

    def _beyond(self, box: Box) -> tuple[int, ...] | None:
        """Numbers of a box with which building goes a way that has not been taken yet; None if none is found soon.

        Some ways nobody can take: the longer none is found, the more seldom it is looked for one.
        """
        self.waiting -= 1
        if self.waiting > 0 and any(least < most for least, most in box):
            return None
        points = (self._drawn(box, number) for number in range(DRAWN))
        found = next((one for one in points if Verdict(self.paths, [(n, n) for n in one]).untaken), None)
        self.pause = 1 if found else min(2 * self.pause, LONGEST_PAUSE)
        self.waiting = self.pause
        return found

    def _drawn(self, box: Box, number: int) -> tuple[int, ...]:
        """The ends of a box, then any numbers in it, every other time as equal as can be."""
        if number < 2:
            return tuple(ends[number] for ends in box)
        drawn = [self.random.randint(*ends) for ends in box]
        return tuple(max(least, min(most, drawn[0])) for least, most in box) if number % 2 else tuple(drawn)


def _halves(interval: Interval) -> tuple[Interval, Interval]:
    least, most = interval
    middle = (least + most) // 2
    return (least, middle), (middle + 1, most)


def _with(box: Box, index: int, interval: Interval) -> Box:
    """The box with another interval in one place."""
    return [*box[:index], interval, *box[index + 1 :]]
