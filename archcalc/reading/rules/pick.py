"""Operators that pick numbers by their place."""

from __future__ import annotations

from ..site import Site, Unknown
from ..tensor import INT64
from ..value import Value


def gather(site: Site) -> list[Value]:
    x, indices = site.shape(), site.shape(1)
    axis = site.axis(site.integer("axis"), len(x))
    return [Value(site.dtype(), (*x[:axis], *indices, *x[axis + 1 :]))]


def gather_elements(site: Site) -> list[Value]:
    return [Value(site.dtype(), site.shape(1))]


def gather_nd(site: Site) -> list[Value]:
    x, indices, batch = site.shape(), site.shape(1), site.integer("batch_dims")
    depth = indices[-1] if indices else None
    if not isinstance(depth, int):
        raise Unknown
    return [Value(site.dtype(), (*indices[:-1], *x[batch + depth :]))]


def scatter(site: Site) -> list[Value]:
    return [Value(site.dtype(), site.shape())]


def compress(site: Site) -> list[Value]:
    x, axis = site.shape(), site.attr("axis")
    chosen = site.items(1)
    count = site.fresh("kept") if chosen is None else sum(1 for one in chosen if one)
    if axis is None:
        return [Value(site.dtype(), (count,))]
    axis = site.axis(axis, len(x))
    return [Value(site.dtype(), (*x[:axis], count, *x[axis + 1 :]))]


def non_zero(site: Site) -> list[Value]:
    items = site.items(0)
    count = site.fresh("nonzero") if items is None else sum(1 for one in items if one)
    return [Value(INT64, (len(site.shape()), count))]


def one_hot(site: Site) -> list[Value]:
    indices, depth = site.shape(), site.items(1)
    axis = site.integer("axis", -1)
    place = site.axis(axis, len(indices) + 1)
    size = site.fresh("depth") if depth is None else int(depth[0])
    return [Value(site.dtype(2), (*indices[:place], size, *indices[place:]))]


def unique(site: Site) -> list[Value]:
    x, axis, count = site.shape(), site.attr("axis"), site.fresh("unique")
    shape = (count,)
    if axis is not None:
        axis = site.axis(axis, len(x))
        shape = (*x[:axis], count, *x[axis + 1 :])
    each = Value(INT64, (count,))
    whole = Value(INT64, (site.need(0).size if axis is None else x[axis],))
    return [Value(site.dtype(), shape), each, whole, each]


def suppressed(site: Site) -> list[Value]:
    return [Value(INT64, (site.fresh("selected"), 3))]


RULES = {
    "Gather": gather, "GatherElements": gather_elements, "GatherND": gather_nd, "Compress": compress,
    **dict.fromkeys(("Scatter", "ScatterElements", "ScatterND", "TensorScatter"), scatter), "NonZero": non_zero,
    "OneHot": one_hot, "Unique": unique, "NonMaxSuppression": suppressed,
}  # fmt: skip
