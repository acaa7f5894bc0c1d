"""From a file to a Graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os.path import basename, splitext
from typing import Any

from ..errors import Diagnostic, LimitError, SpecError
from ..graph import Graph
from ..shape import Shape
from ..source import Source
from .attending import attended
from .ends import add_inputs, batch_of, outputs_of
from .external import leads_out, locations
from .functions import check_calls
from .joining import joined
from .lifter import Lifter
from .names import Names
from .proto import ModelPart, read_model
from .reader import Reader, Scope
from .symbols import Symbols
from .value import Factor
from .wire import open_wire

LOWEST = 1
"""The opset from which on a model says so; those from 7 to 24 are tested."""


@dataclass(frozen=True)
class Reading:
    """What the caller says over the file."""

    input: Shape | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    max_layers: int = 200_000


def open_model(path: str) -> ModelPart:
    """The messages of an ONNX file. SpecError for what is none, FileError where it cannot be read."""
    try:
        return read_model(open_wire(path))
    except RecursionError:
        raise _too_deep(path) from None


def graph_of(model: ModelPart, path: str, reading: Reading | None = None) -> Graph:
    """The network of a model. SpecError for what does not fit, LimitError beyond the limits."""
    try:
        reader, scope = walk(model, path, reading or Reading())
    except RecursionError:
        raise _too_deep(path) from None
    return attended(joined(network(reader, scope, model, path))).graph


def network(reader: Reader, scope: Scope, model: ModelPart, path: str) -> Graph:
    """The layers that were read, as they stand in the file."""
    outputs = outputs_of(reader, scope, model.graph)
    lifter = reader.lifter
    if not lifter.nodes:
        raise SpecError(Diagnostic("E664", f"{path} has no layers and no inputs"))
    settings: dict[str, Any] = {"title": _title(model, path)}
    return Graph(
        tuple(lifter.nodes), outputs, splitext(basename(path))[0], settings,
        warnings=tuple(_warnings(reader)), conditions=reader.symbols.assumptions.texts,
    )  # fmt: skip


def _too_deep(path: str) -> LimitError:
    return LimitError(Diagnostic("E661", f"{path} nests functions or subgraphs too deep"))


def walk(model: ModelPart, path: str, reading: Reading, kind: type[Reader] = Reader) -> tuple[Reader, Scope]:
    """A model's nodes, read one after the other by a reader of this kind: the layers, and the whole graph's values."""
    if model.opsets.get("", 0) < LOWEST and not model.functions and "" not in model.opsets:
        model = _with_opset(model)
    check_calls(model, reading.max_layers)
    symbols = Symbols(reading.values)
    known = batch_of(model.graph)
    batch = Factor(known.size)
    symbols.settle(known.name, known.size)
    lifter = Lifter(Source("", path), Names(), batch, reading.max_layers)
    reader = kind(model, lifter, symbols)
    scope = reader.scope(model.graph, None, model.opsets)
    add_inputs(reader, scope, model.graph, reading)
    reader.run(model.graph, scope)
    symbols.check_given()
    return reader, scope


def _with_opset(model: ModelPart) -> ModelPart:
    """Files before IR 3 name no opset: it is 1."""
    return ModelPart(
        model.graph, {**model.opsets, "": 1}, model.functions, model.properties, model.title, model.producer, model.ir
    )


_NAMELESS = re.compile(r"|main_?graph|torch.jit.*|graph|main|onnx.?model|tf2onnx|model", re.IGNORECASE)
"""What exporters call a graph that nobody named."""


def _title(model: ModelPart, path: str) -> str:
    """The first line of the description, else the graph's own name, else the file's."""
    first = model.title.strip().splitlines()
    name = "" if _NAMELESS.fullmatch(model.graph.name) else model.graph.name
    return (first[0] if first else name)[:100] or splitext(basename(path))[0]


def _warnings(reader: Reader) -> list[Diagnostic]:
    found = []
    if reader.strange:
        listed = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(reader.strange.items()))
        found.append(Diagnostic("W110", f"operators that are not understood: {listed}"))
    outside = [location for location in locations(reader.model) if leads_out(location)]
    if outside:
        message = f"weights are wanted from outside of the model's folder: {outside[0][:80] or 'nowhere'}"
        found.append(Diagnostic("W111", message, help=("counting needs no weights; run and verify refuse them",)))
    return found
