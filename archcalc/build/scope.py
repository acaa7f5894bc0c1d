"""What names mean at one point of a spec."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ..errors import Diagnostic, Place, SpecError
from ..shape import Shape
from ..source import Source
from ..symbolic import Assumptions
from ..syntax import tree
from ..unknown import Unknowns


class Spanned(Protocol):
    """Anything of the syntax tree."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Volume(NamedTuple):
    """The output of a node, or (None) one that a mistake left unknown."""

    node: int
    shape: Shape | None


LOST = Volume(-1, None)
"""What a layer with a mistake gives: whatever reads it is not checked."""


class Block(NamedTuple):
    """A definition and the scope that it was made in."""

    definition: tree.Definition
    scope: Scope


_SIZES = {"cin": -1, "win": -2, "hin": -3, "din": -4}
"""Names for the sizes of the volume that comes into a block."""


@dataclass(eq=False)
class Scope:
    """The names of one file or of one use of a block; what it does not have, its parent has."""

    source: Source
    parent: Scope | None = None
    values: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    labels: dict[str, Volume] = field(default_factory=dict)
    incoming: Volume | None = None
    """The volume that comes into the block."""
    unknown: set[str] = field(default_factory=set)
    """Names whose values a mistake lost."""
    incomplete: bool = False
    """Whether an import or a definition failed, so that names and blocks may be missing."""
    uses: tuple[tuple[Source, int, int], ...] = ()
    """The uses of blocks that lead here, innermost first, by their offsets: places are worked out only for mistakes."""
    depth: int = 0
    assumptions: Assumptions = field(default_factory=Assumptions)
    """What the network supposes of its symbols; one for all scopes."""
    unknowns: Unknowns | None = None
    """What question marks stand for, while they are solved; one for all scopes."""

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.assumptions, self.unknowns = self.parent.assumptions, self.parent.unknowns

    @property
    def trace(self) -> tuple[Place, ...]:
        """The places of the uses of blocks that lead here."""
        return tuple(source.place(start, end) for source, start, end in self.uses)

    def used_at(self, part: Spanned) -> tuple[tuple[Source, int, int], ...]:
        """What leads into a block that is used here."""
        return ((self.source, part.start, part.end), *self.uses)

    def find(self, name: str) -> Any:
        """The value of a name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            if name in _SIZES and scope.incoming is not None and scope.incoming.shape is not None:
                shape, axis = scope.incoming.shape, _SIZES[name]
                if len(shape) >= -axis and (axis == -1 or len(shape) > 2 or (axis == -2 and len(shape) == 2)):
                    return shape[axis]
            scope = scope.parent
        return None

    def lost(self, name: str) -> bool:
        """Whether a mistake took the value of the name: of itself, or of the volume whose size it is."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.unknown:
                return True
            scope = scope.parent
        scope = self
        while scope is not None and scope.incoming is None:
            scope = scope.parent
        return name in _SIZES and scope is not None and scope.incoming is not None and scope.incoming.shape is None

    def misses_import(self) -> bool:
        """Whether something unknown may come from a file whose import failed."""
        scope: Scope | None = self
        while scope is not None and not scope.incomplete:
            scope = scope.parent
        return scope is not None

    def block(self, name: str) -> Block | None:
        """The block of that name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.blocks:
                return scope.blocks[name]
            scope = scope.parent
        return None

    def label(self, name: str) -> Volume | None:
        """The newest volume of that label, or None."""
        scope: Scope | None = self
        while scope is not None and name not in scope.labels:
            scope = scope.parent
        return scope.labels[name] if scope is not None else None

    def names(self) -> Iterable[str]:
        """All names that have a value here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.values
            if scope.incoming is not None:
                yield from _SIZES
            scope = scope.parent

    def block_names(self) -> Iterable[str]:
        """All blocks that can be used here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.blocks
            scope = scope.parent

    def place(self, part: Spanned) -> Place:
        """Where a piece of syntax stands."""
        return self.source.place(part.start, part.end)

    def error(self, part: Spanned, code: str, message: str, help: tuple[str, ...], note: str = "") -> SpecError:
        """A mistake in a piece of syntax."""
        return SpecError(Diagnostic(code, message, note, help, place=self.place(part), trace=self.trace))
