"""Where volumes enter a network and leave it: INPUT, PARAM, OUTPUT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Diagnostic
from ..ops.base import Op
from ..ops.fields import Reference
from ..ops.volume import Input, Output
from ..shape import Shape
from ..symbolic import Symbolic, symbol
from ..syntax import tree
from .arguments import bind
from .names import Naming
from .scope import LOST, Scope, Volume

if TYPE_CHECKING:
    from .builder import Builder


def source(builder: Builder, op_class: type[Op], layer: tree.Layer, label: str, scope: Scope, naming: Naming) -> Volume:
    """A layer that reads no volume."""
    op = bind(op_class, layer.arguments, layer, scope, "")
    if builder.options.input is not None and isinstance(op, Input) and not builder.nodes:
        builder.overridden |= builder.options.input != op.shape
        op = Input(builder.options.input, integer=op.integer)
    path = naming.path(label, layer.word)
    if isinstance(op, Input) and not label:
        path = "input" if builder.taken.free("input") else path
    volume = builder.add(op, (), op.output(), path, scope, layer)
    _echo(builder, op, scope, layer)
    return volume


def _echo(builder: Builder, op: Op, scope: Scope, layer: tree.Layer) -> None:
    """Say once how an input that is not square was read: height and width are easily swapped."""
    if not isinstance(op, Input) or any(isinstance(size, Symbolic) for size in op.shape):
        return
    if builder.options.unknowns is None and len(op.shape) == 3 and op.shape[0] != op.shape[1]:
        height, width, channels = op.shape
        message = f"read as height {height}, width {width}, channels {channels}"
        builder.warnings.append(Diagnostic("W101", message, place=scope.place(layer)))


def start(builder: Builder, layer: tree.Layer | tree.Use, scope: Scope, integer: bool = False) -> Volume:
    """The volume of a chain that starts without INPUT."""
    if builder.nodes or builder.mistakes:
        return LOST
    op = Input(builder.options.input or _symbols(scope), integer=integer)
    return builder.add(op, (), op.output(), "input", scope, layer)


def mark(builder: Builder, layer: tree.Layer, scope: Scope, current: Volume | None) -> Volume | None:
    """Mark the current volume, or the referenced ones, as outputs."""
    refs = [argument.value for argument in layer.arguments if isinstance(argument.value, tree.Ref)]
    plain = [argument for argument in layer.arguments if not isinstance(argument.value, tree.Ref)]
    op = bind(Output, plain, layer, scope, "")
    assert isinstance(op, Output)
    volumes = [builder.resolve(Reference(ref.label), ref, scope) for ref in refs] or [
        current or start(builder, layer, scope)
    ]
    (builder.training if op.train else builder.outputs).extend(volume.node for volume in volumes)
    return current


def _symbols(scope: Scope) -> Shape:
    """H, W, C."""
    return tuple(symbol(name, scope.assumptions) for name in ("H", "W", "C"))  # type: ignore[misc]
