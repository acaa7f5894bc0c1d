"""Operators of com.microsoft that are several layers of ours, or one with another name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..site import Unknown
from ..value import Stored, Value
from . import dense, norms
from .elementwise import each
from .step import Step
from .windows import conv_layer

_ACTIVATIONS = {"Relu": "RELU", "Sigmoid": "SIGMOID", "Tanh": "TANH", "HardSwish": "HSWISH"}


def _activation(step: Step) -> Any:
    """The layer that a fused operator ends in; None for none."""
    name = step.site.text("activation")
    if not name:
        return None
    if name == "LeakyRelu":
        values = step.site.attr("activation_params", [0.01])
        return step.op("LRELU", slope=float(f"{(values or [0.01])[0]:.7g}"))
    if name == "Clip":
        values = step.site.attr("activation_params", [])
        if list(values) == [0.0, 6.0]:
            return step.op("RELU6")
        return step.op("CLIP", least=values[0], most=values[1])
    if name not in _ACTIVATIONS:
        raise Unknown
    return step.op(_ACTIVATIONS[name])


def _then(step: Step, found: list[Value] | None, op: Any) -> list[Value] | None:
    """A layer behind another."""
    if found is None or op is None:
        return found
    view = found[0].view
    assert view is not None
    return [found[0]._replace(view=view._replace(node=step.lifter.emit(op, (view.node,))))]


def fused_conv(step: Step) -> list[Value] | None:
    if step.site.given(3):  # a volume that is added before the activation
        return None
    bias = step.weight(2) if step.site.given(2) else None
    made = step.sliding(*conv_layer(step, step.weight(1), bias, step.site.shape(1)))
    return _then(step, made, _activation(step))


def fused_gemm(step: Step) -> list[Value] | None:
    return _then(step, dense.gemm(step), _activation(step))


def bias_gelu(step: Step) -> list[Value] | None:
    """A sum with a stored vector, and GELU."""
    step.weight(1)
    from .merges import merged, padded  # noqa: PLC0415 - few models have it

    view = merged(step, step.op("ADD"), padded(step))
    return step.only(view._replace(node=step.lifter.emit(step.op("GELU"), (view.node,))))


def fast_gelu(step: Step) -> list[Value] | None:
    return None if step.site.given(1) else each(step, step.op("GELU", approximate="tanh"))


def gelu(step: Step) -> list[Value]:
    return each(step, step.op("GELU"))


def simplified(step: Step) -> list[Value] | None:
    return norms.rms_norm(step)


def skip_norm(step: Step) -> list[Value] | None:
    """ADD, with a bias as well, and LN or RMSNORM."""
    rms = "Simplified" in step.site.op
    lifter, rank, bias = step.lifter, len(step.shape), 3 if rms else 4
    if step.used(1) or step.used(2):
        return None
    view = step.view(0)
    order = range(rank)
    drop = [0] if not view.axes[0] else []
    nodes = [lifter.arranged(step.view(index), order, drop) for index in (0, 1)]
    if step.site.given(bias):
        step.weight(bias)
        nodes.append(lifter.arranged(step.view(bias), [0]))
    total = lifter.emit(step.op("ADD"), nodes)
    stored: dict[str, Stored] = {"weight": step.weight(2)}
    eps = float(f"{step.site.real('epsilon', 1e-12):.7g}")
    if not rms and step.site.given(3):
        stored["bias"] = step.weight(3)
    op = step.op("RMSNORM", eps=eps) if rms else step.op("LN", eps=eps, nobias="bias" not in stored)
    batch = lifter.batch_axes(view)
    normal = lifter.placed(lifter.emit(op, (total,), stored), step.shape, order, batch, drop)
    added = lifter.placed(total, step.shape, order, batch, drop)
    views = [normal, None, None, added]
    return [value._replace(view=one) for value, one in zip(step.outputs, views, strict=False)]


def packed_attention(step: Step) -> list[Value] | None:
    """A LINEAR to q, k and v, and ATTEND."""
    site, lifter = step.site, step.lifter
    if any(site.given(index) for index in (3, 4, 5, 6)) or site.integers("qkv_hidden_sizes") or step.used(1):
        return None
    stored: dict[str, Stored] = {"weight": step.weight(1, (1, 0))}
    if site.given(2):
        stored["bias"] = step.weight(2)
    view = step.view()
    drop = [0] if not view.axes[0] else []
    source = lifter.arranged(view, range(3), drop)
    qkv = lifter.emit(step.op("LINEAR", site.shape(1)[-1], nobias="bias" not in stored), (source,), stored)
    op = step.op("ATTEND", site.integer("num_heads"), causal=bool(site.integer("unidirectional")))
    return step.only(lifter.placed(lifter.emit(op, (qkv,)), step.shape, range(3), lifter.batch_axes(view), drop))


_LIFTS: dict[str, Callable[[Step], list[Value] | None]] = {
    "FusedConv": fused_conv, "FusedGemm": fused_gemm, "BiasGelu": bias_gelu, "FastGelu": fast_gelu, "Gelu": gelu,
    "SkipLayerNormalization": skip_norm, "SkipSimplifiedLayerNormalization": skip_norm,
    "Attention": packed_attention,
}  # fmt: skip
LIFTS: dict[Any, Any] = {
    **{("com.microsoft", name): lift for name, lift in _LIFTS.items()}, "SimplifiedLayerNormalization": simplified,
}  # fmt: skip
