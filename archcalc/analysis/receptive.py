"""Receptive fields: which part of the input one output sees.

Along each spatial axis of the input: the size of the field, the effective stride (how far it moves from one output to
the next), the effective padding (how far the field of the first output reaches out of the input). Fields are not
clipped to the input. Where branches meet, the field is their union.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from ..graph import Graph, Node
from ..shape import Window
from ..symbolic import largest


class Field(NamedTuple):
    """The field along one axis: the first output sees [start, start + size)."""

    size: int
    stride: int | Fraction
    start: int | Fraction

    @property
    def padding(self) -> int | Fraction:
        """How far the first field reaches out of the input."""
        return -self.start


Fields = tuple[Field, ...]


def receptive_fields(graph: Graph) -> list[Fields | None]:
    """The fields of every node, an axis of the input each; None where they cannot be told."""
    fields: list[Fields | None] = []
    for node in graph.nodes:
        fields.append(field_of(graph, node, fields))
    return fields


def field_of(graph: Graph, node: Node, fields: list[Fields | None]) -> Fields | None:
    """The field of a node, from those of the nodes before it."""
    if not node.inputs:
        return tuple([Field(1, 1, 0)] * (len(node.shape) - 1)) if node.op.word == "INPUT" else None
    seen = [fields[index] for index in node.inputs if graph.nodes[index].batched]
    if not seen or any(field is None for field in seen):
        return None
    windows = node.op.footprint(*graph.shapes(node))
    if windows is None:
        return None
    union = seen[0] if len(seen) == 1 else _union(seen)  # type: ignore[arg-type]
    if union is None or not windows:
        return union
    if len(windows) != len(union):
        return None
    return tuple(map(_through, union, windows))


def _through(field: Field, window: Window) -> Field:
    """The field behind one more window."""
    size = field.size + (window.span - 1) * field.stride
    return Field(-(-size // 1), field.stride * window.stride, field.start - window.before * field.stride)


def _union(fields: list[Fields]) -> Fields | None:
    """What any of the branches sees; None where they count different axes."""
    if len({len(field) for field in fields}) > 1:
        return None
    union = []
    for axis in zip(*fields, strict=True):
        # with symbols it may be open which branch reaches farthest
        start = -largest([-field.start for field in axis])
        end = largest([field.start + field.size for field in axis])
        union.append(Field(-(-(end - start) // 1), largest([field.stride for field in axis]), start))
    return tuple(union)
