"""What moves numbers, in Keras."""

from __future__ import annotations

from math import prod
from string import ascii_lowercase

from ...ops.einsum import read as read_formula
from ...ops.rearrange import read as read_pattern
from ..code import Code, In, Lit, Span, Suffix, call
from ..step import Step
from .context import Layer, fixed, func, number, op, plain, row, tuple_of
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


def _cut(c: Layer, kept: dict[int, tuple[int, int]]) -> tuple[Step, ...]:
    """Positions from a start up to an end, on the axes named."""
    rank = len(c.x[0])
    cut = {axis: (*ends, c.x[0][axis]) for axis, ends in kept.items() if ends != (0, c.x[0][axis])}
    if not cut:
        return (func(In()),)
    if list(cut) == [rank - 1] and rank > 1:
        return (func(Suffix(In(), ("[..., ", _ends(*cut[rank - 1]), "]"))),)
    pieces: list[str | Code] = [":"]
    for axis in range(max(cut) + 1):
        pieces += [", ", _ends(*cut[axis]) if axis in cut else ":"]
    return (func(Suffix(In(), ("[", *pieces, "]"))),)


def _ends(start: int, end: int, size: int) -> Span:
    """start:end, without what says nothing."""
    return Span(Lit(start, "start") if start else None, Lit(end, "end") if end != size else None)


@row("SLICE")
def slice_(c: Layer) -> tuple[Step, ...]:
    axis, start, end = c.op._ends(c.x[0])
    return _cut(c, {axis: (start, end)})


@row("CROP")
def crop(c: Layer) -> tuple[Step, ...]:
    return _cut(c, c.op._kept(c.x[0]))


@row("ROLL")
def roll(c: Layer) -> tuple[Step, ...]:
    given = c.op.shift if isinstance(c.op.shift, tuple) else (c.op.shift,) * (len(c.x[0]) - 1)
    moved = {axis + 1: shift for axis, shift in enumerate(given) if shift % c.x[0][axis]}
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
    formula = read_formula(c.op.formula)
    short = all(len(name) == 1 for name in formula.names)
    letters = iter(sorted(set(ascii_lowercase) - (set(formula.names) if short else set()), key="n".__ne__))
    batch = next(letters)
    names = {name: name if short else next(letters) for name in formula.names}
    left, right, product = (batch + "".join(names[name] for name in axes) for axes in formula)
    volumes: list[Code] = [In(), In(1)]
    if c.batched[0] != c.batched[1]:
        lone = c.batched.index(False)
        volumes[lone] = repeated(lone, 1 - lone)
    return (func(op("einsum", fixed(f"{left},{right}->{product}"), *volumes)),)
