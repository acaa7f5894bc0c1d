"""Bytes that layers move, arithmetic intensity, and the roofline (Williams, Waterman, Patterson 2009).

Each layer stands for itself: it reads its inputs and its weights once from memory and writes its output once. Views
move nothing, slices read what they keep, an embedding reads the rows that it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from ..errors import Diagnostic, SpecError
from ..graph import Graph, Node
from ..symbolic import largest, plain, simple
from .cost import count
from .devices import Device
from .elements import bytes_of, check_batch
from .inplace import VIEWS
from .memory import volume_bytes
from .table import Row, Table

COMPUTE, MEMORY = "compute", "memory"


class Traffic(NamedTuple):
    """What a layer moves and computes, for the whole batch."""

    read: int
    """Bytes of the volumes that come in."""
    weights: int
    """Bytes of parameters and buffers."""
    written: int
    """Bytes of the volume that goes out."""
    flops: int
    """Twice the multiply-adds."""

    @property
    def moved(self) -> int:
        """All bytes."""
        return self.read + self.weights + self.written

    @property
    def intensity(self) -> Fraction | None:
        """FLOPs a byte, exactly; None where nothing is moved, or the formula would fill pages."""
        quotient: Fraction | None = _quotient(self.flops, self.moved)
        return quotient


def _quotient(number: Any, divisor: Any) -> Any:
    if isinstance(divisor, int) and not divisor:
        return None
    if isinstance(number, int) and isinstance(divisor, int):
        return Fraction(number, divisor)
    try:
        return simple(number / divisor)
    except SpecError:  # a formula too long to be read
        return None


class Bound(NamedTuple):
    """How a layer does on a device: `compute` or `memory`, and the least time in seconds; "" where there is nothing."""

    bound: str
    seconds: Fraction


@dataclass(frozen=True)
class Roofline:
    """The traffic of a network, and its bounds on a device if one is given."""

    table: Table
    batch: int
    dtype: str
    device: Device | None
    layers: tuple[tuple[Row, Traffic], ...]

    @cached_property
    def totals(self) -> Traffic:
        """The sums over all layers."""
        columns = zip(*(moved for _, moved in self.layers), strict=True)
        return Traffic(*(simple(sum(column)) for column in columns)) if self.layers else Traffic(0, 0, 0, 0)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """What bounds each layer, and for how long at least; none without a device."""
        device = self.device
        return () if device is None else tuple(bound(moved, device) for _, moved in self.layers)

    @property
    def seconds(self) -> Fraction:
        """The least time of all layers, one after the other."""
        return sum((bound.seconds for bound in self.bounds), Fraction(0))

    @cached_property
    def whole(self) -> Traffic:
        """The network as one layer: it reads its inputs and weights, writes its outputs, keeps the rest to itself."""
        graph = self.table.graph
        sizes = _sizes(graph, bytes_of(self.dtype), self.batch)
        read = sum(size for size, node in zip(sizes, graph.nodes, strict=True) if node.op.word in ("INPUT", "PARAM"))
        written = sum(sizes[index] for index in graph.outputs)
        weights: dict[str, int] = {}  # by the layer that they belong to: what layers share is read once
        for row, moved in self.layers:
            owner = row.name if row.node.tie is None else graph.nodes[row.node.tie].name
            weights[owner] = largest([weights.get(owner, 0), moved.weights])
        return Traffic(simple(read), simple(sum(weights.values())), simple(written), self.totals.flops)

    def as_dict(self) -> dict[str, Any]:
        """The traffic for JSON: exact bytes and intensities; seconds are the nearest floats to exact quotients."""
        bounds: tuple[Bound | None, ...] = self.bounds or (None,) * len(self.layers)
        layers = [
            {"name": row.name, "text": row.text, "output": list(row.output), **_dict(moved, found, row.cost.counted)}
            for (row, moved), found in zip(self.layers, bounds, strict=True)
        ]
        device, uncounted = self.device, self.table.uncounted
        made = {
            "schema": 1, "name": self.table.graph.name, "batch": self.batch, "dtype": self.dtype,
            "device": None if device is None else _described(device),
            "totals": {**_dict(self.totals, None), **({} if device is None else {"seconds": float(self.seconds)})},
            "whole": _dict(self.whole, None if device is None else bound(self.whole, device)),
            "layers": layers, "counted": len(layers) - len(uncounted), "uncounted": [row.name for row in uncounted],
        }  # fmt: skip
        return plain(made) if self.table.graph.free else made


def _dict(moved: Traffic, found: Bound | None, counted: bool = True) -> dict[str, Any]:
    """The traffic for JSON; null where the work is not known."""
    intensity = moved.intensity
    text = str(intensity) if isinstance(intensity, Fraction) else intensity
    shown = {**moved._asdict(), "moved": moved.moved, "intensity": text}
    if not counted:
        shown |= {"flops": None, "intensity": None}
    return shown if found is None else {**shown, "bound": found.bound, "seconds": float(found.seconds)}


def _described(device: Device) -> dict[str, Any]:
    flops, bandwidth, ridge = map(str, (device.flops, device.bandwidth, device.ridge))
    return {**device._asdict(), "flops": flops, "bandwidth": bandwidth, "ridge": ridge}


def roofline(table: Table, batch: int = 1, dtype: str = "float32", device: Device | None = None) -> Roofline:
    """The traffic of a network, and its bounds on a device. SpecError for bounds with free dimensions."""
    check_batch(batch)
    if device is not None and table.graph.free:
        help = ("give the free dimensions numbers: " + " ".join(f"--set {name}=..." for name in table.graph.free),)
        raise SpecError(Diagnostic("E697", "the time on a device is known only without free dimensions", help=help))
    return Roofline(table, batch, dtype, device, traffic(table, batch, dtype))


def traffic(table: Table, batch: int = 1, dtype: str = "float32") -> tuple[tuple[Row, Traffic], ...]:
    """What every layer moves at a batch size and an element type."""
    graph, element = table.graph, bytes_of(dtype)
    sizes = _sizes(graph, element, batch)
    index_of = {node.name: index for index, node in enumerate(graph.nodes)}
    return tuple((row, _moved(graph, index_of[row.name], row, sizes, element, batch)) for row in table.rows)


def together(found: Sequence[tuple[Row, Traffic]], batch: int = 1, dtype: str = "float32") -> Traffic:
    """What layers move that are computed as one: volumes between them stay inside."""
    graph = found[0][0].graph
    sizes, inside = _sizes(graph, bytes_of(dtype), batch), {row.name for row, _ in found}
    within = [node.name in inside for node in graph.nodes]
    read, written = set[int](), set(graph.outputs)
    for node, member in zip(graph.nodes, within, strict=True):
        (read if member else written).update(node.inputs)
    return Traffic(
        simple(sum(sizes[index] for index in read if not within[index])),
        simple(sum(moved.weights for _, moved in found)),
        simple(sum(sizes[index] for index in written if within[index])),
        simple(sum(moved.flops for _, moved in found)),
    )


def _sizes(graph: Graph, element: int, batch: int) -> list[int]:
    """The bytes of every volume, for all examples."""
    sizes = volume_bytes(graph, element)
    return [size * batch if node.batched else size for size, node in zip(sizes, graph.nodes, strict=True)]


def _moved(graph: Graph, index: int, row: Row, sizes: list[int], element: int, batch: int) -> Traffic:
    node = graph.nodes[index]
    if not node.active or node.op.word in (*VIEWS, "PARAM"):
        return Traffic(0, 0, 0, 0)
    times = batch if node.batched else 1
    sources = () if node.op.shape_only else set(node.inputs)
    read = sizes[index] if node.op.word in ("SLICE", "CROP") else sum(sizes[source] for source in sources)
    return Traffic(read, _weights(graph, node, times) * element, sizes[index], 2 * row.macs * times)


def _weights(graph: Graph, node: Node, times: int) -> int:
    """The numbers of parameters and buffers that are read; of tables the rows that are asked for, at most all."""
    shapes = graph.shapes(node)
    stored: int = sum(count(weight) for weight in node.op.weights(*shapes).values())
    if node.op.word == "EMBED":
        asked = prod(node.shape) * times
    elif node.op.word == "POSEMB" and stored:
        asked = prod(node.shape[-2:])
    else:
        return stored
    fewest: int = -largest([-stored, -asked])
    return fewest


def bound(moved: Traffic, device: Device) -> Bound:
    """What bounds a layer on a device: the longer of computing and moving."""
    computing, moving = moved.flops / device.flops, moved.moved / device.bandwidth
    if not computing and not moving:
        return Bound("", Fraction(0))
    return Bound(COMPUTE, computing) if computing >= moving else Bound(MEMORY, moving)
