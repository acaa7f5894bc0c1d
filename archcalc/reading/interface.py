"""How a model is fed: which axes of its values are which of ours."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Diagnostic, SpecError
from ..shape import Shape
from ..symbolic import Symbolic
from .ends import batch_of, fed
from .lifter import Lifter
from .model import Reading, walk
from .proto import ModelPart
from .value import Value


class End(NamedTuple):
    """An input or output: what it is called here and there, its ONNX shape, and where our axes stand in it."""

    name: str
    theirs: str
    dtype: int
    shape: Shape
    order: tuple[int, ...] | None
    """The axes without the batch in the language's order; None where they are split or joined."""
    batch: int | None
    """The axis of the batch."""


class Interface(NamedTuple):
    """What goes into a model, what comes out, and the shape of every value between."""

    inputs: tuple[End, ...]
    outputs: tuple[End, ...]
    values: dict[str, Shape]
    free_batch: bool
    """Whether the batch can be of any size."""


def interface(model: ModelPart, path: str, reading: Reading) -> Interface:
    """The ends of a model. SpecError where sizes are free, or are known only when it runs."""
    reader, scope = walk(model, path, reading)
    infos = fed(model.graph)
    inputs = tuple(_end(reader.lifter, info.name, scope.values[info.name]) for info in infos)
    outputs = tuple(_end(reader.lifter, info.name, scope.find(info.name)) for info in model.graph.outputs)
    made = {name for call in model.graph.nodes for name in call.outputs if name}
    values = {
        name: value.shape
        for name, value in scope.values.items()
        if name in made and value.kind == "tensor" and value.shape is not None and _plain(value.shape)
    }
    return Interface(inputs, outputs, values, bool(batch_of(model.graph).name))


def _plain(shape: Shape) -> bool:
    return not any(isinstance(size, Symbolic) for size in shape)


def _end(lifter: Lifter, name: str, value: Value | None) -> End:
    if value is None or value.kind != "tensor" or value.shape is None:
        message = f"{name[:80]} is no tensor, or its shape is not known before it runs"
        raise SpecError(Diagnostic("E669", message, help=("show counts the model all the same",)))
    order, batch, shown = None, None, name
    if value.view is not None and value.view.stored is None:
        found, axes = lifter.order(value.view), lifter.batch_axes(value.view)
        batch = axes[0] if len(axes) == 1 else None
        order = None if found is None else tuple(axis for axis in found if axis != batch)
        shown = lifter.nodes[value.view.node].name
    return End(shown, name, value.dtype, value.shape, order, batch)
