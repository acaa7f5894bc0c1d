"""Claims about volumes: `=> 55x55x96` is compared, `=> ?` is a question."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from ..graph import Claim, Question
from ..ops import WORDS
from ..ops.fields import Word
from ..shape import show
from ..symbolic import Symbolic
from ..syntax import tree
from ..tape import Refused
from ..unknown import Comparison
from .scope import Scope, Volume
from .values import evaluate

if TYPE_CHECKING:
    from .builder import Builder


def claim(builder: Builder, part: tree.Glued, scope: Scope, volume: Volume | None, failed: bool) -> Volume | None:
    """Compare a claimed volume, or note the question; after a mistake the claim says how to go on."""
    if volume is None:
        raise scope.error(part, "E231", "nothing before => gives a volume", ("write a layer before it",))
    if len(part.axes) == 1 and isinstance(part.axes[0], tree.Unknown):
        if volume.shape is not None and not failed:
            builder.questions.append(Question(volume.node, scope.place(part)))
        return volume
    sizes = tuple(_size(axis, scope) for axis in part.axes)
    unknowns = builder.options.unknowns
    if unknowns is not None and unknowns.lenient and volume.shape is not None and len(sizes) == len(volume.shape):
        pairs = zip(volume.shape, sizes, strict=True)
        unknowns.comparisons += [Comparison(actual, size) for actual, size in pairs if size is not None]
        return volume
    claimed = show(["?" if size is None else size for size in sizes])
    if failed or volume.shape is None:
        builder.claims.append(Claim(scope.place(part), claimed, None))
        known = tuple(size for size in sizes if size is not None)
        return Volume(volume.node, known) if len(known) == len(sizes) else volume
    right = len(sizes) == len(volume.shape) and all(
        one in (None, size) for one, size in zip(sizes, volume.shape, strict=True)
    )
    builder.claims.append(Claim(scope.place(part), claimed, volume.shape, right))
    if not right and unknowns is not None and unknowns.hasty:
        raise Refused
    if not right and not builder.options.grading and not builder.overridden:
        note = f"{claimed} claimed, {show(volume.shape)} computed"
        raise scope.error(part, "E401", "the volume is not what is claimed", _reason(builder, volume, part), note)
    return volume


def _size(axis: tree.Expression | tree.Sides, scope: Scope) -> int | None:
    if isinstance(axis, tree.Unknown):
        return None
    size = evaluate(axis, scope)
    if isinstance(size, Word) and size in WORDS:
        help = ("=> 55x55x96 claims a volume, => ? asks for it, -> joins layers",)
        raise scope.error(axis, "E107", f"no volume stands between => and {size}", help)
    if isinstance(size, Symbolic):
        return size  # type: ignore[return-value]
    if not isinstance(size, int) or size < 1:
        down = f"for example (floor({size})), which is {floor(size)}"
        help = (down,) if isinstance(size, Fraction) and size >= 1 else ("for example => 55x55x96",)
        raise scope.error(axis, "E208", "a size must be a whole number of at least 1", help, f"this is {size}")
    return size


def _reason(builder: Builder, volume: Volume, part: tree.Glued) -> tuple[str, ...]:
    """Where a computed volume comes from: the nearest layer above that has changed it, and its arithmetic."""
    from ..ops.why import why  # noqa: PLC0415 - only when something went wrong

    if volume.node < 0:
        return ("after the mistake above, the volume was taken from its claim",)
    node = builder.nodes[volume.node]
    while len(node.inputs) == 1 and min(node.inputs) >= 0 and builder.nodes[node.inputs[0]].shape == node.shape:
        if why(node.op, node.shape):
            break
        node = builder.nodes[node.inputs[0]]
    known = min(node.inputs, default=0) >= 0
    inputs = [builder.nodes[index].shape for index in node.inputs] if known else []
    reads = f" on {' and '.join(map(show, inputs))}" if inputs else ""
    arithmetic = why(node.op, *inputs) if inputs else ""
    slide = builder.root.source.text[part.start : part.start + 1] == "["
    right = f"{'[{}]' if slide else '=> {}'} if the layers are right".format(show(volume.shape or ()))
    return (f"{node.op}{reads} gives {show(node.shape)}{f': {arithmetic}' if arithmetic else ''}", right)
