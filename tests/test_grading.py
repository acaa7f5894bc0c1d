"""Grading: every claim of a sheet, right, wrong or out of reach."""

from __future__ import annotations

import json

import pytest

import archcalc
from archcalc.cli import main

# cs231n 2016, lecture 7: 32x32x3, ten 5x5 filters, stride 1, pad 2 give 32x32x10 and 760 parameters
SHEETS = [
    ("INPUT 32x32x3 -> CONV 10 5x5 p2 => 32x32x10; check params=760", [True, True], 0),
    ("INPUT 32x32x3 -> CONV 10 5x5 p2 => 28x28x10; check params=750", [False, False], 0),
    ("INPUT 32x32x3 -> CONV 10 5x5 p2 -> RELU => 32x32x10", [True], 1),
    ("INPUT 32x32x3 -> [CONV 10 5x5 p2 => 32x32x10]*2", [True, True], 0),
    ("INPUT 32x32x3 -> CONV 10 5x5 p2 => ?x?x10 -> POOL 2 s2 => 15x16x10", [True, False], 0),
    # 7x7, 3x3, stride 3 does not fit; what follows is graded from the claimed volume on
    ("INPUT 7x7x1 -> CONV 1 3x3 s3 => 2x2x1\nPOOL 2 s2 => 1x1x1\ncheck params=10", [False, True, False], 0),
]


@pytest.mark.parametrize(("sheet", "answers", "not_asked"), SHEETS)
def test_sheets(sheet: str, answers: list[bool], not_asked: int) -> None:
    grade = archcalc.grade(sheet)
    assert [answer.right for answer in grade.answers] == answers
    assert (grade.right, grade.wrong) == (answers.count(True), answers.count(False))
    assert grade.not_asked == not_asked


def test_a_wrong_answer_shows_what_is_right() -> None:
    answers = archcalc.grade("INPUT 32x32x3 -> CONV 10 5x5 p2 => 28x28x10; check params=750").answers
    assert [(answer.asked, answer.claimed, answer.actual) for answer in answers] == [
        ("volume", "28x28x10", "32x32x10"),
        ("params", "750", "760"),
    ]


def test_a_mistake_is_told_and_the_rest_graded() -> None:
    grade = archcalc.grade("INPUT 7x7x1 -> CONV 1 3x3 s3 => 2x2x1\nPOOL 2 s2 => 1x1x1")
    assert [mistake.code for mistake in grade.mistakes] == ["E301"]
    assert [answer.actual for answer in grade.answers] == [None, "1x1x1"]


@pytest.mark.parametrize(
    ("sheet", "code"), [("INPUT 8 -> FC 2 => 2", 0), ("INPUT 8 -> FC 2 => 3", 1), ("INPUT 8 -> FC", 1)]
)
def test_exit_codes(sheet: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", sheet]) == code
    capsys.readouterr()


def test_the_result_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    main(["grade", "INPUT 8 -> FC 2 => 3", "--json"])
    grade = json.loads(capsys.readouterr().out)
    assert (grade["right"], grade["wrong"], grade["not_asked"]) == (0, 1, 0)
    assert grade["answers"][0]["actual"] == "2"


SHEETS_IN_SYMBOLS = [
    # claims in free dimensions, and whether each is right (cs231n 2016, lecture 7)
    ("INPUT HxWxC -> CONV C 7x7 p3 nobias => HxWxC; check params=(49*C**2) macs=(49*H*W*C**2)", [True, True, True]),
    ("INPUT HxWxC -> [CONV C 3x3 p1]*3 => HxWxC; check params=(27*C**2)", [True, False]),
    ("INPUT HxWxC -> [CONV C 3x3 p1]*3; check params=(3*C*(9*C+1))", [True]),
    ("INPUT WxWxD -> CONV K FxF s=S p=P => ((W-F+2*P)/S+1)x((W-F+2*P)/S+1)xK", [True]),
    ("INPUT WxWxD -> CONV K FxF s=S p=P => ((W-F+P)/S+1)x((W-F+2*P)/S+1)xK", [False]),
    ("INPUT KxKx1 -> FC 20 nobias -> FC 10 nobias; check params=(20*K**2+200) macs=(20*K+200)", [True, False]),
]


@pytest.mark.parametrize(("sheet", "right"), SHEETS_IN_SYMBOLS)
def test_answers_may_be_formulas(sheet: str, right: list[bool]) -> None:
    assert [answer.right for answer in archcalc.grade(sheet).answers] == right
