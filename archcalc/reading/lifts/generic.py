"""The counted ONNX layer for everything that is no layer of ours."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from ...ops.base import Weight
from ...shape import Shape
from ..foreign import Foreign
from ..site import Unknown
from ..tensor import REALS
from ..value import Stored, Value, View, axis, length
from .step import Step
from .work import EACH, HEAVY

Operations = tuple[tuple[str, int], ...] | None


class Facts(NamedTuple):
    """What is known of a node without a layer: the volumes that it reads, what it stores, what it computes."""

    reads: tuple[int, ...]
    stored: tuple[tuple[Stored, Weight], ...]
    operations: Operations
    batched: bool


def generic(step: Step, understood: bool) -> Sequence[Value]:
    """A layer with the volumes, weights and work of the node; further outputs are layers that compute nothing."""
    views = [value.view for value in step.site.inputs if value is not None and value.view is not None]
    whole = [view for view in views if view.stored is None]
    batched = any(step.lifter.batch_axes(view) for view in whole)
    reads = tuple(dict.fromkeys(view.node for view in whole))
    return attach(step, Facts(reads, stored_by(step), _operations(step, understood, batched), batched))


QUANTISED: dict[str, tuple[int, ...]] = {
    "QLinearConv": (3, 8), "ConvInteger": (1,), "MatMulInteger": (1,), "QLinearMatMul": (3,), "QGemm": (3, 6),
    "MatMulIntegerToFloat": (1, 6), "DynamicQuantizeMatMul": (1, 4), "MatMulNBits": (1, 5), "QuantizeLinear": (),
    "DequantizeLinear": (),
}  # fmt: skip
"""The inputs of operators on quantised numbers that are weights; scales and zeros are none."""


def stored_by(step: Step) -> tuple[tuple[Stored, Weight], ...]:
    """What the node stores: the tensors that it reads, as far as they were trained."""
    chosen = QUANTISED.get(step.site.op)
    found = []
    for index, value in enumerate(step.site.inputs):
        stored = None if value is None or value.view is None else value.view.stored
        if stored is None or not (stored.trained if chosen is None else index in chosen):
            continue
        packed = step.site.op == "MatMulNBits" and index == 1
        shape = (step.site.integer("N"), step.site.integer("K")) if packed else stored.shape
        found.append((stored, Weight(shape)))
    return tuple(found)


def attach(step: Step, facts: Facts) -> Sequence[Value]:
    """The outputs of a node as counted layers: the first has all facts, the others only their volume."""
    found: list[Value] = []
    for index, value in enumerate(step.outputs):
        if value.kind != "tensor" or (index and not step.used(index)):
            found.append(value)
        else:
            rest = facts if not index else facts._replace(stored=(), operations=())
            found.append(value._replace(view=_layer(step, value, rest)))
    return found


def _layer(step: Step, value: Value, facts: Facts) -> View | None:
    shape = value.shape if value.shape is not None else (step.site.fresh("SIZE"),)
    axes = _axes(step, shape, facts.batched)
    view = View(-1, (), axes)
    base = step.lifter.target(view, _order(step, len(shape)))
    weights = tuple((f"{number}", weight) for number, (_, weight) in enumerate(facts.stored))
    kept = {f"{number}": tensor for number, (tensor, _) in enumerate(facts.stored)}
    volume = tuple(map(length, base))
    local = step.site.op in EACH
    op = Foreign(step.site.op, shape=volume, operations=facts.operations, stored=weights, local=local)
    node = step.lifter.emit(op, facts.reads, kept)
    return View(node, base, axes) if value.shape is not None else None


def _order(step: Step, rank: int) -> Sequence[int]:
    """The order of the axes: that of the first volume of as many axes, else ONNX's."""
    for value in step.site.inputs:
        view = None if value is None else value.view
        if view is not None and view.stored is None and len(view.axes) == rank:
            return step.lifter.natural(view)
    return range(rank)


def _axes(step: Step, shape: Shape, batched: bool) -> tuple[Any, ...]:
    """The axes of a value, the batch first where it can stand there."""
    axes = [axis(size) for size in shape]
    size = step.lifter.batch.size
    if batched and shape and isinstance(shape[0], int) and shape[0] and shape[0] % size == 0:
        axes[0] = (step.lifter.batch, *axis(shape[0] // size))
    return tuple(axes)


def _operations(step: Step, understood: bool, batched: bool) -> Operations:
    """What the node computes for one example; None where that is not known."""
    site = step.site
    if not understood or any(value.shape is None for value in step.outputs[:1]):
        return None
    heavy = HEAVY.get((site.call.domain, site.op))
    work: dict[str, Any] | None
    if heavy is not None:
        try:
            work = heavy(step)
        except Unknown:
            return None
    else:
        kinds = EACH.get(site.op, {}) if step.outputs[0].dtype in REALS else {}
        work = {kind: count * prod(step.shape) for kind, count in kinds.items()}
    if work is None:
        return None
    size = step.lifter.batch.size if batched else 1
    return tuple((kind, number // size if isinstance(number, int) else number) for kind, number in work.items())
