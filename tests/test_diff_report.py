"""Reports and exit codes of what changed between two networks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import archcalc
from archcalc import UsageError
from archcalc.analysis.growth import most
from archcalc.cli import main
from archcalc.report import diff as report
from archcalc.report import diff_md
from archcalc.report.layout import FANCY
from archcalc.screen import width

from .test_coverage import mysterious
from .test_diff import diff, of
from .test_streams import ESCAPE, on_terminal, posix

PAIRS = [
    ("torchvision/resnet18", "torchvision/resnet34"), ("resnet50", "torchvision/resnet50"), ("alexnet", "lenet5"),
    ("torchvision/densenet121", "torchvision/densenet169"), ("torchvision/efficientnet_b7", "torchvision/googlenet"),
    ("INPUT HxWxC -> CONV C 3x3", "INPUT HxWxC -> CONV (2*C) 3x3"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("depth", [None, 1, 2])
def test_columns_fit_the_screen(before: str, after: str, depth: int | None) -> None:
    found = diff(before, after)
    for room in (80, 120, 200):
        drawn = report.report(found, room, depth, FANCY)
        wide = [text for line in drawn if width(text := "".join(piece for piece, _ in line)) > room]
        assert not wide
    plain = "\n".join("".join(piece for piece, _ in line) for line in report.report(found, None, depth))
    for row in of(found, "added", "removed") if depth is None else ():
        assert row.shown.name in plain
    for total in (found.before.totals.params, found.after.totals.params):
        assert f"{total:,}" in plain


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("depth", [None, 1])
def test_markdown_says_the_same(before: str, after: str, depth: int | None) -> None:
    """The layers' parameters in the Markdown add up to the change of the total in it."""
    found = diff(before, after)
    rows = [line.split(" | ") for line in diff_md.report(found, depth).splitlines() if line.startswith("| ")]
    (total,) = (row[3] for row in rows if row[0] == "| parameters")
    if found.after.graph.free:
        assert total == "+9·C² + C"  # 9 C (2 C) + 2 C against 9 C C + C
        return
    layers = [row for row in rows if len(row) == 8 and row[0].strip("| ") in ("added", "removed", "changed", "moved")]
    assert sum(int(row[4].replace(",", "")) for row in layers) == int(total.replace(",", ""))


@posix
def test_lines_end_at_the_edge_of_the_terminal() -> None:
    """Exactly as wide as the screen, with colours: not even a blank may follow."""
    shown = on_terminal("diff torchvision/densenet121 torchvision/densenet169 --depth 3", 80)
    lines = ESCAPE.sub("", shown).splitlines()
    assert max(map(width, lines)) == 80
    assert ESCAPE.search(shown) and "\u2192" in shown


# The command


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["diff", *words])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("vgg16", "vgg16"), 0, "the same network: 39 layers, 138,357,544 parameters"),
        (("vgg16", "vgg19"), 1, "143,667,240"),
        (("vgg16", "vgg16", "--input-b", "256x256x3"), 1, "input 224x224x3 -> input 256x256x3"),
        (("let n=4; INPUT 8x8x3 -> CONV n 3x3", "INPUT 8x8x3 -> CONV 4 3x3"), 0, "the same network: 1 layer"),
        ((*["let n=4; INPUT 8x8x3 -> CONV n 3x3"] * 2, "--set-b", "n=6"), 1, "was CONV 4 3x3"),
        ((*["let n=4; INPUT 8x8x3 -> CONV n 3x3"] * 2, "--set", "n=6"), 0, "168 parameters"),
        (("vgg16", "vgg19", "--max-params", "+4%", "--max-macs", "+30%"), 0, "+3.8%"),
        (("vgg16", "vgg19", "--max-params", "+3%", "--max-macs", "+30%"), 1, "+3.8%"),
        (("vgg19", "vgg16", "--max-params=-3%"), 0, "-3.7%"),
        (("vgg16", "vgg16_"), 3, ""),
        (("vgg16",), 2, ""),
        (("vgg16", "vgg16", "vgg16"), 2, ""),
        (("-", "-"), 2, ""),
        (("INPUT 8 -> FC", "vgg16"), 2, ""),
        (("vgg16", "INPUT 8x8x3 -> CONV 4 3x3 s2"), 2, ""),
        (("vgg16", "vgg19", "--max-params", "few"), 2, ""),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int, said: str, call: Call) -> None:
    done = call(*words)
    assert done[0] == code
    assert said in done[1]
    assert bool(done[1]) == (code < 2)


