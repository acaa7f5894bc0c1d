"""SLICE, PAD."""

from __future__ import annotations

from collections.abc import Sequence

from ...shape import Pair
from ..rules.moves import pads_of, slices
from ..site import Unknown
from ..value import Value, View
from .step import Step
from .windows import one


def _ordered(step: Step) -> tuple[View, list[int]]:
    """The input and an order of its axes; the one of its volume if it has one."""
    view = step.view()
    return view, step.lifter.natural(view)


def slice_(step: Step) -> list[Value] | None:
    """A SLICE for every axis that is cut."""
    x = step.site.shape()
    cuts = [cut for cut in slices(step.site) if not (cut[2] == x[cut[0]] and cut[3] == 1)]
    if not cuts:
        return [step.outputs[0]._replace(view=step.view())]
    if any(cut[3] != 1 for cut in cuts):
        return None
    view, order = _ordered(step)
    for axis, start, count, _ in cuts:
        view = cut_axis(step, view, order, axis, start, count)
    return step.only(view)


def cut_axis(step: Step, view: View, order: Sequence[int], axis: int, start: int, count: int) -> View:
    """Some positions of one axis."""
    lifter = step.lifter
    kept = [index for index in order if view.axes[index] != (lifter.batch,)]
    if axis not in kept or lifter.batch in view.axes[axis]:
        raise Unknown
    node = lifter.arranged(view, order)
    op = step.op("SLICE", start, count, axis=kept.index(axis) - len(kept))
    made = lifter.emit(op, (node,))
    sizes = [_size(step, item) for item in view.axes]
    sizes[axis] = count
    return lifter.placed(made, tuple(sizes), order, lifter.batch_axes(view))


def _size(step: Step, item: tuple[object, ...]) -> int:
    size = 1
    for factor in item:
        size = size * factor.size  # type: ignore[attr-defined]  # a Factor
    return size


def split(step: Step) -> list[Value] | None:
    axis, start = step.site.axis(step.site.integer("axis"), len(step.site.shape())), 0
    view, order = _ordered(step)
    found = []
    for index, value in enumerate(step.outputs):
        count = (value.shape or ())[axis]
        if len(step.outputs) == 1:
            return [value._replace(view=view)]
        made = cut_axis(step, view, order, axis, start, count) if step.used(index) else None
        found.append(value._replace(view=made))
        start = start + count
    return found


def pad(step: Step) -> list[Value] | None:
    """Zeros around; other modes and other numbers have no layer."""
    x = step.site.shape()
    pads = pads_of(step.site, len(x))
    if not any(before or after for before, after in pads):
        return [step.outputs[0]._replace(view=step.view())]
    number = step.number(2) if step.site.given(2) else float(step.site.attr("value", 0.0))
    if step.site.text("mode", "constant") != "constant" or number != 0 or any(min(pair) < 0 for pair in pads):
        return None
    view, order = _ordered(step)
    kept = [index for index in order if view.axes[index] != (step.lifter.batch,)]
    if any(sum(pads[axis]) for axis in range(len(x)) if axis not in kept) or len(kept) < 2:
        return None
    if any(sum(pads[axis]) and step.lifter.batch in view.axes[axis] for axis in kept):
        return None
    node = step.lifter.arranged(view, order)
    spatial = [pads[axis] for axis in kept[:-1]]
    if any(sum(pair) for pair in spatial):
        node = step.lifter.emit(step.op("PAD", one([a if a == b else Pair(a, b) for a, b in spatial])), (node,))
    if sum(pads[kept[-1]]):
        a, b = pads[kept[-1]]
        node = step.lifter.emit(step.op("PAD", a if a == b else Pair(a, b), axis=-1), (node,))
    return step.only(step.lifter.placed(node, step.shape, order, step.lifter.batch_axes(view)))


LIFTS = {"Slice": slice_, "Split": split, "Pad": pad}
