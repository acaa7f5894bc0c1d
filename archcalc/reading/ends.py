"""Where volumes enter a model and leave it: which axis is the batch, where the channels stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

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

_BATCH = re.compile(r"batch|^n$|^b$|^bs$", re.IGNORECASE)
"""Names of axes that are the batch, wherever they stand."""

_FIRST = {
    "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool",
    "BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN", "QLinearConv", "ConvInteger",
    "DeformConv", "PRelu", "Upsample", "Resize", "DepthToSpace", "SpaceToDepth", "FusedConv",
}  # fmt: skip
"""Operators that want the channels at axis 1."""


def fed(part: GraphPart) -> list[Info]:
    """The inputs that are fed: others have a value in the file."""
    return [info for info in part.inputs if info.name not in part.tensors]


class Batch(NamedTuple):
    """The examples of a batch: how many, 1 where that is free, and what the axis is called."""

    size: int = 1
    name: str = ""


def batch_of(part: GraphPart) -> Batch:
    """The batch of a model: an axis of that name, else the first axis of the first input that has two."""
    infos = [info for info in fed(part) if info.shape is not None and info.kind == "tensor"]
    sizes = [size for info in infos for size in info.shape or () if isinstance(size, str) and _BATCH.search(size)]
    if sizes:
        return Batch(1, sizes[0])
    first = next((info.shape[0] for info in infos if info.shape is not None and len(info.shape) > 1), 1)
    if isinstance(first, int):
        return Batch(max(first, 1))
    return Batch(1, first or "")


def add_inputs(reader: Reader, scope: Scope, part: GraphPart, reading: Reading) -> None:
    """A layer INPUT for everything that is fed."""
    waiting, known = reading.input, batch_of(part)
    for info in fed(part):
        if info.shape is None or info.kind != "tensor":
            scope.values[info.name] = Value(info.dtype, None, kind=info.kind)
            continue
        batch = _batch_axis(known, info)
        shape = tuple(_size(reader, size, index, batch) for index, size in enumerate(info.shape))
        order = _order(scope, info, len(shape))
        if waiting is not None:
            shape, waiting = _replaced(info, shape, order, batch, waiting), None
        scope.values[info.name] = Value(info.dtype, shape, view=_input(reader, info, shape, order, batch))


def _batch_axis(known: Batch, info: Info) -> int | None:
    """The axis of the batch, if there is one."""
    shape = info.shape or ()
    if known.name in shape:
        return shape.index(known.name)
    if len(shape) < 2 or (known.name and _BATCH.search(known.name)):
        named = isinstance(shape[0], str) and _BATCH.search(shape[0]) if shape else False
        return 0 if named else None
    if isinstance(shape[0], int):
        return 0 if shape[0] == known.size else None
    return None if shape[0] and _NO_BATCH.search(shape[0]) else 0


def _size(reader: Reader, size: int | str | None, index: int, batch: int | None) -> Any:
    if index == batch:
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


def _replaced(info: Info, shape: Shape, order: list[int], batch: int | None, wanted: Shape) -> Shape:
    """The shape that --input gives, in ONNX's order."""
    places = [index for index in order if index != batch]
    if len(places) != len(wanted):
        note = f"{show(wanted)} for {info.name}, which has {len(places)} axes without the batch"
        raise UsageError(Diagnostic("E625", "--input has another number of axes than the model's input", note))
    sizes = list(shape)
    for place, size in zip(places, wanted, strict=True):
        sizes[place] = size
    return tuple(sizes)


def _input(reader: Reader, info: Info, shape: Shape, order: list[int], batch: int | None) -> View:
    lifter = reader.lifter
    axes = tuple((lifter.batch,) if index == batch else axis(size) for index, size in enumerate(shape))
    view = View(-1, (), axes)
    target = lifter.target(view, order)
    sizes = tuple(shape[index] for index in order if index != batch) or (1,)
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
        found.append(reader.lifter.arranged(view, reader.lifter.natural(view)))
    nodes = reader.lifter.nodes
    return tuple(dict.fromkeys(found)) or ((len(nodes) - 1,) if nodes else ())
