"""Families of networks as charts, in the terminal and as pictures."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import UsageError
from archcalc.report import chart_svg, chart_text, family
from archcalc.report.chart import Axis, Chart, Line, axis, tight_axis
from archcalc.report.family_chart import chart
from archcalc.report.layout import ASCII, FANCY, Signs
from archcalc.screen import width
from archcalc.sweeping import sweep

from .commands import Sweep

WIDE = "let n=4 d=1; INPUT 8x8x3 -> [CONV n 3x3 p1]*d -> FC 10"
STEM = "INPUT HxHx3 -> CONV 96 11x11 s4"


def _number(text: str) -> float:
    """What the text of a tick says."""
    found = re.fullmatch(r"(-?[\d.]+(?:e[+-]\d+)?) ?([kKMGTPE]?)(i?)B?", text)
    assert found, text
    base = 1024 if found[3] else 1000
    return float(found[1]) * float(base) ** " kMGTPE".index(found[2].replace("K", "k") or " ")


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9), st.booleans(), st.booleans())
def test_ticks_are_round_and_reach_around_the_values(numbers: list[int], size: bool, log: bool) -> None:
    drawn = [number + 1 if log else number for number in numbers]
    found = axis("", drawn, size=size, log=log)
    at = [tick.at for tick in found.ticks]
    assert at == sorted(set(at)) and at[0] == found.low <= min(drawn) and max(drawn) <= found.high == at[-1]
    assert 2 <= len(at) <= 14
    for tick in found.ticks:
        assert _number(tick.text) == pytest.approx(tick.at)
        if tick.at and not size:
            assert re.fullmatch(r"[1-9]\d?0*", f"{round(tick.at)}") or tick.at < 1 or not log
    if not log:
        steps = {round((b - a) / (at[1] - at[0]), 6) for a, b in pairwise(at)}
        assert steps == {1}


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=9, unique=True), st.booleans())
def test_a_tight_axis_ends_with_the_values(numbers: list[int], log: bool) -> None:
    found = tight_axis("", numbers, log=log)
    assert [found.place(min(numbers)), found.place(max(numbers))] == pytest.approx([0, 1])
    assert all(found.low <= tick.at <= found.high for tick in found.ticks)


SPECS: list[tuple[str, dict[str, str], str]] = [
    ("mlp-9x9", {"k": "3..15:2"}, "macs"),
    ("transformers/gpt2", {"T": "128..1024:128", "layers": "1,2"}, "peak"),
    (WIDE, {"n": "1..33:4", "d": "1..9"}, "params"),
    ("def u act { CONV 8 3x3 -> act }; let f=RELU; INPUT 8x8x3 -> u f", {"f": "RELU,GELU,ID"}, "memory"),
]


@pytest.mark.parametrize(("spec", "given", "y"), SPECS)
@pytest.mark.parametrize("log", ["", "y"])
def test_the_points_of_a_picture_are_the_numbers(spec: str, given: dict[str, str], y: str, log: str) -> None:
    """Read back: the ticks give the scale, and the circles must stand where their totals are on it."""
    found = archcalc.sweep(spec, set=given)
    picture = found.svg(y, log=log)
    assert picture == archcalc.sweep(spec, set=given).svg(y, log=log)
    root = ElementTree.fromstring(picture)
    at = {"svg": "http://www.w3.org/2000/svg"}
    ticks = [text for text in root.findall("svg:text", at) if text.get("text-anchor") == "end"]
    low, high = ticks[0], ticks[-1]
    key = family.total(y)
    expected = sorted(int(getattr(variant.totals, key)) for variant in found)
    read = []
    for circle in root.findall("svg:circle", at):
        start, end = (float(tick.get("y", "")) - 4.5 for tick in (low, high))
        share = (float(circle.get("cy", "")) - start) / (end - start)
        one, other = _number(low.text or ""), _number(high.text or "")
        read.append(one * (other / one) ** share if log else one + (other - one) * share)
    span = expected[-1] - expected[0] or expected[-1]
    assert len(read) == len(expected)
    for number, wanted in zip(sorted(read), expected, strict=True):
        assert number == pytest.approx(wanted, abs=span * 0.01, rel=0.02)
    labels = [float(text.get("y", "")) for text in root.findall("svg:text[@class='label']", at)]
    assert len(labels) == (len(root.findall("svg:path[@class='line']", at)) if len(labels) else 0)
    assert all(b - a >= 16.9 for a, b in pairwise(sorted(labels)))


def test_pictures_quote_what_they_show() -> None:
    flat = Axis("a < b", 0, 1, ())
    drawn = chart_svg.draw(Chart("R&D <x>", flat, flat, (Line('"1" < 2', ((0.0, 1.0),)), Line("b", ((0.0, 0.0),)))))
    texts = [text.text for text in ElementTree.fromstring(drawn).iter() if text.text]
    assert "R&D <x>" in texts and '"1" < 2' in texts


@pytest.mark.parametrize(("spec", "given", "y"), SPECS)
@pytest.mark.parametrize("signs", [ASCII, FANCY])
@pytest.mark.parametrize("room", [40, 80, 200, None])
def test_charts_fit_the_screen(spec: str, given: dict[str, str], y: str, signs: Signs, room: int | None) -> None:
    drawn = chart_text.draw(chart(archcalc.sweep(spec, set=given), y=y), room, signs)
    lines = ["".join(text for text, _ in line).rstrip() for line in drawn]
    assert max(map(width, lines)) <= max(room or 80, 60)
    assert all(line.isascii() for line in lines) or signs == FANCY


def test_a_chart_in_the_terminal_goes_up_where_the_numbers_do() -> None:
    """Points of a straight line from corner to corner: each in its row and column."""
    numbers = tuple((float(place), float(place)) for place in range(6))
    across = Axis("x", 0, 5, ())
    drawn = chart_text.draw(Chart("", across, axis("y", [0, 5]), (Line("", numbers),)), 80, ASCII)
    marks = [(column, row) for row, line in enumerate(drawn[1:-3])
             for column, sign in enumerate("".join(text for text, _ in line)) if sign == "*"]  # fmt: skip
    assert len(marks) == 6
    assert [column for column, _ in sorted(marks)] == sorted(column for column, _ in marks)
    assert [row for _, row in sorted(marks)] == [15, 12, 9, 6, 3, 0]


@pytest.mark.parametrize(
    ("spec", "given", "options", "message"),
    [
        (STEM, {"H": "225..228"}, {}, "two variants that fit"),
        ("INPUT HxWx3 -> CONV 4 3x3", {"H": "8,9"}, {}, "formulas"),
        (WIDE, {"n": "1,2"}, {"x": "d"}, "d does not vary"),
        ("INPUT NxNx3 -> RELU", {"N": "8,9"}, {"log": "y"}, "no place for 0"),
        ("let f=RELU; def u f { f }; INPUT 8 -> u f", {"f": "RELU,GELU"}, {"log": "x"}, "no place for 0 and words"),
    ],
)
def test_what_cannot_be_drawn(spec: str, given: dict[str, str], options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        archcalc.sweep(spec, set=given).svg(**options)


def test_a_chart_becomes_a_file(call_sweep: Sweep, tmp_path: Path) -> None:
    code, out, _ = call_sweep(WIDE, "--set", "n=1..4", "--plot", "n.svg", "--y", "params", "--log", "xy")
    assert (code, out.splitlines()[-1]) == (0, "wrote n.svg")
    root = ElementTree.fromstring((tmp_path / "n.svg").read_text(encoding="utf-8"))
    assert "parameters, log scale" in [text.text for text in root.iter()]
    code, out, _ = call_sweep(WIDE, "--set", "n=1..4", "--plot", "m.svg", "--json")
    assert (tmp_path / "m.svg").exists() and len(json.loads(out)["variants"]) == 4


def test_the_function_below() -> None:
    """The library's function hands on to this one, which takes every option of the command."""
    assert sweep(WIDE, {"n": "1,2"}, most=2).records() == archcalc.sweep(WIDE, set={"n": "1,2"}).records()
