"""ONNX models as specs: the same network, the same outputs with the original's weights, and the same file again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import archcalc
from archcalc.analysis.table import counts
from archcalc.backends.session import load_runtime
from archcalc.load import parse_spec, read_spec, shipped_names
from archcalc.writing import to_spec
from tests.commands import Said, process

SMALL = ("lenet5", "cifar/resnet20", "gru-seq2seq", "filters/sobel-x", "scanning-1d", "cnn-9x9")
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

# lines of the text at most: what keeps every name takes ShuffleNet's, which differ in each block, a line each
MODELS = {
    "bvlc_alexnet": 8, "densenet121": 35, "inception_v1": 30, "inception_v2": 70, "resnet50": 17, "shufflenet": 140,
    "squeezenet": 13, "vgg19": 10, "zfnet512": 10,
}  # fmt: skip


def outputs(model: Any, feeds: dict[str, Any]) -> list[Any]:
    """What onnxruntime makes of a model, given as its path or its bytes."""
    options = load_runtime().SessionOptions()
    options.log_severity_level = 4
    session = load_runtime().InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [item.name for item in session.get_inputs()]
    found: list[Any] = session.run(None, dict(zip(names, feeds.values(), strict=True)))
    return found


def randomised(name: str, path: Path) -> None:
    """A light model with random weights: it makes them up, each from its shape."""
    model = onnx.load(LIGHT / f"light_{name}.onnx")
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    random = np.random.default_rng(0)
    for node in [node for node in model.graph.node if node.op_type == "ConstantOfShape"]:
        shape = numpy_helper.to_array(stored[node.input[0]])
        numbers = random.standard_normal(shape) * np.prod(shape[1:]) ** -0.5
        numbers = np.abs(numbers) if len(shape) == 1 else numbers
        model.graph.initializer.append(numpy_helper.from_array(numbers.astype(np.float32), node.output[0]))
        model.graph.node.remove(node)
    onnx.save(model, path)


@pytest.mark.parametrize(("name", "most"), MODELS.items())
def test_models_become_text(name: str, most: int) -> None:
    graph = read_spec(str(LIGHT / f"light_{name}.onnx"))
    text = to_spec(graph)
    again = parse_spec(text)
    assert counts(again) == counts(graph)
    assert [(node.op.word, node.inputs, node.shape) for node in again.nodes] == [
        (node.op.word, node.inputs, node.shape) for node in graph.nodes
    ]
    assert len(text.splitlines()) <= most
    assert to_spec(again) == text


def _slow(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["squeezenet", "shufflenet", *map(_slow, ("densenet121", "inception_v2", "resnet50"))])
def test_original_weights_give_the_original_outputs(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / "source.onnx", tmp_path / "target.onnx"
    randomised(name, source)
    archcalc.parse(to_spec(read_spec(str(source)))).export(target, weights=source)
    x = np.random.default_rng(1).standard_normal((1, 3, 224, 224), np.float32)
    (theirs,), (ours,) = outputs(str(source), {"x": x}), outputs(str(target), {"x": x})
    assert np.ptp(theirs) > 1e-6
    np.testing.assert_allclose(ours, theirs, 1e-4, 1e-4 * np.abs(theirs).max())


def model_of(nodes: list[Any], stored: dict[str, Any], x: tuple[Any, ...], y: tuple[Any, ...] | None = None) -> bytes:
    """A model by hand, from x to y."""
    tensors = [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in stored.items()]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (("x", x), ("y", y))]
    graph = helper.make_graph(nodes, "hand", ports[:1], ports[1:], tensors)
    proto = helper.make_model(graph, opset_imports=[helper.make_operatorsetid("", 17)], ir_version=8)
    return bytes(proto.SerializeToString())


def normal(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def turned(word: str, *inputs: str, **attributes: Any) -> list[Any]:
    """A recurrent layer whose batch comes first."""
    return [
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node(word, ["t", *inputs], ["", "h"], hidden_size=3, **attributes),
        helper.make_node("Reshape", ["h", "s"], ["y"]),
    ]


LSTM = {"w": normal(1, 12, 5), "r": normal(1, 12, 3), "b": normal(1, 24)}
GRU = {"w": normal(1, 9, 5), "r": normal(1, 9, 3), "b": normal(1, 18)}
BOTH = {"w": normal(4, 4), "b": normal(4)}
MATRICES = [
    ([helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)], BOTH, (1, 4)),
    ([helper.make_node("Gemm", ["x", "w", "b"], ["y"])], BOTH, (1, 4)),
    ([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": normal(4, 4)}, (1, 5, 4)),
    (
        [helper.make_node("Transpose", ["w"], ["v"], perm=[1, 0]), helper.make_node("MatMul", ["x", "v"], ["y"])],
        {"w": normal(4, 4)},
        (1, 5, 4),
    ),
    (turned("LSTM", "w", "r", "b"), LSTM, (1, 7, 5)),
    (turned("GRU", "w", "r", "b", linear_before_reset=1), GRU, (1, 7, 5)),
    ([helper.make_node("Add", ["x", "p"], ["y"])], {"p": normal(1, 3, 4, 1)}, (1, 3, 4, 4)),
]
"""What is computed, with which weights, from which volume."""


@pytest.mark.parametrize(("nodes", "stored", "x"), MATRICES)
def test_weights_turn_as_layers_have_them(nodes: list[Any], stored: dict[str, Any], x: Any, tmp_path: Path) -> None:
    """Square ones too, of which no shape tells which way round they are."""
    gives_the_same(nodes, stored, x, tmp_path)


def attention(axis: int = -1, factor: float = 0.5, order: tuple[int, ...] = (0, 2, 1, 3)) -> list[Any]:
    """Two heads of four channels, spelled out."""
    nodes = []
    for name, perm in (("q", order), ("k", (0, 2, 3, 1)), ("v", (0, 2, 1, 3))):
        nodes += [
            helper.make_node("MatMul", ["x", f"w{name}"], [name]),
            helper.make_node("Reshape", [name, "apart"], [f"{name}1"]),
            helper.make_node("Transpose", [f"{name}1"], [f"{name}2"], perm=perm),
        ]
    return [
        *nodes,
        helper.make_node("MatMul", ["q2", "k2"], ["scores"]),
        helper.make_node("Mul", ["scores", "factor"], ["scaled"]),
        helper.make_node("Softmax", ["scaled"], ["weights"], axis=axis),
        helper.make_node("MatMul", ["weights", "v2"], ["heads"]),
        helper.make_node("Transpose", ["heads"], ["back"], perm=(0, 2, 1, 3)),
        helper.make_node("Reshape", ["back", "joined"], ["y"]),
        helper.make_node("Constant", [], ["factor"], value_float=factor),
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "ATTEND 2 ["),
        ({"factor": 0.25}, "ATTEND 2 scale=0.25 ["),
        ({"axis": 2}, "SOFTMAX axis=-2"),  # over the queries: no attention
    ],
)
def test_attention_that_is_spelled_out(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    stored = {f"w{name}": normal(8, 8) + index for index, name in enumerate("qkv")}
    nodes = attention(**options)
    assert said in gives_the_same([nodes[-1], *nodes[:-1]], stored, (1, 5, 8), tmp_path)


def test_volumes_that_grow(tmp_path: Path) -> None:
    """What joins all volumes before it anew, as DenseNet does, goes on from the volume that is there."""
    nodes = [
        helper.make_node("Relu", ["x"], ["a"]),
        helper.make_node("Concat", ["x", "a"], ["b"], axis=1),
        helper.make_node("Sigmoid", ["b"], ["c"]),
        helper.make_node("Concat", ["x", "a", "c"], ["d"], axis=1),
        helper.make_node("Tanh", ["d"], ["e"]),
        helper.make_node("Concat", ["x", "a", "c", "e"], ["y"], axis=1),
    ]
    text = gives_the_same(nodes, {}, (1, 2, 4, 4), tmp_path)
    assert "CONCAT [ID, RELU] -> CONCAT [ID, SIGMOID] => 4x4x8\nCONCAT [ID, TANH]" in text


@pytest.mark.parametrize("name", SMALL)
def test_exports_give_their_weights(name: str, tmp_path: Path) -> None:
    """Also those of layers that the export takes apart."""
    one, other = tmp_path / "one.onnx", tmp_path / "other.onnx"
    archcalc.load(name).export(one, seed=5)
    archcalc.load(name).export(other, weights=one)
    assert one.read_bytes() == other.read_bytes()


def test_free_sizes_stay_letters(tmp_path: Path) -> None:
    path = tmp_path / "free.onnx"
    conv = helper.make_node("Conv", ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1])
    path.write_bytes(model_of([conv], {"w": normal(4, 3, 3, 3)}, ("batch", 3, "height", "width")))
    text = to_spec(read_spec(str(path)))
    assert "INPUT HEIGHTxWIDTHx3 -> " in text
    numbers = {"HEIGHT": 9, "WIDTH": 7}
    assert archcalc.parse(text, set=numbers).output == archcalc.load(str(path), set=numbers).output == (5, 4, 4)


SHAPES = {"s": [1, 3], "apart": [1, 5, 2, 4], "joined": [1, 5, 8]}


def gives_the_same(nodes: list[Any], stored: dict[str, Any], x: Any, folder: Path) -> str:
    """The text of a model, after its export with the model's weights gave what the model gives."""
    source, target = folder / "source.onnx", folder / "target.onnx"
    proto = onnx.load_from_string(model_of(nodes, stored, x))
    for name, shape in SHAPES.items():
        if any(name in node.input for node in nodes):
            proto.graph.initializer.append(numpy_helper.from_array(np.array(shape), name))
    source.write_bytes(proto.SerializeToString())
    text = to_spec(read_spec(str(source)))
    archcalc.parse(text).export(target, weights=source)
    feeds = {"x": np.float32(normal(*x))}
    (theirs,) = outputs(str(source), feeds)
    session_input = onnx.load(target).graph.input[0].type.tensor_type.shape.dim
    ours = outputs(str(target), {"x": feeds["x"].reshape([1, *(size.dim_value for size in session_input[1:])])})[0]
    np.testing.assert_allclose(ours.reshape(theirs.shape), theirs, 1e-4, 1e-4)
    return text


