"""How many layers a block adds at least, told without expanding it: blocks of blocks can add more than fit anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..syntax import tree
from .scope import Block, Scope

if TYPE_CHECKING:
    from .builder import Builder


_NO_LAYERS = ("ID", "OUTPUT")
"""They add nothing, or may."""


def least_layers(builder: Builder, block: Block) -> int:
    """The layers of a block; repeats count where their number is written out, words given by parameters do not."""
    key = id(block.definition)
    if key not in builder.sizes:
        builder.sizes[key] = 0  # for blocks that use themselves, which are refused later
        builder.sizes[key] = _chain(builder, block.definition.body, block.scope)
    return builder.sizes[key]


def _chain(builder: Builder, chain: tree.Chain, scope: Scope) -> int:
    return sum(_stage(builder, stage.head, scope) for stage in chain)


def _stage(builder: Builder, head: tree.Layer | tree.Use | tree.Ref | tree.Group | tree.Lost, scope: Scope) -> int:
    match head:
        case tree.Layer(word, _, branches):
            return (word not in _NO_LAYERS) + sum(_chain(builder, branch, scope) for branch in branches or ())
        case tree.Use(name):
            block = scope.block(name)
            return 0 if block is None else least_layers(builder, block)
        case tree.Group(chains, count):
            times = 1 if count is None else count.value if isinstance(count, tree.Number) else 0
            return int(times * sum(_chain(builder, chain, scope) for chain in chains))
    return 0
