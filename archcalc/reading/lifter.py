"""The network as it grows: layers of ours from what a model computes, their volumes in the language's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple

from ..errors import Diagnostic, LimitError, SpecError
from ..graph import Node
from ..ops import find
from ..ops.base import Op, Weight
from ..shape import Shape, show
from ..source import Source
from .foreign import Foreign
from .names import Names, made_up
from .patterns import flattens, pattern
from .value import Axis, Factor, Stored, Value, View, axis, length, ordered, without

MAX_VOLUME = 2**63 - 1


class Kept(NamedTuple):
    """Where a stored tensor is first used: the layer, and the name of its weight."""

    node: int
    key: str


@dataclass
class Lifter:
    """The layers so far."""

    source: Source
    names: Names
    batch: Factor
    max_layers: int
    nodes: list[Node] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    """The stored tensors that layers have used, by name."""
    made: dict[Any, int] = field(default_factory=dict)
    """Volumes that were put in another order, and those of stored tensors."""
    weights: dict[int, dict[str, Stored]] = field(default_factory=dict)
    """The stored tensors that are the weights of each layer."""
    place: int = 0
    """The byte at which the node being read stands."""
    label: str = ""
    """What the node being read is called."""
    active: bool = True
    """Whether the part being read runs."""

    # Layers

    def emit(
        self, op: Op, inputs: Sequence[int], stored: dict[str, Stored] | None = None, label: str | None = None
    ) -> int:
        """Add a layer; `stored` are the tensors that are its weights, by their name in the op."""
        if len(self.nodes) >= self.max_layers:
            message = f"the model has more than {self.max_layers:,} layers, the limit"
            raise LimitError(Diagnostic("E504", message, help=("--max-layers raises the limit",)))
        nodes = self.nodes
        shape = op.output(*[nodes[index].shape for index in inputs])
        _check_size(op, shape)
        reads = () if op.shape_only else inputs
        batched = op.word == "INPUT" or any([nodes[index].batched for index in reads])
        name = self.names.take(self.label if label is None else label, op.word, list((stored or {}).values()))
        tie, shared = self._keep(stored or {})
        self.weights[len(nodes)] = stored or {}
        place = self.place
        nodes.append(Node(name, op, tuple(inputs), shape, self.source, place, place, batched, self.active, tie, shared))
        return len(nodes) - 1

    def _keep(self, stored: dict[str, Stored]) -> tuple[int | None, tuple[str, ...]]:
        """Which weights other layers store already: the layer that a `weight` is shared with, and the names."""
        tie, shared, index = None, [], len(self.nodes)
        for key, tensor in stored.items():
            kept = self.kept.setdefault(tensor.name, Kept(index, key))
            if kept.node == index and kept.key == key:
                continue
            shared.append(key)
            if key == kept.key == "weight":
                tie = kept.node
        return tie, tuple(shared)

    def mark(self) -> tuple[int, int, int]:
        """How far it is, to go back to."""
        return len(self.nodes), len(self.kept), len(self.made)

    def back(self, mark: tuple[int, int, int]) -> None:
        """Forget what came after a mark."""
        nodes, kept, made = mark
        self.names.forget([node.name for node in self.nodes[nodes:]])
        del self.nodes[nodes:]
        while len(self.kept) > kept:
            self.kept.popitem()
        while len(self.made) > made:
            self.made.popitem()

    # Volumes

    def view_of(self, value: Value) -> View:
        """Which volume a value is a view of; small constants that the model computed become one."""
        if value.view is not None:
            return value.view
        axes = tuple(map(axis, value.shape or ()))
        shape = tuple(map(length, axes)) or (1,)
        node = self.emit(Foreign("Constant", shape=shape, operations=()), (), label="")
        return View(node, axes or ((),), axes)

    def arranged(self, view: View, order: Sequence[int], drop: Sequence[int] = ()) -> int:
        """The node whose volume has the axes of a value in this order, without the batch and the axes to drop."""
        target = self.target(view, order, drop)
        if view.stored is None and target == view.base:
            return view.node
        key = (view.node, view.stored, view.base, target)
        if key not in self.made:
            self.made[key] = self._stored(view, target) if view.stored else self._turned(view, target)
        return self.made[key]

    def target(self, view: View, order: Sequence[int], drop: Sequence[int] = ()) -> tuple[Axis, ...]:
        """The axes that a volume has in this order."""
        kept = [view.axes[index] for index in order if index not in drop and view.axes[index] != (self.batch,)]
        return tuple(without(item, self.batch) for item in kept) or ((),)

    def _stored(self, view: View, target: tuple[Axis, ...]) -> int:
        shape, stored = tuple(map(length, target)), ordered(view, target)
        if stored.trained:
            label = None if made_up(stored.name) else stored.name
            return self.emit(find("PARAM")(shape), (), {"": stored}, label)  # type: ignore[misc]
        table = (("", Weight(shape, buffer=True)),)
        return self.emit(Foreign("Constant", shape=shape, operations=(), stored=table), (), {"": stored})

    def _turned(self, view: View, target: tuple[Axis, ...]) -> int:
        if flattens(view.base, target):
            return self.emit(find("FLATTEN")(), (view.node,))  # type: ignore[misc]
        text, sizes = pattern(view.base, target)
        return self.emit(find("REARRANGE")(text, sizes=sizes), (view.node,))  # type: ignore[misc]

    def order(self, view: View) -> list[int] | None:
        """The axes of a value in the order in which its volume has them; None where they are split or joined."""
        plain = [without(item, self.batch) for item in view.axes]
        left = [index for index, item in enumerate(view.axes) if item != (self.batch,)]
        found = []
        for wanted in view.base:
            index = next((index for index in left if plain[index] == wanted), None)
            if index is None:
                return None
            left.remove(index)
            found.append(index)
        return None if any(plain[index] for index in left) else found

    def natural(self, view: View) -> list[int]:
        """The axes in the order of the volume where it has one; else the channels last if they are seen at axis 1."""
        found = None if view.stored is not None else self.order(view)
        rank = len(view.axes)
        if found is not None:
            return [*(axis for axis in range(rank) if axis not in found), *found]
        channels = view.axes[1] if rank > 2 else ()
        return self.first(rank) if channels and set(channels) <= set(view.base[-1]) else list(range(rank))

    def placed(
        self, node: int, shape: Shape, order: Sequence[int], batch: Sequence[int] = (), drop: Sequence[int] = ()
    ) -> View:
        """The view of a value of this ONNX shape on the volume of a new node, whose axes stand in this order."""
        axes = []
        for index, size in enumerate(shape):
            inner = size // self.batch.size if index in batch else size
            axes.append((self.batch, *axis(inner)) if index in batch else axis(inner))
        view = View(node, (), tuple(axes))
        base = self.target(view, order, drop)
        found = tuple(map(length, base))
        if found != self.nodes[node].shape:
            note = f"{show(self.nodes[node].shape)} against {show(found)}"
            raise SpecError.of("E665", f"a layer gives another volume than ONNX's {self.label[:80]}", note)
        return view._replace(base=base)

    def batch_axes(self, view: View | None) -> tuple[int, ...]:
        """The axes of a value that hold the batch."""
        return () if view is None else tuple(i for i, item in enumerate(view.axes) if self.batch in item)

    def first(self, rank: int) -> list[int]:
        """The axes with the channels, axis 1 of ONNX, last."""
        return [0, *range(2, rank), 1] if rank > 1 else list(range(rank))


def _check_size(op: Op, shape: Shape) -> None:
    size = prod(shape)
    if isinstance(size, int) and size > MAX_VOLUME:
        digits = len(f"{size.bit_length() * 30103 // 100000}")
        note = f"more than 10^{size.bit_length() * 30103 // 100000}" if digits < 6 else "far too many"
        raise SpecError.of("E315", f"{op.word} gives a volume with too many numbers", f"{note}, the limit is 2^63")