@pytest.mark.parametrize("inner", ["Conv", "LayerNormalization"])
def test_what_layers_share_each_has_for_itself(inner: str, tmp_path: Path) -> None:
    """Exporters store equal tensors once: biases of zeros, scales of ones. The language has no word for that."""
    words = {"Conv": ["w{}", "shared"], "LayerNormalization": ["shared", "b{}"]}[inner]
    axes: dict[str, Any] = {"axis": -1} if inner == "LayerNormalization" else {}
    nodes = [
        helper.make_node(inner, [value, *(word.format(index) for word in words)], [made], **axes)
        for index, (value, made) in enumerate((("x", "a"), ("a", "b"), ("b", "y")))
    ]
    used = {name for node in nodes for name in node.input[1:]}
    stored = {name: normal(4, 4, 1, 1) + len(name) if name[0] == "w" else normal(4) for name in used}
    text = gives_the_same(nodes, stored, (1, 5, 4) if axes else (1, 4, 5, 5), tmp_path)
    assert text.startswith("# the model shares 8 parameters between layers; here each has its own\n")


def test_inputs_are_called_as_exporters_do(tmp_path: Path) -> None:
    """PyTorch calls inputs input.1, which makes them no part of anything, and what repeats is found all the same."""
    nodes, name = [], "input.1"
    for index in range(6):
        nodes += [
            helper.make_node("Conv", [name, f"l.{index}.c.weight"], [f"c{index}"]),
            helper.make_node("Relu", [f"c{index}"], [name := "y" if index == 5 else f"r{index}"]),
        ]
    stored = {f"l.{index}.c.weight": normal(4, 4, 1, 1) for index in range(6)}
    proto = onnx.load_from_string(model_of(nodes, stored, (1, 4, 5, 5)))
    proto.graph.input[0].name = "input.1"
    path = tmp_path / "net.onnx"
    onnx.save(proto, path)
    assert "]*6" in to_spec(read_spec(str(path)))


