"""Operators that only change the axes of a value: nothing is computed, nothing moves until somebody needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...shape import Shape
from ..site import Unknown
from ..tensor import REALS
from ..value import Stored, Value, View, axis, reshaped, stored_view, transposed
from .step import Step


def moves(function: Callable[[Step], Sequence[Value] | None]) -> Callable[[Step], Sequence[Value] | None]:
    """Marks what applies to stored tensors as well."""
    function.moves = True  # type: ignore[attr-defined]  # an attribute of ours
    return function


def _viewed(step: Step, view: View) -> list[Value]:
    return [step.outputs[0]._replace(view=view), *step.outputs[1:]]


def _source(step: Step) -> View:
    view = step.site.need(0).view
    if view is None:
        raise Unknown
    return view


@moves
def alias(step: Step) -> list[Value]:
    return _viewed(step, _source(step))


@moves
def cast(step: Step) -> list[Value] | None:
    """Real numbers of another precision are the same volume; a cast to whole numbers is not."""
    value = step.site.need(0)
    if value.view is None or (step.outputs[0].dtype in REALS) != (value.dtype in REALS):
        return None if value.view is None or value.view.stored is None else _viewed(step, value.view)
    return _viewed(step, value.view)


@moves
def stored_only(step: Step) -> list[Value] | None:
    """Quantised weights are weights."""
    view = _source(step)
    if view.stored is None:
        return None
    scaled = view.stored._replace(trained=view.stored.trained or len(view.axes) > 1)
    return _viewed(step, view._replace(stored=scaled))


@moves
def transpose(step: Step) -> list[Value]:
    view = _source(step)
    perm = step.site.integers("perm", tuple(reversed(range(len(view.axes))))) or ()
    return _viewed(step, transposed(view, perm))


@moves
def reshape(step: Step) -> list[Value] | None:
    return _viewed(step, to_shape(step, _source(step), step.shape))


def to_shape(step: Step, view: View, shape: Shape) -> View:
    """The same numbers under other axes; where factors don't fit everything is put into one axis first."""
    found = reshaped(view, shape, step.lifter.batch)
    if found is not None:
        return found
    if view.stored is not None:
        raise Unknown
    rank = len(view.axes)
    flat = view._replace(axes=(tuple(f for item in view.axes for f in item if f is not step.lifter.batch),))
    lone = step.lifter.batch_axes(view) in ((0,), ())
    size = step.lifter.batch.size
    if not lone or not rank:
        raise Unknown
    node = step.lifter.arranged(flat, (0,))
    total = step.lifter.nodes[node].shape[0]
    if step.lifter.batch_axes(view) and shape[0] % size:
        raise Unknown
    line = axis(total)
    batch = (step.lifter.batch,) if step.lifter.batch_axes(view) else ()
    whole = View(node, (line,), ((*batch, *line),))
    found = reshaped(whole, shape, step.lifter.batch)
    if found is None:
        raise Unknown
    return found


@moves
def squeeze(step: Step) -> list[Value]:
    view, x = _source(step), step.site.shape()
    axes = step.site.either("axes", 1)
    gone = step.site.axes(axes, len(x)) if axes is not None else tuple(i for i, size in enumerate(x) if size == 1)
    kept = tuple(item for index, item in enumerate(view.axes) if index not in gone)
    return _viewed(step, view._replace(axes=kept))


@moves
def unsqueeze(step: Step) -> list[Value]:
    view = _source(step)
    axes = step.site.either("axes", 1) or ()
    rank = len(view.axes) + len(axes)
    added, items = step.site.axes(axes, rank), iter(view.axes)
    return _viewed(step, view._replace(axes=tuple(() if i in added else next(items) for i in range(rank))))


@moves
def expand(step: Step) -> list[Value] | None:
    """An Expand that repeats nothing."""
    view, x = _source(step), step.site.shape()
    if x != step.shape:
        return None
    return _viewed(step, view)


@moves
def depth_to_space(step: Step) -> list[Value]:
    batch, channels, *sizes = step.site.shape()
    block, rank = step.site.integer("blocksize"), len(sizes)
    blocks, deep = (block,) * rank, channels // block**rank
    if step.site.text("mode", "DCR") == "DCR":
        apart: tuple[int, ...] = (batch, *blocks, deep, *sizes)
        start, depth = 1, rank + 1
    else:
        apart = (batch, deep, *blocks, *sizes)
        start, depth = 2, 1
    perm = [0, depth]
    for index in range(rank):
        perm += [rank + 2 + index, start + index]
    view = transposed(to_shape(step, _source(step), apart), perm)
    return _viewed(step, to_shape(step, view, step.shape))


@moves
def space_to_depth(step: Step) -> list[Value]:
    batch, channels, *sizes = step.site.shape()
    block, rank = step.site.integer("blocksize"), len(sizes)
    apart = [batch, channels]
    for size in sizes:
        apart += [size // block, block]
    perm = [0, *(3 + 2 * i for i in range(rank)), 1, *(2 + 2 * i for i in range(rank))]
    view = transposed(to_shape(step, _source(step), tuple(apart)), perm)
    return _viewed(step, to_shape(step, view, step.shape))


@moves
def constant(step: Step) -> list[Value]:
    """A stored tensor, as initializers are."""
    return _viewed(step, _constant(step))


def _constant(step: Step) -> View:
    value = step.outputs[0]
    if value.shape is None or value.kind != "tensor":
        raise Unknown
    trained = value.dtype in REALS and not (isinstance(value.size, int) and value.size == 1)
    return stored_view(Stored(step.scope.prefix + step.site.call.outputs[0], value.shape, trained))


@moves
def filled(step: Step) -> list[Value] | None:
    """A tensor of one number: it stands for weights where its shape is stored too."""
    shape = step.site.need(0)
    stored = shape.view is not None and shape.view.stored is not None
    return _viewed(step, _constant(step)) if stored else None


LIFTS = {
    "Constant": constant, "ConstantOfShape": filled, "Identity": alias, "Transpose": transpose, "Reshape": reshape,
    "Flatten": reshape, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Cast": cast, "CastLike": cast, "Expand": expand,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth, "QuantizeLinear": stored_only,
    "DequantizeLinear": stored_only,
}  # fmt: skip
