"""Which rows a report shows, in which order and in which units; and that slips are told."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

import archcalc
from archcalc import SpecError, UsageError

from .test_coverage import mysterious

DATA = Path(__file__).parent / "data"


def names(spec: str, **view: Any) -> list[str]:
    return [row.split(",")[0] for row in archcalc.load(spec).table().report("csv", **view).splitlines()[1:]]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({"where": "op=CONV,FC"}, ["c1", "c3", "c5", "f6"]),
        ({"where": ["op=CONV", "name!=c1"]}, ["c3", "c5"]),
        ({"where": "op=conv"}, ["c1", "c3", "c5"]),
        ({"where": "macs>1k"}, ["c1", "s2.1", "c3", "c5", "f6"]),
        ({"where": "multiply-adds >= 150_000"}, None),
        ({"where": "macs>=150000"}, ["c3"]),
        ({"where": "macs=1176,400"}, ["s2.1", "s4.1"]),
        ({"where": "memory>6.2KiB"}, ["c1", "tanh1", "c3", "tanh2"]),
        ({"where": "name=s?.1"}, ["s2.1", "s4.1"]),
        ({"where": "output=*x120"}, ["c5", "tanh3"]),
        ({"where": "field>14"}, ["s4.0", "s4.1", "s4.2", "c5", "tanh3", "f6", "tanh4"]),
        ({"sort": "params", "top": 2}, ["c5", "f6"]),
        ({"sort": "-params", "top": 2}, ["c5", "f6"]),
        ({"sort": "+activations,-name", "top": 3}, ["tanh4", "f6", "tanh3"]),
        ({"top": 2}, ["c3", "c1"]),
        ({"sort": "name", "top": 3}, ["c1", "c3", "c5"]),
        ({"sort": "-name", "top": 2}, ["tanh4", "tanh3"]),
        ({"where": "op=DWCONV", "depth": 1}, ["s2", "s4"]),
    ],
    ids=str,
)
def test_choosing(view: dict[str, Any], expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(UsageError, match="150_000 is no number"):
            names("lenet5", **view)
    else:
        assert names("lenet5", **view) == expected


def test_numbers_in_names_sort_as_numbers() -> None:
    found = names("INPUT 8 -> [FC 8]*11", sort="name")
    assert found == [f"fc{number}" for number in range(1, 12)]


def test_a_filtered_fold_sums_what_is_left() -> None:
    table = archcalc.load("torchvision/resnet50").table()
    (row,) = csv.DictReader(table.report("csv", where=["op=CONV", "name=layer1.*"], depth=1).splitlines())
    # the paper's table 1: three blocks of 1x1 64, 3x3 64, 1x1 256, and the projection of the first
    blocks = 64 * 64 + 2 * 64 * 256 + 3 * 9 * 64 * 64 + 3 * 64 * 256 + 64 * 256
    assert (row["text"], int(row["params"])) == ("10 layers", blocks)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"where": "mcs>1"}, "did you mean macs?"),
        ({"where": "macs"}, "--where macs is no condition"),
        ({"where": "macs>"}, "is no condition"),
        ({"where": "macs>lots"}, "lots is no number"),
        ({"where": "name>3"}, "layer is no number"),
        ({"where": "op=CNV"}, "did you mean CONV"),
        ({"where": "op=MaxPool2d"}, "did you mean POOL?"),
        ({"where": "op=CONV,macs>1M"}, 'one condition each: --where op=CONV --where "macs>1M"'),
        ({"where": "__import__('os')=1"}, "is no condition"),
        ({"sort": "parms"}, "did you mean params"),
        ({"top": 0}, "shows nothing"),
        ({"units": "sl"}, "did you mean si?"),
        ({"columns": "naem"}, "did you mean name"),
        ({"form": "htlm"}, "did you mean html?"),
        ({"form": "csv", "units": "si"}, "exact numbers only"),
    ],
    ids=str,
)
def test_slips_are_told(view: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        archcalc.load("lenet5").table().report(**view)
    assert said in str(caught.value)


def test_what_is_not_there_is_asked_for() -> None:
    table = archcalc.load("lenet5").table()
    assert "0 of 14 layers where name=cnv5; did you mean name=c5?" in table.report(where="name=cnv5")
    assert "0 of 14 layers where op=BN\n" in table.report(where="op=BN")


@pytest.mark.parametrize("view", [{"where": "macs>1M"}, {"sort": "macs"}], ids=str)
def test_formulas_are_not_compared(view: dict[str, Any]) -> None:
    net = archcalc.parse("INPUT HxWx3 -> CONV 8 3x3")
    supposed = net.graph.conditions
    with pytest.raises(UsageError, match="no number to compare"):
        net.table().report("md", **view)
    assert archcalc.parse("INPUT HxWx3 -> CONV 8 3x3").graph.conditions == supposed == net.graph.conditions


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("", ["25,557,032", "4,089,184,256", "97.5 MiB"]),
        ("full", ["25,557,032", "4,089,184,256", "102,228,128 B"]),
        ("si", ["25.6 M", "4.09 G", "102 MB"]),
        ("binary", ["25.6 M", "4.09 G", "97.5 MiB"]),
    ],
)
def test_units(units: str, said: list[str]) -> None:
    """torchvision's page says 25557032 parameters, 4.09 GFLOPS and a file of 97.8 MB (with buffers and names)."""
    shown = archcalc.load("torchvision/resnet50").table().report("md", units=units)
    assert f"| **{said[0]}** | **{said[1]}** |" in shown
    assert f"- weights: {said[2]}\n" in shown


TOOLS = {"torchinfo": "torchinfo1.8.0", "fvcore": "fvcore0.1.5", "thop": "thop0.1.1", "ptflops": "ptflops0.7.5-pytorch"}


@pytest.mark.parametrize("form", ["text", "md", "csv", "tex", "html", "json"])
def test_what_other_tools_count_is_a_column(form: str) -> None:
    """The totals were measured with the tools themselves; a table's layers add up to them."""
    with (DATA / "peer_totals.csv").open(encoding="utf-8") as file:
        measured = {row["tool"]: row["macs_reported"] for row in csv.DictReader(file) if row["model"] == "resnet50"}
    table = archcalc.load("torchvision/resnet50").table()
    written = table.report(form, columns=f"name,{','.join(TOOLS)}")
    if form == "csv":
        rows = list(csv.DictReader(written.splitlines()))
        assert {tool: str(sum(int(row[tool]) for row in rows)) for tool in TOOLS} == {
            tool: measured[theirs] for tool, theirs in TOOLS.items()
        }
    else:
        found = set(re.findall(r"\d+", written.replace(",", "")))
        assert {measured[theirs] for theirs in TOOLS.values()} <= found


def test_columns_of_tools_are_sorted_and_filtered_and_never_0_by_omission() -> None:
    assert names("torchvision/resnet50", where=["fvcore>0", "op!=CONV,FC"], sort="fvcore", top=2) == [
        "bn1", "layer1.0.bn3",
    ]  # fmt: skip
    norms = archcalc.parse("INPUT 8x8x3 -> L2NORM -> RELU").table().report("csv", columns="name,fvcore")
    assert norms == "name,fvcore\nl2norm1,\nrelu1,0\n"
    assert mysterious().table().report("csv", columns="name,fvcore").splitlines()[2] == "odd,"
    with pytest.raises(UsageError, match="did you mean thop"):
        archcalc.load("lenet5").table().report(columns="thopp")
    with pytest.raises(SpecError, match="E405"):
        archcalc.parse("INPUT HxWx3 -> CONV 8 3x3").table().report(columns="thop")
