"""The messages of ONNX, as far as counting needs them, as plain tuples. Payloads of tensors stay where they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from ..errors import Diagnostic, LimitError
from .tensor import Tensor, read_sparse, read_tensor
from .wire import Field, Span, Wire

MAX_RANK = 64
"""Axes of a tensor."""
MAX_NODES = 200_000
"""Nodes of one graph."""


MAX_ENDS = 20_000
"""Inputs or outputs of one node."""


class Info(NamedTuple):
    """What a file says of a value: its name, element type, and shape (None: unknown); sizes are numbers or names."""

    name: str
    dtype: int = 0
    shape: tuple[int | str | None, ...] | None = None
    kind: str = "tensor"
    """tensor, or sequence, optional, map of such."""


class Reference(NamedTuple):
    """An attribute that a function's caller gives."""

    name: str


@dataclass(frozen=True, eq=False)
class Call:
    """One node as it stands in the file."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    name: str = ""
    domain: str = ""
    overload: str = ""
    place: int = 0
    """The byte at which it starts."""


@dataclass(frozen=True, eq=False)
class GraphPart:
    """A graph, or the body of a function or of control flow."""

    nodes: tuple[Call, ...]
    inputs: tuple[Info, ...] = ()
    outputs: tuple[Info, ...] = ()
    tensors: dict[str, Tensor] = field(default_factory=dict)
    infos: dict[str, Info] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, eq=False)
class Function:
    """A local function: an operator that the file defines."""

    name: str
    domain: str
    overload: str
    body: GraphPart
    defaults: dict[str, Any]
    opsets: dict[str, int]


@dataclass(frozen=True, eq=False)
class ModelPart:
    """A whole file."""

    graph: GraphPart
    opsets: dict[str, int]
    functions: dict[tuple[str, str, str], Function]
    properties: dict[str, str]
    title: str = ""
    producer: str = ""
    ir: int = 0


def read_model(wire: Wire) -> ModelPart:
    """The model in a file. SpecError or LimitError for what is none."""
    span = wire.whole
    graph, opsets, properties, texts, ir = None, {}, {}, {2: "", 6: ""}, 0
    functions: dict[tuple[str, str, str], Function] = {}
    for part in wire.fields(span):
        if part.number == 7:
            graph = _graph(wire, wire.inner(part, span))
        elif part.number == 8:
            domain, version = _opset(wire, wire.inner(part, span))
            opsets[domain] = version
        elif part.number == 14:
            key, value = wire.entry(wire.inner(part, span))
            properties[key] = value
        elif part.number == 25:
            function = _function(wire, wire.inner(part, span))
            functions[function.domain, function.name, function.overload] = function
        elif part.number in texts:
            texts[part.number] = wire.text(part)
        elif part.number == 1:
            ir = wire.integer(part)
    if graph is None:
        raise wire.damaged(0, "there is no graph in it")
    return ModelPart(graph, opsets, functions, properties, texts[6], texts[2], ir)


def _opset(wire: Wire, span: Span) -> tuple[str, int]:
    domain, version = "", 0
    for part in wire.fields(span):
        if part.number == 1:
            domain = plain_domain(wire.text(part))
        elif part.number == 2:
            version = wire.integer(part)
    return domain, version


def plain_domain(domain: str) -> str:
    """ONNX's own domain has two names."""
    return "" if domain == "ai.onnx" else domain


def _graph(wire: Wire, span: Span) -> GraphPart:
    nodes: list[Call] = []
    ends: dict[int, list[Info]] = {11: [], 12: [], 13: []}
    tensors: dict[str, Tensor] = {}
    name = ""
    for part in wire.fields(span):
        if part.number == 1:
            _check_count(nodes, wire)
            nodes.append(_node(wire, wire.inner(part, span)))
        elif part.number in (5, 15):
            tensor = (read_tensor if part.number == 5 else read_sparse)(wire, wire.inner(part, span))
            tensors[tensor.name] = tensor
        elif part.number in ends:
            ends[part.number].append(_info(wire, wire.inner(part, span)))
        elif part.number == 2:
            name = wire.text(part)
    infos = {info.name: info for info in (*ends[13], *ends[12])}
    return GraphPart(tuple(nodes), tuple(ends[11]), tuple(ends[12]), tensors, infos, name)


def _check_count(nodes: list[Call], wire: Wire) -> None:
    if len(nodes) >= MAX_NODES:
        raise LimitError(Diagnostic("E661", f"{wire.name} has more than {MAX_NODES:,} nodes in a graph, the limit"))


def _node(wire: Wire, span: Span) -> Call:
    inputs: list[str] = []
    outputs: list[str] = []
    attributes: dict[str, Any] = {}
    texts = {3: "", 4: "", 7: "", 8: ""}
    for part in wire.fields(span):
        number = part.number
        if number == 1:
            inputs.append(wire.text(part))
        elif number == 2:
            outputs.append(wire.text(part))
        elif number == 5:
            key, value = _attribute(wire, wire.inner(part, span))
            attributes[key] = value
        elif number in texts:
            texts[number] = wire.text(part)
    if max(len(inputs), len(outputs)) > MAX_ENDS:
        raise LimitError(Diagnostic("E661", f"a node has more than {MAX_ENDS:,} inputs or outputs", wire.name))
    name, op, domain, overload = texts.values()
    return Call(op, tuple(inputs), tuple(outputs), attributes, name, plain_domain(domain), overload, span.start)


