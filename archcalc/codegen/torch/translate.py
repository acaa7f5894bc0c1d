"""A graph as steps in PyTorch: where the channels of each value stand, and what turns them."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from ...analysis.cost import own_weights
from ...graph import Graph, Node
from ...ops.window import Sliding
from ...shape import Shape
from ..code import In, Lit, Suffix, call
from ..layer import fixed, func
from ..reading import flattened, readers_of, unread
from ..refuse import refused
from ..step import Placed, Step, Stored, Value
from ..words import MODULE
from . import arranging, pointwise, sequences, sliding
from .context import ANY, FIRST, FLATTEN, FREE, LAST, TABLE, Layer, plain, turn

_FAMILIES = (arranging, pointwise, sequences, sliding)  # they fill the table


class Port(NamedTuple):
    """A volume that the network takes or gives, and where its channels stand."""

    node: Node
    layout: str

    @property
    def dims(self) -> tuple[int, ...]:
        """The sizes behind the batch."""
        shape = self.node.shape
        return (shape[-1], *shape[:-1]) if self.layout == FIRST else shape


class Form(NamedTuple):
    """How a value stands in the program: where its channels are, and 1 if it has a batch axis."""

    layout: str
    lead: int


class Program(NamedTuple):
    """A network as steps."""

    steps: list[Placed]
    stored: dict[Value, Stored]
    inputs: list[Port]
    outputs: list[Port]
    values: tuple[Value, ...]
    """The outputs."""
    training: tuple[Value, ...]
    """What only training gives."""


def translate(graph: Graph) -> Program:
    """The steps of a network. SpecError, with the layer's name, for what PyTorch code does not exist."""
    return _Translator(graph).run()


