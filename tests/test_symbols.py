"""Free dimensions: formulas, the conditions that they suppose, and numbers put in for them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import ceil, floor
from types import CodeType
from typing import Any

import pytest
import sympy

import archcalc
from archcalc.ops import WORDS
from archcalc.shape import show

from .cases import CASES, Case

FORMULAS = [
    # cs231n 2016, lecture 7: three 3x3 layers against one 7x7
    ("INPUT HxWxC -> CONV C 7x7 p3 nobias => HxWxC", "49*C**2", "49*C**2*H*W"),
    ("INPUT HxWxC -> [CONV C 3x3 p1 nobias -> RELU]*3 => HxWxC", "27*C**2", "27*C**2*H*W"),
    # F*F*D1*K weights and K biases
    ("INPUT HxWxD -> CONV K FxF p=P", "D*F**2*K + K", None),
    # EEE511: a KxK image, 20 hidden, 10 out, no bias
    ("INPUT KxKx1 -> FC 20 nobias -> FC 10 nobias", "20*K**2 + 200", "20*K**2 + 200"),
    # CS109: N to M fully connected
    ("INPUT N -> FC M nobias", "M*N", "M*N"),
]


@pytest.mark.parametrize(("spec", "params", "macs"), FORMULAS)
def test_formulas_of_the_lectures(spec: str, params: str, macs: str | None) -> None:
    totals = archcalc.parse(spec).as_dict()["totals"]
    assert _equal(totals["params"], params)
    assert macs is None or _equal(totals["macs"], macs)


def _equal(left: Any, right: Any) -> bool:
    names = {name: sympy.Symbol(name) for name in "CDFHKMNPW"}
    return bool(sympy.expand(sympy.sympify(left, names) - sympy.sympify(right, names)) == 0)


CONDITIONS = [
    ("INPUT HxWx3 -> CONV 96 11x11 s4", ["H + 1 is divisible by 4", "W + 1 is divisible by 4", "H >= 11", "W >= 11"]),
    ("INPUT Hx32x3 -> [POOL 2 s2]*3", ["H is divisible by 8"]),
    ("INPUT 8x8xC -> CONV 8 3x3 g4", ["C is divisible by 4"]),
    ("INPUT TxC -> ATTN H", ["C is divisible by H"]),
    ("INPUT HxWxC -> CONV C 3x3 p1", []),
]


@pytest.mark.parametrize(("spec", "conditions"), CONDITIONS)
def test_what_a_network_supposes(spec: str, conditions: list[str]) -> None:
    for _ in range(2):  # what one network supposes says nothing of the next
        stated = archcalc.parse(spec).as_dict()["conditions"]
        assert [one for one in stated if "divisible" in one or one in conditions] == conditions


def test_a_spec_without_input_answers_in_h_w_c() -> None:
    net = archcalc.parse("CONV 10 5x5 p2")
    assert [str(size) for size in net.output] == ["H", "W", "10"]
    assert str(net.totals.params) == "250*C + 10"


def test_set_binds_a_symbol() -> None:
    net = archcalc.parse("INPUT HxWxC -> CONV C 7x7 p3 nobias", set={"H": 224, "W": 224, "C": 64})
    assert net.output == (224, 224, 64)
    assert net.totals.params == 49 * 64**2


def test_only_numbers_run() -> None:
    with pytest.raises(archcalc.SpecError, match="E256"):
        archcalc.parse("INPUT HxWx3 -> GAP").verify()


NUMERIC = [case for case in CASES if re.match(r"INPUT [\dx]+ ->", case.spec) and " int" not in case.spec]


def _symbolic(case: Case) -> tuple[str, dict[str, int]]:
    """The case with a symbol for every size of its input, and what the sizes were."""
    sizes = re.match(r"INPUT ([\dx]+)", case.spec)[1].split("x")  # type: ignore[index]
    names = ["A", "B", "M", "Q", "R", "S"][: len(sizes)]
    return case.spec.replace("x".join(sizes), "x".join(names), 1), dict(zip(names, map(int, sizes), strict=True))


def _put(formula: Any, binding: dict[str, int]) -> Any:
    """A formula of the JSON with numbers for its symbols: it is a Python expression."""
    if isinstance(formula, list):
        return [_put(item, binding) for item in formula]
    if not isinstance(formula, str):
        return formula
    return eval(_code(formula), {**FUNCTIONS, **{name: Fraction(size) for name, size in binding.items()}})


FUNCTIONS = {
    "Fraction": Fraction, "floor": floor, "ceiling": ceil, "ceil": ceil, "Max": max, "max": max, "Min": min, "min": min,
}  # fmt: skip


@cache
def _code(formula: str) -> CodeType:
    return compile(re.sub(r"\b(\d+)\b", r"Fraction(\1)", formula), "formula", "eval")


def _holds(condition: str, binding: dict[str, int]) -> bool:
    """Whether numbers satisfy a stated condition."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    plain = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "**" + match[0].translate(digits), condition).replace("·", "*")
    left, sign, right = re.fullmatch(r"(.*) (is divisible by|>=|=) (.*)", plain).groups()  # type: ignore[union-attr]
    one, other = _put(left, binding), _put(right, binding)
    if sign == "is divisible by":
        return bool(one % other == 0)
    return bool(one == other if sign == "=" else one >= other)


