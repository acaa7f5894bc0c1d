"""A graph as ONNX nodes, still plain data: names, layouts, constants, the lowest opset that serves.

Every value keeps a leading batch axis; a value that is the same for all examples has 1 there. Where the channels stand
belongs to each value: a Transpose is written only where a layer wants them elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..analysis.cost import own_weights
from ..graph import Graph, Node
from ..ops.base import ANY, BATCH, FIRST, LAST, Axis, Const, Lowering, OnnxNode, PerAxis, Weight
from ..ops.window import Sliding
from ..shape import Shape

DYNAMIC = "dynamic"
BATCH_NAME = "N"
LOWEST_OPSET = 17


class Port(NamedTuple):
    """A named value of the model: the volume's shape in the language's order, and where the channels stand."""

    name: str
    shape: Shape
    layout: str
    batched: bool
    integer: bool = False

    def dims(self, batch: int | str) -> list[int | str]:
        """The axes as they are in ONNX."""
        return [batch if self.batched else 1, *arranged(self.shape, self.layout)]


class PlacedNode(NamedTuple):
    """An ONNX node with its final names."""

    name: str
    op_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


class Constant(NamedTuple):
    """A small tensor that belongs to the export, not to the network."""

    name: str
    values: Any
    dtype: str


@dataclass
class Model:
    """A network in ONNX's terms."""

    batch: int | str
    nodes: list[PlacedNode] = field(default_factory=list)
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    volumes: list[Port] = field(default_factory=list)
    """The output of every layer."""
    weights: dict[str, tuple[Node, Weight]] = field(default_factory=dict)
    constants: list[Constant] = field(default_factory=list)
    opset: int = LOWEST_OPSET


def arranged(shape: Shape, layout: str) -> tuple[int, ...]:
    """A shape with its channels first or last."""
    return (*shape[-1:], *shape[:-1]) if layout == FIRST else shape


def axis_names(shape: Shape, layout: str) -> str:
    """The axes of a value by letter, for people: N,C,H,W."""
    spatial = {1: ("",), 2: ("L",), 3: ("H", "W"), 4: ("D", "H", "W")}.get(len(shape), ())
    letters = [letter for letter in spatial if letter] or [f"S{i}" for i in range(len(shape) - 1)]
    return ",".join(["N", "C", *letters] if layout == FIRST else ["N", *letters, "C"])


def lower(graph: Graph, batch: int | str = DYNAMIC) -> Model:
    """The model of a graph; batch is a number or "dynamic"."""
    return _Lowering(graph, BATCH_NAME if batch == DYNAMIC else batch).run()


