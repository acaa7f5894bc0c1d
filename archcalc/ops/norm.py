"""Normalisation: BN, LN, LRN."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape
from .base import BATCH, FIRST, LAST, Lowering, Op, Weight, ints, need_rank, node
from .fields import COUNT, REAL, argument, option


@dataclass(frozen=True)
class BatchNorm(Op):
    """Scale and shift each channel by statistics of the training set, which are buffers."""

    word: ClassVar[str] = "BN"

    eps: float = option("eps", REAL, 1e-5)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        shape = x[0][-1:]
        return {
            "weight": Weight(shape, "ones"),
            "bias": Weight(shape),
            "running_mean": Weight(shape, buffer=True),
            "running_var": Weight(shape, "ones", buffer=True),
        }

    def work(self, *x: Shape) -> dict[str, int]:
        return {"mul": prod(x[0]), "add": prod(x[0])}

    def onnx(self, *x: Shape) -> Lowering:
        names = ("weight", "bias", "running_mean", "running_var")
        return Lowering(FIRST, (node("BatchNormalization", "x0", *names, epsilon=self.eps),))


@dataclass(frozen=True)
class LayerNorm(Op):
    """Mean 0 and variance 1 over the channels at every position, then a learned scale and shift."""

    word: ClassVar[str] = "LN"

    eps: float = option("eps", REAL, 1e-5)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return {"weight": Weight(x[0][-1:], "ones"), "bias": Weight(x[0][-1:])}

    def work(self, *x: Shape) -> dict[str, int]:
        size, positions = prod(x[0]), prod(x[0][:-1])
        # mean; deviation; variance; scale and shift
        return {"add": 4 * size, "mul": 3 * size, "div": 2 * positions, "sqrt": positions}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(LAST, (node("LayerNormalization", "x0", "weight", "bias", axis=-1, epsilon=self.eps),))


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
        options = {"size": self.size, "alpha": self.alpha, "beta": self.beta, "bias": self.bias}
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
