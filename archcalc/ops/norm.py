"""Normalisation: BN, LN, GN, IN with a learned scale and shift; RMSNORM with a scale; LRN, L2NORM with nothing learned.

Receptive fields leave out what reaches an output through means and variances alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import Shape, Window, divisors
from .axes import at
from .base import ANY, BATCH, FIRST, LAST, Axis, Const, Lowering, Op, Weight, ints, need_rank, node
from .fields import COUNT, INTEGER, REAL, SMALL, argument, flag, option


@dataclass(frozen=True)
class Affine(Op):
    """What ends in a scale and a shift for every channel, unless `noaffine`; `nobias` keeps the scale alone."""

    eps: float = option("eps", SMALL, 1e-5)
    nobias: bool = flag("nobias")
    noaffine: bool = flag("noaffine")

    def output(self, *x: Shape) -> Shape:
        if self.nobias and self.noaffine:
            raise SpecError.of(
                "E305", "noaffine leaves the bias out already", "nobias and noaffine", ("keep one of them",)
            )
        return x[0]

    def weights(self, *x: Shape) -> dict[str, Weight]:
        channels = x[0][-1:]
        weights = {"weight": Weight(channels, "ones"), "bias": Weight(channels)}
        return {} if self.noaffine else {"weight": weights["weight"]} if self.nobias else weights

    def work(self, *x: Shape) -> dict[str, int]:
        size, sets = prod(x[0]), self.sets(x[0])
        # mean; deviation; variance; scale and shift
        add, mul = 3 + ("bias" in self.weights(*x)), 2 + ("weight" in self.weights(*x))
        return {"add": add * size, "mul": mul * size, "div": 2 * sets, "sqrt": sets}

    def sets(self, x: Shape) -> int:
        """How many means there are."""
        raise NotImplementedError

    def affine(self, channels: int) -> tuple[str | Const, str | Const]:
        """Scale and shift as ONNX wants them: both, of ones and zeros where nothing is learned."""
        scale = Const((1.0,) * channels) if self.noaffine else "weight"
        return scale, Const((0.0,) * channels) if self.noaffine or self.nobias else "bias"


@dataclass(frozen=True)
class BatchNorm(Affine):
    """Scale and shift each channel by statistics of the training set, which are buffers."""

    word: ClassVar[str] = "BN"

    def weights(self, *x: Shape) -> dict[str, Weight]:
        shape = x[0][-1:]
        statistics = {"running_mean": Weight(shape, buffer=True), "running_var": Weight(shape, "ones", buffer=True)}
        return super().weights(*x) | statistics

    def work(self, *x: Shape) -> dict[str, int]:
        return {"mul": prod(x[0]), "add": prod(x[0])}

    def onnx(self, *x: Shape) -> Lowering:
        names = (*self.affine(x[0][-1]), "running_mean", "running_var")
        return Lowering(FIRST, (node("BatchNormalization", "x0", *names, epsilon=self.eps),))


@dataclass(frozen=True)
class LayerNorm(Affine):
    """Mean 0 and variance 1 over the channels at every position (Ba et al. 2016)."""

    word: ClassVar[str] = "LN"

    def sets(self, x: Shape) -> int:
        return prod(x[:-1])

    def onnx(self, *x: Shape) -> Lowering:
        scale, shift = self.affine(x[0][-1])
        inputs = (scale, shift) if shift == "bias" else (scale,)
        return Lowering(LAST, (node("LayerNormalization", "x0", *inputs, axis=-1, epsilon=self.eps),))


@dataclass(frozen=True)
class GroupNorm(Affine):
    """Mean 0 and variance 1 over all positions of each group of channels (Wu and He 2018)."""

    word: ClassVar[str] = "GN"

    groups: int = argument(COUNT)

    def output(self, *x: Shape) -> Shape:
        channels = x[0][-1]
        if channels % self.groups:
            near = divisors(channels)[-8:]
            help = (f"groups that divide {channels}: {', '.join(map(str, near))}",)
            raise SpecError.of(
                "E307", "the groups don't divide the channels", f"{channels} channels in {self.groups} groups", help
            )
        return super().output(*x)

    def sets(self, x: Shape) -> int:
        return self.groups

    def onnx(self, *x: Shape) -> Lowering:
        inputs = ("x0", *self.affine(x[0][-1]))
        return Lowering(
            FIRST, (node("GroupNormalization", *inputs, opset=21, num_groups=self.groups, epsilon=self.eps),)
        )


@dataclass(frozen=True)
class InstanceNorm(Affine):
    """Mean 0 and variance 1 over all positions of each channel (Ulyanov et al. 2016). PyTorch's own is `noaffine`."""

    word: ClassVar[str] = "IN"

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "32x32x3")
        return super().output(*x)

    def sets(self, x: Shape) -> int:
        return x[-1]

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(FIRST, (node("InstanceNormalization", "x0", *self.affine(x[0][-1]), epsilon=self.eps),))


