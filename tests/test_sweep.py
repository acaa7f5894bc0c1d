"""Families of networks: their values and their tables."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import LimitError, SpecError, UsageError
from archcalc.cli import main
from archcalc.report import family
from archcalc.report.layout import FANCY
from archcalc.screen import width
from archcalc.sweeping.values import values

from .commands import Sweep
from .test_streams import ESCAPE, on_terminal, posix

WIDE = "let n=4 d=1; INPUT 8x8x3 -> [CONV n 3x3 p1]*d -> FC 10"
STEM = "INPUT HxHx3 -> CONV 96 11x11 s4"


# Published families


def test_gpt2_in_step() -> None:
    """The four sizes of Radford et al. 2019, table 2, with the parameters that were published as weights."""
    sizes = {"layers": [12, 24, 36, 48], "width": [768, 1024, 1280, 1600], "heads": [12, 16, 20, 25]}
    found = archcalc.sweep("transformers/gpt2", set=sizes, zip=True)
    assert [variant.totals and variant.totals.params for variant in found] == [
        124439808, 354823168, 774030080, 1557611200,
    ]  # fmt: skip


def test_weights_of_a_perceptron() -> None:
    """20 units on KxK pixels and 10 behind them: 20 K^2 + 200 (the lecture's formula)."""
    found = archcalc.sweep("mlp-9x9", set={"k": "3..15:2"})
    assert [(variant.values["k"], variant.totals and variant.totals.params) for variant in found] == [
        (k, 20 * k * k + 200) for k in range(3, 16, 2)
    ]


def test_what_does_not_fit_is_listed_with_its_reason() -> None:
    """AlexNet's first layer fits where (H - 11)/4 is whole."""
    found = archcalc.sweep(STEM, set={"H": range(200, 240)})
    for variant in found:
        whole, rest = divmod(variant.values["H"] - 11, 4)
        assert (variant.output == (whole + 1, whole + 1, 96)) == (rest == 0)
        exact = Fraction(variant.values["H"] - 11, 4) + 1
        assert variant.reason.endswith(f"+ 1 = {float(exact):g}" if rest else "")


@pytest.mark.parametrize(
    ("spec", "given", "input"),
    [
        (WIDE, {"n": [1, 5], "d": [1, 3]}, None),
        ("torchvision/resnet18", {}, [(224, 224, 3), (256, 192, 3)]),
        ("INPUT HxWx3 -> CONV 8 3x3", {"H": [8, 9], "W": [10]}, None),
        ("let a=0.5; INPUT 8x8x3 -> CONV (8*a) 3x3", {"a": ["0.25", 0.75, Fraction(1, 2), 1.0]}, None),
        ("def u act { CONV 8 3x3 -> act }; let f=RELU k=1; INPUT 8x8x3 -> u f -> CONV 4 k",
         {"f": ["RELU", "GELU", "ID"], "k": [3, (1, 3)]}, None),
        ("transformers/t5-small", {"layers": [1, 2], "S": [16], "T": [8, 24]}, None),
    ],
)  # fmt: skip
def test_a_variant_is_the_network_with_these_values(
    spec: str, given: dict[str, list[Any]], input: list[tuple[int, ...]] | None
) -> None:
    """A sweep parses once and counts less; every variant must be what a build of its own gives."""
    found = archcalc.sweep(spec, set=given, input=input)
    assert len(found) == len({tuple(variant.values.items()) for variant in found}) > 1
    for variant in found:
        named = {name: value for name, value in variant.values.items() if name != "input"}
        make = archcalc.parse if " " in spec else archcalc.load
        net = make(spec, set=named, input=variant.values.get("input"))
        assert (variant.totals, variant.output) == (net.totals, net.output)


def test_models_vary_in_their_input(tmp_path: Path) -> None:
    """LeNet-5's convolutions end at 1x1 for 32x32, and would need less than nothing for 16x16."""
    path = tmp_path / "net.onnx"
    archcalc.parse("INPUT 32x32x1 -> CONV 6 5x5 -> POOL 2 s2 floor -> CONV 16 5x5 -> GAP").export(path, weights="zeros")
    found = archcalc.sweep(str(path), input=[(32, 32, 1), (28, 28, 1), (8, 8, 1)])
    macs = [variant.totals and variant.totals.macs for variant in found]
    assert macs == [28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25, 24 * 24 * 6 * 25 + 8 * 8 * 16 * 6 * 25, None]
    assert found.name == "net" and found.variants[2].reason


def test_what_is_counted_is_told() -> None:
    """A layer of unknown work does not pass for one without any."""
    found = archcalc.sweep(WIDE, set={"n": "1,2", "d": "1,3"})
    assert [variant.layers for variant in found] == [2, 4, 2, 4]
    assert family.coverage(found) == "counted: all 12 layers of 4 networks"
    odd = replace(found, variants=tuple(replace(variant, uncounted=("odd",)) for variant in found))
    assert family.coverage(odd) == "counted: 8 of 12 layers, so there is more to do; not counted: odd"
    assert [row["uncounted"] for row in odd.records()] == [1, 1, 1, 1]


def test_formulas_stay() -> None:
    found = archcalc.sweep("INPUT HxWxC -> CONV n 3x3 p1 nobias".replace("n ", "N "), set={"N": [2, 3]})
    assert [variant.as_dict()["totals"]["params"] for variant in found] == ["18*C", "27*C"]


# Values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16,32,64", [16, 32, 64]),
        ("128..512:64", [128, 192, 256, 320, 384, 448, 512]),
        ("1..4", [1, 2, 3, 4]),
        ("4..1", [4, 3, 2, 1]),
        ("10..1:-3", [10, 7, 4, 1]),
        ("1..6:2", [1, 3, 5]),
        ("16..1024:*4", [16, 64, 256, 1024]),
        ("3..100:*10", [3, 30]),
        ("1..3,7,10..20:5", [1, 2, 3, 7, 10, 15, 20]),
        ("3x3,5x5", [(3, 3), (5, 5)]),
        ("RELU,GELU", ["RELU", "GELU"]),
        ("0.25,0.5,1", [Fraction(1, 4), Fraction(1, 2), 1]),
        ("-1..1", [-1, 0, 1]),
        ("5..5", [5]),
    ],
)
def test_values(text: str, expected: list[Any]) -> None:
    assert list(values("n", text, 1000)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "1,", ",1", "1..", "..3", "1..8:0", "1..8:-1", "8..1:1", "8..1:*2", "0..8:*2", "1..8:*1", "1..8:*", "1..8:*-2",
     "many", "1e3", "3x", "1.5..3", "1..3:0.5", "relu", "²"],
)  # fmt: skip
def test_what_is_no_value(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        values("n", text, 1000)
    assert caught.value.diagnostics[0].code == "E680"
    assert caught.value.diagnostics[0].help


def test_huge_ranges_are_refused_without_counting_them() -> None:
    with pytest.raises(LimitError) as caught:
        archcalc.sweep(WIDE, set={"n": "1..999999999999999"})
    assert caught.value.diagnostics[0].code == "E509"
    with pytest.raises(LimitError):
        archcalc.sweep(WIDE, set={"n": "1..1000", "d": "1..1000"})


def test_a_family_prints_itself() -> None:
    found = archcalc.sweep(WIDE, set={"n": [1, 2]})
    assert str(found).splitlines()[2].split() == ["n", "output", "params", "multiply-adds", "memory", "peak", "memory"]
    assert found._repr_markdown_().startswith("| n | output | params |")


def test_the_order_of_the_values() -> None:
    found = archcalc.sweep(WIDE, set={"n": [2, 1], "d": "1..3"})
    assert [tuple(variant.values.values()) for variant in found] == [(2, 1), (2, 2), (2, 3), (1, 1), (1, 2), (1, 3)]
    found = archcalc.sweep(WIDE, set={"n": [2, 1], "d": "3"}, zip=True)
    assert [tuple(variant.values.values()) for variant in found] == [(2, 3), (1, 3)]


@pytest.mark.parametrize(
    ("spec", "given", "error", "code"),
    [
        (WIDE, {"n": [1, 2], "d": [1, 2, 3]}, UsageError, "E681"),
        (WIDE, {}, UsageError, "E680"),
        (WIDE, {"n": []}, UsageError, "E680"),
        (WIDE, {"q": [1, 2]}, SpecError, "E228"),
        ("INPUT 8x8x3 -> CONV", {"n": [1, 2]}, SpecError, "E217"),
        ("INPUT 8x8x3 -> CONV n (", {"n": [1, 2]}, SpecError, "E101"),
        (WIDE, {"input": [1, 2]}, UsageError, "E680"),
    ],
)
def test_what_is_wrong_for_all(spec: str, given: dict[str, Any], error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        archcalc.sweep(spec, set=given, zip=True)
    diagnostics = getattr(caught.value, "diagnostics")  # noqa: B009 - the type is a parameter
    assert diagnostics[0].code[:2] == code[:2] and (code == "E101" or diagnostics[0].code == code)


def test_what_could_vary_is_told(call_sweep: Sweep) -> None:
    assert "the spec has T=128, layers=12, heads=12, width=768, vocab=50257" in call_sweep("transformers/gpt2")[2]
    assert "the spec has H, W" in call_sweep("INPUT HxWx3 -> RELU")[2]


def test_progress() -> None:
    said: list[tuple[int, int]] = []
    archcalc.sweep(WIDE, set={"n": "1..4"}, progress=lambda done, of: said.append((done, of)))
    assert said == [(1, 4), (2, 4), (3, 4), (4, 4)]


NONE = """3 variants; none fits

  H
---
128  CONV 64 7x7 s2 p3: the stride doesn't fit: (128 + 2*3 - 7)/2 + 1 = 64.5
192  CONV 64 7x7 s2 p3: the stride doesn't fit: (192 + 2*3 - 7)/2 + 1 = 96.5
256  CONV 64 7x7 s2 p3: the stride doesn't fit: (256 + 2*3 - 7)/2 + 1 = 128.5

counted: nothing, because no variant fits; floor or ceil behind the layer lets it round, as
frameworks do
"""


def test_a_family_of_which_none_fits(call_sweep: Sweep) -> None:
    assert call_sweep("INPUT HxHx3 -> CONV 64 7x7 s2 p3", "--set", "H=128..256:64") == (1, NONE, "")
    _, said, _ = call_sweep("let n=1; INPUT 8x8x3 -> CONV n 9x9", "--set", "n=1,2")
    assert "2 variants; none fits" in said and said.endswith("counted: nothing, because no variant fits\n")


# Tables


def test_every_format_says_the_same(call_sweep: Sweep) -> None:
    words = (STEM, "--set", "H=225..231:2")
    columns = ("--columns", "output,params,macs")
    variants = json.loads(call_sweep(*words, "--json")[1])["variants"]
    sheet = list(csv.DictReader(io.StringIO(call_sweep(*words, *columns, "--csv")[1])))
    marked = [line.strip("| ").split(" | ") for line in call_sweep(*words, *columns, "--md")[1].splitlines()[2:-2]]
    shown = call_sweep(*words, *columns)[1].splitlines()[4:-2]
    assert len(variants) == len(sheet) == len(marked) == len(shown) == 4
    for one, two, three, four in zip(variants, sheet, marked, shown, strict=True):
        assert str(one["values"]["H"]) == two["H"] == three[0] == four.split()[0]
        if one["error"]:
            assert one["error"]["message"] == two["error"] == three[-1].replace("\\", "")
            assert four.endswith(one["error"]["message"])
            continue
        macs = one["totals"]["macs"]
        assert f"{macs:,}" == f"{int(two['macs']):,}" == three[3] == four.split()[3]
        assert "x".join(map(str, one["output"])) == two["output"] == three[1] == four.split()[1]


def test_records_are_flat() -> None:
    """Also where a name of the spec is that of a total."""
    found = archcalc.sweep("let params=4; INPUT 8x8x3 -> CONV params 1x1 -> RELU", set={"params": [4, 6]}).records()
    assert [(row["set.params"], row["params"], row["output"]) for row in found] == [(4, 16, "8x8x4"), (6, 24, "8x8x6")]
    assert len({tuple(row) for row in found}) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((WIDE, "--set", "n=1,2", "d=1"), 0, "2 variants\n"),
        ((WIDE, "--set", "n=1..3", "d=1..3", "--zip"), 0, "3 variants\n"),
        ((STEM, "--set", "H=226,227"), 0, "2 variants; 1 does not fit\n"),
        ((STEM, "--set", "H=225,226"), 1, "2 variants; none fits\n"),
        ((WIDE, "--set", "n=1..4", "--max-params", "1500"), 0, "2 variants above the budget left out"),
        ((WIDE, "--set", "n=1..4", "--max-params", "5"), 1, "4 variants above the budget left out"),
        ((WIDE, "--set", "n=1..4", "--max-peak", "1KiB", "--csv"), 0, "n,output,params"),
        (("CONV 4 3x3", "--input", "8x8x3,9x9x3"), 0, "9x9x3   7x7x4"),
        (("CONV 4 3x3", "--input", "8×8x3"), 0, "6x6x4"),
        ((WIDE, "--set", "n=1", "--columns", "training"), 0, "training"),
        ((WIDE, "--set", "n=1", "--columns", "trainin"), 2, ""),
        ((WIDE, "--set", "n"), 2, ""),
        ((WIDE, "--set", "n=1", "--set", "n=2"), 2, ""),
        ((WIDE, "--set", "n=1", "--input", "8x0x3"), 2, ""),
        ((WIDE, "--set", "n=1,2", "--plot", "chart.png"), 2, ""),
        ((WIDE, "--set", "n=1,2", "--plot", "--csv"), 2, ""),
        ((WIDE, "--set", "n=1..200000"), 5, ""),
        ((WIDE, "--set", "n=1..20", "--max-variants", "10"), 5, ""),
        (("no-such-spec", "--set", "n=1..20"), 3, ""),
    ],
)
def test_the_command(words: tuple[str, ...], code: int, said: str, call_sweep: Sweep) -> None:
    done = call_sweep(*words)
    assert (done[0], said in done[1]) == (code, True)
    assert bool(done[2]) == (code > 1)  # no progress where nobody watches


