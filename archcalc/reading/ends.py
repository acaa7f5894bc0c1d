"""Where volumes enter a model and leave it: which axis is the batch, where the channels stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, UsageError
from ..ops import find
from ..shape import Shape, show
from .proto import Call, GraphPart, Info
from .tensor import INTEGERS, REALS
from .value import Value, View, axis

if TYPE_CHECKING:
    from .model import Reading
    from .reader import Reader, Scope

_NO_BATCH = re.compile(r"seq|len|time|height|width|frame|token|^[thwl]$|^num_|dim_?[1-9]|past", re.IGNORECASE)
"""Names of first axes that are no batch."""

_FIRST = {
    "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool",
    "BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN", "QLinearConv", "ConvInteger",
    "DeformConv", "PRelu", "Upsample", "Resize", "DepthToSpace", "SpaceToDepth", "FusedConv",
}  # fmt: skip
"""Operators that want the channels at axis 1."""


def fed(part: GraphPart) -> list[Info]:
    """The inputs that are fed: others have a value in the file."""
    return [info for info in part.inputs if info.name not in part.tensors]


def batch_size(part: GraphPart) -> int:
    """The examples of a batch: the first axis of the first input, 1 where that is free."""
    for info in fed(part):
        if info.shape is not None and len(info.shape) > 1 and info.kind == "tensor":
            size = info.shape[0]
            return size if isinstance(size, int) and size > 0 else 1
    return 1


def add_inputs(reader: Reader, scope: Scope, part: GraphPart, reading: Reading, properties: Mapping[str, str]) -> None:
    """A layer INPUT for everything that is fed."""
    waiting = reading.input
    for info in fed(part):
        if info.shape is None or info.kind != "tensor":
            scope.values[info.name] = Value(info.dtype, None, kind=info.kind)
            continue
        batch = _batch_axis(reader, info)
        shape = tuple(_size(reader, size, index, batch) for index, size in enumerate(info.shape))
        order = _order(scope, info, len(shape))
        if waiting is not None:
            shape, waiting = _replaced(info, shape, order, batch, waiting), None
        scope.values[info.name] = Value(info.dtype, shape, view=_input(reader, info, shape, order, batch))


def _batch_axis(reader: Reader, info: Info) -> bool:
    """Whether the first axis is the batch."""
    shape = info.shape or ()
    if len(shape) < 2:
        return False
    if isinstance(shape[0], int):
        return bool(shape[0] == reader.lifter.batch.size and shape[0])
    return not (isinstance(shape[0], str) and _NO_BATCH.search(shape[0]))


def _size(reader: Reader, size: int | str | None, index: int, batch: bool) -> Any:
    if batch and not index:
        return reader.lifter.batch.size
    if isinstance(size, int) and size >= 0:
        return size
    return reader.symbols.named(size) if isinstance(size, str) else reader.symbols.fresh("")


def _order(scope: Scope, info: Info, rank: int) -> list[int]:
    """The axes in the language's order: the channels stand where the first reader wants them."""
    first = [0, *range(2, rank), 1] if rank > 1 else list(range(rank))
    if rank < 3:
        return list(range(rank))
    reader = _reader(scope, info.name)
    if reader is not None and reader.op == "Transpose" and rank > 3:
        perm = reader.attributes.get("perm")
        return list(range(rank)) if perm == [0, rank - 1, *range(1, rank - 1)] else first
    if reader is not None and reader.op in _FIRST:
        return first
    return first if rank > 3 and info.dtype in REALS else list(range(rank))


_PASSING = {"Relu", "Add", "Sub", "Mul", "Div", "Cast", "Identity", "QuantizeLinear", "DequantizeLinear", "Pad", "Clip"}


def _reader(scope: Scope, name: str) -> Call | None:
    """The first node that tells where the channels stand."""
    for _ in range(8):
        readers = scope.readers.get(name, ())
        if not readers or readers[0].op not in _PASSING or not readers[0].outputs:
            return readers[0] if readers else None
        name = readers[0].outputs[0]
    return None


def _replaced(info: Info, shape: Shape, order: list[int], batch: bool, wanted: Shape) -> Shape:
    """The shape that --input gives, in ONNX's order."""
    places = [index for index in order if index or not batch]
    if len(places) != len(wanted):
        note = f"{show(wanted)} for {info.name}, which has {len(places)} axes without the batch"
        raise UsageError(Diagnostic("E625", "--input has another number of axes than the model's input", note))
    sizes = list(shape)
    for place, size in zip(places, wanted, strict=True):
        sizes[place] = size
    return tuple(sizes)


def _input(reader: Reader, info: Info, shape: Shape, order: list[int], batch: bool) -> View:
    lifter = reader.lifter
    axes = tuple((lifter.batch,) if batch and not index else axis(size) for index, size in enumerate(shape))
    view = View(-1, (), axes)
    target = lifter.target(view, order)
    sizes = tuple(shape[index] for index in order if not (batch and not index)) or (1,)
    node = lifter.emit(find("INPUT")(sizes, integer=info.dtype in INTEGERS), (), label=info.name)  # type: ignore[misc]
    return View(node, target, axes)


def outputs_of(reader: Reader, scope: Scope, part: GraphPart) -> tuple[int, ...]:
    """The nodes that give the model's outputs."""
    found: list[int] = []
    for info in part.outputs:
        value = scope.find(info.name)
        if value is None or value.kind != "tensor" or value.shape is None:
            continue
        reader.lifter.label = info.name
        view = reader.lifter.view_of(value)
        order = None if view.stored is not None else reader.lifter.order(view)
        found.append(reader.lifter.arranged(view, range(len(view.axes)) if order is None else order))
    nodes = reader.lifter.nodes
    return tuple(dict.fromkeys(found)) or ((len(nodes) - 1,) if nodes else ())
