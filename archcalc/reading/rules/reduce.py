"""Operators that reduce axes."""

from __future__ import annotations

from ..site import Site, Unknown
from ..tensor import INT64
from ..value import Value

REDUCE = [
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
]


def reduced_axes(site: Site) -> tuple[int, ...]:
    """The axes that a reduction takes together."""
    rank = len(site.shape())
    axes = site.either("axes", 1)
    if not axes:
        return () if site.integer("noop_with_empty_axes") else tuple(range(rank))
    return site.axes(axes, rank)


def reduce(site: Site) -> list[Value]:
    x, kept = site.shape(), site.integer("keepdims", 1)
    try:
        axes = reduced_axes(site)
    except Unknown:
        if not kept:
            raise
        return [Value(site.dtype(), tuple(site.fresh("") for _ in x))]
    sizes = (1 if axis in axes else size for axis, size in enumerate(x) if kept or axis not in axes)
    return [Value(site.dtype(), tuple(sizes))]


def arg(site: Site) -> list[Value]:
    x = site.shape()
    axis = site.axis(site.integer("axis"), len(x))
    kept = (1,) if site.integer("keepdims", 1) else ()
    return [Value(INT64, (*x[:axis], *kept, *x[axis + 1 :]))]


def top_k(site: Site) -> list[Value]:
    x = site.shape()
    axis = site.axis(site.integer("axis", -1), len(x))
    if site.version < 10:
        count = site.integer("k", 1)
    else:
        items = site.items(1)
        count = items[0] if items else site.fresh("k")
    shape = (*x[:axis], count, *x[axis + 1 :])
    return [Value(site.dtype(), shape), Value(INT64, shape)]


def loss(site: Site) -> list[Value]:
    scores, labels = site.shape(0), site.shape(1)
    mean = site.text("reduction", "mean") != "none"
    return [Value(site.dtype(), () if mean else labels), Value(site.dtype(), scores)]


RULES = {
    **dict.fromkeys(REDUCE, reduce), "ArgMax": arg, "ArgMin": arg, "TopK": top_k,
    "SoftmaxCrossEntropyLoss": loss, "NegativeLogLikelihoodLoss": loss,
}  # fmt: skip
