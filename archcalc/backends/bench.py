"""How long each layer takes in onnxruntime, beside the work that was predicted for it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ..analysis.memory import FLOAT32
from ..analysis.table import Row, Table
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
    """What must be read and written: weights, volumes of other lines, volumes for them. Embeddings read single rows."""
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
    together: dict[str | None, list[Row]] = {}
    for row in table.rows:
        together.setdefault(fusion.group(row.name), []).append(row)
    together[None] = []
    rows = tuple(_timed(together[key], found[key], batch) for key in together if key in found)
    events = [
        Event(run, tuple(row.name for row in together[key]), kernel)
        for key, runs in found.items()
        for run, kernels in enumerate(runs)
        for kernel in kernels
    ]
    return rows, tuple(sorted(events, key=lambda event: event.kernel.start))


def _timed(rows: Sequence[Row], runs: Sequence[Sequence[Kernel]], batch: int) -> Timed:
    seconds = tuple(sum(kernel.duration for kernel in kernels) / 1e6 for kernels in runs)
    macs = sum(row.macs * (batch if row.node.batched else 1) for row in rows)
    moved = moved_bytes(rows, batch) if rows else sum(kernel.bytes for kernel in runs[0])
    return Timed(tuple(row.name for row in rows), tuple(kernel.op_type for kernel in runs[0]), macs, moved, seconds)


def moved_bytes(rows: Sequence[Row], batch: int) -> int:
    """What layers that are computed together must at least read and write; volumes between them stay inside."""
    graph = rows[0].graph
    inside = {row.name for row in rows}
    members = [index for index, node in enumerate(graph.nodes) if node.name in inside]
    read = {source for index in members for source in graph.nodes[index].inputs} - set(members)
    outside = {source for node in graph.nodes if node.name not in inside for source in node.inputs} | set(graph.outputs)
    volumes = [graph.nodes[index] for index in (*read, *(outside & set(members)))]
    return sum(map(_weight_bytes, rows)) + FLOAT32 * sum(
        prod(node.shape) * (batch if node.batched else 1) for node in volumes
    )


def _weight_bytes(row: Row) -> int:
    stored = FLOAT32 * (row.params + row.cost.buffers)
    return min(stored, row.activation_bytes) if row.op == "EMBED" else stored
