"""From operators of ONNX to layers: what becomes which, and what it counts. Figures are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from archcalc.load import read_model
from archcalc.network import Network

F, IDS, B = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
MS = "com.microsoft"


def w(name: str, *shape: int) -> onnx.TensorProto:
    """A weight."""
    return numpy_helper.from_array(np.full(shape, 0.5, np.float32), name)


def ints(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def number(name: str, value: float) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, np.float32), name)


def n(op: str, inputs: str, outputs: str, domain: str = "", **attributes: Any) -> onnx.NodeProto:
    """A node; inputs and outputs are divided by blanks, - is none."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(op, names, outputs.split(), domain=domain, **attributes)


Ends = tuple[tuple[str, int, tuple[Any, ...] | None], ...]


class Case(NamedTuple):
    """A model, and what it is read as: layers, parameters, buffers, multiply-adds, and the first output's volume."""

    nodes: list[onnx.NodeProto]
    tensors: list[onnx.TensorProto]
    inputs: Ends
    words: str
    params: int
    buffers: int
    macs: int
    output: tuple[int, ...]
    functions: tuple[onnx.FunctionProto, ...] = ()
    uncounted: int = 0


def branch(*nodes: onnx.NodeProto, name: str = "y", tensors: tuple[onnx.TensorProto, ...] = ()) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "branch", [], [helper.make_tensor_value_info(name, F, None)], list(tensors))


def body() -> onnx.GraphProto:
    """x -> x w, with an iteration number and a condition, as Loop wants it."""
    ends: list[tuple[str, int, list[int] | None]] = [("i", IDS, []), ("c", B, []), ("h", F, None)]
    inputs = [helper.make_tensor_value_info(*end) for end in ends]
    outputs = [helper.make_tensor_value_info("c", B, []), helper.make_tensor_value_info("z", F, None)]
    return helper.make_graph([n("MatMul", "h w", "z")], "body", inputs, outputs, [w("w", 16, 16)])


def function(name: str, *nodes: onnx.NodeProto) -> onnx.FunctionProto:
    return helper.make_function("f", name, ["x"], ["y"], list(nodes), [helper.make_opsetid("", 17)])


IMAGE: Ends = (("x", F, ("N", 3, 8, 8)),)
TOKENS: Ends = (("x", F, ("N", 5, 16)),)
ROW: Ends = (("x", F, ("N", 16)),)

