"""Local functions: operators that the file defines. How far they expand is counted before anything is expanded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, LimitError, SpecError
from .proto import Call, Function, GraphPart, ModelPart
from .value import Value

if TYPE_CHECKING:
    from .reader import Reader, Scope

MAX_CALLS = 60
"""Functions in each other."""

Key = tuple[str, str, str]


def check_calls(model: ModelPart, most: int) -> None:
    """Refuse functions that call each other in a circle, too deep, or expand to too many nodes."""
    if not model.functions:
        return
    sizes = _sizes(model)
    total = _size(model, model.graph, sizes)
    if total > most:
        shown = f"{total:,}" if total < 10**18 else f"about 2^{total.bit_length() - 1}"
        message = f"the model's functions expand to {shown} nodes, the limit is {most:,}"
        raise LimitError(Diagnostic("E504", message, help=("--max-layers raises the limit",)))


def _sizes(model: ModelPart) -> dict[Key, int]:
    """How many nodes every function comes to, from the innermost outwards."""
    sizes: dict[Key, int] = {}
    depths: dict[Key, int] = {}
    for key in model.functions:
        stack = [key]
        active: set[Key] = set()
        while stack:
            top = stack[-1]
            if top in sizes:
                stack.pop()
                continue
            active.add(top)
            inner = [one for one in _calls(model, model.functions[top].body) if one not in sizes]
            circle = next((one for one in inner if one in active), None)
            if circle is not None:
                raise SpecError(Diagnostic("E667", "functions call each other in a circle", ".".join(circle[:2])[:100]))
            if inner:
                stack += inner[:1]
                continue
            body = model.functions[top].body
            sizes[top] = _size(model, body, sizes)
            depths[top] = 1 + max((depths[one] for one in _calls(model, body)), default=0)
            active.discard(top)
            stack.pop()
    deepest = max(depths.values(), default=0)
    if deepest > MAX_CALLS:
        message = f"functions call each other {deepest:,} deep, the limit is {MAX_CALLS}"
        raise LimitError(Diagnostic("E661", message))
    return sizes


def _all_calls(part: GraphPart) -> Iterator[Call]:
    """The nodes of a graph and of its subgraphs."""
    for call in part.nodes:
        yield call
        for value in call.attributes.values():
            for inner in value if isinstance(value, list) else (value,):
                if isinstance(inner, GraphPart):
                    yield from _all_calls(inner)


def _calls(model: ModelPart, part: GraphPart) -> list[Key]:
    """The functions that a graph calls, each once."""
    keys = ((call.domain, call.op, call.overload) for call in _all_calls(part))
    return list(dict.fromkeys(key for key in keys if key in model.functions))


def _size(model: ModelPart, part: GraphPart, sizes: dict[Key, int]) -> int:
    return sum(1 + sizes.get((call.domain, call.op, call.overload), 0) for call in _all_calls(part))


def call_function(
    reader: Reader, function: Function, call: Call, inputs: Sequence[Value | None], attributes: dict[str, Any],
    outer: Scope,
) -> Sequence[Value]:  # fmt: skip
    """The outputs of a call: the body read with the caller's values."""
    prefix = f"{reader.lifter.label}." if reader.lifter.label else ""
    scope = reader.scope(function.body, None, {**reader.model.opsets, **function.opsets}, prefix)
    scope.attributes = {**function.defaults, **attributes}
    for info, value in zip(function.body.inputs, inputs, strict=False):
        if value is not None:
            scope.values[info.name] = value
    for info in function.body.inputs[len(inputs) :]:
        scope.values.pop(info.name, None)
    _left_out(scope, function, inputs)
    reader.run(function.body, scope)
    found = []
    for info in function.body.outputs:
        result = scope.find(info.name)
        found.append(Value(0, None) if result is None else result)
    return found


def _left_out(scope: Scope, function: Function, inputs: Sequence[Value | None]) -> None:
    """Inputs that the caller leaves out are known to be nothing."""
    for index, info in enumerate(function.body.inputs):
        if index >= len(inputs) or inputs[index] is None:
            scope.absent.add(info.name)