@pytest.mark.parametrize("spec", ["lenet5", "torchvision/resnet18"])
def test_an_export_is_the_same_network(spec: str, call: Call, tmp_path: Path) -> None:
    """What an ONNX file holds, read back, is what it was written from; another network is not."""
    path = tmp_path / "net.onnx"
    archcalc.load(spec).export(path, weights="zeros")
    assert call(spec, str(path))[0] == 0
    assert call("alexnet", str(path))[0] == 1


def test_what_exceeds_a_budget_of_growth_is_told(call: Call) -> None:
    code, out, err = call("vgg16", "vgg19", "--max-params", "+1%", "--max-peak", "+0")
    assert (code, "143,667,240" in out) == (1, True)
    assert "138,357,544 before, +1% allows 139,741,119, 143,667,240 needed (+3,926,121)" in err
    assert "most of it in" in err and "peak" not in err
    code, out, _ = call("vgg16", "vgg19", "--max-params", "+1%", "--json")
    assert (code, [one["code"] for one in json.loads(out)["exceeded"]]) == (1, ["E403"])


@pytest.mark.parametrize(
    ("text", "before", "limit"),
    [
        ("+1%", 199, 200), ("+0.5%", 1000, 1005), ("-50%", 7, 3), ("+0", 5, 5), ("+1.5k", 5, 1505), ("-2", 5, 3),
        ("5M", 1, 5000000),
    ],
)  # fmt: skip
def test_growth(text: str, before: int, limit: int) -> None:
    assert most(text, "params", before) == limit


@pytest.mark.parametrize("text", ["", "+", "1%", "+1%%", "+x", "few", "--5", "+5MiB", "++5"])
def test_what_is_no_growth(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        most(text, "params", 100)
    assert caught.value.diagnostics[0].code == "E628"


def test_json_has_everything(call: Call) -> None:
    code, out, _ = call("torchvision/vgg16", "torchvision/vgg16_bn", "--json")
    found = json.loads(out)
    assert (code, found["same"], found["schema"]) == (1, False, 1)
    assert found["counts"] == {"same": 39, "changed": 0, "added": 13, "removed": 0, "moved": 0}
    assert found["change"]["params"] == 8448 == sum(layer["params"] for layer in found["layers"])
    for key in ("macs", "activation_bytes"):
        assert found["change"][key] == sum(layer[key] for layer in found["layers"])
    first = found["layers"][1]
    assert (first["status"], first["before"], first["after"]["text"]) == ("added", None, "BN")
    assert found["before"]["totals"]["params"] == 138357544


def test_formulas_in_json(call: Call) -> None:
    text = "INPUT HxWxC -> CONV C 3x3 p1 nobias"
    code, out, _ = call(text, f"{text} -> CONV C 1x1 nobias", "--json")
    assert (code, json.loads(out)["change"]["params"]) == (1, "C**2")


def test_what_is_not_counted_is_told() -> None:
    """A layer of unknown work adds no multiply-adds to the sum, and does not pass for one without any."""
    found = mysterious().diff(archcalc.parse("INPUT 8x8x3 -> CONV 4 3x3 -> odd: RELU -> FC 10"))
    assert found.totals["macs"] == sum(change.cost("macs") for change in found.changes) == 0
    content = found.as_dict()
    assert (content["before"]["counted"], content["before"]["uncounted"]) == (2, ["odd"])
    removed = next(layer for layer in content["layers"] if layer["before"] and layer["before"]["name"] == "odd")
    assert (removed["macs"], removed["before"]["macs"]) == (None, None)
    said = "counted: before 2 of 3 layers, so there is more to do; not counted: odd (MYSTERY); after all 3 layers"
    assert said in " ".join("".join(text for text, _ in line) for line in report.report(found))
    assert said in diff_md.report(found).replace("\\", "")
