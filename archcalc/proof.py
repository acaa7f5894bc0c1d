"""Whether a model is the export that it says it is: the layers that it names are exported again, and compared.

Only what is the same, node by node, is read as those layers; any other model is read as everybody's are. So a note in
a file can neither lie about volumes nor about counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import prod
from struct import pack, unpack
from typing import Any

from .backends.lower import DYNAMIC, Constant, Model, PlacedNode, Port, lower
from .errors import ArchcalcError
from .graph import Graph, Node
from .hints import KEY, noted
from .reading.proto import Call, GraphPart, Info, ModelPart
from .reading.tensor import BFLOAT16, BOOL, FLOAT, FLOAT16, INT64, MOST, Tensor

_TYPES = {"float32": FLOAT, "int64": INT64, "bool": BOOL}
_HALVES = frozenset({FLOAT16, BFLOAT16})
_TYPED = ("/float16", "/bfloat16", "/float32", "/exact")
"""How the names of values end that an export in half precision adds."""


def proven(model: ModelPart, file: str) -> Graph | None:
    """The network that a model says it is the export of, where that is so; else None."""
    text = model.properties.get(KEY)
    if text is None or model.functions:
        return None
    graph = noted(text, file, model.title)
    if graph is None or not _modest(graph, model.graph):
        return None
    try:
        exported = lower(graph, _batch(model.graph))
    except (ArchcalcError, NotImplementedError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    same = model.opsets.keys() == {""} and model.opsets[""] >= exported.opset and _same(exported, model.graph)
    return graph if same and _same_constants(exported, graph, model.graph) else None


MOST_MADE = 2**22
"""Numbers of constants that are made at most, all layers together."""


def _modest(graph: Graph, part: GraphPart) -> bool:
    """Whether exporting what a note claims costs no more than the file itself may."""
    nodes = len(part.nodes)
    copies = (max(getattr(node.op, "layers", 1), getattr(node.op, "experts", 1)) for node in graph.nodes)
    lists = (max(node.shape) for node in graph.nodes if getattr(node.op, "noaffine", False) or node.op.word in _LISTING)
    return len(graph.nodes) <= nodes + len(part.inputs) and max(copies) <= nodes and sum(lists) <= MOST_MADE


_LISTING = ("UP", "ROLL")
"""Layers whose export lists positions."""


def _numbers(graph: Graph) -> dict[str, int]:
    """About how many numbers the largest table of every layer has."""
    return {node.name: _table(graph, node) for node in graph.nodes}


def _table(graph: Graph, node: Node) -> int:
    volumes = [prod(shape) for shape in (*graph.shapes(node), node.shape)]
    if node.op.word == "AAP":
        return volumes[0] * volumes[-1]
    windows = node.op.footprint(*graph.shapes(node)) or ()
    return max(volumes) * int(prod([window.kernel for window in windows]))


def _batch(part: GraphPart) -> int | str:
    """The batch that the export was asked for."""
    first = next((info.shape for info in part.inputs if info.shape), None)
    return first[0] if first and isinstance(first[0], int) else DYNAMIC


def _same(model: Model, part: GraphPart) -> bool:
    """Whether a graph has exactly the nodes, values and tensors of an export."""
    half = any(name.endswith(_TYPED) for node in part.nodes for name in node.outputs)
    nodes = _wide(part.nodes) if half else part.nodes
    if nodes is None or len(model.nodes) != len(nodes):
        return False
    if not all(_same_node(ours, theirs) for ours, theirs in zip(model.nodes, nodes, strict=True)):
        return False
    stored = {constant.name for constant in model.constants} | model.weights.keys()
    if stored != part.tensors.keys() or not _same_ends(model.inputs, part.inputs, model):
        return False
    return _same_ends(model.outputs, part.outputs, model) and all(
        _same_weight(part.tensors[name], weight.shape) for name, (_, weight) in model.weights.items()
    )


def _same_constants(model: Model, graph: Graph, part: GraphPart) -> bool:
    """Whether the constants are those of an export. Large tables say nothing of counts, and are not made for this."""
    numbers, left = _numbers(graph), MOST_MADE
    for constant in model.constants:
        if callable(constant.values):
            size = numbers[constant.name.partition("/")[0]]
            left -= size
            if left < 0:
                continue
        if not _same_constant(constant, part.tensors[constant.name]):
            return False
    return True


def _wide(nodes: Sequence[Call]) -> list[Call] | None:
    """The nodes of an export in half precision as they are in float32: without casts, which only rename a value."""
    made = []
    for node in nodes:
        inputs, outputs = tuple(map(_value, node.inputs)), tuple(map(_value, node.outputs))
        if node.op != "Cast":
            made.append(replace(node, inputs=inputs, outputs=outputs))
        elif inputs != outputs or node.attributes.get("to") not in (FLOAT, *_HALVES):
            return None
    return made


def _value(name: str) -> str:
    """A value's name without its type."""
    while name.endswith(_TYPED):
        name = name.rpartition("/")[0]
    return name


def _same_node(ours: PlacedNode, theirs: Call) -> bool:
    return (
        ours.op_type == theirs.op
        and not theirs.domain
        and ours.inputs == theirs.inputs
        and ours.outputs == theirs.outputs
        and ours.attributes.keys() == theirs.attributes.keys()
        and all(_plain(value) == _plain(theirs.attributes[key]) for key, value in ours.attributes.items())
    )


def _plain(value: Any) -> Any:
    """An attribute for comparison: lists as tuples, real numbers as floats of 32 bits."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return _short(value) if isinstance(value, float) else value


def _short(number: float) -> float:
    try:
        return float(unpack("<f", pack("<f", number))[0])
    except OverflowError:
        return number


def _same_ends(ports: Sequence[Port], infos: Sequence[Info], model: Model) -> bool:
    expected = [(port.name, tuple(port.dims(model.batch))) for port in ports]
    return expected == [(info.name, info.shape) for info in infos]


def _same_weight(tensor: Tensor, shape: tuple[int, ...]) -> bool:
    return tensor.shape == shape and tensor.dtype in (FLOAT, *_HALVES) and not tensor.sparse


def _same_constant(constant: Constant, tensor: Tensor) -> bool:
    """Whether a tensor holds what the export computes; of large tables, which take long, the number of numbers."""
    half = tensor.dtype in _HALVES and constant.dtype == "float32"
    if tensor.dtype != _TYPES.get(constant.dtype) and not half:
        return False
    values = constant.values
    values = values() if callable(values) else values
    shape = _shape(values)
    if shape != tensor.shape:
        return False
    if half or prod(shape) > MOST:  # real numbers, which say nothing of volumes, are rounded there
        return True
    items = tensor.items()
    return items is not None and tuple(map(_plain, _flat(values))) == tuple(map(_plain, items))


def _shape(values: Any) -> tuple[int, ...]:
    sizes = []
    while isinstance(values, list | tuple):
        sizes.append(len(values))
        values = values[0] if values else None
    return tuple(sizes)


def _flat(values: Any) -> Iterable[Any]:
    if not isinstance(values, list | tuple):
        return [values]
    return [number for item in values for number in _flat(item)]