CASES: dict[str, Case] = {
    "a convolution in groups of one": Case(
        [n("Conv", "x k b", "y", group=3, pads=[1] * 4)], [w("k", 6, 1, 3, 3), w("b", 6)], IMAGE,
        "DWCONV", 60, 0, 8 * 8 * 6 * 9, (8, 8, 6)),
    "automatic pads": Case(
        [n("Conv", "x k", "y", auto_pad="SAME_UPPER", strides=[2, 2])], [w("k", 4, 3, 3, 3)], IMAGE,
        "CONV", 108, 0, 4 * 4 * 108, (4, 4, 4)),
    "a batch of eight is divided out": Case(
        [n("Conv", "x k", "y"), ], [w("k", 4, 3, 3, 3)], (("x", F, (8, 3, 8, 8)),),
        "CONV", 108, 0, 36 * 108, (6, 6, 4)),
    "a batch in the second place": Case(
        [n("MatMul", "x k", "y")], [w("k", 16, 4)], (("x", F, (5, "batch", 16)),), "LINEAR", 64, 0, 320, (5, 4)),
    "weights that a node makes": Case(
        [n("ConstantOfShape", "s", "k"), n("Conv", "x k", "y")], [ints("s", 4, 3, 3, 3)], IMAGE,
        "CONV", 108, 0, 36 * 108, (6, 6, 4)),
    "weights in a Constant": Case(
        [n("Constant", "", "k", value=w("", 4, 3, 3, 3)), n("Conv", "x k", "y")], [], IMAGE,
        "CONV", 108, 0, 36 * 108, (6, 6, 4)),
    "a weight used twice is stored once": Case(
        [n("MatMul", "x k", "a"), n("Relu", "a", "b"), n("MatMul", "b k", "y")], [w("k", 16, 16)], TOKENS,
        "LINEAR RELU LINEAR", 256, 0, 2 * 5 * 256, (5, 16)),
    "a product and a bias": Case(
        [n("MatMul", "x k", "a"), n("Add", "b a", "y")], [w("k", 16, 4), w("b", 4)], TOKENS,
        "LINEAR", 68, 0, 320, (5, 4)),
    "a matrix that is turned before": Case(
        [n("Transpose", "k", "t", perm=[1, 0]), n("MatMul", "x t", "y")], [w("k", 4, 16)], TOKENS,
        "LINEAR", 64, 0, 320, (5, 4)),
    "flattened into a matrix": Case(
        [n("Flatten", "x", "a"), n("Gemm", "a k b", "y", transB=1)], [w("k", 10, 192), w("b", 10)], IMAGE,
        "FC", 1930, 0, 1920, (10,)),
    "a reshape to what is computed": Case(
        [n("Shape", "x", "s"), n("Gather", "s zero", "n"), n("Unsqueeze", "n axes", "m"), n("Concat", "m rest", "t",
         axis=0), n("Reshape", "x t", "a"), n("Gemm", "a k", "y", transB=1)],
        [numpy_helper.from_array(np.array(0, np.int64), "zero"), ints("rest", -1), w("k", 10, 192), ints("axes", 0)],
        IMAGE,
        "FC", 1920, 0, 1920, (10,)),
    "a shuffle of channels": Case(
        [n("Conv", "x k", "a"), n("Reshape", "a s", "b"), n("Transpose", "b", "c", perm=[0, 2, 1, 3, 4]),
         n("Reshape", "c t", "y")], [w("k", 6, 3, 1, 1), ints("s", -1, 2, 3, 8, 8), ints("t", -1, 6, 8, 8)], IMAGE,
        "CONV REARRANGE", 18, 0, 64 * 18, (8, 8, 6)),
    "depth to space": Case(
        [n("Conv", "x k", "a"), n("DepthToSpace", "a", "y", blocksize=2)], [w("k", 12, 3, 1, 1)], IMAGE,
        "CONV REARRANGE", 36, 0, 64 * 36, (16, 16, 3)),
    "channels last around a convolution": Case(
        [n("Transpose", "x", "a", perm=[0, 3, 1, 2]), n("Conv", "a k", "b"), n("Transpose", "b", "y",
         perm=[0, 2, 3, 1])], [w("k", 4, 3, 3, 3)], (("x", F, ("N", 8, 9, 3)),), "CONV", 108, 0, 42 * 108, (6, 7, 4)),
    "a mean over the positions": Case(
        [n("ReduceMean", "x", "a", axes=[2, 3], keepdims=0), n("Gemm", "a k", "y")], [w("k", 3, 4)], IMAGE,
        "GAP FC", 12, 0, 12, (4,)),
    "x sigmoid(x)": Case(
        [n("Sigmoid", "x", "a"), n("Mul", "x a", "y")], [], IMAGE, "SILU", 0, 0, 0, (8, 8, 3)),
    "GELU in five nodes": Case(
        [n("Div", "x r", "a"), n("Erf", "a", "b"), n("Add", "b o", "c"), n("Mul", "x c", "d"), n("Mul", "d h", "y")],
        [number("r", 2**0.5), number("o", 1), number("h", 0.5)], TOKENS, "GELU", 0, 0, 0, (5, 16)),
    "a layer norm in nine nodes": Case(
        [n("ReduceMean", "x", "m", axes=[-1]), n("Sub", "x m", "d"), n("Pow", "d two", "q"),
         n("ReduceMean", "q", "v", axes=[-1]), n("Add", "v e", "s"), n("Sqrt", "s", "r"), n("Div", "d r", "z"),
         n("Mul", "z g", "t"), n("Add", "t b", "y")],
        [number("two", 2), number("e", 1e-5), w("g", 16), w("b", 16)], TOKENS, "LN", 32, 0, 0, (5, 16)),
    "a learned scale of channels": Case(
        [n("Mul", "x s", "y")], [w("s", 3, 1, 1)], IMAGE, "PARAM MUL", 3, 0, 0, (8, 8, 3)),
    "single numbers are no parameters": Case(
        [n("Mul", "x s", "a"), n("Add", "a s", "y")], [number("s", 0.5)], IMAGE, "SCALE ONNX", 0, 0, 0, (8, 8, 3)),
    "statistics are buffers": Case(
        [n("BatchNormalization", "x a b c d", "y")], [w(name, 3) for name in "abcd"], IMAGE,
        "BN", 6, 6, 0, (8, 8, 3)),
    "a table for token ids": Case(
        [n("Gather", "k x", "a"), n("MatMul", "a t", "y")], [w("k", 50, 16), w("t", 16, 4)], (("x", IDS, ("N", 5)),),
        "EMBED LINEAR", 864, 0, 320, (5, 4)),
    "products of two volumes": Case(
        [n("Transpose", "x", "t", perm=[0, 2, 1]), n("MatMul", "x t", "s"), n("Softmax", "s", "p"),
         n("MatMul", "p x", "y")], [], TOKENS, "REARRANGE EINSUM SOFTMAX EINSUM", 0, 0, 2 * 5 * 5 * 16, (5, 16)),
    "an LSTM that reads both ways": Case(
        [n("LSTM", "x k r b", "a", hidden_size=8, direction="bidirectional"), n("Transpose", "a", "t",
         perm=[2, 0, 1, 3]), n("Reshape", "t s", "y")],
        [w("k", 2, 32, 16), w("r", 2, 32, 8), w("b", 2, 64), ints("s", -1, 5, 16)], (("x", F, (5, "batch", 16)),),
        "LSTM", 2 * 32 * 24 + 128, 0, 5 * 2 * 32 * 24, (5, 16)),
    "attention with heads in the channels": Case(
        [n("Attention", "x x x", "y", q_num_heads=4, kv_num_heads=4)], [], TOKENS,
        "ATTEND", 0, 0, 2 * 4 * 25 * 4, (5, 16)),
    "a quantised matrix": Case(
        [n("DequantizeLinear", "k s", "d"), n("MatMul", "x d", "y")],
        [numpy_helper.from_array(np.ones((16, 4), np.int8), "k"), number("s", 0.1)], TOKENS,
        "LINEAR", 64, 0, 320, (5, 4)),
    "a convolution of whole numbers": Case(
        [n("QLinearConv", "x s z k t u v c", "y")],
        [number("s", 1), numpy_helper.from_array(np.array(0, np.uint8), "z"),
         numpy_helper.from_array(np.ones((4, 3, 3, 3), np.uint8), "k"), number("t", 1),
         numpy_helper.from_array(np.array(0, np.uint8), "u"), number("v", 1),
         numpy_helper.from_array(np.array(0, np.uint8), "c")], (("x", TensorProto.UINT8, ("N", 3, 8, 8)),),
        "ONNX", 108, 0, 36 * 108, (6, 6, 4)),
    "a fused convolution": Case(
        [n("FusedConv", "x k b", "y", MS, activation="Relu")], [w("k", 4, 3, 3, 3), w("b", 4)], IMAGE,
        "CONV RELU", 112, 0, 36 * 108, (6, 6, 4)),
    "a sum that is normalised": Case(
        [n("SkipLayerNormalization", "x x g b", "y", MS)], [w("g", 16), w("b", 16)], TOKENS,
        "ADD LN", 32, 0, 0, (5, 16)),
    "attention with its projection": Case(
        [n("Attention", "x k b", "y", MS, num_heads=4)], [w("k", 16, 48), w("b", 48)], TOKENS,
        "LINEAR ATTEND", 16 * 48 + 48, 0, 5 * 16 * 48 + 2 * 4 * 25 * 4, (5, 16)),
    "the branch with more multiply-adds": Case(
        [n("ReduceMax", "x", "m", keepdims=0), n("Cast", "m", "c", to=B),
         n("If", "c", "y", then_branch=branch(n("MatMul", "x a", "y"), tensors=(w("a", 16, 16),)),
           else_branch=branch(n("MatMul", "x p", "q"), n("MatMul", "q r", "y"),
                              tensors=(w("p", 16, 32), w("r", 32, 16))))],
        [], ROW, "ONNX ONNX FC FC FC", 256 + 1024, 0, 1024, (16,)),
    "a branch that is known": Case(
        [n("If", "c", "y", then_branch=branch(n("MatMul", "x a", "y"), tensors=(w("a", 16, 16),)),
           else_branch=branch(n("Relu", "x", "y")))],
        [numpy_helper.from_array(np.array(True), "c")], ROW, "FC", 256, 0, 256, (16,)),
    "seven rounds of a loop": Case(
        [n("Loop", "m - x", "y", body=body())], [numpy_helper.from_array(np.array(7, np.int64), "m")], ROW,
        "ONNX", 256, 0, 7 * 256, (16,)),
    "rounds that nobody knows": Case(
        [n("Loop", "m - x", "y", body=body())], [], (*ROW, ("m", IDS, ())), "ONNX", 256, 0, 0, (16,), uncounted=1),
    "functions in functions": Case(
        [n("twice", "x", "y", "f")], [], ROW, "RELU RELU RELU RELU", 0, 0, 0, (16,),
        (function("twice", n("pair", "x", "a", "f"), n("pair", "a", "y", "f")),
         function("pair", n("Relu", "x", "a"), n("Relu", "a", "y")))),
    "an operator that nobody knows": Case(
        [n("Mystery", "x k", "y", "their.own")], [w("k", 5)], ROW, "ONNX", 5, 0, 0, (16,), uncounted=1),
}  # fmt: skip


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Case], Network]:
    def saved(case: Case) -> Network:
        inputs = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in case.inputs]
        shape: Any = ["N", 16] if case.uncounted else None
        outputs = [helper.make_tensor_value_info("y", F, shape)]
        graph = helper.make_graph(case.nodes, "case", inputs, outputs, case.tensors)
        version = 23 if any(one.op_type == "Attention" and not one.domain for one in case.nodes) else 17
        names = {"": version, MS: 1, "f": 1, "their.own": 1}
        opsets = [helper.make_opsetid(domain, number) for domain, number in names.items()]
        model = helper.make_model(graph, opset_imports=opsets, functions=list(case.functions))
        onnx.save(model, tmp_path / "case.onnx")
        return Network(read_model(str(tmp_path / "case.onnx")))

    return saved


