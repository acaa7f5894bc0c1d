"""Which layer of one network is which of another, along their schedules.

A global alignment (Needleman, Wunsch 1970): of all ways to pair layers without crossing, the one with the highest sum
of likenesses. A name counts among other things, because inserting a layer shifts all automatic names behind it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ..ops import FAMILIES
from ..shape import show
from .aspects import Pair, plain
from .table import Row

CELLS = 25_000_000
"""Comparisons that are made at most: two seconds. Longer networks are cut into pieces first."""

_SAME_OP, _SAME_FAMILY, _TEXT, _LAST, _VOLUME, _NAME, _WEIGHTS = 2, 1, 8, 4, 2, 2, 3
"""What likenesses count: the layer's word (or its family), its arguments, its name within its block, each volume, the
whole name; layers with weights so many times as much."""

_FAMILY = {word: family for family, words in FAMILIES.items() for word in words}


class Kind(NamedTuple):
    """What is to be compared of a layer, besides its whole name."""

    op: str
    arguments: tuple[str, ...]
    last: str
    """The last part of its path, if that says anything: numbers count up, and so do the names at the top."""
    inputs: str
    output: str
    weighty: bool


def kind(row: Row) -> Kind:
    """The kind of a layer."""
    op, *arguments = plain(row).split()
    block, _, last = row.name.rpartition(".")
    inputs = " ".join(map(show, row.inputs))
    return Kind(op, tuple(arguments), last if block and not last.isdecimal() else "", inputs, show(row.output),
                row.params != 0)  # fmt: skip


def likeness(one: Kind, other: Kind) -> int:
    """How alike two layers are; 0 where they are not comparable.

    >>> relu, gelu = Kind("RELU", (), "", "8", "8", False), Kind("GELU", (), "", "8", "8", False)
    >>> likeness(relu, relu), likeness(relu, gelu), likeness(relu, relu._replace(op="CONV"))
    (14, 5, 0)
    """
    if one.op != other.op:
        if _FAMILY.get(one.op) != _FAMILY.get(other.op):
            return 0
        alike = _SAME_FAMILY
    else:
        alike = _SAME_OP + _shared(one.arguments, other.arguments)
    if one.last and other.last:
        alike += _LAST if one.last == other.last else -_LAST
    alike += _VOLUME * ((one.inputs == other.inputs) + (one.output == other.output))
    return max(alike, 1) * (_WEIGHTS if one.weighty and other.weighty else 1)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    if one == other:
        return _TEXT
    return (_TEXT - 1) * len(set(one) & set(other)) // max(len(one), len(other))


def align(first: Sequence[Row], second: Sequence[Row]) -> list[Pair]:
    """The pairs in the order of both sequences; a layer that the other network lacks is paired with None."""
    ones, others = _Side(first), _Side(second)
    longest = max(len(first), len(second), 1)
    return list(_Aligning(ones, others, CELLS // longest).pairs(0, len(first), 0, len(second)))


class _Side:
    """One of the two networks."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.names = [row.name for row in rows]
        self.kinds = [kind(row) for row in rows]
        self.keys = list(zip(self.names, self.kinds, strict=True))


class _Aligning:
    """The alignment of two networks, piece by piece; pieces have at most `longest` layers."""

    def __init__(self, ones: _Side, others: _Side, longest: int) -> None:
        self.ones, self.others, self.longest = ones, others, longest
        self.place = {name: place for place, name in enumerate(others.names)}
        self.likeness = cache(likeness)

    def pairs(self, start: int, end: int, other: int, other_end: int) -> Iterator[Pair]:
        """The pairs of two pieces. Equal layers at their ends need no search."""
        ones, others = self.ones.keys, self.others.keys
        while start < end and other < other_end and ones[start] == others[other]:
            yield start, other
            start, other = start + 1, other + 1
        tail = 0
        while start < end - tail and other < other_end - tail and ones[end - tail - 1] == others[other_end - tail - 1]:
            tail += 1
        yield from self._middle(start, end - tail, other, other_end - tail)
        yield from ((end - left, other_end - left) for left in range(tail, 0, -1))

    def _middle(self, start: int, end: int, other: int, other_end: int) -> Iterator[Pair]:
        if (end - start) * (other_end - other) <= self.longest**2:
            yield from self._search(start, end, other, other_end)
            return
        cut, other_cut = self._cut(start, end, other, other_end)
        yield from self.pairs(start, cut, other, other_cut)
        yield from self.pairs(cut, end, other_cut, other_end)

    def _cut(self, start: int, end: int, other: int, other_end: int) -> tuple[int, int]:
        """Where to cut: before layers that are equal and have one name, as near to the middle as there are any."""
        middle, reach = (start + end) // 2, (end - start) // 4
        for place in sorted(range(middle - reach, middle + reach), key=lambda place: abs(place - middle)):
            found = self.place.get(self.ones.names[place], -1)
            if other < found < other_end and self.ones.keys[place] == self.others.keys[found]:
                return place, found
        return middle, (other + other_end) // 2

    def _search(self, start: int, end: int, other: int, other_end: int) -> Iterator[Pair]:
        """The best pairs of two pieces: best[i][j] is what the first i and the first j layers come to together."""
        best = [array("i", bytes(4 * (other_end - other + 1)))]
        scores = self._scores(other, other_end)
        for place in range(start, end):
            best.append(_next(best[-1], scores(place)))
        found: list[Pair] = []
        i, j = end - start, other_end - other
        while i or j:
            if j and best[i][j] == best[i][j - 1]:
                j -= 1
                found.append((None, other + j))
            elif i and best[i][j] == best[i - 1][j]:
                i -= 1
                found.append((start + i, None))
            else:
                i, j = i - 1, j - 1
                found.append((start + i, other + j))
        return reversed(found)

    def _scores(self, other: int, other_end: int) -> Callable[[int], list[int]]:
        """For a layer of the first network its likeness to each of a piece of the second."""
        kinds = self.others.kinds[other:other_end]

        @cache
        def plain(one: Kind) -> list[int]:
            return [self.likeness(one, kind) for kind in kinds]

        def named(place: int) -> list[int]:
            one = self.ones.kinds[place]
            scores, same = plain(one), self.place.get(self.ones.names[place], -1) - other
            if not 0 <= same < len(kinds) or not scores[same]:
                return scores
            scores = scores.copy()
            scores[same] += _NAME * (_WEIGHTS if one.weighty and kinds[same].weighty else 1)
            return scores

        return named


def _next(above: array[int], scores: list[int]) -> array[int]:
    """A row of the search from the one above it: pair the two layers, or leave one of them alone."""
    row, left = [0], 0
    for diagonal, up, score in zip(above[:-1], above[1:], scores, strict=True):
        both = diagonal + score
        if both > left:
            left = both
        if up > left:
            left = up
        row.append(left)
    return array("i", row)
