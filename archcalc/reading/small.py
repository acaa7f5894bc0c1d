"""Arithmetic on the numbers of small tensors: shapes that a model computes, such as those of its reshapes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import product
from math import ceil, floor, prod, sqrt
from typing import Any

from ..shape import Shape
from ..symbolic import Symbolic, quotient, remainder
from .rules.moves import slices
from .rules.reduce import reduced_axes
from .site import Site, Unknown
from .tensor import BOOL, INTEGERS, MOST, REALS
from .value import Value

FEW = 16
"""Real numbers that are folded at most: more of them are weights."""


MOST_VALUE = 2**63
"""Whole numbers of ONNX have 64 bits; what would be larger has gone round, or wants to fill the memory."""


def fold(site: Site, outputs: list[Value]) -> list[Value]:
    """The outputs with their numbers, where they can be told."""
    function = FOLDS.get(site.op)
    if function is None or site.call.domain or any(value is not None and value.items is None for value in site.inputs):
        return outputs
    computed = site.op in MOVING and not any(_is_stored(value) for value in site.inputs[:1])
    if not all(_small(value, computed) for value in outputs[:1]) or any(value.items is not None for value in outputs):
        return outputs
    try:
        found = function(site, outputs)
    except (Unknown, ZeroDivisionError, OverflowError, ValueError):
        return outputs
    if site.op == "Split":
        return [value._replace(items=tuple(items)) for value, items in zip(outputs, found, strict=True)]
    items = tuple(found)
    if len(items) != outputs[0].size or any(isinstance(item, int) and abs(item) >= MOST_VALUE for item in items):
        return outputs
    return [outputs[0]._replace(items=items), *outputs[1:]]


MOVING = {"Slice", "Expand", "Concat", "Gather", "Split", "Transpose", "Reshape", "Tile", "Squeeze", "Unsqueeze"}
"""Operators that only move numbers: those that the model made itself stay known, however many."""


def _is_stored(value: Value | None) -> bool:
    return value is not None and value.view is not None and value.view.stored is not None


def _small(value: Value, computed: bool) -> bool:
    size = value.size if value.shape is not None else MOST + 1
    if isinstance(size, Symbolic):
        return False
    return size <= (MOST if computed or value.dtype in INTEGERS or value.dtype == BOOL else FEW)


def _strides(shape: Shape) -> list[int]:
    return [prod(shape[axis + 1 :]) for axis in range(len(shape))]


def _stretched(value: Value, shape: Shape) -> Iterator[Any]:
    """The numbers of a value broadcast to a shape."""
    assert value.items is not None and value.shape is not None
    if value.shape == shape:
        return iter(value.items)
    if len(value.items) == 1:
        return iter(value.items * prod(shape))
    own = (1,) * (len(shape) - len(value.shape)) + tuple(value.shape)
    steps = [0 if size == 1 else step for size, step in zip(own, _strides(own), strict=True)]
    places = product(*map(range, shape))
    return (value.items[sum(map(operator.mul, place, steps))] for place in places)


def _pairs(function: Callable[..., Any]) -> Callable[[Site, list[Value]], list[Any]]:
    def folded(site: Site, outputs: list[Value]) -> list[Any]:
        shape = outputs[0].shape or ()
        sides = [_stretched(value, shape) for value in site.inputs if value is not None]
        return [reduce(function, numbers) for numbers in zip(*sides, strict=True)]

    return folded


def _each(function: Callable[[Any], Any]) -> Callable[[Site, list[Value]], list[Any]]:
    return lambda site, outputs: [function(number) for number in site.need(0).items or ()]


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    if isinstance(a, int) and isinstance(b, int):
        whole = abs(a) // abs(b)  # towards zero
        return whole if (a < 0) == (b < 0) else -whole
    return quotient(a, b)


def _plain(number: Any) -> Any:
    """Only plain numbers have an order that is certain."""
    if isinstance(number, Symbolic):
        raise Unknown
    return number


def _order(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: function(_plain(a), _plain(b))


def _power(a: Any, b: Any) -> Any:
    if abs(_plain(b)) > 64 or abs(_plain(a)) > 2**64:
        raise Unknown
    return a**b


def _cast(site: Site, outputs: list[Value]) -> list[Any]:
    dtype, items = outputs[0].dtype, site.need(0).items or ()
    if dtype == BOOL:
        return [bool(item) for item in items]
    if dtype in REALS:
        return [item if isinstance(item, Symbolic) else float(item) for item in items]
    if dtype in INTEGERS:
        return [item if isinstance(item, Symbolic) else int(item) for item in items]
    raise Unknown


def _same(site: Site, outputs: list[Value]) -> Sequence[Any]:
    return site.need(0).items or ()


def _gather(site: Site, outputs: list[Value]) -> list[Any]:
    x, items = site.shape(), site.items(0) or ()
    axis = site.axis(site.integer("axis"), len(x))
    inner, size = prod(x[axis + 1 :]), x[axis]
    found: list[Any] = []
    for outer in range(prod(x[:axis])):
        for index in site.items(1) or ():
            if not -size <= _plain(index) < size:
                raise site.wrong(f"there is no position {index} of {size}")
            start = (outer * size + index % size) * inner
            found += items[start : start + inner]
    return found


def _picked(x: Shape, items: Sequence[Any], places: Sequence[Sequence[int]]) -> list[Any]:
    """The numbers at chosen positions of every axis."""
    steps = _strides(x)
    return [items[sum(map(operator.mul, place, steps))] for place in product(*places)]


def _slice(site: Site, outputs: list[Value]) -> list[Any]:
    x = site.shape()
    places: list[Sequence[int]] = [range(size) for size in x]
    for axis, start, count, step in slices(site):
        places[axis] = range(start, start + count * step, step) if count else ()
    return _picked(x, site.items(0) or (), places)


def _transpose(site: Site, outputs: list[Value]) -> list[Any]:
    x, items = site.shape(), site.items(0) or ()
    perm = site.integers("perm", tuple(reversed(range(len(x))))) or ()
    steps = _strides(x)
    order = [steps[axis] for axis in perm]
    return [items[sum(map(operator.mul, place, order))] for place in product(*(range(x[axis]) for axis in perm))]


def _concat(site: Site, outputs: list[Value]) -> list[Any]:
    first = site.shape()
    axis = site.axis(site.integer("axis", 1), len(first))
    found: list[Any] = []
    for outer in range(prod(first[:axis])):
        for value in site.inputs:
            if value is not None and value.items is not None and value.shape is not None:
                step = prod(value.shape[axis:])
                found += value.items[outer * step : (outer + 1) * step]
    return found


def _split(site: Site, outputs: list[Value]) -> list[list[Any]]:
    x, items = site.shape(), site.items(0) or ()
    axis, start, found = site.axis(site.integer("axis"), len(x)), 0, []
    for value in outputs:
        count = (value.shape or ())[axis]
        places = [range(size) for size in x]
        places[axis] = range(start, start + count)
        found.append(_picked(x, items, places))
        start += count
    return found


def _expand(site: Site, outputs: list[Value]) -> list[Any]:
    return list(_stretched(site.need(0), outputs[0].shape or ()))


def _tile(site: Site, outputs: list[Value]) -> list[Any]:
    x = site.shape()
    places = [[place % size for place in range(wide)] for size, wide in zip(x, outputs[0].shape or (), strict=True)]
    return _picked(x, site.items(0) or (), places)


def _where(site: Site, outputs: list[Value]) -> list[Any]:
    shape = outputs[0].shape or ()
    chosen, left, right = (_stretched(site.need(index), shape) for index in range(3))
    return [a if _plain(one) else b for one, a, b in zip(chosen, left, right, strict=True)]


def _reduced(function: Callable[[Sequence[Any]], Any]) -> Callable[[Site, list[Value]], list[Any]]:
    def folded(site: Site, outputs: list[Value]) -> list[Any]:
        x, items, axes = site.shape(), site.items(0) or (), reduced_axes(site)
        kept = [range(1) if axis in axes else range(size) for axis, size in enumerate(x)]
        gone = [range(size) if axis in axes else range(1) for axis, size in enumerate(x)]
        steps = _strides(x)
        inner = [sum(map(operator.mul, place, steps)) for place in product(*gone)]
        outer = [sum(map(operator.mul, place, steps)) for place in product(*kept)]
        return [function([items[start + step] for step in inner]) for start in outer]

    return folded


def _non_zero(site: Site, outputs: list[Value]) -> list[Any]:
    places = [
        place for place, item in zip(product(*map(range, site.shape())), site.items(0) or (), strict=True) if item
    ]
    return [place[axis] for axis in range(len(site.shape())) for place in places]


def _mod(a: Any, b: Any) -> Any:
    return remainder(a, b)


FOLDS: dict[str, Callable[[Site, list[Value]], Any]] = {
    "Add": _pairs(operator.add), "Sub": _pairs(operator.sub), "Mul": _pairs(operator.mul), "Div": _pairs(_divide),
    "Mod": _pairs(_mod), "Pow": _pairs(_power), "Sum": _pairs(operator.add), "Min": _pairs(_order(min)),
    "Max": _pairs(_order(max)), "Equal": _pairs(operator.eq), "Greater": _pairs(_order(operator.gt)),
    "Less": _pairs(_order(operator.lt)), "GreaterOrEqual": _pairs(_order(operator.ge)),
    "LessOrEqual": _pairs(_order(operator.le)), "And": _pairs(lambda a, b: bool(a and b)),
    "Or": _pairs(lambda a, b: bool(a or b)), "Xor": _pairs(lambda a, b: bool(a) != bool(b)),
    "Not": _each(operator.not_), "Neg": _each(operator.neg), "Abs": _each(lambda a: abs(_plain(a))),
    "Floor": _each(lambda a: a if isinstance(a, Symbolic) else float(floor(a))),
    "Ceil": _each(lambda a: a if isinstance(a, Symbolic) else float(ceil(a))),
    "Round": _each(lambda a: a if isinstance(a, Symbolic) else float(round(a))),
    "Sqrt": _each(lambda a: sqrt(_plain(a))), "Reciprocal": _each(lambda a: 1 / _plain(a)),
    "Sign": _each(lambda a: (_plain(a) > 0) - (a < 0)), "Cast": _cast, "CastLike": _cast,
    **dict.fromkeys(("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"), _same), "Gather": _gather,
    "Slice": _slice, "Transpose": _transpose, "Concat": _concat, "Split": _split, "Expand": _expand, "Tile": _tile,
    "Where": _where, "NonZero": _non_zero, "ReduceProd": _reduced(prod), "ReduceSum": _reduced(sum),
    "ReduceMax": _reduced(lambda items: max(map(_plain, items))),
    "ReduceMin": _reduced(lambda items: min(map(_plain, items))),
}  # fmt: skip
