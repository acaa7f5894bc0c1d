"""ADD, SUB, MUL, CONCAT: volumes that meet, whatever the order of their axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...shape import Shape
from ..site import Unknown
from ..value import Axis, Value, View
from .elementwise import scaled
from .step import Step


def merge(word: str) -> Callable[[Step], list[Value] | None]:
    def lifted(step: Step) -> list[Value] | None:
        if word == "MUL" and (found := scaled(step)) is not None:
            return found
        if any(_lonely(step, index) for index in range(len(step.site.inputs))):
            return None
        views = padded(step)
        if len(views) == 1:
            return [step.outputs[0]._replace(view=views[0])]
        return step.only(merged(step, step.op(word), views))

    return lifted


def _lonely(step: Step, index: int) -> bool:
    """A single number that is added: no tensor of weights."""
    value = step.site.need(index)
    return value.size == 1 and (value.view is None or value.view.stored is not None)


def padded(step: Step) -> list[View]:
    """The inputs with as many axes each, aligned at the end."""
    views = [step.view(index) for index in range(len(step.site.inputs))]
    rank = len(step.shape)
    if step.site.version < 7 and step.site.integer("broadcast"):
        raise Unknown
    return [view._replace(axes=((),) * (rank - len(view.axes)) + view.axes) for view in views]


def merged(step: Step, op: Any, views: Sequence[View], shape: Shape | None = None) -> View:
    """A layer on several volumes in one order of axes: that of the first that has one."""
    lifter, rank = step.lifter, len(views[0].axes)
    whole = [view for view in views if view.stored is None]
    first = whole[0] if whole else views[0]
    if len(whole) == len(views) and all(v.axes == first.axes and v.base == first.base for v in whole):
        return first._replace(node=lifter.emit(op, [view.node for view in views]))
    order, drop = _order(step, whole or [first], rank), _dropped(step, views)
    nodes = [lifter.arranged(_bare(view) if view.stored else view, order, drop) if not view.stored
             else _weights(step, view, order, drop) for view in views]  # fmt: skip
    node = lifter.emit(op, nodes)
    batch = sorted({axis for view in views for axis in lifter.batch_axes(view)})
    return lifter.placed(node, step.shape if shape is None else shape, order, batch, drop)


def _bare(view: View) -> View:
    return view


def _weights(step: Step, view: View, order: Sequence[int], drop: Sequence[int]) -> int:
    """A stored tensor as a volume; axes of 1 before all others are left out, as broadcasting allows."""
    left = [index for index in order if index not in drop and view.axes[index] != (step.lifter.batch,)]
    while len(left) > 1 and not view.axes[left[0]]:
        left.pop(0)
    return step.lifter.arranged(view, left)


def _order(step: Step, whole: Sequence[View], rank: int) -> list[int]:
    """The order of the axes of the first volume that has one and is not smaller than the others."""
    known: list[list[int]] = []
    for view in sorted(whole, key=lambda view: -len(view.base)):
        found = step.lifter.order(view)
        if found is not None:
            known.append(found)
    if not known:
        return list(range(rank))
    return [*(axis for axis in range(rank) if axis not in known[0]), *known[0]]


def _dropped(step: Step, views: Sequence[View]) -> list[int]:
    """The axes that are the batch of one volume and 1 in all others."""
    batch: Axis = (step.lifter.batch,)
    return [
        axis
        for axis in range(len(views[0].axes))
        if any(view.axes[axis] == batch for view in views) and all(view.axes[axis] in (batch, ()) for view in views)
    ]


def concat(step: Step) -> list[Value] | None:
    views = [step.view(index) for index in range(len(step.site.inputs))]
    rank = len(step.shape)
    axis = step.site.axis(step.site.integer("axis", 1), rank)
    if len(views) == 1:
        return [step.outputs[0]._replace(view=views[0])]
    lifter = step.lifter
    whole = [view for view in views if view.stored is None]
    order, drop = _order(step, whole or views, rank), _dropped(step, views)
    if axis in drop or any(lifter.batch in view.axes[axis] for view in views):
        return None
    kept = [index for index in order if index not in drop]
    place = kept.index(axis) - len(kept)
    if any(lifter.batch in view.axes[i] for view in views for i in kept):
        return None
    nodes = [lifter.arranged(view, order, drop) for view in views]
    node = lifter.emit(step.op("CONCAT", axis=place), nodes)
    batch = sorted({index for view in views for index in lifter.batch_axes(view)})
    return step.only(lifter.placed(node, step.shape, order, batch, drop))


LIFTS = {"Add": merge("ADD"), "Sum": merge("ADD"), "Sub": merge("SUB"), "Mul": merge("MUL"), "Concat": concat}
