"""MOE's branch, once for each expert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops.base import Op
from ..syntax import tree
from .names import Naming
from .scope import Scope, Volume

if TYPE_CHECKING:
    from .builder import Builder


def expand(builder: Builder, op: Op, layer: tree.Layer, path: str, scope: Scope, current: Volume) -> list[Volume]:
    """The volume itself, then what each expert makes of it; those beyond the chosen ones are stored, but don't run."""
    experts: int = op.experts  # type: ignore[attr-defined]
    top: int = op.top  # type: ignore[attr-defined]
    if layer.branches is None or len(layer.branches) != 1:
        help = (f"{layer.word} 8 top=2 [LINEAR 128 -> RELU -> LINEAR 32]",)
        raise scope.error(layer, "E229", f"{layer.word} takes one branch, the expert", help)
    first, known = len(builder.nodes), len(builder.mistakes)
    volumes = [current]
    for index in range(experts):
        start = len(builder.nodes)
        inner = Naming(builder.taken, f"{path}.experts.{index}.")
        volume = builder.chain(layer.branches[0], scope, inner, current, branch=True)
        volumes.append(volume or Volume(-1, None))
        if index >= top:
            builder.nodes[start:] = [node._replace(active=False) for node in builder.nodes[start:]]
        if len(builder.mistakes) > known:
            break
        builder.check_size(max(len(builder.nodes) - first, 1) * experts if index == 0 else 0, scope, layer)
    return volumes
