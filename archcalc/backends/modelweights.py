"""Weights from an ONNX model, under the names that they have in the spec that the model converts to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Diagnostic, FileError, SpecError
from ..graph import Graph
from ..hints import KEY
from ..reading.value import Stored as Tensor
from ..reading.weights import weights_of
from ..writing import names_of
from .stored import FLOATS, Stored, unusable
from .weights import BLOCK, Array

_REAL = (1, 10, 11, 16)
"""ONNX's numbers for float32, float16, float64 and bfloat16."""
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""ONNX's gates in PyTorch's order: i o f c to i f g o, z r h to r z n."""


def read(path: Path) -> tuple[Stored, ...]:
    """The stored tensors of a model, as the layers of its spec have them."""
    tensors = _Tensors(path)
    if tensors.exported:
        return tuple(tensors.stored(name) for name in tensors.exported)
    weights = weights_of(str(path))
    found = []
    for name, node, own in zip(_names(weights.graph), weights.graph.nodes, weights.tensors, strict=True):
        for key, tensor in own.items():
            read = partial(_arranged, tensors, tensor, node.op.word)
            full = f"{name}.{key}" if key else name
            found.append(Stored(full, _shape(tensor), tensors.dtype(tensor.name), read, partial(_pieces, read)))
    return tuple(found)


def _names(graph: Graph) -> list[str]:
    """What the layers are called in the spec; where there is none, as the model says."""
    try:
        return names_of(graph)
    except SpecError:
        return [node.name for node in graph.nodes]


def _shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape in the layer, but for axes that are one there."""
    key = tensor.name.partition("#")[2]
    if key:  # a direction of all, and a half of both biases
        return (tensor.shape[-1] // 2,) if key.startswith("bias") else tensor.shape[1:]
    return tuple(tensor.split[place] for place in tensor.order) if tensor.order else tensor.shape


def _pieces(read: Any) -> Iterator[Array]:
    flat = read().reshape(-1)
    for start in range(0, len(flat), BLOCK):
        yield flat[start : start + BLOCK]


def _arranged(tensors: _Tensors, tensor: Tensor, word: str) -> Array:
    name, _, key = tensor.name.partition("#")
    array = tensors.read(name)
    if key:
        return np.ascontiguousarray(_gates(array, key, word))
    if tensor.order:
        array = array.reshape(tensor.split).transpose(tensor.order)
    return np.ascontiguousarray(array)


def _gates(array: Array, key: str, word: str) -> Array:
    """A weight of a recurrent layer: of one direction, and of biases one half."""
    array = array[int(key.endswith("_reverse"))]
    if key.startswith("bias"):
        half = len(array) // 2
        array = array[half:] if key.startswith("bias_hh") else array[:half]
    gates = np.split(array, len(_GATES[word]))
    return np.concatenate([gates[index] for index in _GATES[word]])


class _Tensors:
    """The stored tensors of a file by name."""

    def __init__(self, path: Path) -> None:
        import onnx  # noqa: PLC0415 - start-up time counts

        self.path = path
        model = onnx.load_model(path, load_external_data=False)
        graph = model.graph
        self.known: dict[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
                self.known[node.output[0]] = node.attribute[0].t
        self.filled = {node.output[0]: node for node in graph.node if node.op_type == "ConstantOfShape"}

        ours = any(item.key == KEY for item in model.metadata_props)
        floats = (tensor.name for tensor in model.graph.initializer if tensor.data_type in _REAL)
        self.exported = [name for name in floats if ours and "/" not in name]
        """The weights of an export of ours: they have their names in the file, and helpers have a / in theirs."""

    def stored(self, name: str) -> Stored:
        """A tensor as it is."""
        read = partial(self.read, name)
        return Stored(name, tuple(self.known[name].dims), self.dtype(name), read, partial(_pieces, read))

    def dtype(self, name: str) -> str:
        """The type of a tensor's numbers."""
        from onnx import helper  # noqa: PLC0415 - start-up time counts

        name = name.partition("#")[0]
        if name in self.filled:
            return "float32"
        if name not in self.known:
            help = ("only tensors of the main graph are read",)
            raise FileError(Diagnostic("E641", f"{self.path} has no stored tensor {name[:80]}", help=help))
        kind = helper.tensor_dtype_to_np_dtype(self.known[name].data_type).name
        if kind not in FLOATS:
            raise unusable(self.path, name, kind)
        return kind

    def read(self, name: str) -> Array:
        """The numbers of a tensor as float32; those beside the model lie in its folder."""
        from onnx import numpy_helper  # noqa: PLC0415 - start-up time counts

        if name in self.filled:
            node = self.filled[name]
            shape = numpy_helper.to_array(self.known[node.input[0]])
            value = numpy_helper.to_array(node.attribute[0].t) if node.attribute else 0
            return np.full(shape, value, np.float32)
        array = numpy_helper.to_array(self.known[name], str(self.path.parent))
        return np.asarray(array, np.float32)
