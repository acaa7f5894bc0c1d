"""What moves numbers: PAD, SLICE, CROP, ROLL, UP, REARRANGE, EINSUM."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from string import ascii_lowercase
from typing import Any

from ...ops.einsum import read as read_formula
from ...ops.rearrange import read as read_pattern
from ..code import Code, In, Items, Lit, Span, Suffix, call, method
from ..step import Step
from .context import ANY, FIRST, FREE, LAST, Layer, fixed, func, literal, number, permute, plain, row


@row("PAD")
def pad(c: Layer) -> tuple[Step, ...]:
    """F.pad: the last dimension first."""
    zeros = {c.dim(axis): sides for axis, sides in enumerate(c.op._pads(c.x[0])) if any(sides)}
    if not zeros:
        return (func(In()),)
    rank = len(c.x[0]) + c.lead[0]
    places = {dim % rank: sides for dim, sides in zeros.items()}
    pads = tuple(side for dim in range(rank - 1, min(places) - 1, -1) for side in places.get(dim, (0, 0)))
    return (func(call("F.pad", In(), literal(pads, "padding"))),)


def _cut(c: Layer, kept: dict[int, tuple[int, int]]) -> tuple[Step, ...]:
    """Positions from a start up to an end, on the axes named."""
    rank = len(c.x[0]) + c.lead[0]
    cut = {c.dim(axis) % rank: (*ends, c.x[0][axis]) for axis, ends in kept.items() if ends != (0, c.x[0][axis])}
    if not cut:
        return (func(In()),)
    pieces: list[str | Code] = []
    if list(cut) == [rank - 1] and rank > 2:
        pieces = ["..., ", _ends(*cut[rank - 1])]
    else:
        for dim in range(max(cut) + 1):
            pieces += [", "] * bool(pieces) + [_ends(*cut[dim]) if dim in cut else ":"]
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
    """torch.roll."""
    given = c.op.shift if isinstance(c.op.shift, tuple) else (c.op.shift,) * (len(c.x[0]) - 1)
    moved = {c.dim(axis): shift for axis, shift in enumerate(given) if shift % c.x[0][axis]}
    if not moved:
        return (func(In()),)
    return (func(call("torch.roll", In(), literal(tuple(moved.values()), "shift"), dims=fixed(tuple(moved)))),)


@row("UP", takes=FIRST, batch=True)
def resize(c: Layer) -> tuple[Step, ...]:
    """F.interpolate."""
    op, sizes = c.op, c.y[:-1]
    if op.mode == "nearest" and len(sizes) > 3:
        return (func(call("nearest", In(), literal(sizes, "size"))),)
    mode = {"mode": (op.mode, "nearest")}
    if op.factor is None:
        return (plain(call("nn.Upsample", size=literal(number(sizes), "size"), **mode)),)
    return (plain(call("nn.Upsample", scale_factor=literal(op.factor, "scale_factor"), **mode)),)


Axes = tuple[tuple[str, ...], ...]
Named = list[tuple[int, str]]
"""Sizes, and what they would be called as parameters."""


@row("REARRANGE", takes=ANY, gives=FREE)
def rearrange(c: Layer) -> tuple[Step, ...]:
    """Split axes into factors, put those in order, join them; what stays together is never split."""
    before, after = read_pattern(c.op.pattern)
    lengths = c.op.lengths(c.x[0])
    before = (before[-1], *before[:-1]) if c.layout == FIRST else before
    after = (after[-1], *after[:-1]) if c.wanted == FIRST else after
    old = _atoms(before, after)
    wanted = [name for axis in after for name in axis]
    new = sorted(old, key=lambda atom: wanted.index(atom[0]))
    lead = c.lead[0]
    order = (*range(lead), *(old.index(atom) + lead for atom in new))
    steps = (
        *_reshape(_sizes(before, lengths), _sizes(old, lengths), lead),
        *permute(order),
        *_reshape(_sizes(new, lengths), _sizes(after, lengths), lead),
    )
    return steps or (func(In()),)


def _sizes(axes: Any, lengths: dict[str, int]) -> Named:
    return [(prod(lengths[name] for name in axis), _word(axis)) for axis in axes]


def _word(axis: tuple[str, ...]) -> str:
    return axis[0] if len(axis) == 1 and len(axis[0]) > 1 else "size"


def _atoms(before: Axes, after: Axes) -> list[tuple[str, ...]]:
    """The longest runs of factors that stand side by side on both sides, and in one axis on one of them."""
    new = [name for axis in after for name in axis]
    following = dict(pairwise(new))
    together = {pair for axis in (*before, *after) for pair in pairwise(axis)}
    atoms: list[list[str]] = []
    for name in (name for axis in before for name in axis):
        if atoms and following.get(atoms[-1][-1]) == name and (atoms[-1][-1], name) in together:
            atoms[-1].append(name)
        else:
            atoms.append([name])
    return [tuple(atom) for atom in atoms]


def _reshape(old: Named, new: Named, lead: int) -> tuple[Step, ...]:
    """From sizes to sizes, in the words that say most."""
    before, after = [size for size, _ in old], [size for size, _ in new]
    if before == after:
        return ()
    same = 0
    while same < min(len(old), len(new)) and before[same] == after[same]:
        same += 1
    end = 0
    while end < min(len(old), len(new)) - same and before[-1 - end] == after[-1 - end]:
        end += 1
    gone, come, dim = before[same : len(old) - end], new[same : len(new) - end], same + lead
    if len(come) == 1 and len(gone) > 1:
        return (func(method(In(), "flatten", fixed(dim), fixed(dim + len(gone) - 1))),)
    if len(gone) == 1 and len(come) > 1:
        return (func(method(In(), "unflatten", fixed(dim), Items(tuple(Lit(*item) for item in come), "()"))),)
    if not come and gone == [1]:
        return (func(method(In(), "squeeze", fixed(dim))),)
    if not gone and len(come) == 1:
        return (func(method(In(), "unsqueeze", fixed(dim))),)
    return (func(method(In(), "reshape", *[fixed(-1)] * lead, *(Lit(*item) for item in new))),)


@row("EINSUM", takes=LAST)
def einsum(c: Layer) -> tuple[Step, ...]:
    """torch.einsum; the batch is n unless the formula has one."""
    formula = read_formula(c.op.formula)
    short = all(len(name) == 1 for name in formula.names)
    letters = iter(sorted(set(ascii_lowercase) - (set(formula.names) if short else set()), key="n".__ne__))
    batch = next(letters)
    names = {name: name if short else next(letters) for name in formula.names}
    sides = ["".join(names[name] for name in axes) for axes in formula]
    leads = (*c.lead, max(c.lead))
    left, right, product = (batch * lead + side for lead, side in zip(leads, sides, strict=True))
    return (func(call("torch.einsum", fixed(f"{left},{right}->{product}"), In(), In(1))),)
