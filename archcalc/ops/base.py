"""What every op is: a frozen class whose fields are its syntax and whose methods are five facts about it.

Facts are pure: they use only `self`, the input shapes and `shape.py`. Everything else derives from them.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from ..errors import SpecError
from ..shape import Shape, Window, show
from .fields import spell

FIRST, LAST, ANY = "first", "last", "any"
"""Where the channels of a value stand in ONNX: N,C,H,W or N,H,W,C; ANY follows the input."""


class Weight(NamedTuple):
    """A stored tensor: its shape, how it starts, and how many of its numbers count."""

    shape: Shape
    start: str = "zeros"
    """zeros, ones, given (`values`), or kernel: random, scaled by the fans."""
    fan: tuple[int, int] = (1, 1)
    """How many inputs make one output, and how many outputs one input makes."""
    buffer: bool = False
    """Stored but not trained: running statistics, tables."""
    count: int | None = None  # type: ignore[assignment]  # hides tuple.count, which nobody needs of a weight
    """The numbers that count, where they are fewer than the shape holds (a table of connections)."""
    values: Any = None
    """Nested tuples of exact numbers, broadcast to the shape."""


class Axis(NamedTuple):
    """An axis in the language's order, for an attribute that the export translates to the layout of the value."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs of an axis


class PerAxis(NamedTuple):
    """A number for every axis in the language's order, 0 for the batch: the export orders them as the value's axes."""

    values: tuple[int, ...]


class Const(NamedTuple):
    """A constant input: nested tuples of numbers. BATCH in it stands for the batch size."""

    values: Any
    dtype: str = "float32"


BATCH = "batch"


class OnnxNode(NamedTuple):
    """An ONNX node as plain data.

    Inputs are x0, x1, ... for the volumes, names of weights, constants, outputs of nodes before, or "" for none;
    the output that leaves the layer is y.
    """

    op_type: str
    inputs: tuple[str | Const, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    opset: int


class Lowering(NamedTuple):
    """The ONNX nodes of a layer, and the layout in which they take and give volumes."""

    layout: str
    nodes: tuple[OnnxNode, ...]


def node(
    op_type: str, *inputs: str | Const, to: str | tuple[str, ...] = "y", opset: int = 17, **attributes: Any
) -> OnnxNode:
    """One ONNX node; `opset` is the first version in which it means this."""
    return OnnxNode(op_type, inputs, (to,) if isinstance(to, str) else to, attributes, opset)


def chain(*nodes: OnnxNode) -> tuple[OnnxNode, ...]:
    """Nodes that each read, as x0, what the one before gives; the identity if there are none."""
    names = ["x0", *(f"step{index}" for index in range(1, len(nodes))), "y"]
    steps = zip(nodes, names, names[1:], strict=False)
    linked = (
        item._replace(inputs=tuple(source if name == "x0" else name for name in item.inputs), outputs=(to,))
        for item, source, to in steps
    )
    return tuple(linked) or (node("Identity", "x0"),)


def zeros(source: str, pads: Const, rank: int, to: str) -> OnnxNode:
    """Zeros around a value of `rank` axes and the batch: before each axis, then after each.

    All axes are named. Without, onnxruntime 1.31 takes the zeros for padding of a max pool behind, which are no zeros;
    with some of them, it fails where it moves a Transpose past the node.
    """
    return node("Pad", source, pads, "", ints(*range(rank + 1)), to=to, opset=18)


def ints(*values: Any) -> Const:
    """A constant vector of int64."""
    return Const(values, "int64")


class Op:
    """A layer. Subclasses are frozen dataclasses; `word` is their name in the language."""

    word: ClassVar[str]
    arity: ClassVar[int | None] = 1
    """How many volumes come in; None for as many as there are branches."""
    numbers_branches: ClassVar[bool] = False
    """Whether a label of this merge names its branches label.0, label.1."""
    broadcasts: ClassVar[bool] = False
    """Whether volumes of lower rank gain axes of size 1 before their own."""
    joins: ClassVar[bool] = False
    """Whether a volume that is the same for all examples must be repeated for each beside ones that are not."""
    ids: ClassVar[bool] = False
    """Whether it reads whole numbers, such as token ids; all others read real ones."""
    shape_only: ClassVar[bool] = False
    """Whether only the shape of what it reads matters, so that its output is the same for all examples."""
    repeats_branch: ClassVar[bool] = False
    """Whether its one branch is stored `experts` times and runs `top` times."""

    def output(self, *x: Shape) -> Shape:
        """The output shape, after every check."""
        return x[0]

    def weights(self, *x: Shape) -> dict[str, Weight]:
        """The stored tensors by name."""
        return {}

    def work(self, *x: Shape) -> dict[str, int] | None:
        """Operations by kind: macs (multiply-accumulates), bias, add, mul, div, exp, ... Zeros may be left out.

        None where the work cannot be told: reports then list the layer as not counted, and never as free.
        """
        return {}

    def between(self, *x: Shape) -> dict[str, Any]:
        """Sizes on the way to the others, or one an axis, by what they are: steps of an explanation."""
        return {}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        """What one output sees of the input, a window for every spatial axis; () is its own position only,
        None cannot be told."""
        return ()

    def onnx(self, *x: Shape) -> Lowering:
        """The layer in ONNX."""
        raise NotImplementedError(self.word)

    def __str__(self) -> str:
        return spell(self)


def need_rank(op: Op, x: Shape, least: int, example: str) -> None:
    """Refuse a volume with too few axes for the op."""
    if len(x) >= least:
        return
    raise SpecError.of(
        "E302",
        f"{op.word} needs a volume with spatial axes",
        f"{show(x)} has {len(x) - 1} spatial {'axis' if len(x) == 2 else 'axes'}, at least {least - 1} needed",
        (f"give it a volume like {example}",),
    )
