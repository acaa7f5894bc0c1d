"""How long each layer takes in onnxruntime, beside the work that was predicted for it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ..analysis.table import Row, Table
from ..analysis.traffic import Traffic, together, traffic
from .binding import Bound
from .export import Prepared
from .fusion import Fusion
from .profile import Kernel, Pass, read_profile
from .runtime import feeds_of
from .session import open_session
from .weights import Array

WARM_UP = 3
"""Runs before anything counts: memory is taken and kernels are chosen in the first ones."""


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
    device: str, threads: int, batch: int, repeat: int, warm_up: int = WARM_UP,
) -> Bench:  # fmt: skip
    """Time whole runs first, then kernels, in a session of their own: the profiler takes time itself."""
    feeds, outputs = feeds_of(prepared, inputs)
    session, used = open_session(prepared, device, threads=threads)
    seconds = _repeat(Bound(session, used, feeds, outputs), warm_up, repeat)
    del session  # its memory, before the next one takes as much
    with tempfile.TemporaryDirectory(prefix="archcalc-") as folder:
        session, _ = open_session(prepared, device, threads=threads, profile=str(Path(folder) / "times"))
        _repeat(Bound(session, used, feeds, outputs), warm_up, repeat)
        passes = read_profile(Path(session.end_profiling()))[warm_up:]
    rows, events = _by_layer(prepared, table, passes, batch)
    return Bench(used, threads, batch, warm_up, tuple(seconds), rows, events)


def _repeat(bound: Bound, warm_up: int, repeat: int) -> list[float]:
    return [bound.run() for _ in range(warm_up + repeat)][warm_up:]


def _by_layer(
    prepared: Prepared, table: Table, passes: Sequence[Pass], batch: int
) -> tuple[tuple[Timed, ...], tuple[Event, ...]]:
    """The kernels of every run, gathered by the layers that they compute, in the order of the network."""
    fusion = Fusion(prepared.model, passes[0].kernels)
    found: dict[str | None, list[list[Kernel]]] = {}
    for run, one in enumerate(passes):
        for kernel in one.kernels:
            found.setdefault(fusion.layers(kernel.name), [[] for _ in passes])[run].append(kernel)
    layers: dict[str | None, list[tuple[Row, Traffic]]] = {}
    for row, moved in traffic(table, batch, prepared.kind.name):
        layers.setdefault(fusion.group(row.name), []).append((row, moved))
    layers[None] = []
    rows = tuple(_timed(layers[key], found[key], batch, prepared.kind.name) for key in layers if key in found)
    events = [
        Event(run, tuple(row.name for row, _ in layers[key]), kernel)
        for key, runs in found.items()
        for run, kernels in enumerate(runs)
        for kernel in kernels
    ]
    return rows, tuple(sorted(events, key=lambda event: event.kernel.start))


def _timed(layers: Sequence[tuple[Row, Traffic]], runs: Sequence[Sequence[Kernel]], batch: int, dtype: str) -> Timed:
    seconds = tuple(sum(kernel.duration for kernel in kernels) / 1e6 for kernels in runs)
    moved = together(layers, batch, dtype) if layers else None
    size = moved.moved if moved else sum(kernel.bytes for kernel in runs[0])
    names, kernels = tuple(row.name for row, _ in layers), tuple(kernel.op_type for kernel in runs[0])
    return Timed(names, kernels, moved.flops // 2 if moved else 0, size, seconds)
