"""One node while its outputs are worked out: its inputs, attributes and opset, and how to say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import SpecError
from ..shape import Shape, show
from ..symbolic import Symbolic
from .proto import Call, Info
from .tensor import Tensor
from .value import Value

MAX_SIZE = 2**63 - 1


class Site:
    """A node and what goes into it."""

    def __init__(
        self, call: Call, inputs: Sequence[Value | None], attributes: dict[str, Any], version: int,
        fresh: Callable[[str], Any], declared: Sequence[Info | None] = (),
    ) -> None:  # fmt: skip
        self.call = call
        self.op = call.op
        self.inputs = inputs
        self.attributes = attributes
        self.version = version
        self.fresh = fresh
        """A new free dimension, for a size that only running tells."""
        self.declared = declared
        """What the file says of the outputs."""

    @property
    def where(self) -> str:
        """The node, for people."""
        name = self.call.name or next(filter(None, self.call.outputs), "")
        return f"{self.op} {name[:80]}".strip()

    def wrong(self, note: str) -> SpecError:
        """The node cannot work on these inputs."""
        return SpecError.of("E665", f"{self.where} doesn't fit what it reads", note)

    # Inputs

    def at(self, index: int) -> Value | None:
        """An input, or None where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def need(self, index: int) -> Value:
        """An input that must be there."""
        value = self.at(index)
        if value is None:
            raise self.wrong(f"input {index} is missing")
        return value

    def shape(self, index: int = 0) -> Shape:
        """The shape of an input that must be there; Unranked where it is not known."""
        shape = self.need(index).shape
        if shape is None:
            raise Unranked
        return shape

    def dtype(self, index: int = 0) -> int:
        """The element type of an input."""
        return self.need(index).dtype

    def items(self, index: int) -> tuple[Any, ...] | None:
        """The numbers of an input, where they are known; None also where there is no such input."""
        value = self.at(index)
        return None if value is None else value.items

    def given(self, index: int) -> bool:
        """Whether an input is there."""
        return self.at(index) is not None

    # Attributes

    def attr(self, name: str, default: Any = None) -> Any:
        """An attribute or its default."""
        value = self.attributes.get(name)
        return default if value is None else value

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number as attribute."""
        value = self.attr(name, default)
        if not isinstance(value, int):
            raise self.wrong(f"the attribute {name} is no whole number")
        return value

    def real(self, name: str, default: float = 0.0) -> float:
        """A number as attribute."""
        value = self.attr(name, default)
        if not isinstance(value, int | float):
            raise self.wrong(f"the attribute {name} is no number")
        return float(value)

    def text(self, name: str, default: str = "") -> str:
        """A text as attribute."""
        value = self.attr(name, default)
        if not isinstance(value, str):
            raise self.wrong(f"the attribute {name} is no text")
        return value

    def integers(self, name: str, default: Sequence[int] | None = None) -> tuple[int, ...] | None:
        """Whole numbers as attribute."""
        value = self.attributes.get(name)
        if value is None:
            return None if default is None else tuple(default)
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise self.wrong(f"the attribute {name} is no list of whole numbers")
        return tuple(value)

    def tensor(self, name: str) -> Tensor | None:
        """A tensor as attribute."""
        value = self.attributes.get(name)
        if value is not None and not isinstance(value, Tensor):
            raise self.wrong(f"the attribute {name} is no tensor")
        return value

    def either(self, name: str, index: int) -> tuple[int, ...] | None:
        """Whole numbers that are an attribute in old opsets and an input in new ones; None if they are not given.

        Raises Unknown where the input is computed from the data.
        """
        value = self.at(index)
        if value is None:
            return self.integers(name)
        if value.items is None:
            raise Unknown
        return tuple(value.items)

    # Axes

    def axis(self, axis: int, rank: int) -> int:
        """An axis counted from 0."""
        if not -rank <= axis < max(rank, 1):
            raise self.wrong(f"there is no axis {axis} among {rank}")
        return axis % rank if rank else 0

    def axes(self, axes: Sequence[int], rank: int) -> tuple[int, ...]:
        """Axes counted from 0, each once."""
        found = tuple(self.axis(axis, rank) for axis in axes)
        if len(set(found)) < len(found):
            raise self.wrong(f"an axis is named twice: {show(found)}")
        return found

    def declared_value(self, index: int, dtype: int = 0) -> Value:
        """What the file says of an output, for what no rule tells."""
        info = self.declared[index] if index < len(self.declared) else None
        if info is None:
            return Value(dtype, None)
        shape = None if info.shape is None else tuple(self._size(size) for size in info.shape)
        return Value(info.dtype or dtype, shape, kind=info.kind)

    def _size(self, size: int | str | None) -> Any:
        if isinstance(size, int) and 0 <= size <= MAX_SIZE:
            return size
        return self.fresh(size if isinstance(size, str) else "")


class Unknown(Exception):
    """Only running the model tells."""


class Unranked(Unknown):
    """Not even the number of axes is known."""


def known(*sizes: Any) -> bool:
    """Whether all are plain numbers."""
    return not any(isinstance(size, Symbolic) for size in sizes)
