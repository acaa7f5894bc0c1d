"""ONNX models as bytes. The only user of onnx.

The skeleton (nodes, volumes, small constants) goes through onnx's own classes; weights are streamed behind it a block
at a time. Protobuf allows that: a message may be cut anywhere between its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import prod
from typing import Any

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

from ..graph import Graph
from ..hints import KEY, note
from ..shape import Shape
from .datafile import Place
from .elements import BFLOAT16, FLOAT16, FLOAT32, Element, converted, element
from .lower import Constant, Model, PlacedNode, Port, axis_names

MAX_PROTOBUF = 2**31 - 1
_GRAPH, _INITIALIZER, _RAW_DATA = b"\x3a", b"\x2a", b"\x4a"
"""Tags: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.raw_data = 9, each with a length."""

_IR = {17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 12}
HIGHEST_OPSET = max(_IR)


def ir_version(opset: int) -> int:
    """The IR version that goes with an opset."""
    return _IR[opset]


def skeleton(
    model: Model, opset: int, network: Graph, kind: Element = FLOAT32, expose: bool = False
) -> tuple[bytes, bytes]:
    """The model without its weights: the message around the graph, and the graph.

    Values inside are of this kind; what comes in and goes out is float32.
    """
    outer = ModelProto(ir_version=ir_version(opset), producer_name="archcalc", doc_string=network.title)
    outer.opset_import.append(helper.make_operatorsetid("", opset))
    layouts = {port.name: axis_names(port.shape, port.layout) for port in (*model.inputs, *model.outputs)}
    helper.set_model_props(outer, {"archcalc.axes": json.dumps(layouts), KEY: note(network)})
    graph = GraphProto(name=network.name or "network")
    graph.node.extend(map(_node, model.nodes))
    graph.initializer.extend(map(_constant, model.constants))
    graph.input.extend(_port(port, model.batch) for port in model.inputs)
    outputs = {port.name: port for port in (*model.outputs, *(model.volumes if expose else ()))}
    graph.output.extend(_port(port, model.batch) for port in outputs.values())
    graph.value_info.extend(_port(port, model.batch, kind) for port in model.volumes if port.name not in outputs)
    return outer.SerializeToString(deterministic=True), graph.SerializeToString(deterministic=True)


def _node(node: PlacedNode) -> NodeProto:
    proto = NodeProto(name=node.name, op_type=node.op_type, input=node.inputs, output=node.outputs)
    proto.attribute.extend(_attribute(key, value) for key, value in sorted(node.attributes.items()))
    return proto


def _attribute(key: str, value: Any) -> AttributeProto:
    return helper.make_attribute(key, list(value) if isinstance(value, tuple) else value)


def _constant(constant: Constant) -> TensorProto:
    values = constant.values() if callable(constant.values) else constant.values
    if constant.dtype not in (FLOAT16.name, BFLOAT16.name):
        return numpy_helper.from_array(np.array(values, constant.dtype), constant.name)
    kind = element(constant.dtype)
    made = converted(np.array(values, np.float32), kind, constant.name)
    return TensorProto(name=constant.name, data_type=kind.code, dims=made.shape, raw_data=made.tobytes())


def _port(port: Port, batch: int | str, kind: Element = FLOAT32) -> ValueInfoProto:
    return helper.make_tensor_value_info(port.name, TensorProto.INT64 if port.integer else kind.code, port.dims(batch))


def entry(name: str, shape: Shape, kind: Element, place: Place | None = None) -> tuple[bytes, int]:
    """A weight as it stands in the model, up to its numbers, and how many bytes of those follow: none from outside."""
    proto = TensorProto(name=name, data_type=kind.code, dims=shape)
    size = kind.size * prod(shape)
    if place is None:
        header = proto.SerializeToString(deterministic=True) + _RAW_DATA + _varint(size)
        return _INITIALIZER + _varint(len(header) + size) + header, size
    proto.data_location = TensorProto.EXTERNAL
    for key, value in place._asdict().items():
        proto.external_data.add(key=key, value=str(value))
    header = proto.SerializeToString(deterministic=True)
    return _INITIALIZER + _varint(len(header)) + header, 0


def framed(parts: tuple[bytes, bytes], entries: Iterable[tuple[bytes, int]]) -> tuple[bytes, int]:
    """What stands before the weights, and the size of the whole model."""
    outer, graph = parts
    length = len(graph) + sum(len(head) + size for head, size in entries)
    start = outer + _GRAPH + _varint(length) + graph
    return start, len(start) - len(graph) + length


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
