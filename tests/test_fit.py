"""Windows that do not fit: by how much, what is lost, and ways out that work when they are taken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import Diagnostic, Fix, SpecError
from archcalc.shape import show

from .commands import process


def refused(spec: str) -> Diagnostic:
    """The one mistake of a spec."""
    with pytest.raises(SpecError) as error:
        archcalc.parse(spec)
    (mistake,) = error.value.diagnostics
    return mistake


def taken(spec: str, mistake: Diagnostic, fix: Fix) -> str:
    """The one-line spec with a fix applied."""
    place = fix.place or mistake.place
    assert place is not None and place.line == place.end_line
    line = spec.split("\n")
    row = line[place.line - 1]
    line[place.line - 1] = row[: place.column - 1] + fix.replace + row[place.end_column - 1 :]
    return "\n".join(line)


# cs231n 2016, lecture 7: 7x7 with 3x3 at stride 3 gives 2.33; AlexNet's 224 does not fit, 227 does.
# Dumoulin and Visin 2016, relationship 6: with i=6, k=3, s=2, p=1 the last padded row is not read.
MISFITS = [
    ("INPUT 7x7x3 -> CONV 6 3x3 s3", "(7 + 2*0 - 3)/3 + 1 = 2.33", "row 7",
     {"input 6x6x3", "input 9x9x3", "stride 1 gives 5x5x6", "stride 2 gives 3x3x6", "stride 4 gives 2x2x6",
      "kernel 1x1 gives 3x3x6", "kernel 4x4 gives 2x2x6", "pad 1 gives 3x3x6", "same gives 3x3x6",
      "round down gives 2x2x6", "round up gives 3x3x6"}),
    ("INPUT 224x224x3 -> CONV 96 11x11 s4", "(224 + 2*0 - 11)/4 + 1 = 54.25", "row 224",
     {"input 223x223x3", "input 227x227x3", "stride 1 gives 214x214x96", "stride 3 gives 72x72x96",
      "kernel 8x8 gives 55x55x96", "kernel 12x12 gives 54x54x96", "pad 1:2 gives 55x55x96", "pad 2:1 gives 55x55x96",
      "same gives 56x56x96", "round down gives 54x54x96", "round up gives 55x55x96"}),
    ("INPUT 6x6x1 -> CONV 1 3x3 s2 p1", "(6 + 2*1 - 3)/2 + 1 = 3.5", "only padding",
     {"input 5x5x1", "input 7x7x1", "stride 1 gives 6x6x1", "kernel 2x2 gives 4x4x1", "kernel 4x4 gives 3x3x1",
      "pad 1:2 gives 4x4x1", "pad 2:1 gives 4x4x1", "pad 0:1 gives 3x3x1", "same gives 3x3x1",
      "round down gives 3x3x1", "round up gives 4x4x1"}),
    ("INPUT 32x32x3 -> POOL 3 s2", "(32 + 2*0 - 3)/2 + 1 = 15.5", "row 32",
     {"input 31x31x3", "input 33x33x3", "stride 1 gives 30x30x3", "kernel 2 gives 16x16x3", "kernel 4 gives 15x15x3",
      "pad 0:1 gives 16x16x3", "pad 1:0 gives 16x16x3", "same gives 16x16x3",
      "round down gives 15x15x3", "round up gives 16x16x3"}),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "note", "lost", "titles"), MISFITS, ids=[spec for spec, *_ in MISFITS])
def test_what_is_offered(spec: str, note: str, lost: str, titles: set[str]) -> None:
    mistake = refused(spec)
    assert (mistake.code, mistake.note) == ("E301", note)
    assert lost in mistake.help[1]
    assert {fix.title for fix in mistake.fixes} == titles


HELP = [
    (
        "INPUT 4x100x7x3 -> CONV 8 5x3 s3x5",
        "exact:  input 98x3 or 101x8;  s1x1;  kernel 4x2 or 7x7;  p0:1 or p1:0;  same -> 34x2 (pads 2:2x0:1)",
        "drops 2 of the 100 rows: rows 99 and 100",
    ),
    (
        "INPUT 20x3 -> UNFOLD 4 s3 d2",
        "exact:  input 19 or 22;  s1;  kernel 3 or 6;  p1;  same -> 7 (pads 2:3)",
        "drops 1 of the 20 rows: row 20",
    ),
    (
        "INPUT 9x8x3 -> POOL 3x2 s2 p1:0x0",
        "exact:  input 8 or 10x8;  s1x2;  kernel 2x2 or 4x2;  p1x0 or p0x0 or p2x0;  same -> 5x4 (pads 1:1x0:0)",
        "drops 1 of the 10 padded rows: row 9",
    ),
    (
        "INPUT 20x3 -> CONV 8 3 s7 p1:2",
        "exact:  input 14 or 21;  s4 or s5 or s10;  kernel 2 or 9;  p2;  same -> 3 (pads 0:0)",
        "drops 6 of the 23 padded rows: rows 17 to 20 and padding",
    ),
    (
        "INPUT Hx32x3 -> POOL 3 s2",
        "exact:  input Hx31 or Hx33;  s2x1;  kernel 3x2 or 3x4;  p0x0:1 or p0x1:0;  same",
        "drops 1 of the 32 rows: row 32",
    ),
]


@pytest.mark.parametrize(("spec", "exact", "lost"), HELP, ids=[spec for spec, *_ in HELP])
def test_everything_near(spec: str, exact: str, lost: str) -> None:
    mistake = refused(spec)
    assert mistake.help[0] == exact
    assert lost in mistake.help[1]


TOO_LARGE = [
    ("INPUT 5x5x3 -> CONV 8 7x7", "7 against 5", "input 7;  kernel 5x5;  p1;  same -> 5 (pads 3:3)"),
    ("INPUT 5x5x3 -> POOL 3 s1 d3", "3 (dilated to 7) against 5", "input 7;  kernel 2;  d2;  p1"),
    ("INPUT 3x3x3 -> CONV 1 9x9 s3 p1", "9 against 3 + 1 + 1 of padding",
     "input 7;  kernel 5x5;  p3;  same -> 1 (pads 3:3)"),
    ("INPUT 2x9x3 -> CONV 1 3x3 s1x2", "3 against 2",
     "input 3x9;  kernel 2x3;  p0:1x0 or p1:0x0 or p1x0;  same -> 2x5 (pads 1:1)"),
    ("INPUT 1x1x2 -> POOL 1x2 s2 d3 p0:1", "2 (dilated to 4) against 1 + 0 + 1 of padding",
     "nothing near, give the layer another window"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "note", "near"), TOO_LARGE, ids=[spec for spec, *_ in TOO_LARGE])
def test_a_window_that_is_too_large(spec: str, note: str, near: str) -> None:
    mistake = refused(spec)
    assert (mistake.code, mistake.note, mistake.help) == ("E306", note, (f"would fit:  {near}",))


def holds(spec: str) -> int:
    """Apply every fix of the one mistake, and see that it fits and gives what its title says; how many there are."""
    mistake = refused(spec)
    for fix in mistake.fixes:
        net = archcalc.parse(taken(spec, mistake, fix))
        what, _, output = fix.title.partition(" gives ")
        if output:
            assert show(net.output) == output, fix
        else:
            assert what == f"input {show(net.graph.inputs[0].shape)}"
    return len(mistake.fixes)


@pytest.mark.parametrize("spec", [spec for spec, *_ in [*MISFITS, *HELP, *TOO_LARGE[:-1]]])
def test_every_fix_fits(spec: str) -> None:
    assert holds(spec) >= 3


SIZES = st.integers(1, 24)


@given(st.data(), st.integers(1, 3), st.sampled_from(("CONV 2", "POOL", "POOL avg", "UNFOLD", "DWCONV")))
def test_every_fix_of_any_window_fits(data: st.DataObject, rank: int, layer: str) -> None:
    def joined(values: st.SearchStrategy[int]) -> str:
        one = data.draw(st.booleans())
        return "x".join(str(data.draw(values)) for _ in range(1 if one else rank))

    sizes = "x".join(str(data.draw(SIZES)) for _ in range(rank))
    kernel = "x".join(str(data.draw(st.integers(1, 9))) for _ in range(rank))
    options = f"s={joined(st.integers(1, 6))} d={joined(st.integers(1, 3))}"
    pad = data.draw(st.sampled_from(("", " p1", " p0:1", " p2")))
    spec = f"INPUT {sizes}x2 -> {layer} {kernel} {options}{pad}"
    try:
        archcalc.parse(spec)
    except SpecError as error:
        if error.diagnostics[0].code in ("E301", "E306"):
            holds(spec)


def test_a_misfit_beside_a_window_that_is_too_large() -> None:
    mistake = refused("INPUT 4x3x3 -> POOL 3x9 s2")
    assert mistake.code == "E306" and mistake.place is not None


WITHOUT = [
    # a text that stands for several layers: what mends one may break another
    "INPUT 32x32x3 -> [POOL 3 s2]*2",
    "def b n { CONV n 3x3 s2 }; INPUT 32x32x3 -> b 4 -> b 4",
]


@pytest.mark.parametrize("spec", WITHOUT)
def test_no_fix_for_what_is_used_often(spec: str) -> None:
    with pytest.raises(SpecError) as error:
        archcalc.parse(spec)
    assert error.value.diagnostics[0].help[0].startswith("exact:  input 31 or 33;")
    assert error.value.diagnostics[0].fixes == ()


def test_an_input_from_elsewhere_is_not_replaced() -> None:
    with pytest.raises(SpecError) as error:
        archcalc.parse("CONV 8 3x3 s2", input=(32, 32, 3))
    assert all(fix.place is None for fix in error.value.diagnostics[0].fixes)


def test_json() -> None:
    (found,) = json.loads(process("check 'INPUT 224x224x3 -> CONV 96 11x11 s4' --json").out)["errors"]
    assert found["fixes"][0] == {
        "title": "input 223x223x3", "replace": "INPUT 223x223x3", "file": "", "line": 1, "column": 1, "end_line": 1,
        "end_column": 16,
    }  # fmt: skip
    assert {"title": "pad 1:2 gives 55x55x96", "replace": "CONV 96 11x11 s4 p1:2"} in found["fixes"]
