"""From layers in their order to chains: what follows from the volume before, and what comes together in a merge.

A stack of chains that have not come together yet: a layer goes behind the chain that it reads, or begins one. A merge
takes the chains that end in what it reads as its branches, where they begin at one volume.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from ..graph import Graph
from .heads import Head
from .tree import Chain, Kind, Stage, Stuck, first

MAX_BRANCH = 64
"""Layers in a branch, and how deep merges stand in one: beyond, references are easier to read."""
MAX_NESTED = 3
_NEAR = 12
"""Stages before a merge among which it may begin."""


@dataclass(eq=False)
class Segment:
    """Stages one after the other; `entry` is what the first one reads, None if it reads nothing."""

    entry: int | None
    stages: Chain = field(default_factory=list)

    @property
    def end(self) -> int | None:
        return self.stages[-1].end if self.stages else self.entry


class Plan(NamedTuple):
    """How a merge takes its branches: for each the stack's chain that it is, None for the volume itself."""

    branches: tuple[Chain, ...]
    rest: list[Segment]
    references: int


class Chains:
    """Makes chains of a network's layers; merges that stand apart take references."""

    def __init__(
        self, graph: Graph, paths: Sequence[tuple[str, ...]], heads: Sequence[Head], apart: Container[int] = ()
    ) -> None:
        self.graph, self.paths, self.heads, self.apart = graph, paths, heads, apart
        self.marks = _marks(graph)
        self.fans = _fans(graph)
        self.numbering = _numbering(graph, paths)
        """Paths of merges whose labels number their branches."""

    def chain(self, nodes: Sequence[int], depth: int, incoming: int | None) -> Chain:
        """The chain of layers whose paths agree in the first `depth` parts."""
        stack = [Segment(incoming)]
        for run in self._runs(nodes, depth):
            path = self.paths[run[0]]
            if len(path) == depth + 1 and len(run) == 1:
                self._layer(stack, run[0])
            else:
                self._region(stack, run, depth)
        return list(_join(stack, incoming))

    def _runs(self, nodes: Sequence[int], depth: int) -> Iterator[list[int]]:
        """Layers alone, and those together that share the next part of their paths."""

        def key(index: int) -> object:
            path = self.paths[index]
            if len(path) == depth + 1:
                return index
            numbered = path[: depth + 1] in self.numbering and len(path) > depth + 2
            return path[: depth + 2] if numbered else path[depth]

        for _, run in groupby(nodes, key):
            yield list(run)

    def _region(self, stack: list[Segment], run: list[int], depth: int) -> None:
        entry = self._entry(run, stack[-1].end)
        path = self.paths[run[0]]
        numbered = path[: depth + 1] in self.numbering and len(path) > depth + 2
        down = depth + 2 if numbered else depth + 1
        stage = Stage(Kind.REGION, run[-1], run[0], path[down - 1], entry=entry, path=path[:down])
        stage.numbers = numbered
        stage.body = self.chain(run, down, entry)
        _attach(stack, stage, entry)

    def _entry(self, run: Sequence[int], current: int | None) -> int | None:
        """The volume that comes into a region: the current one if it is read there, else the first that is."""
        inside = set(run)
        found: list[int] = []
        for index in run:
            read = [source for source in self._main(index) if source not in inside]
            if current in read:
                return current
            found += [max(read)] if read else []
        return found[0] if found else None

    def _main(self, index: int) -> tuple[int, ...]:
        """The volumes that a layer reads, those referenced by key left out."""
        node, keys = self.graph.nodes[index], self.heads[index].keys
        return node.inputs[: len(node.inputs) - len(keys) + ("tie" in keys)]

    def _layer(self, stack: list[Segment], index: int) -> None:
        node, head = self.graph.nodes[index], self.heads[index]
        tied = [node.tie] if "tie" in head.keys and node.tie is not None else []
        main = self._main(index)
        refs = _by_key(head, list(node.inputs[len(main) :]), tied)
        stage = Stage(Kind.LAYER, index, index, self.paths[index][-1], head=head, refs=refs)
        if node.op.repeats_branch:
            self._experts(stack, stage, main)
        elif len(main) < 2:
            _attach(stack, stage, main[0] if main else None)
        else:
            self._merge(stack, stage, main)
        if index in self.marks:
            stack[-1].stages.append(Stage(self.marks[index], index, index))

    def _experts(self, stack: list[Segment], stage: Stage, main: Sequence[int]) -> None:
        """A mixture of experts: the first one is written."""
        held = stack[-1].stages.pop()
        if not stack[-1].stages and len(stack) > 1:
            stack.pop()
        experts = held.body[0].body[0]
        stage.branches, stage.first = [experts.body], held.first
        _attach(stack, stage, main[0])

    def _merge(self, stack: list[Segment], stage: Stage, main: tuple[int, ...]) -> None:
        forks = sorted(self._forks(stack, main), reverse=True) if stage.end not in self.apart else []
        plans = [plan for fork in forks if (plan := self._plan(stack, main, fork, stage.end)) is not None]
        plans = [plan for plan in plans if not _misnumbered(plan, stage.comp)]
        if not plans:
            stage.refs = [*main[1:], *stage.refs]
            _attach(stack, stage, main[0])
            return
        plan = min(plans, key=lambda plan: plan.references)
        stack[:] = plan.rest
        plain = all(len(branch) == 1 and branch[0].kind in (Kind.REF, Kind.ID) for branch in plan.branches)
        if plain and plan.branches[0][0].kind is Kind.ID and plan.branches[1][0].kind is Kind.REF:
            stage.refs = [*main[1:], *stage.refs]
        else:
            stage.branches = list(plan.branches)
            stage.first = min([stage.end, *(first(branch, stage.end) for branch in plan.branches)])
            stage.nested = 1 + max(inner.nested for branch in plan.branches for inner in branch)
            if self.paths[stage.end] in self.numbering:
                self._number(stage)
        stack[-1].stages.append(stage)

    def _forks(self, stack: list[Segment], main: Sequence[int]) -> set[int]:
        """Volumes that the branches of a merge may begin with."""
        last = stack[-len(main) - 1 :]
        found = {*main, *(volume for segment in last for volume in (segment.entry, segment.end) if volume is not None)}
        return found.union(stage.end for segment in last for stage in segment.stages[-_NEAR:] if stage.end in self.fans)

    def _number(self, stage: Stage) -> None:
        """A merge whose label numbers its branches: what stands below a number is a branch."""
        stage.numbers = True
        branches = []
        for index, branch in enumerate(stage.branches or []):
            *start, last = branch
            if last.kind is Kind.REGION and (not last.numbers or last.comp != str(index) or len(start) > 1):
                raise Stuck({self.paths[stage.end]})
            branches.append([*start, *(last.body or [last])])
        stage.branches = branches

    def _plan(self, stack: list[Segment], main: tuple[int, ...], fork: int, reader: int) -> Plan | None:
        """The merge with branches from one volume on; None if that volume cannot be the one before the merge."""
        rest = list(stack)
        branches: list[Chain] = []
        references, trunk, used = 0, False, False
        for source in reversed(main):
            top = rest[-1]
            if source == fork:
                branches.append([Stage(Kind.ID, fork, reader)])
                used = True
            elif trunk or top.end != source or not top.stages:
                branches.append([Stage(Kind.REF, source, reader)])
                references += 1
            elif (cut := _cut(top, fork, len(rest) == 1)) is not None:
                branches.append(top.stages[cut:])
                rest[-1] = Segment(top.entry, top.stages[:cut])
                trunk = used = True
            elif len(rest) == 1 or _fed(top):
                branches.append([Stage(Kind.REF, source, reader)])
                references += 1
            else:
                rest.pop()
                used = used or top.entry == fork
                start = [] if top.entry in (fork, None) else [Stage(Kind.REF, top.entry or 0, top.stages[0].first)]
                references += len(start)
                branches.append([*start, *top.stages])
        branches.reverse()
        if not used or any(map(_long, branches)) or _ahead(branches):
            return None
        if rest[-1].end != fork:
            rest.append(Segment(fork))
        return Plan(tuple(branches), rest, references + len(rest))