class _Translator:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Placed] = []
        self.stored: dict[Value, Stored] = {}
        self.forms: dict[int, Form] = {}
        self.turned: dict[tuple[int, str, str], Value] = {}
        self.inputs: list[Port] = []
        self.readers = readers_of(graph)
        # the first of a block then takes a vector, as torchvision's classifiers do
        drops = flattened(graph, self.readers, ("DROP",))
        self.flat = {index for index in drops if graph.nodes[index].name.endswith(".0")}
        self.blocks = {path for node in graph.nodes for path in _around(node.name)}
        self.storing = {node.name for node in graph.nodes if node.name in self.blocks and own_weights(graph, node)}
        self.storing -= {node.name for node in graph.nodes if node.op.repeats_branch}
        self.owners = {node.tie for node in graph.nodes if node.tie is not None}

    def run(self) -> Program:
        for index, node in enumerate(self.graph.nodes):
            if clash := MODULE.intersection(node.name.split(".")):
                raise refused("PyTorch", node, f"its modules have a {min(clash)} of their own", "another label")
            self._node(index, node)
        outputs = [self._given(index) for index in self.graph.outputs]
        heads = [index for index in unread(self.graph, self.readers) if not self.graph.nodes[index].active]
        training = tuple(self._given(index)[1] for index in heads if node_is_computed(self.graph.nodes[index]))
        ports, values = zip(*outputs, strict=True)
        return Program(self.steps, self.stored, self.inputs, list(ports), tuple(values), training)

    def _given(self, index: int) -> tuple[Port, Value]:
        """An output: the channels of volumes come first."""
        node = self.graph.nodes[index]
        layout = FIRST if len(node.shape) > 2 else self.forms[index].layout
        return Port(node, layout), self._value(index, layout, "")

    def _node(self, index: int, node: Node) -> None:
        if node.op.word == "INPUT":
            layout = FIRST if len(node.shape) > 2 or self._feeds_window(index) else LAST
            self.inputs.append(Port(node, layout))
            self.forms[index] = Form(layout, 1)
        elif node.op.word in ("PARAM", "COORDS"):
            self._store(index, node)
        else:
            self._layer(index, node)

    def _feeds_window(self, index: int) -> bool:
        """Whether the first reader of a node slides a window."""
        readers = self.readers.get(index, [])
        return bool(readers) and isinstance(self.graph.nodes[readers[0]].op, Sliding)

    def _store(self, index: int, node: Node) -> None:
        """A parameter or a table: a value that is there already."""
        made = call("parameter", *(Lit(size, "size") for size in node.shape[:-1]), Lit(node.shape[-1], "channels"))
        if node.op.word == "COORDS":
            made = call("log_coordinates", fixed(node.op._sizes()))
        self.stored[Value(index)] = Stored(node.name, made, "buffer" if node.op.word == "COORDS" else "parameter")
        self.forms[index] = Form(LAST, 0)

    def _layer(self, index: int, node: Node) -> None:
        translation = TABLE[node.op.word]
        if index in self.flat and not self.forms[node.inputs[0]].lead:
            self.flat.discard(index)
        takes = self._takes(index, node)
        values = [self._value(source, takes, node.name) for source in node.inputs]
        leads = [self.forms[source].lead for source in node.inputs]
        if translation.batch and not leads[0]:
            values[0] = self._emit(index, node, (func(Suffix(In(), ("[None]",))),), (values[0],), "lone")
            leads[0] = 1
        if index in self.flat and node.inputs[0] not in self.flat:
            values = [self._emit(index, node, (plain(FLATTEN),), tuple(values), "flat")]
        shapes = tuple(self._shape(source) for source in node.inputs)
        free = translation.gives == FREE
        wanted = self._free(index, node, takes) if free else LAST
        layer = Layer(node, shapes, takes, tuple(leads), wanted, self._shadowed(node))
        if node.tie is not None:
            values.append(Value(node.tie, "weight"))
        self._emit(index, node, translation.steps(layer), tuple(values))
        if index in self.owners:
            self.stored[Value(index, "weight")] = Stored(f"{node.name}.weight")
        gives = wanted if free else translation.gives or takes
        self.forms[index] = Form(gives, int(any(leads)) if not node.op.shape_only else 0)

    def _shape(self, index: int) -> Shape:
        """What stands in the program for a volume: one vector, where nobody wants more."""
        shape = self.graph.nodes[index].shape
        return (prod(shape),) if index in self.flat else shape

    def _free(self, index: int, node: Node, takes: str) -> str:
        """The layout for what can be given in either."""
        wanted = self._wanted(index)
        if wanted != ANY:
            return wanted
        (source,) = self.graph.shapes(node)
        return takes if len(source) == len(node.shape) else LAST

    def _takes(self, index: int, node: Node) -> str:
        """Where a layer wants the channels."""
        shapes = self.graph.shapes(node)
        # what becomes one vector does so as FC would have it
        takes = TABLE["FLATTEN" if index in self.flat else node.op.word].takes(node, shapes)
        # where layouts meet, what came first goes on: blocks then give what they take
        source = max(
            node.inputs, key=lambda place: (self.forms[place].lead, len(self.graph.nodes[place].shape), -place)
        )
        form = self.forms[source]
        if node.op.word == "LN" and form.layout == FIRST and len(node.shape) == 3 and self._wanted(index) != LAST:
            return FIRST  # between convolutions
        return form.layout if takes == ANY else takes

    def _wanted(self, index: int) -> str:
        """Where the readers of a value want its channels: last if one does, ANY if nobody cares."""
        wants = {self._asks(reader) for reader in self.readers.get(index, [])}
        return LAST if LAST in wants else FIRST if FIRST in wants else ANY

    def _asks(self, index: int) -> str:
        node = self.graph.nodes[index]
        known = TABLE.get(node.op.word)
        return known.takes(node, self.graph.shapes(node)) if known else ANY

    def _shadowed(self, node: Node) -> bool:
        """Whether a weight of the layer's name, which it does not have itself, stands below its path."""
        return node.name in self.blocks and any(
            other.name == f"{node.name}.{key}" for other in self.graph.nodes for key in ("weight", "bias")
        )

    def _value(self, index: int, layout: str, reader: str) -> Value:
        """A value with its channels where they are wanted, turned within the block of its reader."""
        form, node = self.forms[index], self.graph.nodes[index]
        if form.layout == layout or len(node.shape) == 1:
            return Value(index)
        region = reader.rpartition(".")[0]
        key = (index, layout, region)
        if key not in self.turned:
            self.turned[key] = Value(index, f"{layout} {region}")
            (step,) = turn(len(node.shape), form.lead, layout)
            self.steps.append(Placed("", region, step, (Value(index),), self.turned[key], len(self.steps)))
        return self.turned[key]

    def _emit(
        self, index: int, node: Node, steps: tuple[Step, ...], inputs: tuple[Value, ...], kind: str = ""
    ) -> Value:
        """Steps one after the other; the layer's name belongs to the one that stores, or else to the last."""
        named = next((place for place, step in enumerate(steps) if step.stores), len(steps) - 1)
        for place, step in enumerate(steps):
            value = Value(index, f"part{place}" if place < len(steps) - 1 else kind)
            path = node.name if place == named and not kind else ""
            # what a layer reads beside its volume goes to the step that stores, or to the first
            reads = inputs if len(steps) == 1 else (inputs[0], *(inputs[1:] if place == named else ()))
            region = self._region(node) if place >= named and not kind else self._before(node, inputs[0], step)
            self.steps.append(Placed(path, region, step, reads, value, len(self.steps)))
            inputs = (value, *inputs[1:])
        return inputs[0]

    def _before(self, node: Node, source: Value, step: Step) -> str:
        """The block of a step before a layer: what flattens for the first of a sequence stands in front of that."""
        region = self._region(node)
        inside = self.graph.nodes[source.node].name.startswith(f"{region}.")
        first = node.name == f"{region}.0" and not region.rpartition(".")[2].isdigit()
        return region.rpartition(".")[0] if first and not inside and step.plain == FLATTEN else region

    def _region(self, node: Node) -> str:
        """The block around a layer; a layer that stores has its name for itself."""
        region = node.name if node.op.repeats_branch else node.name.rpartition(".")[0]
        while region in self.storing:
            region = region.rpartition(".")[0]
        return region


def node_is_computed(node: Node) -> bool:
    """Whether a step gives the node's value."""
    return node.op.word not in ("INPUT", "PARAM", "COORDS")


def _around(path: str) -> Iterator[str]:
    """The paths of all blocks around a layer."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path
