"""What other tools print for networks of torchvision, measured: data/peer_totals.csv, data/tool_totals.csv."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import archcalc
from archcalc import Network, SpecError, UsageError
from archcalc.analysis.table import Table
from archcalc.conventions.tools import by_layer, compare, tools
from archcalc.report.comparison import waterfall

from .commands import process

DATA = Path(__file__).parent / "data"
MEASURED = list(csv.DictReader((DATA / "peer_totals.csv").read_text(encoding="utf-8").splitlines()))

TOOLS = {
    "torchinfo1.8.0": "torchinfo",
    "torchinfo HEAD 5c4164f1e2": "torchinfo-head",
    "fvcore0.1.5": "fvcore",
    "thop0.1.1": "thop",
    "ptflops0.7.5-aten": "ptflops-aten",
    "ptflops0.7.5-pytorch": "ptflops",
    "calflops0.3.2": "calflops",
    "torch2.13-flop_counter/2 no_grad": "torch",
    "torch2.13-flop_counter/2 grad": "torch-grad",
    "onnx_opcounter0.0.4": "onnx-opcounter",
    "onnx_tool1.0.1": "onnx-tool",
}
"""Our names of the tools; torch's totals were halved when they were written down."""

ROWS = [
    (row["model"], TOOLS[row["tool"]], int(float(row["macs_reported"])))
    for row in MEASURED
    if row["tool"] != "torch.numel"
]
FLOPS = [
    (row["model"], {"calflops": "calflops-flops"}.get(TOOLS[row["tool"]], TOOLS[row["tool"]]), int(found[1]))
    for row in MEASURED
    if (found := re.match(r"flops=(\d+)", row["note"]))
]


@cache
def network(name: str) -> Network:
    return archcalc.load(f"torchvision/{name}")


@pytest.mark.parametrize(("model", "tool", "macs"), ROWS)
def test_measured_multiply_adds(model: str, tool: str, macs: int) -> None:
    figure = network(model).counted_by(tool)
    assert figure.total == macs * figure.tool.scale
    assert figure.total == sum(step.times * step.number for step in figure.steps)


@pytest.mark.parametrize(("model", "tool", "flops"), FLOPS)
def test_measured_flops(model: str, tool: str, flops: int) -> None:
    assert network(model).counted_by(tool).total == flops


@pytest.mark.parametrize(
    ("model", "tool", "total"),
    [tuple(line.split(",")) for line in (DATA / "tool_totals.csv").read_text(encoding="utf-8").splitlines()[1:]],
)
def test_totals_of_more_networks(model: str, tool: str, total: str) -> None:
    assert network(model).counted_by(tool).total == int(total)


def _small() -> dict[str, dict[str, int]]:
    """What tools print, by the spec."""
    found: dict[str, dict[str, int]] = {}
    for row in csv.DictReader((DATA / "layer_totals.csv").read_text(encoding="utf-8").splitlines()):
        found.setdefault(row["spec"], {})[row["tool"]] = int(row["total"])
    return found


@pytest.mark.parametrize(("spec", "totals"), _small().items())
def test_totals_of_every_kind_of_layer(spec: str, totals: dict[str, int]) -> None:
    """Measured on PyTorch's modules."""
    figures = {figure.tool.name: figure for figure in compare(archcalc.parse(spec).table()).figures}
    assert {name: figures[name].total for name in totals} == totals
    assert not any(figures[name].unknown for name in totals)


def test_every_row_is_compared() -> None:
    assert len(ROWS) == 60
    assert {tool for _, tool, _ in ROWS + FLOPS} == set(tools()) - {"macs", "flops", "keras"}


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("torchvision/densenet121", 8_062_504),
        ("torchvision/densenet169", 14_307_880),
        ("torchvision/densenet201", 20_242_984),
        ("torchvision/mobilenet_v2", 3_538_984),
        ("mobilenet-v1", 4_253_864),
        ("vgg16", 138_357_544),
        ("vgg19", 143_667_240),
    ],
)
def test_totals_of_keras(name: str, total: int) -> None:
    """count_params() of the networks in keras.applications 3.15.1; more are made and asked in test_torch_codegen.py."""
    assert archcalc.load(name).counted_by("keras").total == total


RESNET50 = {
    "batch norm elements": 11113984,
    "RELU elements": 9608704,
    "additions": 5519360,
    "max pool inputs": 802816,
    "max pool outputs": 200704,
    "global average inputs": 100352,
}
"""As the measured totals decompose."""


@pytest.mark.parametrize(("quantity", "number"), RESNET50.items())
def test_quantities_of_resnet50(quantity: str, number: int) -> None:
    found: Counter[str] = Counter()
    for layer in by_layer(network("resnet50").table()).values():
        found.update(layer)
    assert found[quantity] == number


