"""Where volumes come from and what leaves them as they are: INPUT, PARAM, OUTPUT, ID, DROP, DROPPATH."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape
from .base import ANY, LAST, Const, Lowering, Op, Weight, ints, node
from .fields import REAL, SHAPE, argument, flag


@dataclass(frozen=True)
class Input(Op):
    """What is fed to the network: one example, the batch is not part of it."""

    word: ClassVar[str] = "INPUT"
    arity: ClassVar[int | None] = 0

    shape: Shape = argument(SHAPE)
    integer: bool = flag("int")
    """Whole numbers, such as token ids."""

    def output(self, *x: Shape) -> Shape:
        return self.shape


@dataclass(frozen=True)
class Parameter(Op):
    """A learned tensor, the same for every example: a class token, a layer's scale."""

    word: ClassVar[str] = "PARAM"
    arity: ClassVar[int | None] = 0

    shape: Shape = argument(SHAPE)

    def output(self, *x: Shape) -> Shape:
        return self.shape

    def weights(self, *x: Shape) -> dict[str, Weight]:
        # its own path is its name
        return {"": Weight(self.shape, "kernel", (self.shape[-1], self.shape[-1]))}

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(LAST, (node("Unsqueeze", "weight", ints(0)),))


@dataclass(frozen=True)
class Output(Op):
    """Marks the volumes that leave the network; `train`: only training uses what leads there and nowhere else."""

    word: ClassVar[str] = "OUTPUT"
    arity: ClassVar[int | None] = None

    train: bool = flag("train")


@dataclass(frozen=True)
class Identity(Op):
    """The volume untouched."""

    word: ClassVar[str] = "ID"

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Identity", "x0"),))


@dataclass(frozen=True)
class Dropout(Op):
    """Zeros a share `rate` of the numbers while training; at test time it is the identity."""

    word: ClassVar[str] = "DROP"

    rate: float = argument(REAL)

    def output(self, *x: Shape) -> Shape:
        if not 0 <= self.rate < 1:
            help = ("a rate from 0 up to, not including, 1",)
            raise SpecError.of("E313", "the rate is not a probability", f"{self.word} {self.rate:g}", help)
        return x[0]

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Dropout", "x0", Const(self.rate)),))


@dataclass(frozen=True)
class DropPath(Dropout):
    """Leaves the branch out for a share `rate` of the examples while training (stochastic depth); then the identity."""

    word: ClassVar[str] = "DROPPATH"

    def onnx(self, *x: Shape) -> Lowering:
        return Lowering(ANY, (node("Identity", "x0"),))
