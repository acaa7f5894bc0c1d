"""Regions and branches that are equal but for values become blocks; values in which they differ become parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from .heads import Slot
from .parameters import Parameter, parametrize
from .titles import Titles
from .tree import Chain, Kind, Stage, walk

_LARGE = 4
"""Layers from which on what is repeated is easier to read as a block."""
COUNT = "*"
"""The key of a repeat's count."""


@dataclass(eq=False)
class Block:
    """Regions of one group."""

    uses: list[Stage]
    repeated: bool = False
    """Whether it is all that a repeat holds."""
    written: int = 0
    """How often the text has it."""
    name: str = ""
    """The word of its definition; "" where it is written in its place."""
    params: tuple[Parameter, ...] = ()
    texts: tuple[str, ...] = ()
    """What stands for each value in it."""
    references: tuple[str, ...] = ()
    """What its references to volumes outside of it are called."""

    @property
    def model(self) -> Stage:
        """The one that is written."""
        return self.uses[0]


@dataclass(eq=False)
class Blocks:
    """All blocks of a network, inner ones first."""

    root: Chain
    opened: Container[tuple[str, ...]] = ()
    """Paths of regions that are written in their places."""
    by_group: dict[object, Block] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stage in walk(self.root):
            if stage.kind is Kind.REGION:
                self.by_group.setdefault(stage.group, Block([])).uses.append(stage)
        self._count(self.root)
        titles = Titles()
        for block in self.inner_first():
            if self._defined(block):
                block.name = titles.find(block.uses)
                self._parametrize(block)

    def block(self, stage: Stage) -> Block:
        """The block of a region."""
        return self.by_group[stage.group]

    def _count(self, chain: Chain, repeated: bool = False) -> None:
        for stage in chain:
            fresh = True
            if stage.kind is Kind.REGION:
                block = self.block(stage)
                block.written += 1
                fresh = block.written == 1
                block.repeated |= repeated and len(chain) == 1
            if fresh:
                for inner in stage.chains:
                    self._count(inner, stage.kind is Kind.REPEAT)

    def inner_first(self) -> Iterator[Block]:
        """The blocks, each behind those in it."""
        seen: set[object] = set()

        def visit(chain: Chain) -> Iterator[Block]:
            for stage in chain:
                if stage.kind is Kind.REGION and stage.group in seen:
                    continue
                for inner in stage.chains:
                    yield from visit(inner)
                if stage.kind is Kind.REGION:
                    seen.add(stage.group)
                    yield self.block(stage)

        yield from visit(self.root)

    def _defined(self, block: Block) -> bool:
        stage = block.model
        if any(not use.label and not use.spliced for use in block.uses):
            return True
        if any(use.path in self.opened for use in block.uses):
            return False
        layers = sum(1 for item in walk(stage.body) if item.kind is Kind.LAYER)
        often = block.written > 1 or (block.repeated and layers > _LARGE)
        return stage.reads_entry or (often and layers > 1)

    # Values

    def slots(self, chain: Chain) -> Iterator[Slot]:
        """The values in a chain, as far as they are written there."""
        for stage in chain:
            if stage.kind is Kind.LAYER and stage.head is not None:
                yield from stage.head.slots
            elif stage.kind is Kind.REGION and self.block(stage).name:
                yield from stage.args
                continue
            for inner in stage.chains:
                yield from self.slots(inner)
            if stage.kind is Kind.REPEAT:
                yield Slot(COUNT, "reps", str(stage.count))

    def _parametrize(self, block: Block) -> None:
        columns = [list(self.slots(stage.body)) for stage in block.uses]
        outside = len(block.model.outside)
        found = parametrize(columns, _names(outside))
        block.params, block.texts = found.params, found.texts
        block.references = tuple(_names(outside))
        for stage, args in zip(block.uses, found.args, strict=True):
            stage.args = args


def _names(count: int) -> Sequence[str]:
    return [*"xyz"][:count] if count <= 3 else [f"x{index}" for index in range(1, count + 1)]


def labels_of(chain: Chain, blocks: Blocks) -> Counter[str]:
    """How often each label stands in a scope: the chain without what stands in definitions."""
    return Counter(name for stage in scope(chain, blocks) for name in (stage.label, stage.alias) if name)


def scope(chain: Chain, blocks: Blocks) -> Iterator[Stage]:
    """The stages that are written in a chain, definitions left out."""
    for stage in chain:
        yield stage
        if stage.kind is Kind.REGION and blocks.block(stage).name:
            continue
        for inner in stage.chains:
            yield from scope(inner, blocks)
