"""Functions of each number alone, and SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import Shape
from .axes import at
from .base import ANY, FIRST, Axis, Const, Lowering, Op, Weight, ints, node
from .fields import INTEGER, REAL, argument, choice, flag, option


class Elementwise(Op):
    """A function of each number alone."""

    each: ClassVar[dict[str, int]]
    """The operations that one number takes."""
    onnx_op: ClassVar[str]
    opset: ClassVar[int] = 17

    def work(self, *x: Shape) -> dict[str, int]:
        size = prod(x[0])
        return {kind: count * size for kind, count in self.each.items()}

    def attributes(self) -> dict[str, Any]:
        """The attributes of the ONNX node."""
        return {}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node(self.onnx_op, "x0", opset=self.opset, **self.attributes()),))


@dataclass(frozen=True)
class Relu(Elementwise):
    """max(x, 0)."""

    word: ClassVar[str] = "RELU"
    each: ClassVar[dict[str, int]] = {"compare": 1}
    onnx_op: ClassVar[str] = "Relu"


@dataclass(frozen=True)
class Clip(Elementwise):
    """The number, but not below `least` nor above `most`."""

    word: ClassVar[str] = "CLIP"

    least: float | None = option("min", REAL, None)
    most: float | None = option("max", REAL, None)

    def output(self, *x: Shape) -> Shape:
        ends = [end for end in (self.least, self.most) if end is not None]
        if not ends:
            raise SpecError.of("E305", "CLIP needs a limit", "neither min= nor max=", ("CLIP min=0 max=6",))
        if ends != sorted(ends):
            raise SpecError.of("E330", "the limits are in the wrong order", f"min {ends[0]:g} is above max {ends[1]:g}",
                               (f"CLIP min={ends[1]:g} max={ends[0]:g}",))  # fmt: skip
        return x[0]

    def work(self, *x: Shape) -> dict[str, int]:
        return {"compare": prod(x[0]) * sum(end is not None for end in (self.least, self.most))}

    def onnx(self, *x: Shape) -> Lowering:
        ends = ("" if end is None else Const(end) for end in (self.least, self.most))
        return Lowering(ANY, (node("Clip", "x0", *ends),))


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
    onnx_op: ClassVar[str] = "LeakyRelu"

    slope: float = option("slope", REAL, 0.01)

    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.slope}


@dataclass(frozen=True)
class ParametricRelu(Elementwise):
    """x where positive, slope*x below; the slope is learned, one for all or `channelwise` one each (He et al. 2015)."""

    word: ClassVar[str] = "PRELU"
    each: ClassVar[dict[str, int]] = {"compare": 1, "mul": 1}

    channelwise: bool = flag("channelwise")

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return {"weight": Weight(x[0][-1:] if self.channelwise else (1,), "given", values=0.25)}

    def onnx(self, *x: Shape) -> Lowering:
        if not self.channelwise or len(x[0]) == 1:
            return Lowering(ANY, (node("PRelu", "x0", "weight"),))
        # the slopes stand beside channels that come first
        ones = ints(*range(1, len(x[0])))
        return Lowering(FIRST, (node("Unsqueeze", "weight", ones, to="slopes"), node("PRelu", "x0", "slopes")))


@dataclass(frozen=True)
class Elu(Elementwise):
    """x where positive, alpha*(exp(x) - 1) below."""

    word: ClassVar[str] = "ELU"
    each: ClassVar[dict[str, int]] = {"compare": 1, "exp": 1, "add": 1, "mul": 1}
    onnx_op: ClassVar[str] = "Elu"

    alpha: float = option("alpha", REAL, 1.0)

    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}


@dataclass(frozen=True)
class Gelu(Elementwise):
    """x times the normal distribution up to x; `tanh` is the usual approximation."""

    word: ClassVar[str] = "GELU"
    each: ClassVar[dict[str, int]] = {"exp": 1, "mul": 3, "add": 1}
    onnx_op: ClassVar[str] = "Gelu"
    opset: ClassVar[int] = 20

    approximate: str = choice("tanh", default="none")

    def attributes(self) -> dict[str, Any]:
        return {"approximate": self.approximate}


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
    onnx_op: ClassVar[str] = "Sigmoid"


@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    """min(max(x/6 + 1/2, 0), 1)."""

    word: ClassVar[str] = "HSIGMOID"
    each: ClassVar[dict[str, int]] = {"mul": 1, "add": 1, "compare": 2}
    onnx_op: ClassVar[str] = "HardSigmoid"

    def attributes(self) -> dict[str, Any]:
        return {"alpha": 1 / 6, "beta": 0.5}


@dataclass(frozen=True)
class HardSwish(Elementwise):
    """x*min(max(x/6 + 1/2, 0), 1)."""

    word: ClassVar[str] = "HSWISH"
    each: ClassVar[dict[str, int]] = {"mul": 2, "add": 1, "compare": 2}
    onnx_op: ClassVar[str] = "HardSwish"


@dataclass(frozen=True)
class Tanh(Elementwise):
    """The hyperbolic tangent."""

    word: ClassVar[str] = "TANH"
    each: ClassVar[dict[str, int]] = {"exp": 1, "add": 2, "div": 1}
    onnx_op: ClassVar[str] = "Tanh"


@dataclass(frozen=True)
class Softplus(Elementwise):
    """log(1 + exp(x))."""

    word: ClassVar[str] = "SOFTPLUS"
    each: ClassVar[dict[str, int]] = {"exp": 1, "add": 1, "log": 1}
    onnx_op: ClassVar[str] = "Softplus"


@dataclass(frozen=True)
class Mish(Elementwise):
    """x*tanh(softplus(x))."""

    word: ClassVar[str] = "MISH"
    each: ClassVar[dict[str, int]] = {"exp": 2, "add": 3, "log": 1, "div": 1, "mul": 1}
    onnx_op: ClassVar[str] = "Mish"
    opset: ClassVar[int] = 18


@dataclass(frozen=True)
class Exp(Elementwise):
    """e to the power of x."""

    word: ClassVar[str] = "EXP"
    each: ClassVar[dict[str, int]] = {"exp": 1}
    onnx_op: ClassVar[str] = "Exp"


@dataclass(frozen=True)
class Scale(Elementwise):
    """A constant times x. It is part of the network, not learned."""

    word: ClassVar[str] = "SCALE"
    each: ClassVar[dict[str, int]] = {"mul": 1}

    factor: float = argument(REAL)

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Mul", "x0", Const(self.factor)),))


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
