"""How long each layer takes in onnxruntime, beside the work that was predicted for it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from ..analysis.table import Row, Table
from ..analysis.traffic import Traffic, together, traffic
from .export import Prepared
from .fusion import Fusion, Nodes
from .profile import Kernel
from .runtime import feeds_of
from .session import open_session
from .timing import WARM_UP, Timing, timed
from .weights import Array


@dataclass(frozen=True)
class Timed:
    """Layers that share kernels, since the runtime fused them. No layers: what the runtime does on its own account."""

    layers: tuple[str, ...]
    kernels: tuple[str, ...]
    """Their operators, as the runtime calls them."""
    macs: int
    """Multiply-adds of the whole batch, predicted."""
    bytes: int
    """What must be read and written: weights, volumes of other lines, and volumes for them."""
    seconds: tuple[float, ...]
    """Of every run."""

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)

    @property
    def gflops(self) -> float:
        """10^9 operations a second, two to a multiply-add."""
        return 2 * self.macs / self.median / 1e9 if self.median else 0.0

    @property
    def bandwidth(self) -> float:
        """10^9 bytes a second."""
        return self.bytes / self.median / 1e9 if self.median else 0.0


class Event(NamedTuple):
    """One kernel of one run, for a line of time."""

    run: int
    layers: tuple[str, ...]
    kernel: Kernel


@dataclass(frozen=True)
class Bench:
    """What was measured. Runs to warm up are left out."""

    device: str
    threads: int
    """Of one layer; 0 is what the runtime chooses."""
    batch: int
    warm_up: int
    seconds: tuple[float, ...]
    """Of every run of the whole network, without the profiler."""
    rows: tuple[Timed, ...]
    events: tuple[Event, ...]

    @property
    def median(self) -> float:
        """Seconds of a run."""
        return median(self.seconds)

    @property
    def macs(self) -> int:
        """Multiply-adds of the whole batch."""
        return sum(row.macs for row in self.rows)

    @property
    def kernel_seconds(self) -> float:
        """The medians of all rows together: what the shares are of."""
        return sum(row.median for row in self.rows)


def bench(
    prepared: Prepared, table: Table, inputs: Mapping[str, Array], *,
    device: str, threads: int, batch: int, repeat: int,
) -> Bench:  # fmt: skip
    """Time a network of ours: its nodes are named after its layers."""

    def opened(profile: str) -> tuple[Any, str]:
        return open_session(prepared, device, threads=threads, profile=profile)

    feeds, outputs = feeds_of(prepared, inputs)
    with tempfile.TemporaryDirectory(prefix="archcalc-") as folder:
        timing = timed(opened, feeds, outputs, repeat, folder)
    nodes = Nodes.of(prepared.model.nodes)
    return by_layer(nodes, table, timing, threads=threads, batch=batch, dtype=prepared.kind.name)


def by_layer(nodes: Nodes, table: Table, timing: Timing, *, threads: int, batch: int, dtype: str) -> Bench:
    """The kernels of every run, gathered by the layers that they compute, in the order of the network."""
    passes = timing.passes
    fusion = Fusion(nodes, passes[0].kernels)
    found: dict[str | None, list[list[Kernel]]] = {}
    layers: dict[str | None, list[tuple[Row, Traffic]]] = {}
    for row, moved in traffic(table, batch, dtype):
        layers.setdefault(fusion.group(row.name), []).append((row, moved))
    layers[None] = []
    for run, one in enumerate(passes):
        for kernel in one.kernels:
            key = fusion.layers(kernel.name)
            found.setdefault(key if key in layers else None, [[] for _ in passes])[run].append(kernel)
    rows = tuple(_timed(layers[key], found[key], batch, dtype) for key in layers if key in found)
    events = [
        Event(run, tuple(row.name for row, _ in layers[key]), kernel)
        for key, runs in found.items()
        for run, kernels in enumerate(runs)
        for kernel in kernels
    ]
    events.sort(key=lambda event: event.kernel.start)
    return Bench(timing.device, threads, batch, WARM_UP, timing.seconds, rows, tuple(events))


def _timed(layers: Sequence[tuple[Row, Traffic]], runs: Sequence[Sequence[Kernel]], batch: int, dtype: str) -> Timed:
    seconds = tuple(sum(kernel.duration for kernel in kernels) / 1e6 for kernels in runs)
    moved = together(layers, batch, dtype) if layers else None
    size = moved.moved if moved else sum(kernel.bytes for kernel in runs[0])
    names, kernels = tuple(row.name for row, _ in layers), tuple(kernel.op_type for kernel in runs[0])
    return Timed(names, kernels, moved.flops // 2 if moved else 0, size, seconds)
