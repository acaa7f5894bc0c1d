"""Free dimensions: formulas, the conditions that they suppose, and numbers put in for them."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
import sympy

import archcalc
from archcalc.ops import WORDS

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
    names = {"floor": floor, "ceiling": ceil, "Max": max, "Min": min}
    exact = re.sub(r"\b(\d+)\b", r"Fraction(\1)", formula)
    return eval(exact, {"Fraction": Fraction, **names, **{k: Fraction(v) for k, v in binding.items()}})


def _holds(condition: str, binding: dict[str, int]) -> bool:
    """Whether numbers satisfy a stated condition."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    plain = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "**" + match[0].translate(digits), condition).replace("·", "*")
    left, sign, right = re.fullmatch(r"(.*) (is divisible by|>=|=) (.*)", plain).groups()  # type: ignore[union-attr]
    one, other = _put(left, binding), _put(right, binding)
    if sign == "is divisible by":
        return bool(one % other == 0)
    return bool(one == other if sign == "=" else one >= other)


UNDECIDED = {"E308", "E321", "E331", "E334", "E343", "E347", "E350"}
REFUSED = {"SLICE", "CROP", "REARRANGE", "ATTEND", "LINEAR", "FC", "CONV", "EINSUM", "CONCAT", "RELPOS"}
"""Layers with a row that asks whether a symbol equals, or is less than, a given number; they say so as errors."""


@pytest.mark.parametrize("case", NUMERIC, ids=[case.spec for case in NUMERIC])
def test_substituting_numbers_gives_the_numeric_result(case: Case) -> None:
    spec, sizes = _symbolic(case)
    try:
        formulas = archcalc.parse(spec).as_dict()
    except archcalc.SpecError as error:
        assert {diagnostic.code for diagnostic in error.diagnostics} <= UNDECIDED
        assert set(re.findall(r"[A-Z]{2,}", case.spec)) & REFUSED
        return
    generator = random.Random(case.spec)
    compared = 0
    for attempt in range(400):
        factors = {name: size * (1 if not attempt else generator.randint(1, 4)) for name, size in sizes.items()}
        jitter = 0 if attempt < 30 else 1
        binding = {name: size + jitter * generator.randint(0, 3) for name, size in factors.items()}
        try:
            numbers = archcalc.parse(spec, set=binding).as_dict()
        except archcalc.SpecError:
            continue
        if not all(_holds(condition, binding) for condition in formulas["conditions"]):
            continue
        for part in ("params", "macs", "activations", "peak_bytes"):
            assert _put(formulas["totals"][part], binding) == numbers["totals"][part], (part, binding)
        assert _put(formulas["outputs"][0]["shape"], binding) == numbers["outputs"][0]["shape"]
        compared += 1
        if compared == 20:
            break
    assert compared


def test_the_property_covers_every_layer_that_reads_a_volume() -> None:
    covered = {word for case in NUMERIC for word in re.findall(r"[A-Z]\w+", case.spec)}
    assert set(WORDS) - covered == {"EMBED"}