def _by_key(head: Head, extra: list[int], tied: list[int]) -> list[int]:
    """The volumes referenced by key, in the order of the keys."""
    return [tied.pop() if key == "tie" and tied else extra.pop(0) for key in head.keys]


def _attach(stack: list[Segment], stage: Stage, entry: int | None) -> None:
    """Behind the chain that a stage reads, or as a new one."""
    if entry is not None and stack[-1].end == entry:
        stack[-1].stages.append(stage)
    elif not stack[-1].stages and stack[-1].entry is None:
        stack[-1] = Segment(entry, [stage])
    else:
        stack.append(Segment(entry, [stage]))


def _cut(segment: Segment, volume: int, lowest: bool) -> int | None:
    """Where a chain gives a volume, before its end."""
    for place in range(len(segment.stages) - 2, -1, -1):
        if segment.stages[place].end <= volume:
            return place + 1 if segment.stages[place].end == volume else None
    return 0 if lowest and segment.entry == volume else None


def _long(branch: Chain) -> bool:
    """Whether a branch had better be written as a reference."""
    layers = branch[-1].end - first(branch, branch[-1].end)
    return layers >= MAX_BRANCH or max(stage.nested for stage in branch) >= MAX_NESTED


def _fed(segment: Segment) -> bool:
    """Whether a chain begins with an INPUT, which no branch does."""
    head = segment.stages[0].head
    return head is not None and head.word == "INPUT"


