"""What onnxruntime's profiler writes down: the kernels of each run, with times and sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_SUFFIX = "_kernel_time"
_CONTROL = ("If", "Loop", "Scan")


class Kernel(NamedTuple):
    """One kernel in one run. Microseconds, since the profile began; bytes."""

    name: str
    op_type: str
    provider: str
    start: int
    duration: int
    parameter_bytes: int
    activation_bytes: int
    """Of what it reads, weights apart."""
    output_bytes: int

    @property
    def bytes(self) -> int:
        """What it reads and writes."""
        return self.parameter_bytes + self.activation_bytes + self.output_bytes


class Pass(NamedTuple):
    """One run of the whole model."""

    start: int
    duration: int
    kernels: tuple[Kernel, ...]


def read_profile(path: Path) -> tuple[Pass, ...]:
    """The runs of a profile, in order; each with the kernels that ran while it lasted."""
    events = json.loads(path.read_text(encoding="utf-8"))
    kernels = [_kernel(event) for event in events if event["name"].endswith(_SUFFIX)]
    runs = [(event["ts"], event["dur"]) for event in events if event["name"] == "model_run"]
    return tuple(Pass(start, duration, _within(kernels, start, start + duration)) for start, duration in sorted(runs))


def _within(kernels: list[Kernel], start: int, end: int) -> tuple[Kernel, ...]:
    found = sorted((kernel for kernel in kernels if start <= kernel.start <= end), key=lambda one: one.start)
    return tuple(_outermost(found))


def _outermost(kernels: list[Kernel]) -> Iterator[Kernel]:
    """Kernels but those that control flow runs: their time is a part of its time."""
    end = -1
    for kernel in sorted(kernels, key=lambda one: (one.start, one.op_type not in _CONTROL)):
        if kernel.start >= end:
            yield kernel
            end = kernel.start + kernel.duration if kernel.op_type in _CONTROL else end


def _kernel(event: dict[str, Any]) -> Kernel:
    said = event["args"]
    sizes = [int(said.get(f"{what}_size", 0)) for what in ("parameter", "activation", "output")]
    name = event["name"].removesuffix(_SUFFIX)
    return Kernel(name, said["op_name"], said.get("provider", ""), event["ts"], event["dur"], *sizes)
