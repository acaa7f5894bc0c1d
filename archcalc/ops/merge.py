"""Merges of branches: ADD, MUL, SUB, CONCAT."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape, broadcast, show
from ..symbolic import differ
from .axes import at
from .base import ANY, Axis, Lowering, Op, node
from .fields import INTEGER, option


class Merge(Op):
    """Combines volumes number by number; sizes of 1 stretch, axes align at the channels."""

    arity: ClassVar[int | None] = None
    broadcasts: ClassVar[bool] = True
    onnx_op: ClassVar[str]
    kind: ClassVar[str]

    def output(self, *x: Shape) -> Shape:
        if len(x) < 2:
            raise SpecError.of(
                "E320", f"{self.word} needs two volumes", f"{len(x)} given", (f"{self.word} [a, b] or {self.word} @a",)
            )
        return broadcast(*x)

    def work(self, *x: Shape) -> dict[str, int]:
        return {self.kind: prod(self.output(*x)) * (len(x) - 1)}

    def onnx(self, *x: Shape) -> Lowering:
        steps = [f"sum{index}" for index in range(1, len(x) - 1)]
        left = ["x0", *steps]
        nodes = (
            node(self.onnx_op, a, f"x{i + 1}", to=b) for i, (a, b) in enumerate(zip(left, [*steps, "y"], strict=True))
        )
        return Lowering(ANY, tuple(nodes))


@dataclass(frozen=True)
class Add(Merge):
    """The sum of the volumes."""

    word: ClassVar[str] = "ADD"
    onnx_op: ClassVar[str] = "Add"
    kind: ClassVar[str] = "add"


@dataclass(frozen=True)
class Mul(Merge):
    """The product of the volumes."""

    word: ClassVar[str] = "MUL"
    onnx_op: ClassVar[str] = "Mul"
    kind: ClassVar[str] = "mul"


@dataclass(frozen=True)
class Sub(Merge):
    """The first volume minus the others."""

    word: ClassVar[str] = "SUB"
    onnx_op: ClassVar[str] = "Sub"
    kind: ClassVar[str] = "add"


@dataclass(frozen=True)
class Concat(Op):
    """The volumes one behind the other, along the channels unless said otherwise."""

    word: ClassVar[str] = "CONCAT"
    arity: ClassVar[int | None] = None
    numbers_branches: ClassVar[bool] = True
    joins: ClassVar[bool] = True

    axis: int = option("axis", INTEGER, -1)

    def output(self, *x: Shape) -> Shape:
        if len(x) < 2:
            raise SpecError.of("E320", "CONCAT needs two volumes", f"{len(x)} given", ("CONCAT [a, b] or CONCAT @a",))
        axis = at(x[0], self.axis)
        ranks = {len(shape) for shape in x}
        others = [] if len(ranks) > 1 else [sizes for i, sizes in enumerate(zip(*x, strict=True)) if i != axis]
        if len(ranks) > 1 or any(differ(*sizes) for sizes in others):
            raise SpecError.of(
                "E321", "the volumes don't line up", " against ".join(map(show, x)),
                (f"all sizes but that of axis {self.axis} must agree: p or same keeps them, CROP like=@x cuts",),
            )  # fmt: skip
        return (*x[0][:axis], sum(shape[axis] for shape in x), *x[0][axis + 1 :])

    def onnx(self, *x: Shape) -> Lowering:
        names = tuple(f"x{index}" for index in range(len(x)))
        return Lowering(ANY, (node("Concat", *names, axis=Axis(self.axis)),))
