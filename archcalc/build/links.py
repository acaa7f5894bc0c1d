"""What ties layers together beyond the chain: volumes given by key, shared weights, token ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import SpecError
from ..graph import Node
from ..ops.base import Op, Weight
from ..ops.fields import LIKE, Reference, signature
from ..shape import Shape, show
from ..symbolic import differ
from ..syntax import tree
from .scope import Scope, Volume

if TYPE_CHECKING:
    from .builder import Builder


def named(builder: Builder, op: Op, layer: tree.Layer, scope: Scope) -> tuple[Op, int | None, list[Volume]]:
    """What is referenced by key: sizes, which the op then has, the stage whose weight is shared, further volumes."""
    tie, volumes = None, []
    given = {argument.key: argument.value for argument in layer.arguments if isinstance(argument.value, tree.Ref)}
    cls: type = type(op)
    for key, field in signature(cls).options.items() if given else ():
        if key not in given:
            continue
        volume = builder.resolve(Reference(given[key].label), given[key], scope)
        if key == "tie":
            tie = _owner(builder, volume.node)
        elif field.metadata["kind"] is LIKE and volume.shape is not None:
            op = replace(op, **{field.name: volume.shape[:-1]})  # type: ignore[type-var]
        else:
            volumes.append(volume)
    return op, tie, volumes


def _owner(builder: Builder, node: int) -> int | None:
    """The node that stores the weight; one that shares it itself names its own owner."""
    return None if node < 0 else node if (tie := builder.nodes[node].tie) is None else tie


def check_tie(builder: Builder, op: Op, shapes: tuple[Shape, ...], tie: int) -> None:
    """Refuse to share a weight that is not there, or has another shape."""
    owner = builder.nodes[tie]
    stored: Weight | None = owner.op.weights(*(builder.nodes[index].shape for index in owner.inputs)).get("weight")
    if stored is None:
        help = ("tie=@label of an EMBED, a LINEAR or an FC",)
        raise SpecError.of("E350", "there is no weight to share", f"{owner.op} at {owner.name} has none", help)
    needed = op.weights(*shapes)["weight"].shape
    if len(needed) != len(stored.shape) or any(map(differ, needed, stored.shape)):
        note = f"{op} needs {show(needed)}, {owner.op} at {owner.name} has {show(stored.shape)}"
        raise SpecError.of("E350", "the shared weight has another shape", note, ("the sizes must agree",))


def check_ids(op: Op, sources: Iterable[Node]) -> None:
    """Token ids go to layers that look them up, and nothing else does."""
    for source in sources:
        integer = source.op.word == "INPUT" and source.op.integer
        if integer and not op.ids:
            help = ("EMBED v d turns token ids into vectors; without int an INPUT holds real numbers",)
            raise SpecError.of("E349", f"{op.word} reads real numbers", f"{source.name} holds token ids", help)
        if op.ids and not integer:
            help = ("INPUT 128 int holds token ids",)
            raise SpecError.of("E349", f"{op.word} reads token ids", f"{source.name} holds real numbers", help)
