"""What moves numbers: PAD, SLICE, CROP, ROLL, UP, REARRANGE, EINSUM."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import Any

from ...ops.rearrange import read as read_pattern
from ..code import Code, In, Items, Lit, Suffix, call, method
from ..layer import einsum_formula, fixed, func, kept, number, shifts
from ..step import Step
from .context import ANY, FIRST, FREE, LAST, Layer, permute, plain, row


@row("PAD")
def pad(c: Layer) -> tuple[Step, ...]:
    """F.pad: the last dimension first."""
    zeros = {c.dim(axis): sides for axis, sides in enumerate(c.op._pads(c.x[0])) if any(sides)}
    if not zeros:
        return (func(In()),)
    rank = len(c.x[0]) + c.lead[0]
    places = {dim % rank: sides for dim, sides in zeros.items()}
    pads = tuple(side for dim in range(rank - 1, min(places) - 1, -1) for side in places.get(dim, (0, 0)))
    return (func(call("F.pad", In(), Lit(pads, "padding"))),)


@row("SLICE", "CROP")
def cut(c: Layer) -> tuple[Step, ...]:
    """Positions from a start up to an end."""
    rank = len(c.x[0]) + c.lead[0]
    spans = {c.dim(axis) % rank: span for axis, span in kept(c).items()}
    if not spans:
        return (func(In()),)
    pieces: list[str | Code] = []
    if list(spans) == [rank - 1] and rank > 2:
        pieces = ["..., ", spans[rank - 1]]
    else:
        for dim in range(max(spans) + 1):
            pieces += [", "] * bool(pieces) + [spans.get(dim, ":")]
    return (func(Suffix(In(), ("[", *pieces, "]"))),)


@row("ROLL")
def roll(c: Layer) -> tuple[Step, ...]:
    """torch.roll."""
    moved = {c.dim(axis): shift for axis, shift in shifts(c).items()}
    if not moved:
        return (func(In()),)
    return (func(call("torch.roll", In(), Lit(tuple(moved.values()), "shift"), dims=fixed(tuple(moved)))),)


@row("UP", takes=FIRST, batch=True)
def resize(c: Layer) -> tuple[Step, ...]:
    """F.interpolate."""
    op, sizes = c.op, c.y[:-1]
    if op.mode == "nearest" and len(sizes) > 3:
        return (func(call("nearest", In(), Lit(sizes, "size"))),)
    mode = {"mode": (op.mode, "nearest")}
    if op.factor is None:
        return (plain(call("nn.Upsample", size=Lit(number(sizes), "size"), **mode)),)
    return (plain(call("nn.Upsample", scale_factor=Lit(op.factor, "scale_factor"), **mode)),)


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
    return (func(call("torch.einsum", einsum_formula(c, (*c.lead, max(c.lead))), In(), In(1))),)
