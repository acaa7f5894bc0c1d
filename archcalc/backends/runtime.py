"""onnxruntime: sessions on the CPU or on CUDA, running and verifying. The only user of onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from time import perf_counter
from typing import Any

import numpy as np

from ..analysis.memory import FLOAT32, peak_elements
from ..errors import Diagnostic, MissingError, SpecError, UsageError
from ..ops.base import FIRST
from ..shape import Shape, show
from .export import Prepared
from .lower import Port
from .model import external
from .weights import Array

CPU, CUDA, AUTO = "cpu", "cuda", "auto"
DEVICES = (CPU, CUDA, AUTO)


@dataclass(frozen=True)
class Run:
    """What came out of a run: arrays by output name, batch first, then the language's order of axes."""

    outputs: dict[str, Array]
    device: str


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


def load_runtime() -> Any:
    """onnxruntime, without its telemetry: the variable must be set before the import."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # noqa: PLC0415
    except ImportError:
        help = ("pip install 'archcalc[cpu]', or 'archcalc[cuda]' for a GPU: never both",)
        raise MissingError(Diagnostic("E701", "onnxruntime is not installed", help=help)) from None
    onnxruntime.set_default_logger_severity(3)
    return onnxruntime


def _providers(runtime: Any, device: str) -> list[Any]:
    if device not in DEVICES:
        raise UsageError(Diagnostic("E614", f"there is no device {device}", help=(f"there are {', '.join(DEVICES)}",)))
    if device == CPU:
        return ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        if hasattr(runtime, "preload_dlls"):
            runtime.preload_dlls()
        return [("CUDAExecutionProvider", {"use_tf32": "0"}), "CPUExecutionProvider"]
    if device == AUTO:
        return ["CPUExecutionProvider"]
    help = ("pip uninstall onnxruntime; pip install 'archcalc[cuda]'", "or run on --device cpu")
    raise MissingError(Diagnostic("E702", "this onnxruntime was built without CUDA", help=help))


def open_session(prepared: Prepared, device: str, expose: bool = False) -> tuple[Any, str]:
    """A session of the model and the device that it really runs on; its weights are handed over in memory.

    `expose` makes every volume an output.
    """
    runtime = load_runtime()
    providers = _providers(runtime, device)
    options = runtime.SessionOptions()
    options.log_severity_level = 4  # errors come as exceptions; the log would write to the terminal
    names = list(prepared.model.weights)
    if names:
        values = [runtime.OrtValue.ortvalue_from_numpy(prepared.tensor(name)) for name in names]
        options.add_external_initializers(names, values)
    model = external(prepared.model, prepared.parts(expose))
    try:
        session = runtime.InferenceSession(model, options, providers=providers, enable_fallback=0)
    except Exception as error:
        raise (_no_cuda(error) if device == CUDA else _refused(error)) from None
    used = CUDA if session.get_providers()[0] == "CUDAExecutionProvider" else CPU
    if device == CUDA and used != CUDA:
        raise _no_cuda("the runtime fell back to the CPU")
    return session, used


def _no_cuda(reason: object) -> MissingError:
    help = (str(reason).strip().splitlines()[0][:200], "run on --device cpu, or --device auto to take what is there")
    return MissingError(Diagnostic("E703", "CUDA cannot be used here", help=help))


def _refused(error: Exception) -> SpecError:
    """The runtime does not take a model that we made, which is a mistake of ours worth reporting."""
    reason = str(error).strip().splitlines()[0][:300]
    help = ("this is a bug of archcalc: please report the spec",)
    return SpecError(Diagnostic("E704", "onnxruntime refuses the model", reason, help))


def _execute(session: Any, names: list[str], feeds: dict[str, Array]) -> list[Array]:
    try:
        return session.run(names, feeds) if names else []
    except Exception as error:
        raise _refused(error) from None


def memory_needed(prepared: Prepared, batch: int, expose: bool) -> int:
    """About how many bytes a run takes: the weights, and the volumes alive at once (all of them where exposed)."""
    graph = prepared.graph
    volumes = sum(prod(node.shape) for node in graph.nodes) if expose else peak_elements(graph)[0]
    return FLOAT32 * (prepared.params + batch * volumes)


def run(prepared: Prepared, inputs: Mapping[str, Array], device: str = CPU) -> Run:
    """Execute the model. Arrays are batch first, then in the language's order of axes."""
    session, used = open_session(prepared, device)
    feeds = {port.name: _to_onnx(port, _given(port, inputs)) for port in prepared.model.inputs}
    results = _execute(session, [port.name for port in prepared.model.outputs], feeds)
    outputs = zip(prepared.model.outputs, results, strict=True)
    return Run({_plain(port.name): _from_onnx(port, array) for port, array in outputs}, used)


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


def verify(prepared: Prepared, predicted_params: int, device: str = CPU, batch: int = 2, seed: int = 0) -> Verification:
    """Run the model with every volume exposed, and compare each shape with what was predicted."""
    start = perf_counter()
    session, used = open_session(prepared, device, expose=True)
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
