"""Operators that move numbers or change their axes."""

from __future__ import annotations

from math import prod
from typing import Any

from ...shape import Shape, broadcast
from ...symbolic import quotient
from ..site import Site, Unknown
from ..value import Value


def transpose(site: Site) -> list[Value]:
    x = site.shape()
    perm = site.integers("perm", tuple(reversed(range(len(x)))))
    assert perm is not None
    if sorted(perm) != list(range(len(x))):
        raise site.wrong(f"perm={list(perm)} for {len(x)} axes")
    return [Value(site.dtype(), tuple(x[axis] for axis in perm))]


def reshape(site: Site) -> list[Value]:
    wanted = site.either("shape", 1)
    if wanted is None:
        raise site.wrong("there is no shape")
    x = site.need(0).shape
    return [Value(site.dtype(), resolve(site, x, wanted, bool(site.integer("allowzero"))))]


def resolve(site: Site, x: Shape | None, wanted: tuple[Any, ...], zeros: bool) -> Shape:
    """The shape that is asked for: 0 copies a size, -1 takes what is left."""
    sizes = []
    for index, size in enumerate(wanted):
        copied = isinstance(size, int) and size == 0 and not zeros
        if copied and (x is None or index >= len(x)):
            raise site.wrong(f"axis {index} has no size to copy")
        sizes.append(x[index] if copied and x is not None else size)
    opened = [index for index, size in enumerate(sizes) if isinstance(size, int) and size < 0]
    if any(sizes[index] != -1 for index in opened) or len(opened) > 1:
        raise site.wrong(f"the shape {list(wanted)} is none")
    if x is None:
        if opened:
            raise Unknown
        return tuple(sizes)
    total, given = prod(x), prod(size for size in sizes if not (isinstance(size, int) and size < 0))
    if opened:
        if isinstance(given, int) and given == 0:
            raise site.wrong(f"the shape {list(wanted)} leaves a size open")
        if total % given:
            raise site.wrong(f"{total} numbers for {list(wanted)}")
        sizes[opened[0]] = quotient(total, given)
    elif isinstance(total, int) and isinstance(given, int) and total != given:
        raise site.wrong(f"{total} numbers for {list(wanted)}")
    return tuple(sizes)


def flatten(site: Site) -> list[Value]:
    x = site.shape()
    axis = site.integer("axis", 1)
    if not -len(x) <= axis <= len(x):
        raise site.wrong(f"axis={axis} for {len(x)} axes")
    axis = axis + len(x) if axis < 0 else axis
    return [Value(site.dtype(), (prod(x[:axis]), prod(x[axis:])))]


def squeeze(site: Site) -> list[Value]:
    x = site.shape()
    axes = site.either("axes", 1)
    gone = site.axes(axes, len(x)) if axes is not None else tuple(i for i, size in enumerate(x) if size == 1)
    if any(isinstance(x[axis], int) and x[axis] != 1 for axis in gone):
        raise site.wrong(f"axes {list(gone)} of {list(x)} are not all 1")
    return [Value(site.dtype(), tuple(size for axis, size in enumerate(x) if axis not in gone))]


def unsqueeze(site: Site) -> list[Value]:
    x, axes = site.shape(), site.either("axes", 1)
    if axes is None:
        raise site.wrong("there are no axes")
    added = site.axes(axes, len(x) + len(axes))
    sizes = iter(x)
    return [Value(site.dtype(), tuple(1 if i in added else next(sizes) for i in range(len(x) + len(added))))]


def concat(site: Site) -> list[Value]:
    shapes = [site.shape(index) for index in range(len(site.inputs))]
    if not shapes:
        raise site.wrong("nothing to join")
    axis = site.axis(site.integer("axis", 1), len(shapes[0]))
    rest = [shape[:axis] + shape[axis + 1 :] for shape in shapes]
    if any(len(shape) != len(shapes[0]) for shape in shapes) or any(
        isinstance(a, int) and isinstance(b, int) and a != b
        for other in rest
        for a, b in zip(other, rest[0], strict=True)
    ):
        raise site.wrong(" against ".join(str(list(shape)) for shape in shapes[:4]))
    total = sum(shape[axis] for shape in shapes)
    return [Value(site.dtype(), (*shapes[0][:axis], total, *shapes[0][axis + 1 :]))]


def split(site: Site) -> list[Value]:
    x, count = site.shape(), len(site.call.outputs)
    axis = site.axis(site.integer("axis"), len(x))
    sizes = site.either("split", 1)
    if sizes is None:
        count = site.integer("num_outputs", count)
        if count < 1 or count > 100_000:
            raise site.wrong(f"{count} parts")
        each = -quotient(-x[axis], count)
        sizes = (*[each] * (count - 1), x[axis] - each * (count - 1))
    if isinstance(x[axis], int) and sum(sizes) != x[axis]:
        raise site.wrong(f"parts {list(sizes)} of {x[axis]}")
    return [Value(site.dtype(), (*x[:axis], size, *x[axis + 1 :])) for size in sizes]


