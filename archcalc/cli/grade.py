"""grade: an answer sheet, claim by claim."""

from __future__ import annotations

import sys

from ..errors import Styled
from ..grading import Answer, Grade
from ..grading import grade as grade_spec
from ..report import diagnostics, json, text
from ..report.spell import count
from .arguments import options_of, parse
from .words import one_spec


def grade(words: list[str]) -> int:
    """Every claim, right or wrong: 0 if all are right, else 1."""
    given = parse("grade", words)
    options = options_of(given, given.input[-1] if given.input else None)
    sheet = grade_spec(one_spec(given.spec, "grade"), options)
    if given.json:
        sys.stdout.write(json.document(sheet.as_dict()))
    else:
        text.write(_report(sheet), sys.stdout)
        diagnostics.show(sheet.mistakes, sys.stderr)
    return 1 if sheet.wrong or sheet.mistakes else 0


def _report(sheet: Grade) -> list[Styled]:
    lines = [_line(answer) for answer in sheet.answers]
    total = f"{sheet.right} right, {sheet.wrong} wrong, {count(sheet.not_asked, 'layer')} not asked"
    return [*lines, (), ((total, "strong"),)]


def _line(answer: Answer) -> Styled:
    where = f"line {answer.place.line}:".ljust(9)
    asked = "" if answer.asked == "volume" else f"{answer.asked} "
    if answer.right:
        return ((f"right  {where} {asked}{answer.claimed}", "answer"),)
    truth = answer.actual or "unknown, for the mistake above it"
    return ((f"wrong  {where} {asked}{answer.claimed}, it is {truth}", "caution"),)
