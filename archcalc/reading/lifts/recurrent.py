"""LSTM, GRU, RNN: one layer of ONNX is one of ours, where it starts from zeros or from given states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..value import Factor, Stored, Value, View, axis
from .step import Step

_USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


def recurrent(step: Step) -> list[Value] | None:
    """Steps first or batch first; the outputs at all steps, or those at the end."""
    site, word = step.site, step.site.op
    directions = site.shape(1)[0]
    units = site.shape(2)[-1]
    if site.text("direction", "forward") == "reverse" or site.attr("clip") is not None or step.used(2):
        return None
    options = _options(step, directions)
    if options is None or site.given(7):
        return None
    last = not step.used(0)
    if not last and step.used(1):
        return None
    if not all(_is_zero(step, index) for index in (5, 6)):
        return None
    op = step.op(word, units, bidirectional=directions == 2, last=last, **options)
    view = step.view()
    time, batch = (1, 0) if site.integer("layout") else (0, 1)
    if view.axes[batch] not in ((step.lifter.batch,), ()) or step.lifter.batch in view.axes[time]:
        return None
    source = step.lifter.arranged(view, (batch, time, 2), [batch] if not view.axes[batch] else [])
    node = step.lifter.emit(op, (source,), _stored(step, op))
    held: Any = view.axes[batch]
    return _outputs(step, node, last, time, held, directions, units)


def _is_zero(step: Step, index: int) -> bool:
    """Whether a state is left out, or zeros."""
    value = step.site.at(index)
    return value is None or (value.items is not None and not any(value.items))


def _options(step: Step, directions: int) -> dict[str, Any] | None:
    """Options of the layer; None for gates of other functions."""
    site = step.site
    found: dict[str, Any] = {}
    names = site.attributes.get("activations")
    if names and [name.lower() for name in names] != [one.lower() for one in _USUAL[site.op]] * directions:
        if site.op != "RNN" or {name.lower() for name in names} != {"relu"}:
            return None
        found["activation"] = "relu"
    if site.op == "LSTM" and site.integer("input_forget"):
        return None
    if site.given(3):
        found["biases"] = 2
    else:
        found["nobias"] = True
    if site.op == "GRU" and site.integer("linear_before_reset") and not site.given(3):
        found["after"] = True
    if site.op == "GRU" and not site.integer("linear_before_reset") and site.given(3):
        # two biases mean that the reset comes after the product
        return None
    return found


def _stored(step: Step, op: Any) -> dict[str, Stored]:
    """The tensors of ONNX hold all directions, and both biases; each of our weights is a part of one."""
    tensors = {"weight_ih": step.weight(1), "weight_hh": step.weight(2)}
    if step.site.given(3):
        bias = step.weight(3)
        tensors |= {"bias_ih": bias, "bias_hh": bias}
    found = {}
    for key in op.weights((2, step.site.shape(1)[-1])):
        kind = next(name for name in tensors if key.startswith(name))
        found[key] = tensors[kind]._replace(name=f"{tensors[kind].name}#{key}")
    return found


def _outputs(
    step: Step, node: int, last: bool, time: int, batch: tuple[Factor, ...], directions: int, units: int
) -> list[Value]:
    """Both outputs as views: the directions are the slower factor of the channels."""
    both, each = axis(directions), axis(units)
    channels = (*both, *each)
    steps = axis(step.site.shape()[time])
    first = step.site.integer("layout")
    if last:
        axes: Sequence[Any] = (batch, both, each) if first else (both, batch, each)
        view = View(node, (channels,), tuple(axes))
        return [step.outputs[0], *(value._replace(view=view) for value in step.outputs[1:2]), *step.outputs[2:]]
    axes = (batch, steps, both, each) if first else (steps, both, batch, each)
    view = View(node, (steps, channels), tuple(axes))
    return [step.outputs[0]._replace(view=view), *step.outputs[1:]]


LIFTS = {"LSTM": recurrent, "GRU": recurrent, "RNN": recurrent}
