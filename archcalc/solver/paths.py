"""The ways that building a network takes with the numbers that are tried: a tree that forks at each question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..tape import Ask, Step
from .intervals import COMPUTE, Interval, answer


class Path:
    """What is computed up to the next question, and how it ends: in a question, or known (True if a network stands).

    A path that nobody has taken yet has no end.
    """

    __slots__ = ("ask", "branches", "holds", "steps", "taken")

    def __init__(self) -> None:
        self.taken = False
        self.steps: tuple[Step, ...] = ()
        self.ask: Ask | None = None
        self.branches: dict[Any, Path] = {}
        self.holds = False

    def grow(self, events: Iterable[Step | Ask], holds: bool) -> None:
        """Add the tape of one network. Building is deterministic: what is known of the way is the same again."""
        path: Path = self
        steps: list[Step] = []
        for event in events:
            if isinstance(event, Step):
                steps.append(event)
                continue
            if not path.taken:
                path.taken, path.steps, path.ask = True, tuple(steps), event
                path.branches = {} if event.kind == "is" else {False: Path(), True: Path()}
            path, steps = path.branches.setdefault(event.answer, Path()), []
        if not path.taken:
            path.taken, path.steps, path.holds = True, tuple(steps), holds


class Verdict:
    """Whether a network may stand with numbers out of a box, and whether some way there has not been taken yet."""

    def __init__(self, path: Path, box: Sequence[Interval]) -> None:
        self.box = box
        self.untaken = False
        try:
            self.possible = self._follow(path, [])
        except ZeroDivisionError:
            self.possible = True

    def _follow(self, path: Path, cells: list[Interval]) -> bool:
        while True:
            self._compute(path.steps, cells)
            ask = path.ask
            if ask is None:
                self.untaken |= not path.taken
                return path.holds or not path.taken
            said = self._said(ask, cells)
            if said is None and ask.kind == "is":
                self.untaken = True
                return True
            if said is None:
                no, said = path.branches[False], True
                if not _fails(no) and self._follow(no, _narrowed(cells, ask, said=False)):
                    return True
                cells = _narrowed(cells, ask, said=True)
            if said not in path.branches:
                self.untaken = True
                return True
            path = path.branches[said]
            if _fails(path):
                return False

    def _compute(self, steps: Sequence[Step], cells: list[Interval]) -> None:
        for kind, one, other in steps:
            if kind in COMPUTE:
                cells.append(COMPUTE[kind](cells[one], cells[other]))
            else:
                cells.append((one, one) if kind == "number" else self.box[one])

    def _said(self, ask: Ask, cells: list[Interval]) -> Any:
        if ask.kind != "is":
            return answer(ask.kind, cells[ask.one], cells[ask.other])
        least, most = cells[ask.one]
        return least if least == most else None


def _narrowed(cells: list[Interval], ask: Ask, said: bool) -> list[Interval]:
    """A copy of the cells in which a question has this answer, as far as that narrows equal and unequal numbers."""
    cells = cells.copy()
    if (ask.kind == "==") == said and ask.kind in ("==", "!="):
        both = cells[ask.one], cells[ask.other]
        cells[ask.one] = cells[ask.other] = max(least for least, _ in both), min(most for _, most in both)
    elif ask.kind in ("==", "!="):
        (least, most), other = cells[ask.one], cells[ask.other]
        if other == (least, least) and isinstance(least, int) and isinstance(most, int):
            cells[ask.one] = least + 1, most
    return cells


def _fails(path: Path) -> bool:
    """Whether a way is known to end at once without a network."""
    return path.taken and path.ask is None and not path.holds
