"""Using blocks: parameters, defaults, and the scope inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, LimitError, SpecError
from ..ops import WORDS
from ..ops.fields import Reference, Word
from ..syntax import tree
from ..words import did_you_mean, layers_like, nearest
from . import advice, declare
from .names import Naming
from .scope import Block, Scope, Volume
from .size import least_layers
from .values import evaluate

if TYPE_CHECKING:
    from .builder import Builder


def use(
    builder: Builder, part: tree.Use, label: str, scope: Scope, naming: Naming, current: Volume | None, branch: bool
) -> Volume | None:
    """The chain of a block in place of its name."""
    word = scope.find(part.name)
    if isinstance(word, Word):
        layer = tree.Layer(str(word), part.arguments, part.branches, part.start, part.end)
        return builder.layer(layer, label, scope, naming, current)
    block = scope.block(part.name)
    if block is None:
        raise _unknown(part, scope)
    if part.branches is not None:
        raise scope.error(part, "E223", f"{part.name} is a block and takes no branches", ("give it references: @a @b",))
    _check_depth(builder, block, part, scope)
    builder.check_size(len(builder.nodes) + least_layers(builder, block), scope, part)
    inner = Scope(block.scope.source, block.scope, incoming=current, uses=scope.used_at(part), depth=scope.depth + 1)
    inner.values.update(_parameters(builder, block, part, scope, inner))
    for declaration in block.definition.lets:
        declare.let(declaration, inner)
    spliced = branch and not label
    inside = naming if spliced else naming.inside(naming.path(label, part.name.rpartition(".")[2]))
    builder.active.append(block.definition)
    try:
        volume = builder.chain(block.definition.body, inner, inside, current)
    finally:
        builder.active.pop()
    if label:
        scope.labels |= {f"{label}.{name}": labelled for name, labelled in inner.labels.items()}
    return volume


def _unknown(part: tree.Use, scope: Scope) -> Exception:
    span = tree.Name(part.name, part.start, part.start + len(part.name))
    if scope.misses_import():
        return SpecError()
    behind = scope.source.text[span.end : part.end].split(maxsplit=1)[:1]
    if scope.label(part.name):
        return scope.error(span, "E218", f"there is no block {part.name}", (f"@{part.name} is the labelled volume",))
    if behind and behind[0] in WORDS:
        help = f"a colon labels a stage: {part.name}: {behind[0]}"
        return scope.error(span, "E218", f"there is no block {part.name}", (help,))
    near = [] if part.name.upper() in WORDS else nearest(part.name, scope.block_names())
    if near or not layers_like(part.name, WORDS):
        help = did_you_mean(near, f"define it first: def {part.name} n {{ ... }}")
    else:
        help = advice.layer(part.name, scope.source.text[span.end : part.end].strip())
    return scope.error(span, "E218", f"there is no block {part.name}", (help,))


def _check_depth(builder: Builder, block: Block, part: tree.Use, scope: Scope) -> None:
    if block.definition in builder.active:
        help = ("blocks cannot call themselves; [ ... ]*n repeats",)
        raise scope.error(part, "E219", f"{part.name} uses itself", help)
    most = builder.options.max_depth
    if scope.depth >= most:
        message, help = f"blocks use each other more than {most} deep", ("--max-depth raises the limit",)
        raise LimitError(Diagnostic("E505", message, help=help, place=scope.place(part)))


def _parameters(builder: Builder, block: Block, part: tree.Use, scope: Scope, inner: Scope) -> dict[str, Any]:
    """The values of all parameters: given by place, by key, or by default (which may use the ones before)."""
    names = [parameter.name for parameter in block.definition.parameters]
    values: dict[str, Any] = {}
    for argument in part.arguments:
        waiting = [name for name in names if name not in values]
        key = argument.key or (waiting[0] if waiting else "")
        if key not in names:
            raise _no_parameter(block, argument, scope)
        if key in values:
            raise scope.error(argument, "E212", f"{key} is given twice", ("keep one",))
        values[key] = _value(builder, argument.value, scope)
    for parameter in block.definition.parameters:
        if parameter.name in values:
            continue
        if parameter.default is None:
            help = (f"{part.name} {' '.join(names)}",)
            raise scope.error(part, "E217", f"{part.name} needs its {parameter.name}", help)
        inner.values.update(values)
        values[parameter.name] = _value(builder, parameter.default, inner)
    return values


def _value(builder: Builder, value: tree.Value, scope: Scope) -> Any:
    """A parameter's value; a reference means the volume that it names where the block is used."""
    result = evaluate(value, scope)
    if isinstance(result, Reference) and isinstance(value, tree.Ref):
        return builder.resolve(result, value, scope)
    return result


def _no_parameter(block: Block, argument: tree.Argument, scope: Scope) -> Exception:
    names = [parameter.name for parameter in block.definition.parameters]
    takes = f"{block.definition.name} takes {' '.join(names)}" if names else f"{block.definition.name} takes nothing"
    if not argument.key:
        text = scope.source.text[argument.start : argument.end]
        return scope.error(
            argument, "E216", f"{text} is one argument too many", (f"{takes}; the next stage follows after ->",)
        )
    near = nearest(argument.key, names)
    help = f"did you mean {near[0]}?" if near else takes
    return scope.error(argument, "E215", f"{block.definition.name} has no parameter {argument.key}", (help,))
