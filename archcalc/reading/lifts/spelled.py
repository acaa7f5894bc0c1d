"""LN where a model spells it out: the mean, the deviation, its square, and so on."""

from __future__ import annotations

from typing import NamedTuple

from ...ops.base import Op
from ..proto import Call
from ..value import Stored, Value, View
from .step import Step


class Spelled(NamedTuple):
    """The nodes of a normalisation, the last one, and what they add to the variance."""

    calls: tuple[Call, ...]
    eps: float


def layer_norm(step: Step) -> list[Value] | None:
    """(x - mean)/sqrt(mean((x - mean)**2) + eps), from the first mean on; with a scale and a shift if they follow."""
    found = _normal(step)
    if found is None or step.stored(0) is not None:
        return None
    calls, stored = list(found.calls), dict[str, Stored]()
    for key, op in (("weight", "Mul"), ("bias", "Add")):
        behind = step.reader_of(calls[-1].outputs[0])
        tensor = None if behind is None or behind.op != op else _vector(step, behind, calls[-1])
        if behind is None or tensor is None:
            break
        stored[key] = tensor
        calls.append(behind)
    affine = {"noaffine": True} if not stored else {"nobias": "bias" not in stored}
    shape = step.site.shape()
    op = step.op("LN", eps=float(f"{found.eps:.7g}"), **affine)
    view = _placed(step, op, stored)
    value = Value(step.site.dtype(), shape, view=view)
    for call in calls:
        step.absorb(call, value)
    return [step.outputs[0]._replace(view=None)]


def _placed(step: Step, op: Op, stored: dict[str, Stored]) -> View:
    """The layer on the channels of the first input."""
    view, shape = step.view(), step.site.shape()
    order = range(len(shape))
    drop = [0] if not view.axes[0] else []
    node = step.lifter.emit(op, (step.lifter.arranged(view, order, drop),), stored)
    return step.lifter.placed(node, shape, order, step.lifter.batch_axes(view), drop)


def _normal(step: Step) -> Spelled | None:
    """The nodes up to the division, if they are these and nobody else reads what is between."""
    source, mean = step.site.call.inputs[0], step.site.call.outputs[0]
    sub = step.reader_of(mean)
    if sub is None or sub.op != "Sub" or list(sub.inputs) != [source, mean]:
        return None
    apart = sub.outputs[0]
    readers = step.scope.readers.get(apart, [])
    square = next((call for call in readers if _squares(step, call, apart)), None)
    div = next((call for call in readers if call.op == "Div" and call.inputs[0] == apart), None)
    if square is None or div is None or len(readers) != 2 or apart in step.scope.leaving:
        return None
    again = step.reader_of(square.outputs[0])
    if again is None or again.op != "ReduceMean" or not _same_axes(step, again):
        return None
    add = step.reader_of(again.outputs[0])
    eps = None if add is None or add.op != "Add" else _number(step, add, again)
    root = None if add is None or eps is None else step.reader_of(add.outputs[0])
    if add is None or eps is None or root is None or root.op != "Sqrt" or list(div.inputs) != [apart, root.outputs[0]]:
        return None
    return Spelled((sub, square, again, add, root, div), eps) if 0 <= eps < 1 else None


def _squares(step: Step, call: Call, name: str) -> bool:
    if call.op == "Mul":
        return list(call.inputs) == [name, name]
    return call.op == "Pow" and call.inputs[0] == name and _items(step, call.inputs[1]) == (2.0,)


def _same_axes(step: Step, call: Call) -> bool:
    """Whether another mean is along the same axes."""
    first = step.site.call
    return call.attributes == first.attributes and [_items(step, name) for name in call.inputs[1:]] == [
        _items(step, name) for name in first.inputs[1:]
    ]


def _items(step: Step, name: str) -> tuple[float, ...] | None:
    value = step.value(name)
    return None if value is None or value.items is None else tuple(value.items)


def _number(step: Step, call: Call, before: Call) -> float | None:
    """The single number that a node adds."""
    others = [name for name in call.inputs if name != before.outputs[0]]
    items = _items(step, others[0]) if len(others) == 1 else None
    return float(items[0]) if items is not None and len(items) == 1 else None


def _vector(step: Step, call: Call, before: Call) -> Stored | None:
    """The stored vector of the channels that a node scales or shifts by."""
    others = [name for name in call.inputs if name != before.outputs[0]]
    value = step.value(others[0]) if len(others) == 1 else None
    stored = None if value is None or value.view is None else value.view.stored
    return stored if stored is not None and stored.shape == step.site.shape()[-1:] else None