@pytest.mark.parametrize(
    ("tool", "missing"),
    [
        # 12 blocks, 12 heads of 64 channels, 197 tokens: two products of 197 x 197 x 768 each
        ("fvcore", 12 * 2 * 197 * 197 * 768),
        ("ptflops-aten", 12 * 2 * 197 * 197 * 768),
        ("calflops", 12 * 2 * 197 * 197 * 768),
        # and four projections of 768 x 768
        ("thop", 12 * (2 * 197 * 197 * 768 + 4 * 197 * 768 * 768)),
        ("torchinfo-head", 12 * (2 * 197 * 197 * 768 + 4 * 197 * 768 * 768)),
    ],
)
def test_what_is_left_out_of_attention_is_told(tool: str, missing: int) -> None:
    steps = [step for step in network("vit_b_16").counted_by(tool).steps if step.quantity.startswith("attention pro")]
    assert sum(step.total for step in steps) == -missing
    assert all("left out" in step.defect for step in steps)


def test_a_norm_that_reads_no_convolution_is_not_folded() -> None:
    net = archcalc.parse("INPUT 8x8x4 -> BN -> CONV 2 1x1 nobias -> BN")
    assert net.counted_by("onnx-opcounter").total == 8 * 8 * 4 * 2 + 2 * 8 * 8 * 4


@pytest.mark.parametrize(("source", "total"), [("torchvision 0.28", 0), ("somebody else", 8 * 8 * 4 + 4)])
def test_habits_belong_to_published_code_alone(source: str, total: int, tmp_path: Path) -> None:
    """The published MobileNet v2 averages by a function, which hooks on modules miss."""
    file = tmp_path / "mobilenet_v2.arch"
    file.write_text(f'set source="{source}"; INPUT 8x8x4 -> GAP', encoding="utf-8")
    assert archcalc.load(str(file)).counted_by("thop").total == total


@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_the_quantities_add_up_to_the_multiply_adds(name: str) -> None:
    net = archcalc.load(name)
    compared = compare(net.table())
    assert compared.figures[0].tool.name == "macs"
    assert compared.figures[0].total == compared.base == net.totals.macs


def test_layers_that_no_rule_is_known_for_are_told() -> None:
    compared = compare(archcalc.parse("INPUT 8x8x4 -> L2NORM -> AAP 3x3 -> RELU").table())
    assert compared.unweighed == ("L2NORM",)
    missing = {figure.tool.name: figure.unknown for figure in compared.figures}
    assert missing["macs"] == missing["keras"] == ()
    assert missing["thop"] == ("L2NORM",) and missing["onnx-tool"] == ("L2NORM", "AAP uneven")
    said = process('compare-tools "INPUT 8x8x4 -> L2NORM -> AAP 3x3 -> RELU"').out
    assert said.count("its rule is not known for AAP uneven\n") == 2
    assert said.endswith("no tool's rule is known for L2NORM: their multiply-adds count, and nothing else\n")
    assert "its rule is not known for GRU" in process('show "INPUT 7x12 -> GRU 20" --as onnx-tool').out


def test_attention_that_is_written_out_is_said_to_be_unknown() -> None:
    """Swin multiplies matrices, others call one function, and tools count these differently. The products are known."""
    compared = compare(network("swin_t").table())
    assert "ATTEND" in compared.unweighed
    figures = {figure.tool.name: figure for figure in compared.figures}
    assert all("ATTEND" in figures[name].unknown for name in TOOLS.values())
    assert figures["macs"].unknown == ()
    measured = {
        "fvcore": 4_509_232_128,
        "ptflops-aten": 4_503_738_856,
        "torch": 8_981_133_312,
    }
    assert {name: figures[name].total for name in measured} == measured


def test_columns_leave_what_is_not_known_open() -> None:
    table = archcalc.parse("INPUT 8x8x4 -> AAP 3x3 -> RELU").table()
    assert table.report("csv", columns="name,onnx-tool,thop").splitlines()[1:] == ["aap1,,292", "relu1,36,0"]


def test_reports_say_how_many_layers_were_counted() -> None:
    assert "\ncounted: all 23 layers\n" in process("compare-tools alexnet").out
    assert "\ncounted: all 23 layers\n" in process("show alexnet --as thop").out


@pytest.mark.parametrize("room", [60, 80, 200])
def test_the_waterfall_fits_the_screen(room: int) -> None:
    table = network("resnet50").table()
    lines = ["".join(text for text, _ in line).rstrip() for line in waterfall(table, compare(table), room)]
    assert max(map(len, lines)) <= room
    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(_all(table)).split())


def _all(table: Table) -> list[str]:
    return ["".join(text for text, _ in line) for line in waterfall(table, compare(table))]


def test_free_dimensions_and_unknown_tools_are_refused() -> None:
    with pytest.raises(SpecError, match="E405"):
        archcalc.parse("INPUT HxWx3 -> CONV 8 3x3").counted_by("thop")
    with pytest.raises(UsageError, match="did you mean thop"):
        network("alexnet").counted_by("thopp")


def test_the_commands() -> None:
    compared = json.loads(process("compare-tools torchvision/resnet50 --json").out)
    totals = {row["convention"]: row["total"] for row in compared["tools"]}
    shown = process("show torchvision/resnet50 --as thop")
    one = json.loads(process("show torchvision/resnet50 --as thop --json").out)
    assert totals["thop"] == one["total"] == sum(row["count"] for row in one["layers"]) == 4133742592
    assert shown.code == 0 and "4,133,742,592" in shown.out
    assert "11,113,984 batch norm elements" in process("compare-tools torchvision/resnet50").out
    assert process("show alexnet --as nobody").code == 2