def _ahead(branches: Sequence[Chain]) -> bool:
    """Whether a branch begins with a reference to what only a later branch gives."""
    for index, branch in enumerate(branches):
        for later in branches[index + 1 :] if branch[0].kind is Kind.REF else ():
            if first(later, later[-1].end + 1) <= branch[0].end <= later[-1].end:
                return True
    return False


def _join(stack: list[Segment], incoming: int | None) -> Iterator[Stage]:
    current = incoming
    for segment in stack:
        if segment.stages and segment.entry is not None and segment.entry != current:
            yield Stage(Kind.REF, segment.entry, segment.stages[0].first)
        yield from segment.stages
        current = segment.end if segment.stages else current


def _misnumbered(plan: Plan, number: str) -> bool:
    """Whether numbers say that a merge is written otherwise: what is before it has lower ones, branches have higher."""
    if not number.isdigit():
        return False
    comps = [stage.comp for branch in plan.branches for stage in branch if stage.comp.isdigit() and not stage.numbers]
    before = [stage.comp for stage in plan.rest[-1].stages[-1:] if stage.comp.isdigit()]
    return any(int(comp) < int(number) for comp in comps) or any(int(comp) > int(number) for comp in before)


def _numbering(graph: Graph, paths: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    merges = {path for path, node in zip(paths, graph.nodes, strict=True) if node.op.numbers_branches and path[-1]}
    starts = {path[:size] for path in paths for size in range(1, len(path) - 1)}
    return merges & starts


def _marks(graph: Graph) -> dict[int, Kind]:
    """Where OUTPUT stands: nowhere, if the last layer is what leaves the network."""
    read = {source for node in graph.nodes for source in node.inputs}
    marks = {i: Kind.TRAIN for i, node in enumerate(graph.nodes) if not node.active and i not in read}
    last = max((i for i, node in enumerate(graph.nodes) if node.active), default=-1)
    if graph.outputs != (last,) or last != len(graph.nodes) - 1:
        marks |= dict.fromkeys(graph.outputs, Kind.OUTPUT)
    return marks


def _fans(graph: Graph) -> set[int]:
    """Volumes that several layers read."""
    counts = Counter(source for node in graph.nodes for source in node.inputs)
    return {source for source, count in counts.items() if count > 1}
