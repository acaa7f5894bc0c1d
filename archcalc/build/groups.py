"""Chains in brackets: groups under a label, and repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..syntax import tree
from .names import Naming
from .scope import Scope, Volume
from .values import integer

if TYPE_CHECKING:
    from .builder import Builder


def group(
    builder: Builder, part: tree.Group, label: str, scope: Scope, naming: Naming, current: Volume | None, branch: bool
) -> Volume | None:
    if len(part.chains) > 1:
        help = ("ADD [a, b] adds them, CONCAT [a, b] joins their channels, MUL and SUB multiply and subtract",)
        raise scope.error(part, "E221", "the brackets hold branches, but not how they merge", help)
    if part.count is None:
        inner = naming.inside(naming.path(label, "")) if label else naming
        return builder.chain(part.chains[0], scope, inner, current, branch and not label)
    count = integer(part.count, scope, "the number of repeats")
    return _repeat(builder, part, count, label, scope, naming, current)


def _repeat(
    builder: Builder, part: tree.Group, count: int, label: str, scope: Scope, naming: Naming, current: Volume | None
) -> Volume | None:
    """The chain `count` times; the first time tells how large that gets."""
    inner = naming.inside(naming.path(label, "")) if label else naming
    outer, inner.repeated = inner.repeated, True
    first, known = len(builder.nodes), len(builder.mistakes)
    builder.repeats += count > 1
    for index in range(count):
        before = current
        current = builder.chain(part.chains[0], scope, inner, current)
        made = len(builder.nodes) - first
        builder.check_size(made * count if index == 0 else 0, scope, part)
        if len(builder.mistakes) > known or (not made and current == before):
            break
    inner.repeated = outer
    builder.repeats -= count > 1
    return current
