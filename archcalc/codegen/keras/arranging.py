"""What moves numbers, in Keras."""

from __future__ import annotations

from math import prod

from ...ops.rearrange import read as read_pattern
from ..code import Code, In, Lit, Suffix, call
from ..layer import einsum_formula, fixed, func, kept, number, shifts
from ..step import Step
from .context import Layer, op, plain, row, tuple_of
from .pointwise import repeated


@row("PAD")
def pad(c: Layer) -> tuple[Step, ...]:
    sides = c.op._pads(c.x[0])
    if not any(map(any, sides)):
        return (func(In()),)
    spatial = len(sides) - 1
    if any(sides[-1]) or spatial > 3:
        return (func(op("pad", In(), Lit(((0, 0), *sides), "padding"))),)
    inner = sides[:-1]
    even = all(before == after for before, after in inner)
    amount = number(tuple(before for before, _ in inner)) if even else inner[0] if spatial == 1 else inner
    return (plain(f"ZeroPadding{spatial}D", Lit(amount, "padding")),)


@row("SLICE", "CROP")
def cut(c: Layer) -> tuple[Step, ...]:
    """Positions from a start up to an end."""
    spans, last = kept(c), len(c.x[0]) - 1
    if not spans:
        return (func(In()),)
    if list(spans) == [last] and last:
        return (func(Suffix(In(), ("[..., ", spans[last], "]"))),)
    pieces: list[str | Code] = [":"]
    for axis in range(max(spans) + 1):
        pieces += [", ", spans.get(axis, ":")]
    return (func(Suffix(In(), ("[", *pieces, "]"))),)


@row("ROLL")
def roll(c: Layer) -> tuple[Step, ...]:
    moved = {axis + 1: shift for axis, shift in shifts(c).items()}
    if not moved:
        return (func(In()),)
    return (func(op("roll", In(), Lit(tuple(moved.values()), "shift"), axis=fixed(tuple(moved)))),)


@row("UP")
def resize(c: Layer) -> tuple[Step, ...]:
    """layers.UpSampling by whole factors, else positions gathered or weighed along each axis."""
    sizes, outputs, mode = c.x[0][:-1], c.y[:-1], c.op.mode
    if sizes == outputs:
        return (func(In()),)
    whole = all(out % size == 0 for size, out in zip(sizes, outputs, strict=True))
    factors = tuple(out // size for size, out in zip(sizes, outputs, strict=True))
    if mode == "nearest" and whole and len(sizes) <= 3:
        size = number(factors) if len(sizes) > 1 else factors[0]
        return (plain(f"UpSampling{len(sizes)}D", Lit(size, "size")),)
    if mode == "bilinear" and whole:
        return (plain("UpSampling2D", Lit(number(factors), "size"), interpolation=fixed("bilinear")),)
    return (func(call("nearest" if mode == "nearest" else "interpolate", In(), Lit(outputs, "sizes"))),)


@row("REARRANGE")
def rearrange(c: Layer) -> tuple[Step, ...]:
    """Split axes into factors, put those in order, join them."""
    before, after = read_pattern(c.op.pattern)
    lengths = c.op.lengths(c.x[0])
    old = [name for axis in before for name in axis]
    new = [name for axis in after for name in axis]
    order = (0, *(old.index(name) + 1 for name in new))
    apart = tuple(lengths[name] for name in old)
    turned = tuple(lengths[name] for name in new)
    joined = tuple(prod(lengths[name] for name in axis) for axis in after)
    steps: list[Step] = []
    if order == tuple(range(len(order))):
        return (func(op("reshape", In(), tuple_of(-1, *joined))),) if joined != c.x[0] else (func(In()),)
    if apart != c.x[0]:
        steps.append(func(op("reshape", In(), tuple_of(-1, *apart))))
    steps.append(func(op("transpose", In(), fixed(order))))
    if turned != joined:
        steps.append(func(op("reshape", In(), tuple_of(-1, *joined))))
    return tuple(steps)


@row("EINSUM")
def einsum(c: Layer) -> tuple[Step, ...]:
    """ops.einsum; the batch is n unless the formula has one."""
    volumes: list[Code] = [In(), In(1)]
    if c.batched[0] != c.batched[1]:
        lone = c.batched.index(False)
        volumes[lone] = repeated(lone, 1 - lone)
    return (func(op("einsum", einsum_formula(c, (1, 1, 1)), *volumes)),)