def slices(site: Site) -> list[tuple[int, Any, Any, int]]:
    """What a Slice keeps: axis, start, how many, step."""
    x = site.shape()
    starts, ends = site.either("starts", 1), site.either("ends", 2)
    if starts is None or ends is None:
        raise site.wrong("starts or ends are missing")
    axes = site.either("axes", 3)
    kept = site.axes(axes if axes is not None else range(len(starts)), len(x))
    steps = site.either("steps", 4) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(kept) == len(steps):
        raise site.wrong("starts, ends, axes and steps differ in number")
    return [(a, *_span(site, x[a], s, e, t), t) for a, s, e, t in zip(kept, starts, ends, steps, strict=True)]


def _span(site: Site, size: Any, start: Any, end: Any, step: Any) -> tuple[Any, Any]:
    if not isinstance(step, int) or step == 0:
        raise site.wrong(f"a step of {step}")
    if isinstance(size, int) and isinstance(start, int) and isinstance(end, int):
        taken = range(*slice(start, end if end >= 0 or step > 0 or end >= -size else None, step).indices(size))
        return (taken[0] if taken else 0), len(taken)
    return _open_span(size, start, end, step)


def _open_span(size: Any, start: Any, end: Any, step: int) -> tuple[Any, Any]:
    """A span of free sizes, supposing that it lies inside."""
    if step < 0:
        raise Unknown
    if isinstance(end, int) and end >= 2**31 - 1:
        end = size
    first, last = (size + edge if isinstance(edge, int) and edge < 0 else edge for edge in (start, end))
    return first, -quotient(-(last - first), step)


def slice_(site: Site) -> list[Value]:
    sizes = list(site.shape())
    for axis, _, count, _ in slices(site):
        sizes[axis] = count
    return [Value(site.dtype(), tuple(sizes))]


def pads_of(site: Site, rank: int) -> tuple[tuple[Any, Any], ...]:
    """What a Pad adds before and after each axis."""
    pads = site.either("pads" if "pads" in site.attributes else "paddings", 1)
    if pads is None:
        raise site.wrong("there are no pads")
    chosen = site.items(3)
    axes = site.axes(chosen, rank) if chosen is not None else tuple(range(rank))
    if len(pads) != 2 * len(axes):
        raise site.wrong(f"{len(pads)} pads for {len(axes)} axes")
    found: list[tuple[Any, Any]] = [(0, 0)] * rank
    for index, axis in enumerate(axes):
        found[axis] = (pads[index], pads[index + len(axes)])
    return tuple(found)


def pad(site: Site) -> list[Value]:
    x = site.shape()
    sizes = tuple(size + before + after for size, (before, after) in zip(x, pads_of(site, len(x)), strict=True))
    if any(isinstance(size, int) and size < 0 for size in sizes):
        raise site.wrong(f"pads cut more away than there is of {list(x)}")
    return [Value(site.dtype(), sizes)]


def expand(site: Site) -> list[Value]:
    wanted = site.either("shape", 1)
    if wanted is None:
        raise site.wrong("there is no shape")
    return [Value(site.dtype(), broadcast(site.shape(), tuple(wanted)))]


def tile(site: Site) -> list[Value]:
    x = site.shape()
    repeats = site.items(1)
    if repeats is None:
        raise Unknown
    if site.version < 6:
        return [Value(site.dtype(), _tile_axis(site, x, repeats[0]))]
    if len(repeats) != len(x):
        raise site.wrong(f"{len(repeats)} repeats for {len(x)} axes")
    return [Value(site.dtype(), tuple(size * count for size, count in zip(x, repeats, strict=True)))]


def _tile_axis(site: Site, x: Shape, count: Any) -> Shape:
    axes = site.items(2)
    if not axes:
        raise Unknown
    axis = site.axis(axes[0], len(x))
    return (*x[:axis], x[axis] * count, *x[axis + 1 :])


def depth_to_space(site: Site) -> list[Value]:
    batch, channels, *sizes = site.shape()
    block = site.integer("blocksize")
    if block < 1 or channels % block ** len(sizes):
        raise site.wrong(f"blocks of {block} from {channels} channels")
    return [Value(site.dtype(), (batch, channels // block ** len(sizes), *(size * block for size in sizes)))]


def space_to_depth(site: Site) -> list[Value]:
    batch, channels, *sizes = site.shape()
    block = site.integer("blocksize")
    if block < 1 or any(size % block for size in sizes):
        raise site.wrong(f"blocks of {block} from {list(sizes)}")
    return [Value(site.dtype(), (batch, channels * block ** len(sizes), *(size // block for size in sizes)))]


def center(site: Site) -> list[Value]:
    x, wanted = site.shape(), site.items(1)
    if wanted is None:
        raise Unknown
    chosen = site.integers("axes")
    axes = site.axes(chosen, len(x)) if chosen is not None else tuple(range(len(x)))
    sizes = list(x)
    for axis, size in zip(axes, wanted, strict=True):
        sizes[axis] = size
    return [Value(site.dtype(), tuple(sizes))]


RULES = {
    "Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
    "Concat": concat, "Split": split, "Slice": slice_, "Pad": pad, "Expand": expand, "Tile": tile,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth, "CenterCropPad": center,
}  # fmt: skip
