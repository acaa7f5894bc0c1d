"""Walks a model's nodes: the shapes of what they give, and the layers that they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ArchcalcError, Diagnostic, SpecError
from ..symbolic import Symbolic
from . import lifts, small
from .lifter import Lifter
from .order import sort
from .proto import Call, GraphPart, Info, ModelPart, Reference
from .rules import rule_of
from .site import Site, Unknown
from .symbols import Symbols
from .tensor import REALS, Tensor
from .value import Stored, Value, stored_view

CONTROL = ("If", "Loop", "Scan")
_TROUBLE = (
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    ZeroDivisionError,
    OverflowError,
    AssertionError,
)
"""What arithmetic on strange inputs raises."""


@dataclass
class Scope:
    """The names of one graph or of one call of a function."""

    values: dict[str, Value]
    opsets: dict[str, int]
    parent: Scope | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    """What the caller of a function gives."""
    prefix: str = ""
    readers: dict[str, list[Call]] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    """Values that are outputs, or that subgraphs read."""
    absent: set[str] = field(default_factory=set)
    """Inputs of a function that its caller leaves out."""
    done: set[int] = field(default_factory=set)
    """Nodes that are part of a layer before them."""

    def find(self, name: str) -> Value | None:
        """The value of a name, here or outside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return None


class Reader:
    """Reads one model."""

    def __init__(self, model: ModelPart, lifter: Lifter, symbols: Symbols) -> None:
        self.model = model
        self.lifter = lifter
        self.symbols = symbols
        self.strange: Counter[str] = Counter()
        """Operators that are not understood."""

    def scope(self, part: GraphPart, parent: Scope | None, opsets: dict[str, int], prefix: str = "") -> Scope:
        """The scope of a graph: its stored tensors, and who reads what."""
        scope = Scope({}, opsets, parent, parent.attributes if parent else {}, prefix)
        for name, tensor in part.tensors.items():
            scope.values[name] = self.stored(prefix + name, tensor)
        for call in part.nodes:
            for name in set(call.inputs):
                scope.readers.setdefault(name, []).append(call)
            scope.leaving.update(_outer_names(call))
        scope.leaving.update(info.name for info in part.outputs)
        return scope

    def stored(self, name: str, tensor: Tensor) -> Value:
        """A tensor of the file as a value."""
        trained = tensor.dtype in REALS and tensor.size != 1
        view = stored_view(Stored(name, tensor.shape, trained))
        return Value(tensor.dtype, tensor.shape, tensor.items(), view)

    def run(self, part: GraphPart, scope: Scope) -> None:
        """All nodes of a graph, in an order in which each finds what it reads."""
        calls = sort(part, lambda name: name in scope.absent or scope.find(name) is not None)
        # layers of several nodes look ahead, and constants may stand anywhere
        constants = [call for call in calls if call.op == "Constant" and not call.domain]
        for call in constants:
            self.call(call, scope, part)
        scope.done.update(map(id, constants))
        for call in calls:
            if id(call) not in scope.done:
                self.call(call, scope, part)

    def call(self, call: Call, scope: Scope, part: GraphPart) -> None:
        """One node."""
        self.lifter.place = call.place
        self.lifter.label = scope.prefix + (call.name or next(filter(None, call.outputs), ""))
        try:
            outputs = self._outputs(call, scope, part)
        except _TROUBLE as error:
            raise _strange(call, error) from None
        except SpecError as error:
            raise _named(error, call) from None
        for name, value in zip(call.outputs, outputs, strict=False):
            if name:
                scope.values[name] = value if value.shape is not None else self._declared(name, value, part)
        for name in call.outputs[len(outputs) :]:
            if name:
                scope.values[name] = Value(0, None)

    def _outputs(self, call: Call, scope: Scope, part: GraphPart) -> Sequence[Value]:
        inputs = [self._input(name, call, scope) for name in call.inputs]
        attributes = {key: _given(value, scope) for key, value in call.attributes.items()}
        key = (call.domain, call.op, call.overload)
        if key in self.model.functions:
            from .functions import call_function  # noqa: PLC0415 - few models have functions

            return call_function(self, self.model.functions[key], call, inputs, attributes, scope)
        version = scope.opsets.get(call.domain, 0)
        declared = [part.infos.get(name) for name in call.outputs]
        site = Site(call, inputs, attributes, version, self.symbols.fresh, declared)
        if call.domain == "" and call.op in CONTROL:
            from .control import control  # noqa: PLC0415 - few models have control flow

            return control(self, site, scope)
        return self.node(site, scope)

    def node(self, site: Site, scope: Scope) -> Sequence[Value]:
        """An operator: its outputs by its rule, then the layer that it is."""
        rule = rule_of(site.call.domain, site.op)
        count = len(site.call.outputs)
        try:
            if rule is None:
                raise Unknown
            outputs = rule(site)[: max(count, 1)]
        except Unknown:
            outputs = [site.declared_value(index) for index in range(count)]
        outputs = small.fold(site, [_bounded(value) for value in outputs])
        if rule is None:
            self.strange[f"{site.call.domain}.{site.op}".strip(".")] += 1
        return lifts.lift(self, site, scope, outputs, rule is not None)

    def _declared(self, name: str, value: Value, part: GraphPart) -> Value:
        """A value of which not even the rank is known: what the file says of it."""
        site = Site(Call("", (), (name,), {}), (), {}, 0, self.symbols.fresh, [part.infos.get(name)])
        return site.declared_value(0, value.dtype)._replace(items=value.items) if name in part.infos else value

    def _input(self, name: str, call: Call, scope: Scope) -> Value | None:
        if not name or name in scope.absent:
            return None
        value = scope.find(name)
        if value is None:
            raise SpecError.of("E664", f"nothing gives {name[:80]}", f"{call.op} {call.name[:80]} reads it")
        return value

    # Layers of several nodes

    def only_reader(self, name: str, scope: Scope) -> Call | None:
        """The one node that reads a value, if nobody else does."""
        readers = scope.readers.get(name, ())
        return readers[0] if len(readers) == 1 and name not in scope.leaving else None


