"""Networks written as text: parsed again they are the same, and the text is about what a person writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.analysis.cost import own_weights
from archcalc.analysis.table import counts
from archcalc.backends.match import fold
from archcalc.graph import Graph
from archcalc.load import parse_spec, read_spec, shipped, shipped_names
from archcalc.source import Source
from archcalc.writing import names_of, to_spec
from archcalc.writing.order import reordered

FEW = (
    "alexnet-grouped", "cifar/resnet20", "dcgan-generator", "filters/gaussian", "googlenet", "gru-seq2seq",
    "inception-resnet-v2", "lenet5", "lstm-tagger", "mobilenet-v1", "resnet50", "senet50", "torchvision/convnext_tiny",
    "torchvision/deeplabv3_resnet50", "torchvision/densenet121", "torchvision/efficientnet_b0", "torchvision/googlenet",
    "torchvision/maxvit_t", "torchvision/mvit_v2_s", "torchvision/regnet_y_400mf", "torchvision/resnet50",
    "torchvision/s3d", "torchvision/shufflenet_v2_x0_5", "torchvision/swin_t", "torchvision/swin_v2_t",
    "torchvision/swin3d_t", "torchvision/vit_b_16", "transformers/bert-base", "transformers/bloom", "transformers/gpt2",
    "transformers/llama-3-8b", "transformers/mixtral-8x7b", "transformers/t5-small", "unet", "xception",
)  # fmt: skip
"""One of each family."""


def layers(graph: Graph) -> list[tuple[str, str, Any, list[str]]]:
    """Path, word, volume and sources of every layer, in their order."""
    nodes = graph.nodes
    return [(node.name, node.op.word, node.shape, [nodes[i].name for i in node.inputs]) for node in nodes]


def weights(graph: Graph) -> dict[Any, Any]:
    """All stored tensors by name: shapes, whether they are trained, the values that the text gives."""
    return {(node.name, key): str(weight) for node in graph.nodes for key, weight in own_weights(graph, node).items()}


def the_same(spec: str) -> str:
    """The text of a shipped network, after it was found to mean the same."""
    graph = read_spec(spec)
    text = to_spec(graph)
    again = parse_spec(text)
    assert layers(again) == layers(graph)
    assert weights(again) == weights(graph)
    assert [again.nodes[i].name for i in again.outputs] == [graph.nodes[i].name for i in graph.outputs]
    assert [str(pin.key) for pin in again.pins] == [str(pin.key) for pin in graph.pins]
    assert counts(again) == counts(graph)
    assert to_spec(again) == text
    return text


@pytest.mark.parametrize("spec", FEW)
def test_shipped_networks_stay_the_same(spec: str) -> None:
    the_same(spec)


def without_comments(text: str) -> str:
    """The lines that say something."""
    lines = (line.partition("#")[0].rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def size(text: str) -> int:
    """Characters, however much stands between words."""
    return len(" ".join(text.split()))


def written_by_hand(spec: str) -> str:
    """A shipped spec and the blocks that it uses, wherever they are defined."""
    path = Path(shipped(spec) or "")
    text = without_comments(path.read_text(encoding="utf-8"))
    folder = path.parent if list(path.parent.glob("_*.arch")) else path.parent.parent
    blocks: dict[tuple[str, str], str] = {}
    for file in folder.glob("_*.arch"):
        parts = re.split(r"(?m)^(?=def )", without_comments(file.read_text(encoding="utf-8")))
        blocks |= {(file.name, part.split()[1]): part for part in parts if part.startswith("def ")}
    waiting, used = [text], []
    while waiting:
        words = set(re.findall(r"[a-z_]\w*", waiting.pop()))
        found = [key for key in blocks if key[1] in words and key not in used and key[0] in imports(text, folder)]
        used += found
        waiting += [blocks[key] for key in found]
    return "\n".join([text, *(blocks[key] for key in used)])


def imports(text: str, folder: Path) -> set[str]:
    """The files that a text imports, directly or not."""
    found = {name.rpartition("/")[2] for name in re.findall(r'import "([^"]+)"', text)}
    return found.union(*(imports((folder / name).read_text(encoding="utf-8"), folder) for name in found))


SHORT = ("torchvision/resnet50", "torchvision/densenet121", "transformers/gpt2", "unet", "googlenet", "resnet50")


@pytest.mark.parametrize("spec", SHORT)
def test_the_text_is_about_as_short_as_what_people_write(spec: str) -> None:
    """At most twice as long, with the blocks that theirs imports and uses."""
    assert size(to_spec(read_spec(spec))) < 2 * size(written_by_hand(spec))


@pytest.mark.slow
@pytest.mark.parametrize("spec", shipped_names())
def test_all_shipped_networks_stay_the_same(spec: str) -> None:
    assert size(the_same(spec)) < 2 * size(written_by_hand(spec))


# Random networks

LAYERS = ("CONV 8 3x3 p1", "CONV 8 1x1 nobias", "RELU", "BN", "POOL 3 s1 p1", "DROP 0.1", "SIGMOID", "GN 2", "LINEAR 8")


@st.composite
def chains(draw: st.DrawFn, depth: int, blocks: Sequence[str] = ()) -> str:
    """Stages that each keep 8x8x8, some labelled, some in branches, groups, repeats and blocks."""
    return " -> ".join([draw(stages(depth, blocks)) for _ in range(draw(st.integers(1, 4)))])


@st.composite
def stages(draw: st.DrawFn, depth: int, blocks: Sequence[str]) -> str:
    """One stage."""
    label = draw(st.sampled_from(("", "", "", "a: ", "c1: ", "c2: ", "layer1: ", "body: ")))
    kind = draw(st.integers(0, 9 if depth else 5))
    if kind == 0:
        return draw(st.sampled_from(("u: ID", "v: ID", "ID")))
    if kind == 1 and blocks:
        return label + draw(st.sampled_from(blocks))
    if kind < 7:
        return label + draw(st.sampled_from(LAYERS))
    inner = chains(depth - 1, blocks)
    if kind == 7:
        return f"{label}[{draw(inner)}]" + draw(st.sampled_from(("", "*1", "*2", "*3")))
    word = draw(st.sampled_from(("ADD", "MUL", "CONCAT")))
    branches = [draw(st.just("ID") | inner) for _ in range(draw(st.integers(2, 3)))]
    return f"{label}{word} [{', '.join(branches)}] -> CONV 8 1x1"


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Specs with blocks, references across, and several lines."""
    names = [f"block{index}" for index in range(draw(st.integers(0, 2)))]
    lines = [f"def {name} {{ {draw(chains(2))} }}" for name in names] + ["INPUT 8x8x8"]
    for index in range(draw(st.integers(1, 3))):
        line = draw(chains(2, names))
        lines.append(f"k{index}: ID -> {line} -> ADD @k{index}" if draw(st.booleans()) else line)
    return "\n".join(lines)


