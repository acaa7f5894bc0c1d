"""ONNX models as bytes. The only user of onnx.

The skeleton (nodes, volumes, small constants) goes through onnx's own classes; weights are streamed behind it one at a
time, so that a model needs little more memory than its largest weight. Protobuf allows that: a message may
be cut anywhere between its fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
from onnx import (
    AttributeProto,
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    helper,
    numpy_helper,
)

from ..errors import Diagnostic, LimitError
from ..graph import Graph
from ..ops.base import Weight
from ..shape import Shape
from .lower import Constant, Model, PlacedNode, Port, axis_names
from .weights import Array

MAX_PROTOBUF = 2**31 - 1
_GRAPH, _INITIALIZER, _RAW_DATA = b"\x3a", b"\x2a", b"\x4a"
"""Tags: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.raw_data = 9, each with a length."""

_IR = {17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 12}
HIGHEST_OPSET = max(_IR)


def ir_version(opset: int) -> int:
    """The IR version that goes with an opset."""
    return _IR[opset]


def skeleton(model: Model, opset: int, network: Graph, expose: bool = False) -> tuple[bytes, bytes]:
    """The model without its weights: the message around the graph, and the graph."""
    outer = ModelProto(ir_version=ir_version(opset), producer_name="archcalc", doc_string=network.title)
    outer.opset_import.append(helper.make_operatorsetid("", opset))
    layouts = {port.name: axis_names(port.shape, port.layout) for port in (*model.inputs, *model.outputs)}
    helper.set_model_props(outer, {"archcalc.axes": json.dumps(layouts)})
    graph = GraphProto(name=network.name or "network")
    graph.node.extend(map(_node, model.nodes))
    graph.initializer.extend(map(_constant, model.constants))
    graph.input.extend(_port(port, model.batch) for port in model.inputs)
    outputs = {port.name: port for port in (*model.outputs, *(model.volumes if expose else ()))}
    graph.output.extend(_port(port, model.batch) for port in outputs.values())
    graph.value_info.extend(_port(port, model.batch) for port in model.volumes if port.name not in outputs)
    return outer.SerializeToString(deterministic=True), graph.SerializeToString(deterministic=True)


def _node(node: PlacedNode) -> NodeProto:
    proto = NodeProto(name=node.name, op_type=node.op_type, input=node.inputs, output=node.outputs)
    proto.attribute.extend(_attribute(key, value) for key, value in sorted(node.attributes.items()))
    return proto


def _attribute(key: str, value: Any) -> AttributeProto:
    return helper.make_attribute(key, list(value) if isinstance(value, tuple) else value)


def _constant(constant: Constant) -> TensorProto:
    values = constant.values() if callable(constant.values) else constant.values
    return numpy_helper.from_array(np.array(values, constant.dtype), constant.name)


def _port(port: Port, batch: int | str) -> ValueInfoProto:
    kind = TensorProto.INT64 if port.integer else TensorProto.FLOAT
    return helper.make_tensor_value_info(port.name, kind, port.dims(batch))


def _header(name: str, shape: Shape) -> bytes:
    proto = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
    return bytes(proto.SerializeToString(deterministic=True))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _entry(name: str, weight: Weight) -> tuple[bytes, int]:
    """What stands before a weight's numbers, and how many bytes those are."""
    size = 4 * int(np.prod(weight.shape, dtype=object))
    header = _header(name, weight.shape)
    raw = _RAW_DATA + _varint(size)
    return _INITIALIZER + _varint(len(header) + len(raw) + size) + header + raw, size


def write(
    file: BinaryIO, model: Model, parts: tuple[bytes, bytes], tensor: Callable[[str], Array],
    progress: Callable[[int], None] | None = None,
) -> int:  # fmt: skip
    """Write the whole model, weights made one at a time by `tensor(name)`; the bytes written."""
    outer, graph = parts
    entries = {name: _entry(name, weight) for name, (_, weight) in model.weights.items()}
    length = len(graph) + sum(len(head) + size for head, size in entries.values())
    total = len(outer) + 1 + len(_varint(length)) + length
    if total > MAX_PROTOBUF:
        message = f"the model has {total:,} bytes, an ONNX file holds at most {MAX_PROTOBUF:,}"
        raise LimitError(Diagnostic("E506", message, help=("weights in a file of their own are not available yet",)))
    file.write(outer + _GRAPH + _varint(length) + graph)
    for name, (head, size) in entries.items():
        file.write(head)
        file.write(_raw(tensor(name)))
        if progress:
            progress(len(head) + size)
    return total


def _raw(tensor: Array) -> memoryview:
    return np.ascontiguousarray(tensor, "<f4").data.cast("B")


def external(model: Model, parts: tuple[bytes, bytes]) -> bytes:
    """The model with its weights outside, for a runtime that is handed them in memory."""
    outer, graph = parts
    return outer + _GRAPH + _varint(len(graph) + sum(map(len, _outside(model)))) + graph + b"".join(_outside(model))


def _outside(model: Model) -> Iterator[bytes]:
    for name, (_, weight) in model.weights.items():
        proto = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=weight.shape)
        proto.data_location = TensorProto.EXTERNAL
        for key, value in (("location", "memory"), ("offset", "0"), ("length", str(_entry(name, weight)[1]))):
            proto.external_data.add(key=key, value=value)
        body = proto.SerializeToString(deterministic=True)
        yield _INITIALIZER + _varint(len(body)) + body


__all__ = ["external", "ir_version", "skeleton", "write"]
