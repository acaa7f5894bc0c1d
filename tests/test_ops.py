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
