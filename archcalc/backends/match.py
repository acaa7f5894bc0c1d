"""Which tensor of a file belongs to which weight of a network: by name, or on request by order.

Names agree once they are folded: lower case, `.`, `_` and `-` alike, several as one, none in front, a final `.weight`
left out; shapes agree once axes of 1 are left out. Integers in the file are left out. Whatever then is missing or left
over is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

import numpy as np

from ..analysis.cost import own_weights
from ..errors import SpecError
from ..graph import Graph
from ..ops.base import Weight
from ..shape import Shape, show
from .stored import WHOLE, Stored

_LISTED = 10
"""So many names are listed on each side."""

_COMPARED = 200
"""With so many names of the other side a missing one is compared."""


class Wanted(NamedTuple):
    """What a network knows of weights, by name."""

    all: dict[str, Weight]
    """Every stored tensor in the order of the text, heads for training included."""
    needed: frozenset[str]
    """Those that a file must have: not those that the text gives, or that are not exported."""
    shared: dict[str, str]
    """The name that a layer's weight would have, were it not another layer's too; and that one's."""


def wanted(graph: Graph, exported: Iterable[str]) -> Wanted:
    """The weights of a network, of which some are exported."""
    weights, shared = {}, {}
    for node in graph.nodes:
        for key, weight in own_weights(graph, node).items():
            weights[f"{node.name}.{key}" if key else node.name] = weight
        if node.tie is not None:
            shared[f"{node.name}.weight"] = f"{graph.nodes[node.tie].name}.weight"
    shared = {name: owner for name, owner in shared.items() if owner in weights}
    return Wanted(weights, frozenset(name for name in exported if weights[name].start != "given"), shared)


def by_name(tensors: Sequence[Stored], want: Wanted, file: str) -> dict[str, Stored]:
    """A tensor for each weight. SpecError lists what is missing, left over, ambiguous or of another shape."""
    floats = {tensor.name: tensor for tensor in tensors if tensor.dtype != WHOLE}
    names = _pair([*want.all, *want.shared], list(floats), file)
    pairs = {ours: floats[theirs] for ours, theirs in names.items()}
    twice = [(pairs[owner], pairs[name]) for name, owner in want.shared.items() if name in pairs and owner in pairs]
    pairs = {want.shared.get(name, name): tensor for name, tensor in pairs.items()}
    missing = [name for name in want.all if name in want.needed and name not in pairs]
    used = set(names.values())
    left = [tensor for name, tensor in floats.items() if name not in used]
    if missing or left:
        raise _unmatched(missing, left, tensors, want, file)
    _check_shapes(pairs, want, file)
    _check_shared(twice, file)
    return pairs


def by_order(tensors: Sequence[Stored], want: Wanted, file: str) -> dict[str, Stored]:
    """The tensors in their order for the weights in theirs. SpecError unless every shape agrees."""
    floats = [tensor for tensor in tensors if tensor.dtype != WHOLE]
    message, help = f"{file} doesn't have the network's order", ("match by name: that is the default",)
    for place, (tensor, (name, weight)) in enumerate(zip(floats, want.all.items(), strict=False), 1):
        if _core(tensor.shape) != _core(weight.shape):
            note = f"number {place} is {name} {show(weight.shape)} here, {tensor} there"
            raise SpecError.of("E648", message, note, help)
    if len(floats) != len(want.all):
        raise SpecError.of("E648", message, f"{len(want.all):,} weights here, {len(floats):,} there", help)
    return dict(zip(want.all, floats, strict=True))


def fold(name: str) -> str:
    """What names that mean the same weight have in common.

    >>> fold("Layer1_0.Conv-1.weight")
    'layer1.0.conv.1'
    """
    return re.sub(r"[._-]+", ".", name.lower()).removesuffix(".weight").lstrip(".")


def _core(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _pair(ours: Sequence[str], theirs: Sequence[str], file: str) -> dict[str, str]:
    """The file's name for each of ours that it has: the same name, else one that folds to the same."""
    pairs = {name: name for name in set(theirs).intersection(ours)}
    there = _by_fold(name for name in theirs if name not in pairs)
    for key, here in _by_fold(name for name in ours if name not in pairs).items():
        found = there.get(key, [])
        if found and len(here) + len(found) > 2:
            note = f"{', '.join(here)} here, {', '.join(found)} there"
            help = ("give each the very name that it has here",)
            raise SpecError.of("E647", f"names in {file} can be read in two ways", note, help)
        if found:
            pairs[here[0]] = found[0]
    return pairs


def _by_fold(names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(fold(name), []).append(name)
    return groups


def _unmatched(
    missing: Sequence[str], left: Sequence[Stored], tensors: Sequence[Stored], want: Wanted, file: str
) -> SpecError:
    """Both sides, with what may be meant."""
    note = f"{len(missing):,} of {len(want.needed):,} weights missing, {len(left):,} of {len(tensors):,} left over"
    whole = {fold(tensor.name) for tensor in tensors if tensor.dtype == WHOLE}
    ours = (f"{name} {show(want.all[name].shape)}{_hint(name, want, left, whole)}" for name in missing)
    lines = (*_listed("missing: ", ours, len(missing)), *_listed("left over: ", map(str, left), len(left)))
    return SpecError.of("E645", f"{file} doesn't have the network's weights", note, lines)


def _listed(what: str, items: Iterable[str], count: int) -> tuple[str, ...]:
    """The first few, and how many more there are."""
    rest = [f"{count - _LISTED:,} more"] if count > _LISTED else []
    return tuple(what + item for item in (*islice(items, _LISTED), *rest))


def _hint(name: str, want: Wanted, left: Sequence[Stored], whole: set[str]) -> str:
    """The tensor that may be meant, of the same shape if there is one."""
    if fold(name) in whole:
        return ", which the file has in whole numbers"
    alike = [tensor.name for tensor in left if _core(tensor.shape) == _core(want.all[name].shape)]
    near = get_close_matches(name, (alike or [tensor.name for tensor in left])[:_COMPARED], 1, 0.5)
    return f"; perhaps {near[0]}" if near else ""


def _check_shapes(pairs: Mapping[str, Stored], want: Wanted, file: str) -> None:
    wrong = [
        f"{name} {show(want.all[name].shape)} here, {tensor} there"
        for name, tensor in pairs.items()
        if _core(tensor.shape) != _core(want.all[name].shape)
    ]
    if wrong:
        note = f"{len(wrong):,} of {len(pairs):,}"
        lines = _listed("", wrong, len(wrong))
        raise SpecError.of("E646", f"weights in {file} have other shapes than the network's", note, lines)


def _check_shared(twice: Iterable[tuple[Stored, Stored]], file: str) -> None:
    """A weight that several layers share may stand in the file several times, if it is the same."""
    for one, other in twice:
        if _core(one.shape) != _core(other.shape) or not _same(one, other):
            note, help = f"{one} and {other} differ", ("the spec shares one weight between them: tie=",)
            raise SpecError.of("E649", f"a shared weight has two values in {file}", note, help)


def _same(one: Stored, other: Stored) -> bool:
    """Whether the numbers agree; both are of one size and in one file, and so come in equal blocks."""
    return all(np.array_equal(left, right) for left, right in zip(one.pieces(), other.pieces(), strict=True))
