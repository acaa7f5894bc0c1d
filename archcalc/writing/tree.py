"""What is to be written: stages in chains, each with the volume that it gives. Layers go by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .heads import Head, Slot


class Kind(Enum):
    """What a stage is."""

    LAYER = "layer"
    ID = "id"
    REF = "ref"
    OUTPUT = "OUTPUT"
    TRAIN = "OUTPUT train"
    REGION = "region"
    """Layers whose paths begin alike, or a branch that may become a block."""
    REPEAT = "repeat"


NO_LAYER = frozenset((Kind.ID, Kind.REF, Kind.OUTPUT, Kind.TRAIN))
"""Stages that give a volume that is there already."""


@dataclass(eq=False)
class Stage:
    """One stage of a chain."""

    kind: Kind
    end: int
    """The layer whose volume it gives."""
    first: int
    """The first layer in it; of a reference the layer that reads it."""
    comp: str = ""
    """The part of the path that it stands for; "" if any will do."""
    label: str = ""
    alias: str = ""
    """A name for the volume behind the stage, which is no part of any path."""
    head: Head | None = None
    branches: list[Chain] | None = None
    numbers: bool = False
    """Whether the label of the merge numbers its branches."""
    refs: list[int] = field(default_factory=list)
    """The volumes that are referenced: behind the current one, then by key."""
    body: Chain = field(default_factory=list)
    entry: int | None = None
    """Of a region: the volume that comes in."""
    path: tuple[str, ...] = ()
    """Of a region."""
    reads_entry: bool = False
    """Whether it references the volume that comes in."""
    spliced: bool = False
    """Whether a region is a branch without a path of its own."""
    count: int = 1
    nested: int = 0
    """How deep merges with branches stand in it, regions left out."""
    group: Any = None
    """Of a region: what it has in common with others that can be one block."""
    skeleton: int = 0
    values: tuple[str, ...] = ()
    """The texts of all values in it."""
    outside: tuple[int, ...] = ()
    """Volumes from before it that it references."""
    args: tuple[Slot, ...] = ()
    """Of a block's use: its arguments."""

    @property
    def chains(self) -> list[Chain]:
        """The chains in it."""
        return self.branches or [] if self.kind is Kind.LAYER else [self.body]


Chain = list[Stage]


def walk(chain: Chain) -> Iterator[Stage]:
    """All stages in the order of the text, a merge before its branches."""
    for stage in chain:
        yield stage
        for inner in stage.chains:
            yield from walk(inner)


def first(chain: Chain, otherwise: int) -> int:
    """The first layer of a chain."""
    return next((stage.first for stage in chain if stage.kind not in NO_LAYER), otherwise)


class Stuck(Exception):
    """What paths make impossible to write.

    Numbers of a region that no order of stages gives; merges whose label would number branches that it doesn't; blocks
    of whose inside something is read that has no name outside.
    """

    def __init__(self, regions: set[tuple[str, ...]], opened: set[tuple[str, ...]] | None = None) -> None:
        super().__init__()
        self.regions = regions
        self.merges: set[int] = set()
        self.opened = opened or set()