BINDINGS = 20


@pytest.mark.parametrize("case", NUMERIC, ids=[case.spec for case in NUMERIC])
def test_substituting_numbers_gives_the_numeric_result(case: Case) -> None:
    """For the case's own sizes and for 19 others that meet what is supposed."""
    spec, sizes = _symbolic(case)
    formulas = archcalc.parse(spec).as_dict()
    compared = 0
    for binding in _bindings(sizes, case.spec):
        if not all(_holds(condition, binding) for condition in formulas["conditions"]):
            continue
        numbers = archcalc.parse(spec, set=binding).as_dict()
        for part in ("params", "macs", "activations", "peak_bytes"):
            assert _put(formulas["totals"][part], binding) == numbers["totals"][part], (part, binding)
        assert _put(formulas["outputs"][0]["shape"], binding) == numbers["outputs"][0]["shape"]
        for symbolic, numeric in zip(formulas["layers"], numbers["layers"], strict=True):
            field = _put(symbolic["receptive_field"], binding)
            assert field in (None, numeric["receptive_field"]), (numeric["name"], binding)
        compared += 1
        if compared == BINDINGS:
            break
    fixed = [condition for condition in formulas["conditions"] if re.fullmatch(r"[A-Z] = \d+", condition)]
    assert compared == (BINDINGS if len(fixed) < len(sizes) else 1)


def _bindings(sizes: dict[str, int], seed: str) -> Iterator[dict[str, int]]:
    """The sizes themselves, then multiples of them, then numbers near those; each once."""
    generator, seen = random.Random(seed), set()
    for attempt in range(6000):
        times = [generator.choice((1, generator.randint(1, 20))) for _ in sizes]
        more = [generator.randint(0, 6) * (attempt % 4 == 3) for _ in sizes]
        numbers = [
            size * (time if attempt else 1) + add for size, time, add in zip(sizes.values(), times, more, strict=True)
        ]
        if tuple(numbers) not in seen:
            seen.add(tuple(numbers))
            yield dict(zip(sizes, numbers, strict=True))


def test_the_property_covers_every_layer_that_reads_a_volume() -> None:
    covered = {word for case in NUMERIC for word in re.findall(r"[A-Z]\w+", case.spec)}
    assert set(WORDS) - covered == {"EMBED"}


PRINTED = [
    # formulas are written as the lectures write them
    ("CONV K FxF s=S p=P", "((H - F + 2·P)/S + 1)x((W - F + 2·P)/S + 1)xK"),
    ("INPUT HxWx3 -> CONV 8 5x5 s2", "((H - 3)/2)x((W - 3)/2)x8"),
    ("INPUT HxWx3 -> CONV 8 3x3 s2 floor", "(floor((H - 1)/2))x(floor((W - 1)/2))x8"),
    ("INPUT HxWx3 -> CONV 8 3x3 s2 same", "(ceil(H/2))x(ceil(W/2))x8"),
    ("INPUT HxWxC -> TCONV K 2x2 s2", "(2·H)x(2·W)xK"),
    ("INPUT HxWxC -> CONCAT [CONV (2*C) 1x1, ID]", "HxWx(3·C)"),
]


@pytest.mark.parametrize(("spec", "output"), PRINTED)
def test_formulas_are_written_as_people_do(spec: str, output: str) -> None:
    assert show(archcalc.parse(spec).output) == output


CONDITIONS_SAID = [
    ("CONV K FxF s=S", {"H - F is divisible by S", "W - F is divisible by S", "H >= F", "W >= F"}),
    # rounding down reaches 3 where the number does
    ("INPUT HxHx3 -> CONV 8 3x3 s2 floor -> CONV 8 3x3 s2 floor", {"H >= 7"}),
    ("INPUT TxC -> ATTEND 2 [ID, LINEAR 12, LINEAR 12]", {"C = 12"}),
]


@pytest.mark.parametrize(("spec", "conditions"), CONDITIONS_SAID)
def test_conditions_are_said_briefly(spec: str, conditions: set[str]) -> None:
    assert set(archcalc.parse(spec).as_dict()["conditions"]) == conditions
