"""An export, read again, is the network that it was exported from; whoever lies about that is not believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onnx
import pytest

import archcalc
from archcalc.hints import KEY, note, noted
from archcalc.load import read_model, read_spec, shipped_names
from archcalc.network import Network
from archcalc.reading import graph_of, open_model

QUICK = (
    "lenet5", "alexnet", "unet", "lstm-tagger", "gru-seq2seq", "torchvision/resnet50", "torchvision/swin_v2_t",
    "torchvision/inception_v3", "transformers/t5-small", "transformers/mixtral-8x7b",
)  # fmt: skip

Layers = list[tuple[str, str, tuple[int, ...], int, int, int]]


def layers_of(net: Network, needed: bool = False) -> Layers:
    """Name, text, volume, parameters, buffers and multiply-adds of every layer that an export has."""
    kept = net.graph.needed() if needed else set(range(len(net.graph.nodes)))
    names = {net.graph.nodes[index].name for index in kept}
    return [
        (row.name, str(row.node.op), row.output, row.params, row.cost.buffers, row.macs)
        for row in net.table().rows
        if row.name in names
    ]


def check_round_trip(name: str, folder: Path) -> None:
    file = folder / "net.onnx"
    net = Network(read_spec(name))
    net.export(file, weights="virtual")
    again = archcalc.load(str(file))
    assert layers_of(again) == layers_of(net, needed=True)
    assert again.graph.title == net.graph.title
    assert [node.shape for node in again.graph.inputs] == [node.shape for node in net.graph.inputs]


@pytest.mark.parametrize("name", QUICK)
def test_quick(name: str, tmp_path: Path) -> None:
    check_round_trip(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in shipped_names() if name not in QUICK])
def test_every_spec(name: str, tmp_path: Path) -> None:
    check_round_trip(name, tmp_path)


TABLES = (
    "torchvision/swin_v2",
    "transformers/bloom",
    "transformers/llama",
    "transformers/t5",
    "transformers/transformer",
)
"""Their exports hold tables of positions: real numbers, of which a file does not say that nobody trained them."""


def check_ordinary(name: str, folder: Path) -> None:
    """Read without its note, as the models of other software are, an export has the same totals."""
    file = folder / "net.onnx"
    net = Network(read_spec(name))
    net.export(file, weights="virtual")
    read = Network(graph_of(open_model(str(file)), str(file)))
    needed = layers_of(net, needed=True)
    stored, macs = sum(layer[3] + layer[4] for layer in needed), sum(layer[5] for layer in needed)
    assert read.table().uncounted == ()
    assert read.output == net.output
    # a table of connections is stored in full, and all experts of a mixture run
    assert read.totals.macs == macs or name in ("lenet5", "transformers/mixtral-8x7b")
    if not name.startswith(TABLES) and name not in ("lenet5", "transformers/mixtral-8x7b"):
        assert read.totals.params + read.totals.buffers == stored


@pytest.mark.parametrize(
    "name", ["alexnet", "unet", "torchvision/shufflenet_v2_x1_0", "torchvision/vit_b_16", "lstm-tagger"]
)
def test_without_the_note(name: str, tmp_path: Path) -> None:
    check_ordinary(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_every_spec_without_the_note(name: str, tmp_path: Path) -> None:
    check_ordinary(name, tmp_path)


# What other software may have done to a file

NET = "INPUT 8x8x3 -> c: CONV 4 3x3 p1 -> RELU -> GAP -> f: FC 10"


def exported(path: Path) -> onnx.ModelProto:
    file = path / "small.onnx"
    archcalc.parse(NET).export(file)
    return onnx.load(file)


def read_again(model: onnx.ModelProto, path: Path) -> archcalc.Network:
    file = path / "changed.onnx"
    onnx.save(model, file)
    return Network(read_model(str(file)))


def change_note(model: onnx.ModelProto, old: str, new: str) -> None:
    prop = next(prop for prop in model.metadata_props if prop.key == KEY)
    assert old in prop.value
    prop.value = prop.value.replace(old, new)


def bigger(model: onnx.ModelProto) -> None:
    change_note(model, "CONV 4 3x3 p1", "CONV 4 3x3 p1 nobias")


def other_shape(model: onnx.ModelProto) -> None:
    change_note(model, "INPUT 8x8x3", "INPUT 16x16x3")


def no_layer(model: onnx.ModelProto) -> None:
    change_note(model, "RELU", "__import__('os')")


def no_json(model: onnx.ModelProto) -> None:
    change_note(model, "{", "[")


def circle(model: onnx.ModelProto) -> None:
    change_note(model, '"RELU",[1]', '"RELU",[2]')


def other_node(model: onnx.ModelProto) -> None:
    next(node for node in model.graph.node if node.op_type == "Relu").op_type = "Sigmoid"


def one_more_node(model: onnx.ModelProto) -> None:
    model.graph.node.append(onnx.helper.make_node("Relu", ["f"], ["g"]))


def fewer_weights(model: onnx.ModelProto) -> None:
    bias = next(tensor for tensor in model.graph.initializer if tensor.name == "c.bias")
    bias.CopyFrom(onnx.helper.make_tensor("c.bias", onnx.TensorProto.DOUBLE, [4], [0.0] * 4))


@pytest.mark.parametrize(
    ("change", "words", "params"),
    [
        (lambda model: None, "CONV RELU GAP FC", 162),
        (bigger, "CONV RELU GAP FC", 162),
        (other_shape, "CONV RELU GAP FC", 162),
        (no_layer, "CONV RELU GAP FC", 162),
        (no_json, "CONV RELU GAP FC", 162),
        (circle, "CONV RELU GAP FC", 162),
        (other_node, "CONV SIGMOID GAP FC", 162),
        (one_more_node, "CONV RELU GAP FC RELU", 162),
        (fewer_weights, "CONV RELU GAP FC", 162),
    ],
)
def test_only_the_nodes_are_believed(change: Any, words: str, params: int, tmp_path: Path) -> None:
    model = exported(tmp_path)
    change(model)
    net = read_again(model, tmp_path)
    assert [node.op.word for node in net.graph.nodes[1:]] == words.split()
    assert net.totals.params == params
    assert net.totals.macs == 8 * 8 * 4 * 27 + 40


def test_a_note_is_not_believed_without_its_model() -> None:
    graph = archcalc.parse(NET).graph
    said = json.loads(note(graph))
    assert [layer[0] for layer in said["layers"]] == ["input", "c", "relu1", "gap1", "f"]
    assert noted(json.dumps(said | {"outputs": []})) is None
    assert noted(json.dumps(said | {"outputs": [7]})) is None
    again = noted(note(graph))
    assert again is not None
    assert [node[:4] for node in again.nodes] == [node[:4] for node in graph.nodes]
