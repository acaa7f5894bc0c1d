"""Equal stages behind each other become repeats; every stage learns what it has in common with others.

Stages are equal if they have the same words, values and branches, and reference the same volumes or ones at the same
place in themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .tree import NO_LAYER, Chain, Kind, Stage, first, walk

MAX_PERIOD = 32
"""Stages in what is repeated."""
WORTH = 6
"""Characters that a repeat must save."""
BRANCH = 3
"""Layers in a branch from which on it may become a block."""


class Links(NamedTuple):
    """What parts in a row reference: for each reference a place in the parts, or a number into those outside."""

    inside: tuple[object, ...]
    outside: tuple[int, ...]


class Folder:
    """Folds the chains of one network."""

    def __init__(self, chain: Chain, repeats: bool = True) -> None:
        self.most = MAX_PERIOD if repeats else 0
        self.known: dict[object, int] = {}
        read: dict[int, int] = {}
        for stage in walk(chain):
            reader = stage.first if stage.kind is Kind.REF else stage.end
            for target in [stage.end] if stage.kind is Kind.REF else stage.refs:
                read[target] = max(read.get(target, 0), reader)
        self.targets = sorted(read)
        self.readers = [read[target] for target in self.targets]

    def fold(self, chain: Chain) -> Chain:
        """The chain with repeats; its stages know their skeletons."""
        for stage in chain:
            self._learn(stage)
        for period in range(1, min(len(chain) // 2, self.most) + 1):
            chain = self._runs(chain, period)
        return chain

    def _intern(self, what: object) -> int:
        return self.known.setdefault(what, len(self.known))

    # What a stage is

    def _learn(self, stage: Stage) -> None:
        if stage.branches is not None:
            stage.branches = [self._branch(self.fold(branch)) for branch in stage.branches]
        stage.body = self.fold(stage.body)
        self._know(stage)

    def _know(self, stage: Stage) -> None:
        """What a stage has in common with others, from what its parts have."""
        parts = [part for chain in stage.chains for part in chain]
        shape = tuple(len(chain) for chain in stage.chains)
        own = [stage.end] if stage.kind is Kind.REF else stage.refs
        links = self._links(stage, parts, own)
        form = stage.head.form if stage.head else None
        labels = tuple(_labels(stage.body)) if stage.kind is Kind.REGION else ()
        skeletons = tuple(part.skeleton for part in parts)
        group = (stage.kind, form, stage.numbers, shape, skeletons, labels, links.inside, stage.spliced)
        stage.skeleton = stage.group = self._intern(group)
        slots = [slot.text for slot in stage.head.slots] if stage.head else []
        count = [str(stage.count)] if stage.kind is Kind.REPEAT else []
        stage.values = (*slots, *count, *(value for part in parts for value in part.values))
        stage.outside, stage.reads_entry = links.outside, "in" in links.inside

    def _links(self, stage: Stage, parts: Sequence[Stage], own: Iterable[int]) -> Links:
        outside: dict[int, int] = {}
        inside: list[object] = []
        for target in [*own, *(target for part in parts for target in part.outside)]:
            if stage.kind is Kind.REGION and target == stage.entry:
                inside.append("in")
            elif stage.first <= target <= stage.end and stage.kind is not Kind.REF:
                inside.append(_place(parts, target))
            else:
                inside.append(outside.setdefault(target, len(outside)))
        return Links(tuple(inside), tuple(outside))

    def _branch(self, chain: Chain) -> Chain:
        """A branch that may become a block."""
        layers = sum(1 for stage in walk(chain) if stage.kind is Kind.LAYER)
        start, end = first(chain, chain[-1].end), chain[-1].end
        if not self.most or layers < BRANCH or len(chain) < 2 or self._read_from_outside(start, end):
            return chain
        stage = Stage(Kind.REGION, chain[-1].end, start, body=chain, spliced=True)
        self._know(stage)
        return [stage]

    # Runs

    def _runs(self, chain: Chain, period: int) -> Chain:
        keys = [self._intern((stage.skeleton, stage.values)) for stage in chain]
        result: Chain = []
        start = 0
        while start < len(chain):
            times = self._times(chain, keys, start, period)
            if times > 1 and _worth(chain[start : start + period], times):
                result.append(self._repeat(chain[start : start + period * times], period, times))
                start += period * times
            else:
                result.append(chain[start])
                start += 1
        return result

    def _times(self, chain: Chain, keys: Sequence[int], start: int, period: int) -> int:
        """How often the stages from `start` stand there behind each other."""
        times = 1
        while True:
            here, there = start + (times - 1) * period, start + times * period
            if there + period > len(chain) or keys[here] != keys[there]:
                break
            if keys[here : here + period] != keys[there : there + period]:
                break
            one, other = chain[here:there], chain[there : there + period]
            if not (_follows(one, other, chain[start : start + period], times) and _same_links(one, other)):
                break
            times += 1
        while times > 1 and self._hidden(chain[start : start + period * times]):
            times -= 1
        return times

    def _hidden(self, chain: Chain) -> bool:
        """Whether something behind reads a volume in the middle of a run."""
        return self._read_from_outside(first(chain, chain[-1].end), chain[-1].end)

    def _read_from_outside(self, start: int, end: int) -> bool:
        """Whether something behind the layer `end` references one from `start` on before it."""
        low, high = bisect_left(self.targets, start), bisect_left(self.targets, end)
        return any(reader > end for reader in self.readers[low:high])

    def _repeat(self, chain: Chain, period: int, times: int) -> Stage:
        """The last time stands for all, since what is behind reads that one."""
        body = chain[-period:]
        for one, other in zip(body, chain, strict=False):
            one.label = other.label
        stage = Stage(Kind.REPEAT, chain[-1].end, first(body, chain[-1].end), body=body, count=times)
        self._know(stage)
        return stage


def _worth(chain: Sequence[Stage], times: int) -> bool:
    size = sum(len(str(stage.head.word if stage.head else "group")) + sum(map(len, stage.values)) for stage in chain)
    return (times - 1) * size >= WORTH and any(stage.kind not in NO_LAYER for stage in chain)


def _follows(one: Sequence[Stage], other: Sequence[Stage], start: Sequence[Stage], times: int) -> bool:
    """Whether labels agree as they must in a repeat: none, or counting up."""
    for a, b, c in zip(one, other, start, strict=True):
        if any(_own(a)[1:]) or (b.label != _counted(c.label, times) if c.label else b.label):
            return False
    return True


def _counted(label: str, times: int) -> str | None:
    match = re.fullmatch(r"(.*?)(\d+)", label)
    return f"{match[1]}{int(match[2]) + times}" if match else None


def _same_links(one: Sequence[Stage], other: Sequence[Stage]) -> bool:
    """Whether stages reference the same volumes, or ones at the same place in the run."""
    for a, b in zip(one, other, strict=True):
        for here, there in zip(a.outside, b.outside, strict=True):
            inside = here >= first(list(one), here + 1)
            if inside != (there >= first(list(other), there + 1)):
                return False
            if _place(one, here) != _place(other, there) if inside else here != there:
                return False
    return True


def _labels(chain: Iterable[Stage]) -> Iterable[str]:
    """The labels of stages that are named together, "" for none."""
    found = [label for stage in chain for label in _own(stage)]
    return found if any(found) else ()


def _own(stage: Stage) -> list[str]:
    inner = [] if stage.kind is Kind.REGION and not stage.spliced else stage.chains
    return [stage.label, *(label for chain in inner for part in chain for label in _own(part))]


def _place(parts: Sequence[Stage], target: int) -> Any:
    """Where in some parts a layer stands."""
    for index, part in enumerate(parts):
        if part.kind is Kind.LAYER and part.end == target:
            return (index,)
        if part.kind not in NO_LAYER and part.first <= target <= part.end:
            inner = _place([item for chain in part.chains for item in chain], target)
            return None if inner is None else (index, *inner)
    return None
