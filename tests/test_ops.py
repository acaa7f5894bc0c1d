"""Every layer against the table of cases: numbers, plain functions, spelling, the ONNX checker, and the runtime."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import onnx
import pytest

import archcalc
from archcalc.analysis.cost import cost
from archcalc.build.arguments import bind, find_op
from archcalc.build.scope import Scope
from archcalc.ops import WORDS, find
from archcalc.ops.fields import signature
from archcalc.shape import Pads, Pair
from archcalc.source import Source
from archcalc.syntax import parse, tree

from .cases import CASES, Case

ids = [f"{index}-{case.spec[:60]}" for index, case in enumerate(CASES)]
every_case = pytest.mark.parametrize("case", CASES, ids=ids)


def word_of(case: Case) -> str:
    """The word of the layer that the case is about: the last one of its text."""
    last = parse(Source(case.spec))[-1]
    assert isinstance(last, tree.Stage) and isinstance(last.head, tree.Layer)
    return last.head.word


@every_case
def test_volume_parameters_and_multiply_adds(case: Case) -> None:
    graph = archcalc.parse(case.spec).graph
    node = graph.nodes[-1]
    counts = cost(graph, node)
    assert (node.shape, counts.params, counts.macs) == (case.output, case.params, case.macs)


@every_case
def test_what_is_spelled_is_read_as_the_same_op(case: Case) -> None:
    op = archcalc.parse(case.spec).graph.nodes[-1].op
    (stage,) = parse(Source(str(op)))
    assert isinstance(stage, tree.Stage) and isinstance(stage.head, tree.Layer)
    scope = Scope(Source(str(op)))
    assert bind(find_op(stage.head.word, stage.head, scope), stage.head.arguments, stage.head, scope, "") == op


@every_case
def test_the_runtime_gives_the_predicted_volumes(case: Case, tmp_path: Path) -> None:
    net = archcalc.parse(case.spec)
    net.export(tmp_path / "net.onnx")
    onnx.checker.check_model(tmp_path / "net.onnx", full_check=True)
    verification = net.verify(batch=2)
    assert verification.ok, [check for check in verification.rows if not check.ok]


def _pads(op: Any) -> Any:
    """The padding of a layer, as the plain functions take it."""
    if op.same:
        return "same"
    pads: Pads = op.pad
    if isinstance(pads, int):
        return pads
    sides = (pads,) if isinstance(pads, Pair) else pads
    return tuple(pad if isinstance(pad, int) else tuple(pad) for pad in sides)


def _window(op: Any) -> dict[str, Any]:
    return {"stride": op.stride, "pad": _pads(op), "dilation": op.dilation, "bias": not op.nobias}


def by_function(op: Any, x: tuple[int, ...]) -> archcalc.Layer:
    """The same layer by its plain function."""
    if op.word == "CONV":
        rank = len(op.kernel) if isinstance(op.kernel, tuple) else len(x) - 1
        conv = (archcalc.conv1d, archcalc.conv2d, archcalc.conv3d)[rank - 1]
        return conv(x, op.filters, op.kernel, groups=op.groups, fit=op.fit, **_window(op))
    if op.word == "DWCONV":
        return archcalc.depthwise_conv2d(x, op.kernel, multiplier=op.multiplier, fit=op.fit, **_window(op))
    if op.word == "TCONV":
        more = {"groups": op.groups, "output_pad": op.output_pad}
        return archcalc.conv_transpose2d(x, op.filters, op.kernel, **more, **_window(op))
    if op.word == "POOL":
        more = {"fit": op.fit, "inner": op.inner, "mode": op.mode}
        return archcalc.pool2d(x, op.kernel, op.stride, pad=_pads(op), **more)
    dense = {"FC": archcalc.fully_connected, "LINEAR": archcalc.linear}[op.word]
    return dense(x, op.units, bias=not op.nobias)


def has_function(case: Case) -> bool:
    """Whether a plain function can say the layer; some exist for two axes only, and none has every option."""
    plane = re.match(r"INPUT \d+x\d+x\d+ ", case.spec)
    words = ("CONV", "FC", "LINEAR", *(("DWCONV", "TCONV", "POOL") if plane else ()))
    last = case.spec.rpartition("-> ")[2]
    return last.split()[0] in words and not re.search(r"]|unshared|tie=|POOL.* d\d", last)


@pytest.mark.parametrize("case", [case for case in CASES if has_function(case)], ids=lambda case: case.spec[:60])
def test_the_plain_function_agrees(case: Case) -> None:
    graph = archcalc.parse(case.spec).graph
    node = graph.nodes[-1]
    layer = by_function(node.op, graph.shapes(node)[0])
    assert (layer.output, layer.params, layer.macs) == (case.output, case.params, case.macs)


def test_every_plain_function_has_a_row() -> None:
    assert {word_of(case) for case in CASES if has_function(case)} == {
        "CONV",
        "DWCONV",
        "TCONV",
        "POOL",
        "FC",
        "LINEAR",
    }


def test_every_layer_has_a_row() -> None:
    assert set(WORDS) - {word_of(case) for case in CASES} == set()


@pytest.mark.parametrize("word", WORDS)
def test_every_option_has_a_row(word: str) -> None:
    op_class = find(word)
    assert op_class is not None
    nodes = [node for case in CASES for node in archcalc.parse(case.spec).graph.nodes if node.op.word == word]
    used = {field.name for node in nodes for field in fields(op_class) if getattr(node.op, field.name) != field.default}
    if word == "OUTPUT":
        used = {"train"} if any("OUTPUT train" in case.spec for case in CASES) else set()
    assert {field.name for field in fields(op_class)} - used == set()
    words = {
        choice for field in fields(op_class) for choice in field.metadata.get("words", ()) if choice != field.default
    }
    chosen = {
        value for node in nodes for field in fields(op_class) if isinstance(value := getattr(node.op, field.name), str)
    }
    assert words - chosen == set(), signature(op_class).words


REFUSED = [
    # a spec, the code, what the note says
    ("INPUT 224x224x3 -> CONV 96 11x11 s4", "E301", "(224 + 2*0 - 11)/4 + 1 = 54.25"),
    ("INPUT 7x7x3 -> CONV 6 3x3 s3", "E301", "(7 + 2*0 - 3)/3 + 1 = 2.33"),
    ("INPUT 9x8x3 -> POOL 3x2 s2 p1:0x0", "E301", "(9 + 1 + 0 - 3)/2 + 1 = 4.5"),
    ("INPUT 20x3 -> UNFOLD 4 s3 d2", "E301", "(20 + 2*0 - 2*(4 - 1) - 1)/3 + 1 = 5.33"),
    ("INPUT 10 -> CONV 2 3", "E302", "10 has 0 spatial axes, at least 1 needed"),
    ("INPUT 10x3 -> CONV 2 3x3", "E302", "3x3 has 2, 10x3 has 1"),
    ("INPUT 10x10x3 -> TCONV 2 3x3x3", "E302", "3x3x3 has 3, 10x10x3 has 2"),
    ("INPUT 10 -> IN", "E302", "10 has 0 spatial axes"),
    ("INPUT 8x8x3 -> CONV 2 3x3 s1x1x1", "E303", "1x1x1 for 2 axes"),
    ("INPUT 8x8x3 -> POOL 2x2 s2 p1x1x1", "E303", "1x1x1 for 2 axes"),
    ("INPUT 8x8x3 -> AAP 1x1x1", "E303", "1x1x1 for 2 axes"),
    ("INPUT 3x3x3x3x2 -> POOL 2 s1", "E304", "4 axes in 3x3x3x3x2"),
    ("INPUT 3x3x3x3x2 -> AAP 1", "E304", "4 axes"),
    ("INPUT 8x8x3 -> CONV 2 3x3 same p1", "E305", "same with p1"),
    ("INPUT 8x8x3 -> CONV 2 3x3 flip", "E305", "flip without w="),
    ("INPUT 8x8x1 -> CONV 1 3x3 unshared w=[[1,1,1],[1,1,1],[1,1,1]]", "E305", "unshared with w="),
    ("INPUT 8x8x1 -> CONV 2 3x3 unshared m=[[1],[1]]", "E305", "unshared with m="),
    ("INPUT 8x8x3 -> TCONV 2 3x3 s2 same p1", "E305", "p1 o0"),
    ("INPUT 8x8x3 -> POOL max 3 s1 inner", "E305", "POOL max with inner"),
    ("INPUT 8x8x3 -> PAD 2 to=4", "E305", "2 given"),
    ("INPUT 8x8x3 -> PAD", "E305", "0 given"),
    ("INPUT 8x8x3 -> UP", "E305", "0 given"),
    ("INPUT 8x8x3 -> UP 2 to=16x16", "E305", "2 given"),
    ("INPUT 8x8x3 -> CROP", "E305", "0 given"),
    ("INPUT 8x8x3 -> CLIP", "E305", "neither min= nor max="),
    ("INPUT 8x8x3 -> LN nobias noaffine", "E305", "nobias and noaffine"),
    ("INPUT 5x5x3 -> CONV 2 7x7", "E306", "7 against 5"),
    ("INPUT 5x5x3 -> POOL 3 s1 d3", "E306", "3 (dilated to 7) against 5"),
    ("INPUT 1x1x3 -> TCONV 2 3x3 p2", "E306", "(1 - 1)*1 + 3 = 3 rows, 4 cut"),
    ("INPUT 8x8x6 -> CONV 8 3x3 g4", "E307", "6 channels in 4 groups"),
    ("INPUT 8x8x6 -> CONV 8 3x3 g3", "E307", "8 filters in 3 groups"),
    ("INPUT 8x8x6 -> TCONV 8 3x3 g4", "E307", "6 channels in 4 groups"),
    ("INPUT 8x8x6 -> GN 4", "E307", "6 channels in 4 groups"),
    ("INPUT 8x8x1 -> CONV 1 3x3 w=[[1,1],[1,1]]", "E308", "2x2 for weights of 1x1x3x3"),
    ("INPUT 8x8x2 -> CONV 1 3x3 m=[[1],[1]]", "E308", "2x1 for 1 filters on 2 channels"),
    ("INPUT 8x8x3 -> TCONV 2 3x3 s2 o2", "E309", "o2 with s2"),
    ("INPUT 8x8x3 -> TCONV 2 3x3 s2 o1:0", "E309", "1:0"),
    ("INPUT 8x8x3 -> a: CONV 4 3x3 -> CONV 4 3x3 -> ADD @a", "E310", "4x4x4 against 6x6x4"),
    ("INPUT 8x8x3 -> POOL 2 s2 p2", "E311", "p2 for a window of 2"),
    ("INPUT 8x8x3 -> LRN 4", "E312", "4 is even"),
    ("INPUT 8x8x3 -> DROP 1", "E313", "DROP 1"),
    ("INPUT 8x8x3 -> DROPPATH 1.5", "E313", "DROPPATH 1.5"),
    ("INPUT 8x8x3 -> SOFTMAX axis=3", "E314", "axis=3 of 8x8x3"),
    ("INPUT 8x8x3 -> PAD 1 axis=-4", "E314", "axis=-4 of 8x8x3"),
    ("INPUT 8x8x3 -> L2NORM axis=3", "E314", "axis=3 of 8x8x3"),
    ("INPUT 8x8x3 -> ADD [RELU]", "E320", "1 given"),
    ("INPUT 8x8x3 -> CONCAT [ID]", "E320", "1 given"),
    ("INPUT 8x8x3 -> CONCAT [ID, POOL 2 s2]", "E321", "8x8x3 against 4x4x3"),
    ("INPUT 8x8x3 -> CONCAT [ID, GAP -> FLATTEN]", "E321", "8x8x3 against 3"),
    ("INPUT 8x8x3 -> CLIP min=1 max=0", "E330", "min 1 is above max 0"),
    ("INPUT 8x8x3 -> SLICE 2 2", "E331", "2 up to 4 of 3"),
    ("INPUT 8x8x3 -> SLICE -4", "E331", "-1 up to 3 of 3"),
    ("INPUT 8x8x3 -> SLICE 8 axis=0", "E331", "8 up to 8 of 8"),
    ("INPUT 8x8x3 -> CROP 9", "E332", "9x9 out of 8x8"),
    ('INPUT 8x8x3 -> REARRANGE "h w c"', "E333", "0 arrows"),
    ('INPUT 8x8x3 -> REARRANGE "h h c -> h c"', "E333", "h stands twice"),
    ('INPUT 8x8x3 -> REARRANGE "h w c -> h w"', "E333", "c stands on the left only"),
    ('INPUT 8x8x3 -> REARRANGE "h w c -> h w c n"', "E333", "n stands on the right only"),
    ('INPUT 8x8x3 -> REARRANGE "h w c -> (h w c"', "E333", "("),
    ('INPUT 8x8x3 -> REARRANGE "h w 2 c -> h w c"', "E333", "2"),
    ('INPUT 8x8x3 -> REARRANGE " -> h w c"', "E333", "c stands on the right only"),
    ('INPUT 8x8x3 -> REARRANGE " -> "', "E333", "a side is empty"),
    ('INPUT 8x8x3 -> REARRANGE "h c -> c h"', "E334", "2 axes in the pattern, 3 in 8x8x3"),
    ('INPUT 8x8x3 -> REARRANGE "(h y) w c -> h w (c y)" y=3', "E334", "h * y=3 is not 8"),
    ('INPUT 8x8x3 -> REARRANGE "(h y) w c -> h w (c y)"', "E334", "h and y are unknown"),
    ('INPUT 8x8x3 -> REARRANGE "h w c -> c h w" z=3', "E334", "z=3"),
    ('INPUT 8x8x3 -> REARRANGE "h w 1 -> h w"', "E334", "1 is not 3"),
    ("INPUT 8x8x3 -> UP trilinear 2", "E335", "trilinear on 2 spatial axes"),
    ("INPUT 8x8x8x8x3 -> UP linear 2", "E335", "linear on 4 spatial axes"),
]


@pytest.mark.parametrize(("spec", "code", "note"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_is_refused_with_its_numbers(spec: str, code: str, note: str) -> None:
    with pytest.raises(archcalc.SpecError) as error:
        archcalc.parse(spec)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == code
    assert note in diagnostic.note
    assert diagnostic.help and diagnostic.place
