"""BN, LN, GN, IN, RMSNORM, LRN, L2NORM, and means that are a GAP."""

from __future__ import annotations

from typing import Any

from ..rules.reduce import reduced_axes
from ..site import Unknown
from ..value import Stored, Value
from .spelled import layer_norm as layer_norm_spelled
from .step import Step

_KEYS = ("weight", "bias", "running_mean", "running_var")


def _eps(step: Step, default: float = 1e-5) -> float:
    return float(f"{step.site.real('epsilon', default):.7g}")


def batch_norm(step: Step) -> list[Value]:
    stored = {key: step.weight(index) for index, key in enumerate(_KEYS, 1)}
    if any(tensor.shape != step.shape[1:2] for tensor in stored.values()):
        raise Unknown
    return step.sliding(step.op("BN", eps=_eps(step)), stored)


def layer_norm(step: Step) -> list[Value] | None:
    axis = step.site.axis(step.site.integer("axis", -1), len(step.shape))
    if axis != len(step.shape) - 1:
        return None
    return normed(step, _eps(step), 1, 2)


def normed(step: Step, eps: float, scale: int, shift: int) -> list[Value]:
    """An LN with the weights at these inputs."""
    stored: dict[str, Stored] = {"weight": step.weight(scale)}
    if step.site.given(shift):
        stored["bias"] = step.weight(shift)
    op = step.op("LN", eps=eps, nobias="bias" not in stored)
    return step.only(step.layer(op, range(len(step.shape)), stored))


def group_norm(step: Step) -> list[Value] | None:
    stored = {"weight": step.weight(1), "bias": step.weight(2)}
    if stored["weight"].shape != step.shape[1:2]:
        return None
    return step.sliding(step.op("GN", step.site.integer("num_groups", 1), eps=_eps(step)), stored)


def instance_norm(step: Step) -> list[Value]:
    return step.sliding(step.op("IN", eps=_eps(step)), {"weight": step.weight(1), "bias": step.weight(2)})


def rms_norm(step: Step) -> list[Value] | None:
    if step.site.axis(step.site.integer("axis", -1), len(step.shape)) != len(step.shape) - 1:
        return None
    op = step.op("RMSNORM", eps=_eps(step))
    return step.only(step.layer(op, range(len(step.shape)), {"weight": step.weight(1)}))


def lrn(step: Step) -> list[Value]:
    named: dict[str, Any] = {"alpha": ("alpha", 1e-4), "beta": ("beta", 0.75), "bias": ("bias", 1.0)}
    more = {key: float(f"{step.site.real(*given):.7g}") for key, given in named.items()}
    return step.sliding(step.op("LRN", step.site.integer("size"), **more))


def lp_norm(step: Step) -> list[Value] | None:
    rank = len(step.shape)
    axis = step.site.axis(step.site.integer("axis", -1), rank)
    view = step.view()
    if step.site.integer("p", 2) != 2 or view.axes[axis] == (step.lifter.batch,):
        return None
    kept = [index for index in range(rank) if view.axes[index] != (step.lifter.batch,)]
    op = step.op("L2NORM", axis=kept.index(axis) - len(kept), eps=0.0)
    return step.only(step.layer(op, range(rank)))


def reduce_mean(step: Step) -> list[Value] | None:
    """A mean over all positions is a GAP, wherever the channels stand."""
    view, axes = step.view(), reduced_axes(step.site)
    rank = len(view.axes)
    if axes == (rank - 1,) and step.site.op == "ReduceMean" and (found := layer_norm_spelled(step)) is not None:
        return found
    rest = [index for index in range(rank) if index not in axes and view.axes[index] != (step.lifter.batch,)]
    if len(rest) != 1 or any(step.lifter.batch in view.axes[axis] for axis in axes) or not axes or view.stored:
        return None
    order = [*(i for i in range(rank) if i != rest[0]), rest[0]]
    if step.lifter.natural(view)[-1] != rest[0]:
        return None  # it is the channels that are averaged
    node = step.lifter.emit(step.op("GAP" if step.site.op == "ReduceMean" else "GMP"),
                            (step.lifter.arranged(view, order),))  # fmt: skip
    kept = tuple(1 if index in axes else size for index, size in enumerate(step.site.shape()))
    made = step.lifter.placed(node, kept, order, step.lifter.batch_axes(view))
    if not step.site.integer("keepdims", 1):
        made = made._replace(axes=tuple(item for index, item in enumerate(made.axes) if index not in axes))
    return step.only(made)


LIFTS = {
    "BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "GroupNormalization": group_norm,
    "InstanceNormalization": instance_norm, "RMSNormalization": rms_norm, "LRN": lrn, "LpNormalization": lp_norm,
    "ReduceMean": reduce_mean, "ReduceMax": reduce_mean,
}  # fmt: skip
