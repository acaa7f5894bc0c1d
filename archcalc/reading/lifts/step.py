"""What a lift has at hand: the node, its inputs as volumes and weights, and how to add a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...ops import find
from ...shape import Shape
from ..proto import Call
from ..site import Site, Unknown
from ..value import Stored, Value, View, ordered, stored_view

if TYPE_CHECKING:
    from ..reader import Reader, Scope


class Step:
    """One node on its way to a layer."""

    def __init__(self, reader: Reader, site: Site, scope: Scope, outputs: list[Value]) -> None:
        self.reader = reader
        self.lifter = reader.lifter
        self.site = site
        self.scope = scope
        self.outputs = outputs

    def op(self, word: str, *arguments: Any, **options: Any) -> Any:
        """A layer of ours."""
        made = find(word)
        assert made is not None
        return made(*arguments, **options)

    # Inputs

    def view(self, index: int = 0) -> View:
        """An input as a volume, or a tensor that is stored."""
        return self.lifter.view_of(self.site.need(index))

    def stored(self, index: int) -> Stored | None:
        """The stored tensor that an input is, whatever the order of its axes; None where it is computed."""
        value = self.site.at(index)
        return None if value is None or value.view is None else value.view.stored

    def weight(self, index: int, order: Sequence[int] | None = None) -> Stored:
        """An input that must be stored, its axes in an order; else the layer is none of ours."""
        value = self.site.at(index)
        if value is None or value.view is None or value.view.stored is None:
            raise Unknown
        axes = value.view.axes
        return ordered(value.view, axes if order is None else [axes[axis] for axis in order])

    def number(self, index: int) -> float | None:
        """The one number that an input is, if it is known."""
        value = self.site.at(index)
        if value is None or value.items is None or len(value.items) != 1:
            return None
        number = value.items[0]
        return float(number) if isinstance(number, int | float) else None

    def has_volume(self, index: int) -> bool:
        """Whether an input depends on what is fed, or on tensors that layers compute with."""
        value = self.site.at(index)
        return value is not None and value.view is not None and value.view.stored is None

    # Outputs

    @property
    def shape(self) -> Shape:
        """The ONNX shape of the first output."""
        shape = self.outputs[0].shape
        if shape is None:
            raise Unknown
        return shape

    def only(self, view: View, index: int = 0) -> list[Value]:
        """The outputs, of which one is used: a view of the layer."""
        if any(self.used(other) for other in range(len(self.outputs)) if other != index):
            raise Unknown
        return [value._replace(view=view if i == index else None) for i, value in enumerate(self.outputs)]

    def used(self, index: int) -> bool:
        """Whether anybody reads an output."""
        names = self.site.call.outputs
        name = names[index] if index < len(names) else ""
        return bool(name) and (name in self.scope.leaving or name in self.scope.readers)

    def sliding(self, op: Any, stored: dict[str, Stored] | None = None, index: int = 0) -> list[Value]:
        """A layer whose channels are ONNX's axis 1."""
        return self.only(self.layer(op, self.lifter.first(len(self.shape)), stored, index, (0,)))

    def layer(
        self, op: Any, order: Sequence[int], stored: dict[str, Stored] | None = None, index: int = 0,
        drop: Sequence[int] = (),
    ) -> View:  # fmt: skip
        """A layer on one input, its axes in an order; the first output stands in the same order."""
        view = self.view(index)
        rank = len(view.axes)
        drop = [axis for axis in drop if not view.axes[axis]]
        node = self.lifter.arranged(view, order, drop)
        made = self.lifter.emit(op, (node,), stored)
        batch = [axis for axis in self.lifter.batch_axes(view) if axis < len(self.shape)]
        assert rank == len(self.shape)
        return self.lifter.placed(made, self.shape, order, batch, drop)

    # Layers of several nodes

    def reader_of(self, name: str) -> Call | None:
        """The one node that reads a value, if nobody else does."""
        return self.reader.only_reader(name, self.scope)

    def next(self) -> Call | None:
        """The one node that reads the first output."""
        return self.reader_of(self.site.call.outputs[0])

    def value(self, name: str) -> Value | None:
        """A value by name, if it is known by now."""
        return self.scope.find(name) if name else None

    def absorb(self, call: Call, value: Value) -> None:
        """A later node is part of this layer: what it gives is known now."""
        self.scope.done.add(id(call))
        self.scope.values[call.outputs[0]] = value


__all__ = ["Step", "stored_view"]
