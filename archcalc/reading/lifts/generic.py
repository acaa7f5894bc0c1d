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
from ..value import Stored, Value, View, axis, without
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
    tensors = [view.stored for view in views if view.stored is not None and view.stored.trained]
    stored = tuple((tensor, Weight(tensor.shape)) for tensor in tensors)
    batched = any(step.lifter.batch_axes(view) for view in whole)
    reads = tuple(dict.fromkeys(view.node for view in whole))
    return attach(step, Facts(reads, stored, _operations(step, understood, batched), batched))


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
    base = tuple(without(item, step.lifter.batch) for item in axes if item != (step.lifter.batch,)) or ((),)
    volume = _volume(step, shape, axes)
    weights = tuple((f"{number}", weight) for number, (_, weight) in enumerate(facts.stored))
    kept = {f"{number}": tensor for number, (tensor, _) in enumerate(facts.stored)}
    local = step.site.op in EACH
    op = Foreign(step.site.op, shape=volume, operations=facts.operations, stored=weights, local=local)
    node = step.lifter.emit(op, facts.reads, kept)
    return View(node, base, axes) if value.shape is not None else None


def _axes(step: Step, shape: Shape, batched: bool) -> tuple[Any, ...]:
    """The axes of a value, the batch first where it can stand there."""
    axes = [axis(size) for size in shape]
    size = step.lifter.batch.size
    if batched and shape and isinstance(shape[0], int) and shape[0] and shape[0] % size == 0:
        axes[0] = (step.lifter.batch, *axis(shape[0] // size))
    return tuple(axes)


def _volume(step: Step, shape: Shape, axes: tuple[Any, ...]) -> Shape:
    if axes and step.lifter.batch in axes[0]:
        rest = shape[0] // step.lifter.batch.size
        return (rest, *shape[1:]) if rest != 1 else tuple(shape[1:]) or (1,)
    return tuple(shape) or (1,)


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
