"""Running a network in onnxruntime, and verifying its volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from time import perf_counter
from typing import Any

import numpy as np

from ..analysis.memory import FLOAT32, peak_elements
from ..errors import Diagnostic, SpecError, UsageError
from ..graph import Graph
from ..ops.base import FIRST
from ..shape import Shape, show
from .binding import Bound
from .export import Prepared
from .lower import Port
from .session import CPU, open_session, refused
from .weights import Array


@dataclass(frozen=True)
class Run:
    """What came out of a run: arrays by output name, batch first, then the language's order of axes."""

    outputs: dict[str, Array]
    device: str
    seconds: tuple[float, ...] = ()
    """Of every time that it ran."""


@dataclass(frozen=True)
class Check:
    """One volume: what was predicted and what the runtime produced, batch first."""

    name: str
    predicted: Shape
    actual: Shape

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.predicted == self.actual


@dataclass(frozen=True)
class Verification:
    """The comparison of every volume with the runtime's."""

    rows: tuple[Check, ...]
    device: str
    params: int
    """Numbers in the model's weights, buffers included."""
    predicted_params: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return all(row.ok for row in self.rows) and self.params == self.predicted_params


def _execute(session: Any, names: list[str], feeds: dict[str, Array]) -> list[Array]:
    try:
        return session.run(names, feeds) if names else []
    except Exception as error:
        raise refused(error) from None


def memory_needed(prepared: Prepared, batch: int, expose: bool) -> int:
    """About how many bytes a run takes: the weights, and the volumes alive at once (all of them where exposed)."""
    return bytes_of_run(prepared.graph, prepared.params, batch, expose)


def bytes_of_run(graph: Graph, stored: int, batch: int, expose: bool) -> int:
    """The same of a network with so many numbers stored."""
    volumes = sum(prod(node.shape) for node in graph.nodes) if expose else peak_elements(graph)[0]
    return FLOAT32 * (stored + batch * volumes)


def run(
    prepared: Prepared, inputs: Mapping[str, Array], device: str = CPU, *, threads: int = 0, repeat: int = 1
) -> Run:
    """Execute the model. Arrays are batch first, then in the language's order of axes."""
    feeds, names = feeds_of(prepared, inputs)
    session, used = open_session(prepared, device, threads=threads)
    bound = Bound(session, used, feeds, names)
    seconds = tuple(bound.run() for _ in range(repeat))
    outputs = zip(prepared.model.outputs, bound.results(), strict=True)
    return Run({_plain(port.name): _from_onnx(port, array) for port, array in outputs}, used, seconds)


def feeds_of(prepared: Prepared, inputs: Mapping[str, Array]) -> tuple[dict[str, Array], list[str]]:
    """What the model reads, in ONNX's order of axes, and the names of what it gives."""
    feeds = {port.name: _to_onnx(port, _given(port, inputs)) for port in prepared.model.inputs}
    return feeds, [port.name for port in prepared.model.outputs]


def _plain(name: str) -> str:
    return name.partition("/")[0]


def _given(port: Port, inputs: Mapping[str, Array]) -> Array:
    """The array for an input, with its batch axis."""
    if port.name not in inputs:
        given = ", ".join(inputs) or "nothing"
        raise UsageError(Diagnostic("E615", f"the input {port.name} is missing", f"{given} given"))
    array = np.asarray(inputs[port.name])
    if array.shape == port.shape:
        array = array[None]
    if array.shape[1:] != port.shape:
        note = f"{show(array.shape)} given, {show(port.shape)} needed, with or without a batch before it"
        raise SpecError(Diagnostic("E616", f"the array for {port.name} has the wrong shape", note))
    return array.astype(np.int64 if port.integer else np.float32)


def _to_onnx(port: Port, array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, -1, 1)) if port.layout == FIRST else array


def _from_onnx(port: Port, array: Array) -> Array:
    return np.moveaxis(array, 1, -1) if port.layout == FIRST else array


def random_inputs(prepared: Prepared, batch: int, seed: int = 0) -> dict[str, Array]:
    """Numbers for every input, the same for the same seed: normal, or token ids."""
    random = np.random.default_rng(seed)
    inputs: dict[str, Array] = {}
    for port in prepared.model.inputs:
        shape = (batch, *port.shape)
        limit = _vocabulary(prepared, port.name)
        inputs[port.name] = (
            random.integers(0, limit, shape) if port.integer else random.standard_normal(shape, np.float32)
        )
    return inputs


def _vocabulary(prepared: Prepared, name: str) -> int:
    """How many token ids the readers of an input know."""
    nodes = prepared.graph.nodes
    sizes = [
        getattr(node.op, "entries", 2) for node in nodes if any(nodes[index].name == name for index in node.inputs)
    ]
    return min(sizes, default=2)


def verify(
    prepared: Prepared, predicted_params: int, device: str = CPU, batch: int = 2, seed: int = 0, *, threads: int = 0
) -> Verification:
    """Run the model with every volume exposed, and compare each shape with what was predicted."""
    start = perf_counter()
    session, used = open_session(prepared, device, expose=True, threads=threads)
    inputs = random_inputs(prepared, batch, seed)
    feeds = {port.name: _to_onnx(port, inputs[port.name]) for port in prepared.model.inputs}
    volumes = prepared.model.volumes
    results = _execute(session, [port.name for port in volumes], feeds)
    checks = (_check(port, result.shape, batch) for port, result in zip(volumes, results, strict=True))
    return Verification(tuple(checks), used, prepared.params, predicted_params, perf_counter() - start)


def _check(port: Port, shape: Shape, batch: int) -> Check:
    """One volume; its axes in the language's order."""
    actual = (shape[0], *shape[2:], shape[1]) if port.layout == FIRST and len(shape) > 2 else tuple(shape)
    return Check(_plain(port.name), (batch if port.batched else 1, *port.shape), actual)
