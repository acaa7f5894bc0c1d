"""Elementwise functions, and SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..shape import Shape
from .axes import at
from .base import ANY, Axis, Const, Lowering, Op, node
from .fields import INTEGER, REAL, choice, option


class Elementwise(Op):
    """A function of each number alone."""

    each: ClassVar[dict[str, int]]
    """The operations that one number takes."""

    def work(self, *x: Shape) -> dict[str, int]:
        size = prod(x[0])
        return {kind: count * size for kind, count in self.each.items()}


@dataclass(frozen=True)
class Relu(Elementwise):
    """max(x, 0)."""

    word: ClassVar[str] = "RELU"
    each: ClassVar[dict[str, int]] = {"compare": 1}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Relu", "x0"),))


@dataclass(frozen=True)
class Relu6(Elementwise):
    """min(max(x, 0), 6)."""

    word: ClassVar[str] = "RELU6"
    each: ClassVar[dict[str, int]] = {"compare": 2}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Clip", "x0", Const(0.0), Const(6.0)),))


@dataclass(frozen=True)
class LeakyRelu(Elementwise):
    """x where positive, slope*x below."""

    word: ClassVar[str] = "LRELU"
    each: ClassVar[dict[str, int]] = {"compare": 1, "mul": 1}

    slope: float = option("slope", REAL, 0.01)

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("LeakyRelu", "x0", alpha=self.slope),))


@dataclass(frozen=True)
class Elu(Elementwise):
    """x where positive, alpha*(exp(x) - 1) below."""

    word: ClassVar[str] = "ELU"
    each: ClassVar[dict[str, int]] = {"compare": 1, "exp": 1, "add": 1, "mul": 1}

    alpha: float = option("alpha", REAL, 1.0)

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Elu", "x0", alpha=self.alpha),))


@dataclass(frozen=True)
class Gelu(Elementwise):
    """x times the normal distribution up to x; `tanh` is the usual approximation."""

    word: ClassVar[str] = "GELU"
    each: ClassVar[dict[str, int]] = {"exp": 1, "mul": 3, "add": 1}

    approximate: str = choice("tanh", default="none")

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Gelu", "x0", opset=20, approximate=self.approximate),))


@dataclass(frozen=True)
class Silu(Elementwise):
    """x*sigmoid(x), also called swish."""

    word: ClassVar[str] = "SILU"
    each: ClassVar[dict[str, int]] = {"exp": 1, "add": 1, "div": 1}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Sigmoid", "x0", to="gate"), node("Mul", "x0", "gate")))


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """1/(1 + exp(-x))."""

    word: ClassVar[str] = "SIGMOID"
    each: ClassVar[dict[str, int]] = {"exp": 1, "add": 1, "div": 1}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Sigmoid", "x0"),))


@dataclass(frozen=True)
class Tanh(Elementwise):
    """The hyperbolic tangent."""

    word: ClassVar[str] = "TANH"
    each: ClassVar[dict[str, int]] = {"exp": 1, "add": 2, "div": 1}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Tanh", "x0"),))


@dataclass(frozen=True)
class Softmax(Op):
    """exp(x) over its sum along an axis, the channels unless said otherwise."""

    word: ClassVar[str] = "SOFTMAX"

    axis: int = option("axis", INTEGER, -1)

    def output(self, *x: Shape) -> Shape:
        at(x[0], self.axis)
        return x[0]

    def work(self, *x: Shape) -> dict[str, int]:
        size = prod(x[0])
        rows = size // x[0][at(x[0], self.axis)]
        # subtract the largest, exponentials, their sum, divide
        return {"compare": size - rows, "add": 2 * size - rows, "exp": size, "div": size}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Softmax", "x0", axis=Axis(self.axis)),))