class _Lowering:
    def __init__(self, graph: Graph, batch: int | str) -> None:
        self.graph = graph
        self.model = Model(batch)
        self.names: list[dict[str, str]] = []
        """For every node the name of its value in each layout that exists."""

    def run(self) -> Model:
        needed = self.graph.needed()
        for index, node in enumerate(self.graph.nodes):
            if node.op.word == "INPUT":
                self._input(index, node)
            elif index in needed:
                self._layer(index, node)
            else:
                self.names.append({})
        for index in self.graph.outputs:
            self._output(index)
        return self.model

    def _input(self, index: int, node: Node) -> None:
        layout = LAST if len(node.shape) < 3 and not self._feeds_window(index) else FIRST
        port = Port(node.name, node.shape, layout, True, node.op.integer)
        self.model.inputs.append(port)
        self.names.append({layout: node.name})

    def _feeds_window(self, index: int) -> bool:
        """Whether the first reader of a node slides a window, and so wants the channels first."""
        for node in self.graph.nodes[index + 1 :]:
            if index in node.inputs:
                return isinstance(node.op, Sliding)
        return False

    def _layer(self, index: int, node: Node) -> None:
        shapes = self.graph.shapes(node)
        lowering: Lowering = node.op.onnx(*shapes)
        layout = lowering.layout if lowering.layout != ANY else self._common_layout(node)
        read = () if node.op.shape_only else node.inputs
        names = {f"x{i}": self._value(source, layout) for i, source in enumerate(read)}
        if node.op.broadcasts:
            self._align(node, names, layout)
        if node.op.joins:
            self._expand(node, names)
        weights = self._weights(node)
        names |= weights
        # an output that people see has its channels first; the last layer writes to another name then
        turned = index in self.graph.outputs and layout == LAST and len(node.shape) > 2
        # a PARAM's weight has the path itself
        name = f"{node.name}/value" if node.name in weights.values() else node.name
        names["y"] = f"{node.name}/last" if turned else name
        for item in lowering.nodes:
            self._node(node, item, names, layout, len(node.shape))
        self.names.append({layout: names["y"]})
        if turned:
            self._value(index, FIRST, name)
        self.model.volumes.append(Port(names["y"], node.shape, layout, node.batched))

    def _output(self, index: int) -> None:
        node = self.graph.nodes[index]
        names = self.names[index]
        layout = FIRST if FIRST in names and len(node.shape) > 2 else next(iter(names))
        name = names[layout]
        if node.op.word == "INPUT":
            name = f"{node.name}/output"
            self.model.nodes.append(PlacedNode(name, "Identity", (names[layout],), (name,), {}))
        integer = node.op.word == "INPUT" and node.op.integer
        self.model.outputs.append(Port(name, node.shape, layout, node.batched, integer))

    def _common_layout(self, node: Node) -> str:
        """What the first of the largest inputs has."""
        source = max(node.inputs, key=lambda index: len(self.graph.nodes[index].shape))
        return next(iter(self.names[source]))

    def _value(self, index: int, layout: str, name: str = "") -> str:
        """The value of a node in a layout, turned if it does not exist yet."""
        names, node = self.names[index], self.graph.nodes[index]
        if layout in names:
            return names[layout]
        if len(node.shape) == 1:
            return next(iter(names.values()))
        rank = len(node.shape)
        perm = [0, rank, *range(1, rank)] if layout == FIRST else [0, *range(2, rank + 1), 1]
        names[layout] = name or f"{node.name}/{layout}"
        source = next(iter(names.values()))
        self.model.nodes.append(PlacedNode(names[layout], "Transpose", (source,), (names[layout],), {"perm": perm}))
        return names[layout]

    def _align(self, node: Node, names: dict[str, str], layout: str) -> None:
        """Give volumes of lower rank the axes of size 1 that broadcasting supposes before their own."""
        shapes = self.graph.shapes(node)
        rank = max(map(len, shapes))
        for i, shape in enumerate(shapes):
            if len(shape) == rank:
                continue
            start = 1 if layout == LAST else 2
            axes = Const(tuple(range(start, start + rank - len(shape))), "int64")
            item = OnnxNode("Unsqueeze", (f"x{i}", axes), (f"aligned{i}",), {}, 13)
            self._node(node, item, names, layout, rank)
            names[f"x{i}"] = names[f"aligned{i}"]

    def _expand(self, node: Node, names: dict[str, str]) -> None:
        """Repeat values that are the same for all examples, where they join ones that are not."""
        sources = [self.graph.nodes[index] for index in node.inputs]
        batched = next((i for i, source in enumerate(sources) if source.batched), None)
        for i, source in enumerate(sources):
            if batched is None or source.batched:
                continue
            ones = (1,) * len(source.shape)
            if isinstance(self.model.batch, int):
                shape: str | Const = Const((self.model.batch, *ones), "int64")
            else:
                size = OnnxNode("Shape", (f"x{batched}",), ("batch",), {"start": 0, "end": 1}, 15)
                whole = OnnxNode("Concat", ("batch", Const(ones, "int64")), ("wide",), {"axis": 0}, 13)
                if "batch" not in names:
                    self._node(node, size, names, LAST, 1)
                self._node(node, whole._replace(outputs=(f"wide{i}",)), names, LAST, 1)
                shape = f"wide{i}"
            item = OnnxNode("Expand", (f"x{i}", shape), (f"repeated{i}",), {}, 13)
            self._node(node, item, names, LAST, 1)
            names[f"x{i}"] = names[f"repeated{i}"]

    def _weights(self, node: Node) -> dict[str, str]:
        """The initializers of a layer by their local name; a shared weight is its owner's."""
        names = {}
        for key, weight in own_weights(self.graph, node).items():
            names[key or "weight"] = name = f"{node.name}.{key}" if key else node.name
            self.model.weights[name] = (node, weight)
        if node.tie is not None:
            names["weight"] = f"{self.graph.nodes[node.tie].name}.weight"
        return names

    def _node(self, node: Node, item: OnnxNode, names: dict[str, str], layout: str, rank: int) -> None:
        """One ONNX node with its final names; its attributes in terms of the layout."""
        inputs = []
        for position, source in enumerate(item.inputs):
            if isinstance(source, Const):
                inputs.append(self._constant(node, item, position, source, layout, rank))
            else:
                inputs.append(names[source] if source else "")
        for output in item.outputs:
            names.setdefault(output, f"{node.name}/{output}")
        outputs = tuple(names[output] for output in item.outputs)
        attributes = {key: _axis(value, layout, rank) for key, value in item.attributes.items()}
        self.model.nodes.append(PlacedNode(outputs[0], item.op_type, tuple(inputs), outputs, attributes))
        self.model.opset = max(self.model.opset, item.opset)

    def _constant(self, node: Node, item: OnnxNode, position: int, const: Const, layout: str, rank: int) -> str:
        name = f"{node.name}/{item.outputs[0]}.{position}" if item.outputs[0] != "y" else f"{node.name}/{position}"
        batch = self.model.batch if isinstance(self.model.batch, int) else -1
        values = const.values
        if isinstance(values, tuple):
            batch = batch if node.batched else 1
            values = tuple([number for value in values for number in _numbers(value, layout, rank, batch)])
        self.model.constants.append(Constant(name, values, const.dtype))
        return name


def _numbers(value: Any, layout: str, rank: int, batch: int) -> tuple[Any, ...]:
    """What an entry of a constant stands for in the layout of the value."""
    if isinstance(value, PerAxis):
        return (0, *arranged(value.values, layout))
    return (batch if value == BATCH else _axis(value, layout, rank),)


def _axis(value: Any, layout: str, rank: int) -> Any:
    """An axis of the language as the axis of the value."""
    if not isinstance(value, Axis):
        return value
    index = value.index % rank
    if layout == LAST:
        return index + 1
    return 1 if index == rank - 1 else index + 2
