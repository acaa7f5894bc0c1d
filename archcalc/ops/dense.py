"""Fully connected layers: FC over the whole volume, LINEAR over the channels at every position."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..shape import Shape, Window
from .base import ANY, FIRST, LAST, Lowering, Op, Weight, node
from .fields import COUNT, REFERENCE, Reference, argument, flag, option


@dataclass(frozen=True)
class Linear(Op):
    """A matrix over the last axis, at every position: a 1x1 convolution."""

    word: ClassVar[str] = "LINEAR"

    units: int = argument(COUNT)
    nobias: bool = flag("nobias")
    tie: Reference | None = option("tie", REFERENCE, None)
    """The stage whose weight this one shares; a bias is never shared."""

    def output(self, *x: Shape) -> Shape:
        return (*x[0][:-1], self.units)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        inputs = x[0][-1]
        weights = {"weight": Weight((self.units, inputs), "kernel", (inputs, self.units))}
        return weights if self.nobias else weights | {"bias": Weight((self.units,))}

    def work(self, *x: Shape) -> dict[str, int]:
        outputs = prod(x[0][:-1]) * self.units
        macs = outputs * x[0][-1]
        return {"macs": macs} if self.nobias else {"macs": macs, "bias": outputs}

    def onnx(self, *x: Shape) -> Lowering:
        if len(x[0]) == 1:
            inputs = ("x0", "weight") if self.nobias else ("x0", "weight", "bias")
            return Lowering(ANY, (node("Gemm", *inputs, transB=1),))
        product = (
            node("Transpose", "weight", to="kernel", perm=[1, 0]),
            node("MatMul", "x0", "kernel", to="y" if self.nobias else "product"),
        )
        return Lowering(LAST, product if self.nobias else (*product, node("Add", "product", "bias")))


@dataclass(frozen=True)
class FullyConnected(Linear):
    """Every number of the volume into every unit. It flattens, channels first, as PyTorch's Flatten does."""

    word: ClassVar[str] = "FC"

    def output(self, *x: Shape) -> Shape:
        return (self.units,)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return super().weights((prod(x[0]),))

    def work(self, *x: Shape) -> dict[str, int]:
        return super().work((prod(x[0]),))

    def footprint(self, *x: Shape) -> tuple[Window, ...]:
        return tuple(Window(kernel=size) for size in x[0][:-1])

    def onnx(self, *x: Shape) -> Lowering:
        inputs = ("weight",) if self.nobias else ("weight", "bias")
        if len(x[0]) == 1:
            return Lowering(ANY, (node("Gemm", "x0", *inputs, transB=1),))
        return Lowering(FIRST, (node("Flatten", "x0", to="flat"), node("Gemm", "flat", *inputs, transB=1)))
