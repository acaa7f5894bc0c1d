"""If, Loop and Scan: what their bodies store and compute.

Of two branches the one with more multiply-adds runs; the other only stores. A body that is repeated is one layer: its
work, as often as it runs, and its weights, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..graph import Node
from ..ops.base import Weight
from .foreign import Foreign
from .lifts import Step
from .lifts.generic import Facts, Operations, attach, generic
from .proto import GraphPart
from .site import Site, Unknown
from .tensor import BOOL, INT64
from .value import Stored, Value, View, axis

if TYPE_CHECKING:
    from .reader import Reader, Scope


def control(reader: Reader, site: Site, scope: Scope) -> Sequence[Value]:
    """The outputs of control flow."""
    mark = reader.lifter.mark()
    try:
        return {"If": _if, "Loop": _loop, "Scan": _scan}[site.op](reader, site, scope)
    except Unknown:
        reader.lifter.back(mark)
        outputs = [site.declared_value(index) for index in range(len(site.call.outputs))]
        return generic(Step(reader, site, scope, outputs), understood=False)


def _part(site: Site, name: str) -> GraphPart:
    part = site.attr(name)
    if not isinstance(part, GraphPart):
        raise site.wrong(f"there is no {name}")
    return part


def _body(reader: Reader, part: GraphPart, scope: Scope, inputs: Sequence[Value] = ()) -> list[Value]:
    """The outputs of a subgraph on these values."""
    lifter = reader.lifter
    prefix = f"{lifter.label}." if lifter.label else scope.prefix
    inner = reader.scope(part, scope, scope.opsets, prefix)
    for info, value in zip(part.inputs, inputs, strict=False):
        inner.values[info.name] = value
    reader.run(part, inner)
    return [inner.find(info.name) or Value(info.dtype, None) for info in part.outputs]


# If


def _if(reader: Reader, site: Site, scope: Scope) -> Sequence[Value]:
    known = site.items(0)
    if known is not None and len(known) == 1 and isinstance(known[0], int):
        return _body(reader, _part(site, "then_branch" if known[0] else "else_branch"), scope)
    nodes, start = reader.lifter.nodes, len(reader.lifter.nodes)
    first = _body(reader, _part(site, "then_branch"), scope)
    middle = len(nodes)
    second = _body(reader, _part(site, "else_branch"), scope)
    swapped = _macs(nodes, middle, len(nodes)) > _macs(nodes, start, middle)
    idle = range(start, middle) if swapped else range(middle, len(nodes))
    for index in idle:
        nodes[index] = nodes[index]._replace(active=False)
    return second if swapped else first


def _macs(nodes: Sequence[Node], start: int, end: int) -> Any:
    return sum((_work(nodes, node) or {}).get("macs", 0) for node in nodes[start:end])


def _work(nodes: Sequence[Node], node: Node) -> dict[str, Any] | None:
    found: dict[str, Any] | None = node.op.work(*[nodes[index].shape for index in node.inputs]) if node.active else {}
    return found


# Loop and Scan


def _loop(reader: Reader, site: Site, scope: Scope) -> Sequence[Value]:
    part = _part(site, "body")
    trips = site.items(0)
    count = trips[0] if trips else None
    carried = [_entering(site.need(index)) for index in range(2, len(site.inputs))]
    mark = reader.lifter.mark()
    inputs = [Value(INT64, ()), Value(BOOL, ()), *carried]
    outputs = _body(reader, part, scope, inputs)[1:]
    steady = all(a.shape == b.shape for a, b in zip(carried, outputs, strict=False))
    return _summary(reader, site, scope, mark, outputs, len(carried), count, steady)


def _scan(reader: Reader, site: Site, scope: Scope) -> Sequence[Value]:
    part, count = _part(site, "body"), site.integer("num_scan_inputs", 1)
    if site.version < 9 or not 0 < count <= len(site.inputs):
        return [site.declared_value(index) for index in range(len(site.call.outputs))]
    states = len(site.inputs) - count
    axes = site.integers("scan_input_axes", (0,) * count) or ()
    mark = reader.lifter.mark()
    carried = [_entering(site.need(index)) for index in range(states)]
    pieces, length = [], None
    for number, axis_ in enumerate(axes):
        shape = site.shape(states + number)
        place = site.axis(axis_, len(shape))
        length = shape[place]
        rest = (*shape[:place], *shape[place + 1 :])
        pieces.append(_piece(reader, site.dtype(states + number), rest))
    outputs = _body(reader, part, scope, [*carried, *pieces])
    steady = all(a.shape == b.shape for a, b in zip(carried, outputs, strict=False))
    return _summary(reader, site, scope, mark, outputs, states, length, steady)


def _entering(value: Value) -> Value:
    """A value that later rounds replace: its numbers are not known."""
    return value._replace(items=None)


def _piece(reader: Reader, dtype: int, shape: tuple[Any, ...]) -> Value:
    """One step of a value."""
    axes = tuple(map(axis, shape))
    node = reader.lifter.emit(Foreign("Scan", shape=tuple(shape) or (1,), operations=()), ())
    return Value(dtype, shape, view=View(node, axes or ((),), axes))


def _summary(
    reader: Reader, site: Site, scope: Scope, mark: tuple[int, int, int], outputs: Sequence[Value], states: int,
    count: Any, steady: bool,
) -> Sequence[Value]:  # fmt: skip
    """One layer for the body: what was read into layers behind the mark is added up and taken back."""
    lifter, start = reader.lifter, mark[0]
    operations = _repeated(lifter.nodes, start, count) if steady and count is not None else None
    stored = _stored(lifter.nodes, list(lifter.kept.items())[mark[1] :])
    views = [value.view for value in site.inputs if value is not None and value.view is not None]
    reads = [view.node for view in views if view.stored is None]
    reads += [index for node in lifter.nodes[start:] for index in node.inputs if index < start]
    batched = any(lifter.batch_axes(view) for view in views if view.stored is None)
    lifter.back(mark)
    found = []
    for index in range(len(site.call.outputs)):
        value = outputs[index] if index < len(outputs) else Value(0, None)
        found.append(_leaving(site, value, index, index < states, steady, count))
    facts = Facts(tuple(dict.fromkeys(reads)), stored, operations, batched)
    return attach(Step(reader, site, scope, found), facts)


def _leaving(site: Site, value: Value, index: int, state: bool, steady: bool, count: Any) -> Value:
    """An output: the last of a state, or all rounds of it one behind the other."""
    if value.shape is None or (state and not steady):
        return site.declared_value(index, value.dtype)
    if state:
        return Value(value.dtype, value.shape, kind=value.kind)
    axes = site.integers("scan_output_axes") if site.op == "Scan" else None
    place = axes[0] % (len(value.shape) + 1) if axes else 0
    rounds = site.fresh("rounds") if count is None else count
    return Value(value.dtype, (*value.shape[:place], rounds, *value.shape[place:]))


def _repeated(nodes: Sequence[Node], start: int, count: Any) -> Operations:
    """The work of the body, so many times; None if part of it is not known."""
    total: dict[str, Any] = {}
    for node in nodes[start:]:
        work = _work(nodes, node)
        if work is None:
            return None
        for kind, number in work.items():
            total[kind] = total.get(kind, 0) + number * count
    return tuple(total.items())


def _stored(nodes: Sequence[Node], kept: Sequence[tuple[str, Any]]) -> tuple[tuple[Stored, Weight], ...]:
    """What layers of the body are the first to store."""
    found = []
    for name, (index, key) in kept:
        node = nodes[index]
        weight = node.op.weights(*[nodes[source].shape for source in node.inputs]).get(key)
        if weight is not None:
            found.append((Stored(name, weight.shape, not weight.buffer), weight))
    return tuple(found)