def _outer_names(call: Call) -> Iterator[str]:
    """The names that the subgraphs of a node read."""
    for value in call.attributes.values():
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, GraphPart):
                yield from (info.name for info in part.outputs)
                for inner in part.nodes:
                    yield from inner.inputs
                    yield from _outer_names(inner)


def _given(value: Any, scope: Scope) -> Any:
    return scope.attributes.get(value.name) if isinstance(value, Reference) else value


def _bounded(value: Value) -> Value:
    """A value whose sizes can be."""
    if value.shape is None:
        return value
    if len(value.shape) > 64 or any(isinstance(size, int) and not 0 <= size < 2**63 for size in value.shape):
        raise SpecError.of("E315", "a shape that no tensor has", str([str(size)[:20] for size in value.shape[:8]]))
    return value._replace(shape=tuple(size if isinstance(size, Symbolic) else int(size) for size in value.shape))


def _strange(call: Call, error: Exception) -> SpecError:
    note = f"{call.op} {call.name[:80]}, at byte {call.place:,}"
    what = f"{type(error).__name__}: {error}"[:120]
    return SpecError(
        Diagnostic("E666", "a node has inputs or attributes that its operator does not take", note, (what,))
    )


def _named(error: ArchcalcError, call: Call) -> SpecError:
    """A mistake with the node at which it was found."""
    first = error.diagnostics[0]
    where = f"in {call.op} {call.name[:80]}".rstrip() + f", at byte {call.place:,}"
    if any(line.startswith("in ") for line in first.help):
        return SpecError(*error.diagnostics)
    fresh = Diagnostic(first.code, first.message, first.note, (where,), place=first.place)
    return SpecError(fresh, *error.diagnostics[1:])


__all__ = ["Info", "Reader", "Scope"]
