"""How long each layer takes of a model that other software wrote; a process of its own does the timing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from ..analysis.table import Table
from ..errors import Diagnostic, SpecError
from ..reading import Reading, open_model
from ..reading.proto import Call
from ..reading.tensor import BFLOAT16, FLOAT16
from ..reading.tracing import traced
from .bench import Bench, by_layer
from .foreign import Foreign
from .fusion import Nodes
from .lower import PlacedNode
from .profile import Kernel, Pass
from .session import CPU, CUDA
from .timing import Timing

LONGEST = 1000
"""Letters of a kernel's name that are looked at."""


def bench(
    model: Foreign, reading: Reading, table: Table, *, device: str, threads: int, batch: int, seed: int, repeat: int,
    force: bool, exported: bool,
) -> Bench:  # fmt: skip
    """Time a model. `exported`: it is proven to be one of ours, its nodes named after its layers."""
    feeds = model.feeds(model.inputs(batch, seed))
    with tempfile.TemporaryDirectory(prefix="archcalc-") as folder:
        said, _ = model.ask(feeds, device, threads=threads, repeat=repeat, force=force, times=folder)
    try:
        timing = _timing(said, repeat)
    except (KeyError, TypeError, ValueError):
        message = f"onnxruntime's times of {model.path} cannot be read"
        raise SpecError(Diagnostic("E672", message, help=("run --repeat times whole runs",))) from None
    nodes = nodes_of(model.path, reading, exported)
    examples = model.examples(batch)
    return by_layer(nodes, table, timing, threads=threads, batch=examples, dtype=_dtype(model))


def nodes_of(path: str, reading: Reading, exported: bool) -> Nodes:
    """The nodes of a file and their layers; nodes that are no layer stand for themselves."""
    model = open_model(path)
    placed = _placed(model.graph.nodes)
    if exported:
        return Nodes.of(placed)
    layers = traced(model, path, reading).layers
    parts = {part: found[-1] for found in layers for part in found[:-1]}
    return Nodes(placed, [found[-1] if found else f"\0{index}" for index, found in enumerate(layers)], parts)


def _placed(calls: Sequence[Call]) -> list[PlacedNode]:
    """Nodes under the names that the runtime has for them: those without one are numbered, constants left out."""
    found, number = [], 0
    for call in calls:
        found.append(PlacedNode(call.name or f"{call.op}_{number}", call.op, call.inputs, call.outputs, {}))
        number += call.op != "Constant"
    return found


def _timing(said: Mapping[str, Any], repeat: int) -> Timing:
    """What the process measured, which is believed in nothing but its numbers. ValueError for anything else."""
    seconds, passes = tuple(map(_seconds, said["seconds"])), tuple(map(_pass, said["passes"]))
    if said["device"] not in (CPU, CUDA) or len(seconds) != repeat or len(passes) != repeat:
        raise ValueError("other runs than those that were asked for")
    return Timing(said["device"], seconds, passes)


def _pass(said: Sequence[Any]) -> Pass:
    start, duration, kernels = said
    return Pass(_count(start), _count(duration), tuple(map(_kernel, kernels)))


def _kernel(said: Sequence[Any]) -> Kernel:
    name, op_type, provider, *numbers = said
    if not all(isinstance(text, str) for text in (name, op_type, provider)):
        raise ValueError("names that are none")
    return Kernel(name[:LONGEST], op_type[:LONGEST], provider[:LONGEST], *map(_count, numbers))


def _count(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError("a number that is none")
    return number


def _seconds(number: Any) -> float:
    if not isinstance(number, float) or not isfinite(number) or number < 0:
        raise ValueError("a time that is none")
    return number


def _dtype(model: Foreign) -> str:
    """The type of its numbers, as far as its inputs tell."""
    halves = {FLOAT16: "float16", BFLOAT16: "bfloat16"}
    return next((halves[end.dtype] for end in model.interface.inputs if end.dtype in halves), "float32")