@pytest.mark.parametrize("name", CASES)
def test_lifted(name: str, read: Callable[[Case], Network]) -> None:
    case = CASES[name]
    net = read(case)
    words = [node.op.word for node in net.graph.nodes if node.op.word != "INPUT"]
    assert words == case.words.split()
    totals = net.totals
    assert (totals.params, totals.buffers, totals.macs) == (case.params, case.buffers, case.macs)
    assert net.output == case.output
    assert len(net.table().uncounted) == case.uncounted


def test_what_is_not_understood_is_listed(read: Callable[[Case], Network]) -> None:
    net = read(CASES["an operator that nobody knows"])
    assert [(one.code, one.message) for one in net.table().warnings] == [
        ("W110", "operators that are not understood: their.own.Mystery")
    ]


def test_free_sizes_are_letters(tmp_path: Path) -> None:
    case = Case([n("Conv", "x k", "y", pads=[1] * 4)], [w("k", 4, 3, 3, 3)], (), "", 0, 0, 0, ())
    graph = helper.make_graph(
        case.nodes, "free", [helper.make_tensor_value_info("x", F, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info("y", F, None)], case.tensors,
    )  # fmt: skip
    file = tmp_path / "free.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), file)
    import archcalc  # noqa: PLC0415 - next to its use

    assert str(archcalc.load(str(file)).totals.macs) == "108*HEIGHT*WIDTH"
    assert archcalc.load(str(file), set={"height": 4, "WIDTH": 5}).totals.macs == 108 * 20
    assert archcalc.load(str(file), input=(4, 5, 3)).totals.macs == 108 * 20