def again(name: str, folder: Path) -> None:
    """Export, convert and export once more."""
    first, text, second = folder / "net.onnx", folder / "net.arch", folder / "second.onnx"
    archcalc.load(name).export(first, weights="virtual")
    text.write_text(to_spec(read_spec(str(first))), encoding="utf-8")
    archcalc.load(str(text)).export(second, weights="virtual")
    assert counts(read_spec(str(second))) == counts(read_spec(str(first)))
    assert [node.name for node in read_spec(str(second)).nodes] == [node.name for node in read_spec(str(first)).nodes]
    assert to_spec(read_spec(str(second))) == text.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SMALL)
def test_exports_come_back(name: str, tmp_path: Path) -> None:
    again(name, tmp_path)


@pytest.mark.parametrize("name", SMALL)
def test_exports_of_what_came_back_are_the_same_bytes(name: str, tmp_path: Path) -> None:
    first, text, second = tmp_path / "net.onnx", tmp_path / "net.arch", tmp_path / "second.onnx"
    archcalc.load(name).export(first)
    text.write_text(to_spec(read_spec(str(first))), encoding="utf-8")
    archcalc.load(str(text)).export(second)
    text.write_text(to_spec(read_spec(str(second))), encoding="utf-8")
    archcalc.load(str(text)).export(first)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_all_exports_come_back(name: str, tmp_path: Path) -> None:
    again(name, tmp_path)


def command(*words: str) -> Said:
    return process(shlex.join(words))


def test_the_command(tmp_path: Path) -> None:
    said = command("convert", str(LIGHT / "light_vgg19.onnx"))
    assert said.code == 0
    assert "[conv5_1: CONV 512 3x3 p1 -> RELU]*4" in said.out
    assert archcalc.parse(said.out).totals.params == 143_667_240
    assert command("convert", "lenet5", "--to", "spec").out == to_spec(read_spec("lenet5"))


def test_what_the_language_has_no_word_for(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(model_of([helper.make_node("Sin", ["x"], ["y"], name="wave")], {}, (1, 4)))
    said = command("convert", str(path))
    assert said.code == 1
    assert "E451" in said.err
    assert "wave" in said.err
    assert "Sin" in said.err