def test_a_fraction_for_a_name_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "let a=1; INPUT 8x8x3 -> CONV (8*a) 1x1", "--set", "a=0.5"]) == 0
    assert "8x8x4" in capsys.readouterr().out


@pytest.mark.parametrize("room", [40, 60, 80, 200])
def test_the_table_fits_the_screen(room: int) -> None:
    found = archcalc.sweep("transformers/gpt2", set={"T": "128,4096", "width": [768], "layers": [1, 2]})
    lines = ["".join(text for text, _ in line).rstrip() for line in family.report(found, room, signs=FANCY)]
    assert max(map(width, lines)) <= room
    assert sum("…" in line for line in lines) == (0 if room == 200 else 2)


@posix
def test_progress_on_a_terminal() -> None:
    """It is written over itself, then over with blanks, before the table begins."""
    shown = ESCAPE.sub("", on_terminal(f"sweep '{WIDE}' --set n=1..30 d=1..3 --plot", 80))
    before, _, after = shown.partition("90 variants")
    assert re.fullmatch(r"(\rsweeping \.\.\. (\d+ of 90)? *)+\r *\r", before)
    assert "of 90" in before and "sweeping" not in after
    assert max(map(width, after.splitlines())) <= 80
    assert "\u25cf" in after or "\u2800" < max(after) < "\u2900"
