"""What a layer reads: the current volume, its branches, referenced ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Diagnostic, Fix, SpecError
from ..ops.base import Op
from ..ops.fields import LIKE, REFERENCE, Reference, signature
from ..syntax import tree
from . import mixture
from .names import Naming
from .scope import LOST, Scope, Volume

if TYPE_CHECKING:
    from .builder import Builder


def read(
    builder: Builder,
    op: Op,
    layer: tree.Layer,
    refs: list[tree.Argument],
    path: str,
    scope: Scope,
    naming: Naming,
    current: Volume,
) -> list[Volume]:
    """What the layer reads: its branches, or the current volume and the referenced ones."""
    if refs and (op.arity == 1 or op.repeats_branch):
        raise _no_reference(op, refs[0], scope)
    if op.repeats_branch:
        return mixture.expand(builder, op, layer, path, scope, current)
    if layer.branches is None:
        volumes = [current]
    elif op.arity == 1:
        help = (f"{layer.word} works on one volume; ADD, MUL, SUB and CONCAT merge branches",)
        raise scope.error(layer, "E223", f"{layer.word} takes no branches", help)
    else:
        volumes = []
        for index, branch in enumerate(layer.branches):
            inner = naming.inside(f"{path}.{index}") if path and op.numbers_branches else naming
            volume = builder.chain(branch, scope, inner, current, branch=True)
            volumes.append(LOST if volume is None else volume)
    for argument in refs:
        assert isinstance(argument.value, tree.Ref)
        volumes.append(builder.resolve(Reference(argument.value.label), argument.value, scope))
    if op.arity is not None and op.arity > 1 and len(volumes) not in (1, op.arity):
        help = (f"give {op.arity}, in the order of the docs",)
        raise scope.error(layer, "E229", f"{layer.word} takes {op.arity} volumes, {len(volumes)} given", help)
    return volumes


def _no_reference(op: Op, argument: tree.Argument, scope: Scope) -> SpecError:
    """A reference behind a layer that works on one volume: perhaps its key is missing, as in CROP like=@x."""
    ref, word = argument.value, op.word
    assert isinstance(ref, tree.Ref)
    options = signature(type(op)).options.items()
    key = next((key for key, field in options if field.metadata["kind"] in (LIKE, REFERENCE)), "")
    if not key:
        help = (f"@{ref.label} -> {word} starts from that stage",)
        return scope.error(argument, "E223", f"{word} takes no reference", help)
    right = f"{key}=@{ref.label}"
    help = (f"write {word} {right}",)
    message, fixes = f"{word} takes a reference by its key", (Fix(f"write {right}", right),)
    return SpecError(Diagnostic("E223", message, "", help, fixes, scope.place(argument), scope.trace))