@dataclass(frozen=True)
class RmsNorm(Op):
    """Divide by the root of the mean square of the channels, at every position; then a learned scale.

    `eps` is that of float32 unless told, as in PyTorch.
    """

    word: ClassVar[str] = "RMSNORM"

    eps: float = option("eps", SMALL, 2.0**-23)
    noaffine: bool = flag("noaffine")

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return {} if self.noaffine else {"weight": Weight(x[0][-1:], "ones")}

    def work(self, *x: Shape) -> dict[str, int]:
        size, positions = prod(x[0]), prod(x[0][:-1])
        return {"add": size, "mul": (2 if self.noaffine else 3) * size, "div": 2 * positions, "sqrt": positions}

    def onnx(self, *x: Shape) -> Lowering:
        scale = Const((1.0,) * x[0][-1]) if self.noaffine else "weight"
        return Lowering(LAST, (node("RMSNormalization", "x0", scale, opset=23, axis=-1, epsilon=self.eps),))


@dataclass(frozen=True)
class L2Norm(Op):
    """Divide by the Euclidean length along an axis, the channels unless said otherwise; no length is below `eps`."""

    word: ClassVar[str] = "L2NORM"

    axis: int = option("axis", INTEGER, -1)
    eps: float = option("eps", SMALL, 1e-12)

    def output(self, *x: Shape) -> Shape:
        at(x[0], self.axis)
        return x[0]

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return () if at(x[0], self.axis) == len(x[0]) - 1 else None

    def work(self, *x: Shape) -> dict[str, int]:
        size = prod(x[0])
        rows = size // x[0][at(x[0], self.axis)]
        return {"mul": size, "add": size - rows, "sqrt": rows, "compare": rows, "div": size}

    def onnx(self, *x: Shape) -> Lowering:
        nodes = (
            node("ReduceL2", "x0", ints(Axis(self.axis)), to="length", opset=18, keepdims=1),
            node("Clip", "length", Const(self.eps), to="divisor"),
            node("Div", "x0", "divisor"),
        )
        return Lowering(ANY, nodes)


@dataclass(frozen=True)
class LocalResponseNorm(Op):
    """Divide by the squares of the channels around, as AlexNet does: (bias + alpha/size * sum)**beta."""

    word: ClassVar[str] = "LRN"

    size: int = argument(COUNT)
    alpha: float = option("alpha", REAL, 1e-4)
    beta: float = option("beta", REAL, 0.75)
    bias: float = option("bias", REAL, 1.0)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "55x55x96")
        if self.size % 2 == 0:
            raise SpecError.of(
                "E312", "LRN needs an odd number of channels around the middle one", f"{self.size} is even",
                (f"LRN {self.size - 1} or LRN {self.size + 1}",),
            )  # fmt: skip
        return x[0]

    def work(self, *x: Shape) -> dict[str, int]:
        size = prod(x[0])
        return {"mul": 2 * size, "add": self.size * size, "pow": size, "div": size}

    def onnx(self, *x: Shape) -> Lowering:
        options: dict[str, Any] = {"size": self.size, "alpha": self.alpha, "beta": self.beta, "bias": self.bias}
        if len(x[0]) == 3:
            return Lowering(FIRST, (node("LRN", "x0", **options),))
        # onnxruntime has it for two spatial axes only
        *spatial, channels = x[0]
        nodes = (
            node("Reshape", "x0", ints(BATCH, channels, prod(spatial), 1), to="flat"),
            node("LRN", "flat", to="normal", **options),
            node("Reshape", "normal", ints(BATCH, channels, *spatial)),
        )
        return Lowering(FIRST, nodes)
