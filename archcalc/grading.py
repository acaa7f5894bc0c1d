"""Grading: every claim of an answer sheet, right or wrong, in one run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .analysis.stated import Finding, findings
from .analysis.table import tabulate
from .build import Options
from .build.builder import Builder
from .errors import Diagnostic, Place, SpecError
from .load import parse_source, source_of
from .shape import show


class Answer(NamedTuple):
    """One claim: what is asked (a volume, or a total by name), what is claimed, what is true (None if unknown)."""

    asked: str
    claimed: str
    actual: str | None
    right: bool
    place: Place


@dataclass(frozen=True)
class Grade:
    """All claims of a spec, and the mistakes that keep some of them from being computed."""

    answers: tuple[Answer, ...]
    not_asked: int
    """Layers whose volume nobody claims."""
    mistakes: tuple[Diagnostic, ...]

    @property
    def right(self) -> int:
        """How many claims hold."""
        return sum(answer.right for answer in self.answers)

    @property
    def wrong(self) -> int:
        """How many do not."""
        return len(self.answers) - self.right

    def as_dict(self) -> dict[str, Any]:
        """The grade for programs."""
        answers = [
            {
                "line": answer.place.line,
                "column": answer.place.column,
                "asked": answer.asked,
                "claimed": answer.claimed,
                "actual": answer.actual,
                "right": answer.right,
            }
            for answer in self.answers
        ]
        return {
            "right": self.right,
            "wrong": self.wrong,
            "not_asked": self.not_asked,
            "answers": answers,
            "errors": [mistake.as_dict() for mistake in self.mistakes],
        }


def grade(spec: str, options: Options | None = None) -> Grade:
    """The grade of a spec (text, file or shipped name) whose claims, `=>` and `check`, are somebody's answers.

    >>> sheet = grade("INPUT 32x32x3 -> CONV 10 5x5 => 28x28x10; POOL 2 s2 => 15x15x10; check params=760")
    >>> [answer.right for answer in sheet.answers]
    [True, False, True]
    """
    source, options, name = source_of(spec, replace(options or Options(), grading=True))
    parsed = parse_source(source, options)
    builder = Builder(source, options, parsed.mistakes)
    totals, mistakes, stated = None, parsed.mistakes, []
    try:
        table = tabulate(builder.run(parsed.spec or (), name))
        totals, stated = table.totals, [_stated(finding) for finding in findings(table)]
    except SpecError as error:
        mistakes = error.diagnostics
    answers = [_volume(claim.claimed, claim.actual, claim.right, claim.place) for claim in builder.claims]
    for pin in builder.pins:
        actual = getattr(totals, pin.key) if totals is not None else None
        said = f"{actual:,}" if actual is not None else None
        answers.append(Answer(pin.key, f"{pin.value:,}", said, actual == pin.value, pin.place))
    answers += stated
    layers = sum(node.op.word != "INPUT" for node in builder.nodes)
    answers.sort(key=lambda answer: answer.place[1:3])
    return Grade(tuple(answers), max(layers - len(builder.claims), 0), tuple(mistakes))


def _stated(finding: Finding) -> Answer:
    stated = finding.stated
    return Answer("total " * stated.total + stated.key, stated.said, finding.truth, finding.right, stated.place)


def _volume(claimed: str, actual: tuple[int, ...] | None, right: bool, place: Place) -> Answer:
    return Answer("volume", claimed, None if actual is None else show(actual), right, place)
