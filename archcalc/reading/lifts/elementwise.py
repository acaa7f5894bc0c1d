"""Activations, DROP, SCALE; SILU, HSWISH and GELU where models spell them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose, sqrt
from typing import Any

from ..proto import Call
from ..site import Unknown
from ..value import Value, View
from .step import Step


def each(step: Step, op: Any) -> list[Value]:
    """A function of each number: the volume keeps its order of axes, whatever that is."""
    return step.only(on_view(step, op))


def on_view(step: Step, op: Any, index: int = 0) -> View:
    view = step.view(index)
    if view.stored is not None:
        node = step.lifter.arranged(view, range(len(view.axes)))
        view = View(node, step.lifter.target(view, range(len(view.axes))), view.axes)
    return view._replace(node=step.lifter.emit(op, (view.node,)))


def plain(word: str) -> Callable[[Step], list[Value]]:
    return lambda step: each(step, step.op(word))


def sigmoid(step: Step) -> list[Value]:
    return _gate(step, "SILU") or each(step, step.op("SIGMOID"))


def hard_sigmoid(step: Step) -> list[Value] | None:
    if not isclose(step.site.real("alpha", 0.2), 1 / 6, rel_tol=1e-4) or step.site.real("beta", 0.5) != 0.5:
        return None
    return _gate(step, "HSWISH") or each(step, step.op("HSIGMOID"))


def _gate(step: Step, word: str) -> list[Value] | None:
    """x times a function of x, where nobody else reads the function."""
    call, source, gate = step.next(), step.site.call.inputs[0], step.site.call.outputs[0]
    if call is None or call.op != "Mul" or call.domain or sorted(call.inputs) != sorted((source, gate)):
        return None
    made = each(step, step.op(word))
    step.absorb(call, made[0])
    return made


def clip(step: Step) -> list[Value] | None:
    if step.site.version < 11:
        least, most = step.site.attr("min"), step.site.attr("max")
    else:
        least, most = (step.number(1), step.number(2))
        if (step.site.given(1) and least is None) or (step.site.given(2) and most is None):
            return None
    least, most = _finite(least), _finite(most)
    if least is None and most is None:
        return [step.outputs[0]._replace(view=step.view())]
    if (least, most) == (0.0, 6.0):
        return each(step, step.op("RELU6"))
    return each(step, step.op("CLIP", least=least, most=most))


def _finite(limit: Any) -> float | None:
    """No limit at all where it is as far as floats go."""
    return None if limit is None or abs(limit) >= 3.4e38 else float(limit)


def leaky(step: Step) -> list[Value]:
    return each(step, step.op("LRELU", slope=_short(step.site.real("alpha", 0.01))))


def elu(step: Step) -> list[Value]:
    return each(step, step.op("ELU", alpha=_short(step.site.real("alpha", 1.0))))


def _short(number: float) -> float:
    """A float of 32 bits as it was written."""
    return float(f"{number:.7g}")


def gelu(step: Step) -> list[Value]:
    return each(step, step.op("GELU", approximate=step.site.text("approximate", "none")))


def swish(step: Step) -> list[Value] | None:
    return each(step, step.op("SILU")) if step.site.real("alpha", 1.0) == 1.0 else None


def prelu(step: Step) -> list[Value] | None:
    slope, view = step.weight(1), step.view()
    channels = len(view.axes) > 1 and slope.shape[:1] == step.shape[1:2] and all(n == 1 for n in slope.shape[1:])
    if all(size == 1 for size in slope.shape):
        return step.only(_with(step, step.op("PRELU"), {"weight": slope}))
    if not channels:
        return None
    return step.sliding(step.op("PRELU", channelwise=True), {"weight": slope})


def _with(step: Step, op: Any, stored: dict[str, Any]) -> View:
    view = step.view()
    if view.stored is not None:
        raise Unknown
    return view._replace(node=step.lifter.emit(op, (view.node,), stored))


def softmax(step: Step) -> list[Value] | None:
    """Along one axis; before opset 13 all axes from there on together."""
    view, rank = step.view(), len(step.shape)
    axis = step.site.axis(step.site.integer("axis", -1 if step.site.version >= 13 else 1), rank)
    if step.site.version < 13:
        together = [i for i in range(axis, rank) if view.axes[i]]
        if len(together) > 1:
            return None
        axis = together[0] if together else rank - 1
    order = None if view.stored is not None else step.lifter.order(view)
    if order is None or axis not in order:
        order = list(range(rank))
        if view.axes[axis] == (step.lifter.batch,):
            return None
        return step.only(step.layer(step.op("SOFTMAX", axis=_place(step, view, order, axis)), order))
    place = order.index(axis) - len(order)
    return each(step, step.op("SOFTMAX", axis=place))


def _place(step: Step, view: View, order: Sequence[int], axis: int) -> int:
    """The axis as the volume counts it, from the end."""
    kept = [index for index in order if view.axes[index] != (step.lifter.batch,)]
    return kept.index(axis) - len(kept)


def dropout(step: Step) -> list[Value]:
    """DROP with its rate; one that keeps or drops everything is the volume itself."""
    rate = step.site.real("ratio", 0.5) if step.site.version < 12 else step.number(1) if step.site.given(1) else 0.5
    if rate is None or not 0 < rate < 1 or step.used(1):
        return [step.outputs[0]._replace(view=step.view()), *step.outputs[1:]]
    return each(step, step.op("DROP", _short(rate)))


def div(step: Step) -> list[Value] | None:
    """x/sqrt(2) may begin a GELU; a division by a constant is a SCALE."""
    number = step.number(1)
    if number is None or number == 0 or not _scalar(step, 1):
        return None
    if isclose(number, sqrt(2), rel_tol=1e-4) and (found := _gelu(step)):
        return found
    return each(step, step.op("SCALE", 1 / number))


def _scalar(step: Step, index: int) -> bool:
    value = step.site.need(index)
    return value.size == 1 and len(value.shape or ()) <= len(step.site.shape(1 - index)) and step.has_volume(1 - index)


def scaled(step: Step) -> list[Value] | None:
    """A product with a constant number is a SCALE."""
    for index in (1, 0):
        number = step.number(index)
        if number is not None and _scalar(step, index):
            if index == 1 and isclose(number, sqrt(0.5), rel_tol=1e-4) and (found := _gelu(step)):
                return found
            return step.only(on_view(step, step.op("SCALE", _short(number)), 1 - index))
    return None


def _gelu(step: Step) -> list[Value] | None:
    """x * (1 + erf(x/sqrt(2))) * 0.5, from its first node on."""
    source = step.site.call.inputs[0]
    erf = step.next()
    add = step.reader_of(erf.outputs[0]) if erf is not None and erf.op == "Erf" else None
    mul = step.reader_of(add.outputs[0]) if add is not None and _adds_one(step, add, erf) else None
    if erf is None or add is None or mul is None or mul.op != "Mul" or set(mul.inputs) != {source, add.outputs[0]}:
        return None
    half = step.reader_of(mul.outputs[0])
    if half is None or half.op != "Mul" or not _constant(step, half, mul, 0.5):
        return None
    made = each(step, step.op("GELU"))
    for call in (erf, add, mul, half):
        step.absorb(call, made[0])
    return made


def _adds_one(step: Step, add: Call, erf: Call | None) -> bool:
    return erf is not None and add.op == "Add" and _constant(step, add, erf, 1.0)


def _constant(step: Step, call: Call, before: Call, wanted: float) -> bool:
    """Whether the other input of a node is this number."""
    others = [name for name in call.inputs if name != before.outputs[0]]
    value = step.value(others[0]) if len(others) == 1 else None
    return value is not None and value.items is not None and tuple(value.items) == (wanted,)


LIFTS = {
    **{name: plain(word) for name, word in {
        "Relu": "RELU", "HardSwish": "HSWISH", "Tanh": "TANH", "Softplus": "SOFTPLUS", "Mish": "MISH", "Exp": "EXP",
    }.items()},
    "Sigmoid": sigmoid, "HardSigmoid": hard_sigmoid, "Clip": clip, "LeakyRelu": leaky, "Elu": elu, "Gelu": gelu,
    "Swish": swish, "PRelu": prelu, "Softmax": softmax, "Dropout": dropout, "Div": div,
}  # fmt: skip
