"""Every shipped spec says what it is and where it comes from, and gives its published figures."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import archcalc
from archcalc.load import headline, shipped

NAMES = archcalc.shipped_names()
SMALL = 10_000_000
"""Parameters of the specs that are run here; `archcalc verify` does the larger ones."""


@pytest.mark.parametrize("name", NAMES)
def test_shipped(name: str) -> None:
    """It parses, so its claims hold; so do its pins; it names itself and its source."""
    net = archcalc.load(name)
    net.check()
    path = shipped(name)
    assert path is not None
    assert set(net.graph.settings) >= {"title", "source"}
    assert net.graph.title != name
    assert net.graph.pins or "=>" in Path(path).read_text("utf-8")
    assert net.graph.warnings == ()
    # what `archcalc list` reads of it without counting
    title, pins = headline(name)
    assert title == net.graph.title
    assert pins.items() <= {pin.key: pin.value for pin in net.graph.pins}.items()


# What others counted: the specs pin these too, but a pin could be changed together with its network

PUBLISHED = [
    ("lenet5", 60_000, None),  # the paper, section II.B
    ("lenet5-max", 61_706, 416_520),  # torchinfo and thop print these for it
    ("alexnet", 62_378_344, None),  # learnopencv.com; Stack Overflow 40060949
    ("alexnet-grouped", 60_965_224, 724_406_816),  # Caffe's bvlc_alexnet in netscope
    ("zfnet", 107_627_624, None),  # imgclsmob, zfnetb
    ("zfnet-figure3", 62_357_608, None),  # imgclsmob, zfnet
    ("convnetjs-cifar10", 1216 + 8020 + 10020 + 3210, None),  # the demo page
    ("keras-mnist-cnn", 1_199_882, 23_984_896 // 2),  # model.summary(); its FLOPs in tables of others
    ("mlp-9x9", 1_820, 1_820),  # the lecture
    ("cnn-9x9", 767, None),  # the lecture
]


@pytest.mark.parametrize(("name", "params", "macs"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_published(name: str, params: int, macs: int | None) -> None:
    totals = archcalc.load(name).totals
    assert totals.params == params
    assert macs is None or totals.macs == macs


TORCHVISION = {
    row["model"]: row
    for row in csv.DictReader((Path(__file__).parent / "data" / "torchvision.csv").read_text("utf-8").splitlines())
}


@pytest.mark.parametrize("name", ["vgg11", "vgg13", "vgg16", "vgg19"])
def test_torchvision(name: str) -> None:
    totals, row = archcalc.load(name).totals, TORCHVISION[name]
    assert (totals.params, totals.macs) == (int(row["params"]), int(row["macs"]))


# LeNet-5, layer by layer

LENET5 = [
    # layer, trained parameters, connections, as in the paper's section II.B
    ("c1", 156, 122_304),
    ("s2", 12, 5_880),
    ("c3", 1_516, 151_600),
    ("s4", 32, 2_000),
    ("c5", 48_120, 48_120),
    ("f6", 10_164, 10_164),
]


@pytest.mark.parametrize(("layer", "params", "connections"), LENET5, ids=[row[0] for row in LENET5])
def test_lenet5(layer: str, params: int, connections: int) -> None:
    """The paper counts the inputs of a subsampling unit, not the uses of its weight: three more for sums of four."""
    rows = [row for row in archcalc.load("lenet5").table().rows if row.name.split(".")[0] == layer]
    assert sum(row.params for row in rows) == params
    sums = sum(row.node.op.work(*row.inputs)["add"] for row in rows if row.op == "POOL")
    assert sum(row.cost.connections for row in rows) + sums == connections


def test_lenet5_connections() -> None:
    """The paper's total has the 84 weights of each of ten output units, which are fixed and left out."""
    assert sum(connections for _, _, connections in LENET5) == 340_908 - 840


C3 = {
    # the paper's table I by columns: the maps of S2 that each map of C3 sees
    **{i: {i, (i + 1) % 6, (i + 2) % 6} for i in range(6)},
    **{6 + i: {i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6} for i in range(6)},
    **{12 + i: {i, i + 1, (i + 3) % 6, (i + 4) % 6} for i in range(3)},
    15: set(range(6)),
}


def test_lenet5_c3_sees_the_maps_of_table_1() -> None:
    """Executed: an impulse in one map of S2 reaches exactly the maps of C3 that are connected to it."""
    c3 = next(row for row in archcalc.load("lenet5").table().rows if row.name == "c3")
    net = archcalc.parse(f"INPUT 5x5x6 -> {c3.text} nobias")
    maps = np.eye(6, dtype=np.float32)[:, None, None, :] * np.ones((6, 5, 5, 6), np.float32)
    (seen,) = net.run({"input": maps}).outputs.values()
    assert {i: set(np.flatnonzero(seen[:, 0, 0, i])) for i in range(16)} == C3


# Families

VGGS = [archcalc.load(name).totals.params for name in ("vgg11", "vgg13", "vgg16", "vgg19")]


def test_vgg_in_millions() -> None:
    """Table 2 of the paper: 133, 133, 138 and 144 million parameters, more with depth."""
    assert [round(params / 1e6) for params in VGGS] == [133, 133, 138, 144]
    assert all(less < more for less, more in pairwise(VGGS))


@pytest.mark.parametrize("frames", [8, 100, 1000])
def test_scanning_costs_parameters_once(frames: int) -> None:
    """A detector that scans has the parameters of one look, however many looks it takes."""
    net = archcalc.load("scanning-1d", set={"frames": frames})
    net.check()
    look = archcalc.parse("INPUT 8x24 -> FC 16 -> SIGMOID -> FC 1 -> SIGMOID")
    assert net.totals.params == look.totals.params
    assert net.totals.macs == look.totals.macs * (frames - 7)
    assert net.output == (1, 1)


OWN = [name for name in NAMES if not name.startswith("torchvision/")]
"""test_torchvision.py runs the others."""


@pytest.mark.parametrize("name", [name for name in OWN if archcalc.load(name).totals.params <= SMALL])
def test_runs_as_predicted(name: str) -> None:
    """Executed: every volume and the number of weights are what was predicted."""
    found = archcalc.load(name).verify()
    assert [row.name for row in found.rows if not row.ok] == []
    assert found.params == found.predicted_params
