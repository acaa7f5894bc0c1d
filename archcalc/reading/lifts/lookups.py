"""EMBED, and single positions as SLICE."""

from __future__ import annotations

from ..tensor import INTEGERS
from ..value import Value
from .arrange import _ordered, cut_axis
from .step import Step


def gather(step: Step) -> list[Value] | None:
    """Rows of a stored table by ids that are fed; one position of a volume."""
    stored, x = step.stored(0), step.site.shape()
    axis = step.site.axis(step.site.integer("axis"), len(x))
    if stored is not None and len(x) == 2 == len(stored.shape) and axis == 0 and step.has_volume(1):
        return _embed(step) if step.site.dtype(1) in INTEGERS and stored.trained else None
    items, places = step.site.items(1), step.site.shape(1)
    if items is None or len(items) != 1 or not isinstance(items[0], int):
        return None
    view, order = _ordered(step)
    place = items[0] % x[axis] if isinstance(x[axis], int) else items[0]
    made = cut_axis(step, view, order, axis, place, 1)
    axes = (*made.axes[:axis], *[()] * len(places), *made.axes[axis + 1 :])
    return step.only(made._replace(axes=axes))


def _embed(step: Step) -> list[Value]:
    rows, width = step.site.shape()
    ids, lifter = step.view(1), step.lifter
    order = range(len(ids.axes))
    node = lifter.emit(step.op("EMBED", rows, width), (lifter.arranged(ids, order),), {"weight": step.weight(0)})
    return step.only(lifter.placed(node, step.shape, range(len(step.shape)), lifter.batch_axes(ids)))


LIFTS = {"Gather": gather}
