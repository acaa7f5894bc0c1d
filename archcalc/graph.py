"""A network: a graph of ops in the order in which they run. Every shape in it has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from .errors import Diagnostic, Place
from .shape import Shape
from .source import Amount, Source
from .symbolic import Symbolic


class Node(NamedTuple):
    """One layer: its path, its op, the indices of the nodes that it reads, and the volume that it gives."""

    name: str
    op: Any
    inputs: tuple[int, ...]
    shape: Shape
    source: Source
    start: int
    end: int
    batched: bool = True
    """Whether the volume is one per example; a value that no INPUT reaches is the same for all."""
    active: bool = True
    """Whether the layer runs: experts beyond the chosen ones and heads for training are stored, but do not."""
    tie: int | None = None
    """The node whose weight this one shares."""
    shared: tuple[str, ...] = ()
    """The weights, by name, that other layers store already; only models that other software wrote have such."""

    @property
    def place(self) -> Place:
        """Where the layer stands in the text."""
        return self.source.place(self.start, self.end)


class Question(NamedTuple):
    """`=> ?`: somebody asks for a node's volume."""

    node: int
    place: Place


class Claim(NamedTuple):
    """`=> 55x55x96`: what somebody says a volume is, and what it is (None where a mistake keeps it unknown)."""

    place: Place
    claimed: str
    actual: Shape | None
    right: bool = False


class Pin(NamedTuple):
    """`check params=...`: a total that must hold, a formula where sizes are free."""

    key: str
    value: Any
    place: Place


class Origin(NamedTuple):
    """The ONNX file that a network was read from, and what was said over it."""

    path: str
    input: Shape | None
    values: Mapping[str, Any]
    exported: bool = False
    """Whether the file is proven to be our own export: its nodes are named after the layers."""


class Stated(NamedTuple):
    """What a slide states of some of its rows (by their offsets): their memory, params or weights, in several ways."""

    key: str
    said: str
    amounts: tuple[Amount, ...]
    rows: tuple[tuple[int, int], ...]
    total: bool
    place: Place


@dataclass(frozen=True)
class Graph:
    """A network, its settings, and what the text claims of it."""

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    name: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    pins: tuple[Pin, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    conditions: tuple[str, ...] = ()
    """What the network supposes of its free dimensions."""
    stated: tuple[Stated, ...] = ()
    """Counts that a slide states beside its volumes."""
    origin: Origin | None = None
    """The model that it was read from: that is what runs, weights and all."""

    @property
    def title(self) -> str:
        """The title that the file sets, else the name."""
        return str(self.settings.get("title", self.name))

    def shapes(self, node: Node) -> tuple[Shape, ...]:
        """The volumes that a node reads."""
        nodes = self.nodes
        return tuple([nodes[index].shape for index in node.inputs])

    @property
    def free(self) -> tuple[str, ...]:
        """The free dimensions, by name."""
        sizes: list[Any] = [size for node in self.nodes for size in node.shape if isinstance(size, Symbolic)]
        return tuple(sorted({str(symbol) for size in sizes for symbol in size.expr.free_symbols}))

    def needed(self) -> set[int]:
        """The nodes that lead to an output, with those whose weights they share; heads for training do not."""
        needed, waiting = set(self.outputs), list(self.outputs)
        while waiting:
            node = self.nodes[waiting.pop()]
            sources = node.inputs if node.tie is None else (*node.inputs, node.tie)
            fresh = [index for index in sources if index not in needed]
            needed.update(fresh)
            waiting += fresh
        return needed

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The INPUTs."""
        return tuple(node for node in self.nodes if node.op.word == "INPUT")


Value = int | Fraction | tuple[Any, ...] | str
"""What a name in a spec can stand for: a number, a shape, a layer word, a text, an array, a reference."""
