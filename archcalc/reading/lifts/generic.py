"""The counted ONNX layer for everything that is no layer of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from ...ops.base import Weight
from ...shape import Shape
from ..foreign import Foreign
from ..tensor import REALS
from ..value import Stored, Value, View, axis
from .step import Step
from .work import EACH, HEAVY


def generic(step: Step, understood: bool) -> Sequence[Value]:
    """A layer with the volumes, weights and work of the node; further outputs are layers that compute nothing."""
    site, lifter = step.site, step.lifter
    views = [value.view for value in site.inputs if value is not None and value.view is not None]
    reads = tuple(dict.fromkeys(view.node for view in views if view.stored is None))
    stored = [view.stored for view in views if view.stored is not None and view.stored.trained]
    batched = any(lifter.batch_axes(view) for view in views if view.stored is None)
    found: list[Value] = []
    for index, value in enumerate(step.outputs):
        if index and not step.used(index):
            found.append(value)
            continue
        if value.kind != "tensor":
            found.append(value)
            continue
        shape = value.shape if value.shape is not None else (site.fresh("SIZE"),)
        volume, axes = _volume(step, shape, batched)
        operations = _operations(step, understood) if not index else ()
        op = Foreign(site.op, shape=volume, operations=operations, stored=_weights(stored) if not index else (),
                     local=site.op in EACH)  # fmt: skip
        kept = {f"{number}": tensor for number, tensor in enumerate(stored)} if not index else {}
        node = lifter.emit(op, reads, kept)
        base = tuple(item for item in (tuple(f for f in one if f is not lifter.batch) for one in axes))
        base = tuple(item for item, one in zip(base, axes, strict=True) if one != (lifter.batch,)) or ((),)
        found.append(value._replace(view=View(node, base, axes) if value.shape is not None else None))
    return found


def _volume(step: Step, shape: Shape, batched: bool) -> tuple[Shape, tuple[Any, ...]]:
    """The volume, without the batch where that is the first axis, and the axes of the value."""
    lifter, size = step.lifter, step.lifter.batch.size
    axes = [axis(one) for one in shape]
    if batched and shape and isinstance(shape[0], int) and shape[0] and shape[0] % size == 0:
        axes[0] = (lifter.batch, *axis(shape[0] // size))
        if axes[0] == (lifter.batch,):
            return tuple(shape[1:]) or (1,), tuple(axes)
        return (shape[0] // size, *shape[1:]), tuple(axes)
    return tuple(shape) or (1,), tuple(axes)


def _weights(stored: Sequence[Stored]) -> tuple[tuple[str, Weight], ...]:
    return tuple((f"{number}", Weight(tensor.shape)) for number, tensor in enumerate(stored))


def _operations(step: Step, understood: bool) -> tuple[tuple[str, int], ...] | None:
    """What the node computes for one example; None where that is not known."""
    site = step.site
    if not understood or any(value.shape is None for value in step.outputs[:1]):
        return None
    size = prod(step.shape)
    work: dict[str, Any]
    heavy: Callable[[Step], dict[str, Any] | None] | None = HEAVY.get((site.call.domain, site.op))
    if heavy is not None:
        found = heavy(step)
        if found is None:
            return None
        work = found
    else:
        kinds = EACH.get(site.op, {}) if step.outputs[0].dtype in REALS else {}
        work = {kind: count * size for kind, count in kinds.items()}
    batch = step.lifter.batch.size if _per_example(step) else 1
    return tuple((kind, int(number // batch) if isinstance(number, int) else number) for kind, number in work.items())


def _per_example(step: Step) -> bool:
    return any(
        step.lifter.batch_axes(value.view)
        for value in step.site.inputs
        if value is not None and value.view is not None and value.view.stored is None
    )
