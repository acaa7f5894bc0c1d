"""Solving: all solutions, each substituted back, against formulas of the textbooks tried one by one."""

from __future__ import annotations

from itertools import product

import pytest

import archcalc
from archcalc.solver import solve

QUESTIONS = [
    # question, solutions (values in the order of the text), source
    ("INPUT 63x63x16 -> CONV 32 7x7 p? => 63x63x32", [(3,)], "deeplearning.ai C4 W1 quiz"),
    ("INPUT 2x2x1 -> CONV 1 3x3 p? => 4x4x1", [(2,)], "Dumoulin and Visin 2016"),
    ("INPUT 32x32x1 -> CONV 1 3x3 p? d2 => 32x32x1", [(2,)], "Dumoulin and Visin 2016"),
    ("INPUT ?x?x3 -> CONV 96 11x11 s4 => 55x55x96", [(227, 227)], "cs231n 2016, lecture 7"),
    ("INPUT 7x7x1 -> CONV 1 3x3 s? => 3x3x1", [(2,)], "cs231n 2016, lecture 7"),
    ("INPUT 32x32x3 -> CONV ? 5x5 p2 => ?x?x10\ncheck params=760", [(10,)], "cs231n 2016, lecture 7"),
    ("INPUT 32x32x3 -> [CONV 8 5x5 p?]*4 => 32x32x8", [(2,)], "cs231n 2016, lecture 7: (F-1)/2"),
    ("INPUT 56x56x64 -> ADD [CONV 64 3x3 p?, ID]", [(1,)], "He et al. 2015: the shortcut needs the same size"),
    ("INPUT 224x224x3 -> CONV 64 5x5 s2 p? => 112x112x64", [], "cs231n 2016, lecture 7: whatever fits"),
    ("INPUT 4096 -> FC ? nobias\ncheck macs=4096000", [(1000,)], "cs231n 2016: VGG's last layer"),
]


@pytest.mark.parametrize(("spec", "values", "source"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_questions_of_lectures_and_courses(spec: str, values: list[tuple[int, ...]], source: str) -> None:
    solved = archcalc.solve(spec)
    assert [tuple(solution.values()) for solution in solved.solutions] == values, source
    assert solved.complete


def _fits(size: int, kernel: int, stride: int, pad: int, dilation: int = 1) -> int | None:
    """(W - F + 2P)/S + 1 of the lectures, or None where it does not fit."""
    room = size + 2 * pad - dilation * (kernel - 1) - 1
    return room // stride + 1 if room >= 0 and room % stride == 0 else None


@pytest.mark.parametrize("size", [7, 12, 28])
@pytest.mark.parametrize("output", [3, 7, 12])
def test_a_kernel_stride_and_pad_are_all_that_the_formula_gives(size: int, output: int) -> None:
    solved = solve(f"INPUT {size}x{size}x1 -> CONV 1 k=? s? p? => {output}x{output}x1", budget=60)
    bounds = [range(least, most + 1) for least, most in solved.bounds.values()]
    expected = [values for values in product(*bounds) if _fits(size, *values) == output]
    assert solved.complete
    assert [tuple(solution.values()) for solution in solved.solutions] == expected


def test_names_are_those_of_layers_and_arguments() -> None:
    solved = solve("INPUT ?x32x3 -> c1: CONV ? 5x?\ncheck params=760\ncheck macs=470400")
    assert set(solved.bounds) == {"input.h", "c1.n", "c1.k"}


@pytest.mark.parametrize(("spec", "values", "source"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_every_solution_is_substituted_back(spec: str, values: list[tuple[int, ...]], source: str) -> None:
    for text in solve(spec).texts:
        archcalc.parse(text).check()


def test_asymmetric_pads_on_request() -> None:
    spec = "INPUT 224x224x3 -> CONV 64 5x5 s2 p? => 112x112x64"
    symmetric, asymmetric = solve(spec), solve(spec, asymmetric=True)
    assert not symmetric.solutions
    assert "p=1:2 fits" in symmetric.near[0]
    # (224 + 1 + 2 - 5)/2 + 1 = 112
    assert asymmetric.solutions == ({"conv1.p": "1:2"},)
    archcalc.parse(asymmetric.texts[0]).check()


def test_no_solution_says_what_is_nearest() -> None:
    solved = solve("INPUT 32x32x3 -> CONV ? 5x5\ncheck params=1000")
    assert not solved.solutions
    assert solved.complete
    # 76 parameters a filter: 13 make 988, 14 make 1064
    assert [near.partition(":")[0] for near in solved.near] == ["conv1.n=13", "conv1.n=14"]


def test_a_search_that_is_cut_off_says_so() -> None:
    spec = "INPUT 200x200x1 -> CONV 8 k=? s? p? -> CONV 8 k=? s? p? -> CONV 8 k=? s? p? => 31x31x8"
    solved = solve(spec, budget=0.2)
    assert not solved.complete


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("INPUT 3x3x3 -> RELU", "E260"),
        ("INPUT 3x3x3 -> CNV 8 p?", "E210"),
        ("INPUT 3x3x3 -> CONV 8 3x3 p? q=1", "E215"),
    ],
)
def test_what_cannot_be_solved(spec: str, code: str) -> None:
    with pytest.raises(archcalc.SpecError) as error:
        solve(spec)
    assert error.value.diagnostics[0].code == code


def test_an_open_number_is_never_taken_for_another() -> None:
    """Sizes are remembered by their arguments; what a question left open must not answer for a number."""
    solve("INPUT 9x9x1 -> CONV 1 3x3 p? => 9x9x1")
    assert archcalc.parse("INPUT 9x9x1 -> CONV 1 3x3 p0").output == (7, 7, 1)