@given(networks())
@settings(max_examples=60)
def test_random_networks_stay_the_same(text: str) -> None:
    graph = parse_spec(text)
    written = to_spec(graph)
    again = parse_spec(written)
    assert [node.op for node in again.nodes] == [node.op for node in graph.nodes]
    assert [node.inputs for node in again.nodes] == [node.inputs for node in graph.nodes]
    assert [fold(node.name) for node in again.nodes] == [fold(node.name) for node in graph.nodes]
    assert again.outputs == graph.outputs
    assert to_spec(again) == written


SCHEMES = (
    "{0}", "node_{1}", "block_{2}_conv{3}", "model.layers.{2}.sub{3}", "{3}.{2}", "/Enc/5x5.{1}/Conv", "Same",
    "long" * 200 + "{1}", "deep.{3}." * 150, "...", "set.let.{1}", "\u00e4\u4e2d {1}", "",
)  # fmt: skip
"""How other software calls layers: by our own name, their number, or parts of that."""


@given(networks(), st.sampled_from(SCHEMES), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_random_models_stay_the_same(text: str, scheme: str, random: Random) -> None:
    """Under any names, and with their layers in any order that computes."""
    graph = parse_spec(text)
    names = [scheme.format(node.name, i, i // 4, i % 4) + f"_{i}" * (i % 5 == 0) for i, node in enumerate(graph.nodes)]
    model = reordered(as_if_read(graph, names), some_order(graph, random))
    written = to_spec(model)
    again = parse_spec(written)
    assert counts(again) == counts(model)
    places = {node.name: index for index, node in enumerate(again.nodes)}
    mine = [places[name] for name in names_of(model)]
    for index, node in zip(mine, model.nodes, strict=True):
        other = again.nodes[index]
        assert (other.op, other.shape) == (node.op, node.shape)
        assert other.inputs == tuple(mine[source] for source in node.inputs)
    assert to_spec(again) == written


def as_if_read(graph: Graph, names: Sequence[str]) -> Graph:
    """The network as reading a model gives it: without a text behind its layers."""
    nothing = Source("", "model.onnx")
    nodes = (node._replace(name=name, source=nothing) for node, name in zip(graph.nodes, names, strict=True))
    return replace(graph, nodes=tuple(nodes))


def some_order(graph: Graph, random: Random) -> list[int]:
    """An order in which every layer comes behind what it reads."""
    order: list[int] = []
    left = list(range(len(graph.nodes)))
    while left:
        ready = [index for index in left if not set(graph.nodes[index].inputs) & set(left)]
        order.append(random.choice(ready))
        left.remove(order[-1])
    return order


# What single specs become

WRITTEN = [
    (
        "INPUT HxWxC -> CONV (2*C) 3x3 p1 -> CONV C 3x3 p1",
        ["INPUT HxWxC -> CONV (2*C) 3x3 p1 -> CONV C 3x3 p1"],
    ),
    (
        "INPUT 8x8x4 -> CONV 4 3x3 -> OUTPUT -> FC 2 -> OUTPUT",
        ["INPUT 8x8x4 -> CONV 4 3x3 -> OUTPUT -> FC 2 -> OUTPUT"],
    ),
    ("INPUT 8x1 -> CONV 1 3 w=[1,2,1]/4 nobias", ["INPUT 8x1 -> CONV 1 3 w=[1,2,1]/4 nobias => 6x1"]),
    (
        "INPUT 8x8x3 -> POOL 3 s2 floor -> CONV 4 2x2 s2 ceil",
        ["set fit=ceil", "INPUT 8x8x3 -> POOL 3 s2 floor -> CONV 4 2x2 s2 => 2x2x4"],
    ),
    (
        "INPUT 8x8x4 -> a: ID -> CONV 4 3x3 p1 -> RELU -> ADD @a -> b: ID -> CONV 4 3x3 p1 -> RELU -> ADD @b",
        ["INPUT 8x8x4 -> [ADD [CONV 4 3x3 p1 -> RELU, ID]]*2 => 8x8x4"],
    ),
    (
        "INPUT 8x8x4 -> s: [CONV 4 3x3 p1 -> RELU]; t: [CONV 8 3x3 p1 -> RELU]",
        ["def s n { CONV n 3x3 p1 -> RELU }", "INPUT 8x8x4 -> s: s 4 -> t: s 8 => 8x8x8"],
    ),
    (
        "INPUT 9 int -> e: EMBED 50 6 -> LINEAR 50 tie=@e nobias",
        ["INPUT 9 int -> e: EMBED 50 6 -> LINEAR 50 tie=@e nobias => 9x50"],
    ),
    (
        "INPUT 8x8x4 -> d: CONV 4 1x1 -> POOL 2 s2 -> UP 2 -> CONCAT @d",
        ["INPUT 8x8x4 -> d: CONV 4 1x1 -> CONCAT [POOL 2 s2 -> UP 2, ID] => 8x8x8"],
    ),
    ("a: INPUT 4 -> b: INPUT 4 -> ADD @a", ["a: INPUT 4", "b: INPUT 4 -> ADD @a => 4"]),
]
"""A spec, and the lines that it becomes."""


@pytest.mark.parametrize(("spec", "lines"), WRITTEN)
def test_what_is_written(spec: str, lines: list[str]) -> None:
    assert to_spec(parse_spec(spec)).splitlines() == lines


def test_names_that_labels_cannot_be() -> None:
    """They stay the same for weight files, which take . and _ for one another."""
    graph = parse_spec("INPUT 4 -> a: LINEAR 4 -> RELU -> b: LINEAR 2")
    names = ("Input", "Enc.0.Conv-1", "Enc.0.act", "enc.5x5")
    graph = replace(graph, nodes=tuple(node._replace(name=n) for node, n in zip(graph.nodes, names, strict=True)))
    again = parse_spec(to_spec(graph))
    assert [fold(node.name) for node in again.nodes] == [fold(name) for name in names]


def test_large_networks_take_a_moment() -> None:
    """10,000 layers; the limit leaves room for slow machines."""
    text = "def r { ADD [CONV 8 3x3 p1 -> BN -> RELU -> CONV 8 3x3 p1 -> BN, ID] -> RELU }; INPUT 8x8x8 -> x: [r]*1400"
    graph = parse_spec(text)
    start = perf_counter()
    assert len(to_spec(graph).splitlines()) < 5
    assert perf_counter() - start < 10
