"""Activations one letter apart: a lone one among others is more often a slip of the pen than meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import Diagnostic
from ..graph import Node
from ..ops import FAMILIES

_FEW = 2
"""Places of the other activation from which on a lone one is told."""


def lone_activations(nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    """A warning for each activation that stands at one place of the text, while one spelt much like it has several."""
    words = FAMILIES["activation"]
    places: dict[str, dict[tuple[int, int], Node]] = {}
    for node in nodes:
        if node.op.word in words:
            places.setdefault(node.op.word, {}).setdefault((id(node.source), node.start), node)
    for word, there in places.items():
        others = [other for other in places if len(places[other]) >= _FEW and _one_letter_apart(word, other)]
        if len(there) == 1 and others:
            other = max(others, key=lambda other: len(places[other]))
            message = f"a lone {word}, where {other} stands at {len(places[other])} places"
            yield Diagnostic("W104", message, help=(f"is {other} meant?",), place=next(iter(there.values())).place)


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether a letter more, less or changed makes one word of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) == len(short):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