def _attribute(wire: Wire, span: Span) -> tuple[str, Any]:
    """An attribute's name and value, by the field that holds it: lists are lists, also empty ones."""
    name, reference, kind = "", "", 0
    one: Any = None
    many: list[Any] = []
    for part in wire.fields(span):
        number = part.number
        if number == 1:
            name = wire.text(part)
        elif number == 20:
            kind = wire.integer(part)
        elif number == 21:
            reference = wire.text(part)
        elif number in _ONE:
            one = _ONE[number](wire, part, span)
        elif number in _MANY:
            many += _MANY[number](wire, part, span)
    if reference:
        return name, Reference(reference)
    return name, many if kind in _LISTS or (many and one is None) else one


_LISTS = range(6, 11)
"""The types of attributes that are lists: FLOATS to GRAPHS."""


def _whole(reader: Any, wire: Wire, part: Field, span: Span) -> Any:
    return reader(wire, wire.inner(part, span))


def _listed(reader: Any, wire: Wire, part: Field, span: Span) -> list[Any]:
    return [reader(wire, part, span)]


def _info(wire: Wire, span: Span) -> Info:
    name, rest = "", Info("")
    for part in wire.fields(span):
        if part.number == 1:
            name = wire.text(part)
        elif part.number == 2:
            rest = _type(wire, wire.inner(part, span))
    return rest._replace(name=name)


def _type(wire: Wire, span: Span) -> Info:
    info = Info("")
    for part in wire.fields(span):
        if part.number in (1, 8):
            info = _tensor_type(wire, wire.inner(part, span))
        elif part.number in (4, 9):
            inside = wire.inner(part, span)
            held = [_type(wire, wire.inner(field, inside)) for field in wire.fields(inside) if field.number == 1]
            kind = "sequence" if part.number == 4 else "optional"
            info = (held[0] if held else Info(""))._replace(kind=kind)
        elif part.number == 5:
            info = Info("", kind="map")
    return info


def _tensor_type(wire: Wire, span: Span) -> Info:
    dtype, shape = 0, None
    for part in wire.fields(span):
        if part.number == 1:
            dtype = wire.integer(part)
        elif part.number == 2:
            shape = _shape(wire, wire.inner(part, span))
    return Info("", dtype, shape)


def _shape(wire: Wire, span: Span) -> tuple[int | str | None, ...]:
    sizes: list[int | str | None] = []
    for part in wire.fields(span):
        if part.number != 1:
            continue
        if len(sizes) >= MAX_RANK:
            raise LimitError(Diagnostic("E661", f"a shape has more than {MAX_RANK} axes", wire.name))
        size: int | str | None = None
        for item in wire.fields(wire.inner(part, span)):
            if item.number == 1:
                size = wire.integer(item)
            elif item.number == 2:
                size = wire.text(item) or None
        sizes.append(size)
    return tuple(sizes)


def _function(wire: Wire, span: Span) -> Function:
    texts = {1: "", 10: "", 13: ""}
    names: dict[int, list[Info]] = {4: [], 5: []}
    nodes: list[Call] = []
    defaults: dict[str, Any] = {}
    opsets: dict[str, int] = {}
    for part in wire.fields(span):
        if part.number in texts:
            texts[part.number] = wire.text(part)
        elif part.number in names:
            names[part.number].append(Info(wire.text(part)))
        elif part.number == 7:
            _check_count(nodes, wire)
            nodes.append(_node(wire, wire.inner(part, span)))
        elif part.number == 9:
            domain, version = _opset(wire, wire.inner(part, span))
            opsets[domain] = version
        elif part.number == 11:
            key, value = _attribute(wire, wire.inner(part, span))
            defaults[key] = value
    body = GraphPart(tuple(nodes), tuple(names[4]), tuple(names[5]), name=texts[1])
    return Function(texts[1], plain_domain(texts[10]), texts[13], body, defaults, opsets)


_ONE: dict[int, Any] = {
    2: lambda wire, part, span: wire.real(part),
    3: lambda wire, part, span: wire.integer(part),
    4: lambda wire, part, span: wire.text(part),
    5: partial(_whole, read_tensor),
    6: partial(_whole, _graph),
    14: partial(_whole, _type),
    22: partial(_whole, read_sparse),
}
"""How the fields of single values are read: f, i, s, t, g, tp, sparse_tensor."""

_MANY: dict[int, Any] = {
    7: lambda wire, part, span: wire.reals(part),
    8: lambda wire, part, span: wire.integers(part),
    9: partial(_listed, lambda wire, part, span: wire.text(part)),
    10: partial(_listed, partial(_whole, read_tensor)),
    11: partial(_listed, partial(_whole, _graph)),
    15: partial(_listed, partial(_whole, _type)),
}
"""How the fields of lists are read: floats, ints, strings, tensors, graphs, type_protos."""
