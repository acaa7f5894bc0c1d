"""One network in every opset from 7 to 24: what was an attribute became an input; the layers stay the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from archcalc.load import read_model
from archcalc.network import Network
from archcalc.reading import Reading, open_model
from archcalc.reading.model import walk

runtime = pytest.importorskip("onnxruntime")

OPSETS = range(7, 25)


class Maker:
    """A model that grows; `give` writes a value as an attribute up to an opset, and as an input from there on."""

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def stored(self, values: Any, dtype: str = "float32") -> str:
        name = f"t{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def node(
        self, op: str, *inputs: str, outputs: int = 1, attributes: dict[str, Any] | None = None, **more: Any
    ) -> Any:
        names = [f"v{len(self.nodes)}_{index}" for index in range(outputs)]
        every = {**(attributes or {}), **more}
        self.nodes.append(helper.make_node(op, inputs, names, name=f"n{len(self.nodes)}", **every))
        return names[0] if outputs == 1 else names

    def give(self, op: str, since: int, source: str, outputs: int = 1, dtype: str = "int64", **given: Any) -> Any:
        if self.opset < since:
            return self.node(op, source, outputs=outputs, **given)
        return self.node(op, source, *(self.stored(value, dtype) for value in given.values()), outputs=outputs)


def network(opset: int) -> onnx.ModelProto:
    make = Maker(opset)
    random = np.random.default_rng(0)
    x = make.node("Conv", "x", make.stored(random.normal(size=(8, 3, 3, 3))), pads=[1, 1, 1, 1])
    x = make.node("BatchNormalization", x, *(make.stored(np.ones(8)) for _ in range(4)))
    x = make.give("Clip", 11, x, dtype="float32", min=0.0, max=6.0)
    x = make.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = make.give("Pad", 11, x, pads=[0, 0, 1, 1, 0, 0, 1, 1])
    if opset < 9:
        x = make.node("Upsample", x, scales=[1.0, 1.0, 2.0, 2.0])
    elif opset == 9:
        x = make.node("Upsample", x, make.stored([1, 1, 2, 2]))
    elif opset == 10:
        x = make.node("Resize", x, make.stored([1, 1, 2, 2]))
    else:
        region = make.stored([]) if opset < 13 else ""
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        x = make.node("Resize", x, region, make.stored([1, 1, 2, 2]), attributes=how)
    x = make.give("Slice", 10, x, starts=[1, 2], ends=[9, 10], axes=[2, 3])
    parts = make.give("Split", 13, x, outputs=2, split=[3, 5])
    make.nodes[-1].attribute.append(helper.make_attribute("axis", 1))
    x = make.node("Concat", *parts, axis=1)
    x = make.give("ReduceMean", 18, x, axes=[2, 3])
    x = make.give("Squeeze", 13, x, axes=[2, 3])
    x = make.give("Unsqueeze", 13, x, axes=[1])
    x = make.node("Reshape", x, make.stored([0, -1], "int64"))
    x = make.node("Dropout", x, attributes={"ratio": 0.25} if opset < 12 else {})
    x = make.node("Gemm", x, make.stored(random.normal(size=(8, 10))), make.stored(np.zeros(10)))
    x = make.node("Softmax", x)
    make.nodes[-1].output[0] = "y"
    graph = helper.make_graph(
        make.nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], make.tensors,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


WORDS = "INPUT CONV BN RELU6 POOL PAD UP SLICE SLICE SLICE SLICE CONCAT GAP DROP FC SOFTMAX"


@pytest.mark.parametrize("opset", OPSETS)
def test_the_same_layers(opset: int, tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    onnx.save(network(opset), file)
    net = Network(read_model(str(file)))
    assert [node.op.word for node in net.graph.nodes] == WORDS.split()
    assert net.totals.params == 8 * 27 + 16 + 90
    assert net.totals.macs == 16 * 16 * 8 * 27 + 80
    assert net.output == (10,)


@pytest.mark.parametrize("opset", OPSETS)
def test_the_runtime_agrees(opset: int, tmp_path: Path) -> None:
    """Every value has the shape that execution gives it."""
    model = network(opset)
    names = [name for node in model.graph.node for name in node.output]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    file = tmp_path / "net.onnx"
    onnx.save(model, file)
    _, scope = walk(open_model(str(file)), str(file), Reading())
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    session = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    results = session.run(names, {"x": np.zeros((1, 3, 16, 16), np.float32)})
    found = {name: scope.values[name].shape for name in names}
    assert found == {name: result.shape for name, result in zip(names, results, strict=True)}
