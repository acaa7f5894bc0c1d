"""Models that other software wrote: run and verified as they are, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import Diagnostic, MissingError, SpecError, UsageError
from ..reading import Reading, open_model
from ..reading.ends import batch_of
from ..reading.external import leads_out, locations
from ..reading.interface import End, Interface, interface
from ..reading.proto import ModelPart
from ..reading.tensor import BFLOAT16, BOOL, DOUBLE, FLOAT, FLOAT16, INT8, INT16, INT32, INT64, UINT8
from ..shape import Shape, show
from .child import receive, send
from .memory import available_bytes
from .runtime import Check, Run, Verification
from .weights import Array

_TYPES = {
    FLOAT: "f4",
    FLOAT16: "f2",
    DOUBLE: "f8",
    INT64: "i8",
    INT32: "i4",
    INT16: "i2",
    INT8: "i1",
    UINT8: "u1",
    BOOL: "?",
}


class Foreign:
    """A model in a file, ready to be run."""

    def __init__(self, path: str, reading: Reading) -> None:
        self.path = os.path.realpath(path)
        model = open_model(path)
        check_outside(model, self.path)
        self.stored = sum(tensor.size for tensor in model.graph.tensors.values())
        self.interface: Interface = interface(model, path, reading)
        self._batch = batch_of(model.graph).size

    def examples(self, batch: int) -> int:
        """How many examples a run takes: as many as asked for where that is free, else as the file says."""
        if self.interface.free_batch or batch in (1, self._batch):
            return batch if self.interface.free_batch else self._batch
        message = f"the model's batch is {self._batch} and not free"
        raise UsageError(Diagnostic("E612", message, f"a batch of {batch}", help=("leave --batch out",)))

    def inputs(self, batch: int, seed: int) -> dict[str, Array]:
        """Random numbers for every input, by our name: batch first, then the language's order of axes."""
        self.examples(batch)
        random = np.random.default_rng(seed)
        free = batch if self.interface.free_batch else 1
        return {end.name: _ours(end, _random(end, free, random)) for end in self.interface.inputs}

    def feeds(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """What the model reads by its names, in ONNX's order of axes."""
        return {end.theirs: _theirs(end, _given(end, arrays)) for end in self.interface.inputs}

    def run(
        self, arrays: Mapping[str, Array], device: str, *, threads: int = 0, repeat: int = 1, force: bool = False
    ) -> Run:
        """Execute the model as it is in the file, weights and all."""
        said, results = self.ask(self.feeds(arrays), device, threads=threads, repeat=repeat, force=force)
        outputs = {end.name: _ours(end, results[end.theirs]) for end in self.interface.outputs}
        return Run(outputs, said["device"], tuple(said["seconds"]))

    def verify(self, device: str, seed: int, *, threads: int = 0, force: bool = False) -> Verification:
        """Run the model with every value exposed, and compare each shape with ours."""
        start, known = perf_counter(), self.interface.values
        random = np.random.default_rng(seed)
        feeds = {end.theirs: _random(end, 1, random) for end in self.interface.inputs}
        said, _ = self.ask(feeds, device, threads=threads, expose=list(known), force=force)
        rows = [Check(name, known[name], tuple(shape)) for name, shape in said["shapes"].items() if name in known]
        return Verification(tuple(rows), said["device"], self.stored, self.stored, perf_counter() - start)

    def ask(
        self, feeds: dict[str, Array], device: str, *, threads: int = 0, repeat: int = 1,
        expose: Sequence[str] = (), force: bool = False, times: str = "",
    ) -> tuple[dict[str, Any], dict[str, Array]]:  # fmt: skip
        """The answer of a process that runs the model; whatever happens to that is one diagnostic here.

        `times` is the folder where the profiler writes: then kernels are timed.
        """
        request = {
            "path": self.path, "folder": str(Path(self.path).parent), "device": device, "threads": threads,
            "repeat": repeat, "outputs": [], "shapes_only": bool(expose), "more": _outputs(expose).hex(),
            "folder_of_times": times, "memory": 0 if force else available_bytes() + (4 << 30),
        }  # fmt: skip
        command = [sys.executable, "-m", "archcalc.backends.child"]
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
        try:
            return self._answer(child, request, feeds)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()

    def _answer(
        self, child: subprocess.Popen[bytes], request: dict[str, Any], feeds: dict[str, Array]
    ) -> tuple[dict[str, Any], dict[str, Array]]:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with child.stdin as stream:
                send(stream, request, feeds)
            said, arrays = receive(child.stdout)
        except (OSError, ValueError, EOFError):
            raise self._died(child) from None
        if "missing" in said:
            code, message, note, help = said["missing"]
            raise MissingError(Diagnostic(code, message, note, tuple(help)))
        if "error" in said:
            raise SpecError(Diagnostic("E671", f"onnxruntime refuses {self.path}", str(said["error"])))
        return said, arrays

    def _died(self, child: subprocess.Popen[bytes]) -> SpecError:
        code = child.wait()
        note = f"its process ended by signal {-code}" if code < 0 else f"its process ended with {code}"
        help = ("the model may want more memory than there is, or be made to crash it",)
        return SpecError(Diagnostic("E672", f"onnxruntime crashed on {self.path}", note, help))


def _environment() -> dict[str, str]:
    """The child finds this package wherever it was found here."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "ORT_DISABLE_TELEMETRY": "1"}


def check_outside(model: ModelPart, path: str) -> None:
    """Refuse weights that lie outside of the model's folder, also through links, and those that are not there."""
    folder = Path(path).parent
    for location in locations(model):
        said = location[:80]
        target = folder if leads_out(location) else (folder / location).resolve()
        if folder not in target.parents:
            help = ("weights stay in the folder of the model",)
            raise SpecError(
                Diagnostic("E670", f"the model wants weights from outside of its folder: {said}", help=help)
            )
        if not target.is_file():
            help = ("counting needs no weights: archcalc show reads the model all the same",)
            raise SpecError(Diagnostic("E670", f"the file with the model's weights is not there: {said}", help=help))


def _outputs(names: Sequence[str]) -> bytes:
    """Further outputs as a second part of the graph."""
    if not names:
        return b""
    body = b"".join(_field(12, _field(1, name.encode())) for name in names)
    return _field(7, body)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


# Arrays


def _random(end: End, batch: int, random: np.random.Generator) -> Array:
    """Numbers in ONNX's order of axes: normal, or 0 and 1 where whole numbers are wanted."""
    if not all(isinstance(size, int) for size in end.shape):
        names = " ".join(f"--set {size}=..." for size in end.shape if not isinstance(size, int))
        raise SpecError(Diagnostic("E256", f"only a network without free dimensions runs: {end.name}", help=(names,)))
    shape = tuple(batch * size if axis == end.batch else size for axis, size in enumerate(end.shape))
    kind = _kind(end)
    if np.issubdtype(kind, np.floating):
        return random.standard_normal(shape).astype(kind)
    return random.integers(0, 2, shape).astype(kind)


def _kind(end: End) -> np.dtype[Any]:
    if end.dtype not in _TYPES:
        what = "bfloat16" if end.dtype == BFLOAT16 else f"the element type {end.dtype}"
        raise UsageError(Diagnostic("E673", f"{end.name} has {what}, which numpy has not"))
    return np.dtype(_TYPES[end.dtype])


def _given(end: End, arrays: Mapping[str, Array]) -> Array:
    if end.name not in arrays:
        given = ", ".join(arrays) or "nothing"
        raise UsageError(Diagnostic("E615", f"the input {end.name} is missing", f"{given} given"))
    return np.asarray(arrays[end.name])


def _volume(end: End) -> Shape:
    return end.shape if end.order is None else tuple(end.shape[axis] for axis in end.order)


def _theirs(end: End, array: Array) -> Array:
    """From the batch and the language's order to ONNX's axes."""
    volume = _volume(end)
    array = array[None] if array.shape == volume else array
    if array.shape[1:] != volume:
        note = f"{show(array.shape)} given, {show(volume)} needed, with or without a batch before it"
        raise SpecError(Diagnostic("E616", f"the array for {end.name} has the wrong shape", note))
    order = end.order if end.order is not None else tuple(range(len(end.shape)))
    if end.batch is None:
        if len(array) != 1:
            raise SpecError(Diagnostic("E616", f"{end.name} has no batch", f"{len(array)} examples given"))
        turned = np.transpose(array[0], np.argsort(order))
    else:
        turned = np.transpose(array, np.argsort((end.batch, *order)))
    return np.ascontiguousarray(turned.astype(_kind(end)))


def _ours(end: End, array: Array) -> Array:
    """From ONNX's axes to the batch first, then the language's order."""
    if end.order is None or len(end.order) + (end.batch is not None) != array.ndim:
        return array
    return np.transpose(array, end.order if end.batch is None else (end.batch, *end.order))
