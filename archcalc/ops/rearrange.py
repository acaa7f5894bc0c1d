"""REARRANGE: flatten, reshape, transpose, shuffle and space-to-depth by one string (Rogozhnikov 2022)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import ClassVar, NamedTuple

from ..errors import SpecError
from ..shape import POINT, Shape, Window, divisors, ratio, show
from ..symbolic import differ
from .base import BATCH, FIRST, LAST, Lowering, OnnxNode, Op, chain, ints, node
from .fields import COUNT, TEXT, argument, keys

Axes = tuple[tuple[str, ...], ...]
"""For every axis the names of its factors, slowest first; none for a literal 1."""

EXAMPLE = ('for example "h w (g c) -> h w (c g)"',)


class Pattern(NamedTuple):
    """Both sides of a pattern."""

    before: Axes
    after: Axes


@cache
def read(text: str) -> Pattern:
    """The pattern that a string spells; refuses what is none."""
    sides = text.split("->")
    if len(sides) != 2:
        raise _bad(f"{len(sides) - 1} arrows", "the pattern needs one ->")
    before, after = (_axes(side) for side in sides)
    names = [[name for axis in axes for name in axis] for axes in (before, after)]
    for side in names:
        twice = sorted(name for name in set(side) if side.count(name) > 1)
        if twice:
            raise _bad(f"{twice[0]} stands twice on one side", "an axis appears once on each side")
    lone = sorted(set(names[0]) ^ set(names[1]))
    if lone:
        where = "left" if lone[0] in names[0] else "right"
        raise _bad(f"{lone[0]} stands on the {where} only", "no axis appears or disappears")
    if not before or not after:
        raise _bad("a side is empty", "both sides of the pattern need axes")
    return Pattern(before, after)


def _axes(side: str) -> Axes:
    """One side of a pattern."""
    axes = []
    for bracket, inner, single in re.findall(r"(\(([^()]*)\))|(\S+)", side.replace("(", " (").replace(")", ") ")):
        names = [name for name in (inner if bracket else single).split() if name != "1"]
        wrong = [name for name in names if not re.fullmatch(r"[A-Za-z_]\w*", name)]
        if wrong:
            raise _bad(wrong[0], "the pattern has names, 1 and brackets")
        axes.append(tuple(names))
    return tuple(axes)


def _bad(note: str, message: str) -> SpecError:
    return SpecError.of("E333", message, note, EXAMPLE)


@dataclass(frozen=True)
class Rearrange(Op):
    """The numbers in another order: an einops pattern over all axes of the volume, sizes of factors by key (`i=7`)."""

    word: ClassVar[str] = "REARRANGE"

    pattern: str = argument(TEXT)
    sizes: tuple[tuple[str, int], ...] = keys(COUNT)

    def lengths(self, x: Shape) -> dict[str, int]:
        """The size of every name."""
        before, _ = read(self.pattern)
        if len(before) != len(x):
            note = f"{len(before)} axes in the pattern, {len(x)} in {show(x)}"
            raise SpecError.of(
                "E334", "the pattern doesn't fit the volume", note, ("name every axis, the channels last",)
            )
        known = dict(self.sizes)
        strange = sorted(set(known) - {name for axis in before for name in axis})
        if strange:
            raise SpecError.of(
                "E334", "the pattern has no such axis", f"{strange[0]}={known[strange[0]]}", (self.pattern,)
            )
        for factors, size in zip(before, x, strict=True):
            known |= _solve(factors, size, known)
        return known

    def output(self, *x: Shape) -> Shape:
        return _sizes(read(self.pattern).after, self.lengths(x[0]))

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        """Told where axes stay in place and only their fastest factors go to the channels, or come from there."""
        before, after = read(self.pattern)
        if len(before) != len(after):
            return None
        lengths, windows = self.lengths(x[0]), []
        for old, new in zip(before[:-1], after[:-1], strict=True):
            shared = min(len(old), len(new))
            if (
                old[:shared] != new[:shared]
                or not {*old[shared:]} <= {*after[-1]}
                or not {*new[shared:]} <= {*before[-1]}
            ):
                return None
            gone, come = (prod(lengths[name] for name in axis[shared:]) for axis in (old, new))
            if gone > 1 and come > 1:
                return None
            windows.append(POINT if gone == come == 1 else Window(gone, ratio(gone, come)))
        return () if all(window == POINT for window in windows) else tuple(windows)

    def onnx(self, *x: Shape) -> Lowering:
        before, after = read(self.pattern)
        lengths = self.lengths(x[0])
        if len(before) == len(after) > 2 and before[:-1] == after[:-1]:
            # only the channels change order, as in a shuffle between convolutions
            return Lowering(FIRST, _nodes(before[-1:] + before[:-1], after[-1:] + after[:-1], lengths))
        return Lowering(LAST, _nodes(before, after, lengths))


def _sizes(axes: Axes, lengths: Mapping[str, int]) -> Shape:
    return tuple(prod(lengths[name] for name in axis) for axis in axes)


def _solve(factors: Sequence[str], size: int, known: Mapping[str, int]) -> dict[str, int]:
    """The one factor of an axis that is not given; refuses factors whose product is not the axis."""
    open_ = [name for name in factors if name not in known]
    given = prod(known[name] for name in factors if name in known)
    if len(open_) > 1:
        note = f"{' and '.join(open_)} are unknown in ({' '.join(factors)})"
        raise SpecError.of("E334", "the pattern leaves sizes open", note, (f"give one: {open_[0]}=2",))
    if size % given or (not open_ and differ(given, size)):
        product = " * ".join(f"{name}={known[name]}" if name in known else name for name in factors) or "1"
        raise SpecError.of(
            "E334", "the pattern doesn't fit the volume", f"{product} is not {size}", _divisors(size, open_)
        )
    return {open_[0]: size // given} if open_ else {}


def _divisors(size: int, open_: Sequence[str]) -> tuple[str, ...]:
    if not open_:
        return (f"the product must be {size}",)
    return (f"sizes that divide {size}: {', '.join(map(str, divisors(size)[:12]))}",)


def _nodes(before: Axes, after: Axes, lengths: Mapping[str, int]) -> tuple[OnnxNode, ...]:
    """Split into factors, put them in order, join; what changes nothing is left out."""
    names = [name for axis in before for name in axis]
    order = [0, *(names.index(name) + 1 for axis in after for name in axis)]
    split = ints(BATCH, *(lengths[name] for name in names))
    join = node("Reshape", "x0", ints(BATCH, *_sizes(after, lengths)))
    if order == sorted(order):
        return chain() if _sizes(before, lengths) == _sizes(after, lengths) else chain(join)
    apart, together = (any(len(axis) != 1 for axis in side) for side in (before, after))
    first = [node("Reshape", "x0", split)] if apart else []
    return chain(*first, node("Transpose", "x0", perm=order), *([join] if together else []))
