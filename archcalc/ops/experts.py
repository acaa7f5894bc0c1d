"""MOE: a mixture of experts, of which a gate chooses some for each position."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..errors import SpecError
from ..shape import Shape, show
from .base import LAST, Const, Lowering, Op, Weight, ints, node
from .fields import COUNT, argument, option


@dataclass(frozen=True)
class Mixture(Op):
    """Softmax over the `top` largest of `experts` gates, and with those shares the sum of their experts' outputs.

    Shazeer et al. 2017, as in Mixtral. All experts are stored, `top` of them run for each position; the exported model
    runs them all, and gives the others no share.
    """

    word: ClassVar[str] = "MOE"
    arity: ClassVar[int | None] = None
    repeats_branch: ClassVar[bool] = True

    experts: int = argument(COUNT)
    top: int = option("top", COUNT, 1)

    def output(self, *x: Shape) -> Shape:
        if self.top > self.experts:
            note = f"{self.top} of {self.experts}"
            raise SpecError.of("E348", "more experts are chosen than there are", note, (f"top={self.experts} at most",))
        volume, expert = x[:2]
        if expert[:-1] != volume[:-1]:
            raise SpecError.of(
                "E348", "an expert keeps the positions", f"{show(volume)} in, {show(expert)} out",
                ("an expert works on the channels of each position: [LINEAR 128 -> RELU -> LINEAR 32]",),
            )  # fmt: skip
        return expert

    def weights(self, *x: Shape) -> dict[str, Weight]:
        width = x[0][-1]
        return {"gate.weight": Weight((self.experts, width), "kernel", (width, self.experts))}

    def work(self, *x: Shape) -> dict[str, int]:
        positions, out = prod(x[0][:-1]), prod(x[1])
        return {
            "macs": prod(x[0]) * self.experts,
            # finding the largest; softmax over them; the weighted sum
            "compare": positions * (self.top * self.experts + self.top - 1),
            "add": positions * (2 * self.top - 1) + (self.top - 1) * out,
            "exp": positions * self.top,
            "div": positions * self.top,
            "mul": self.top * out,
        }

    def onnx(self, *x: Shape) -> Lowering:
        shares = tuple(f"share{index}" for index in range(self.experts))
        parts = tuple(f"part{index}" for index in range(self.experts))
        nodes = (
            node("Transpose", "gate.weight", to="kernel", perm=[1, 0]),
            node("MatMul", "x0", "kernel", to="gates"),
            node("TopK", "gates", ints(self.top), to=("largest", "chosen"), axis=-1),
            # the gates of all others become -infinity, and so their shares zero
            node("Shape", "gates", to="extent"),
            node("Expand", Const(float("-inf")), "extent", to="closed"),
            node("ScatterElements", "closed", "chosen", "largest", to="open", axis=-1),
            node("Softmax", "open", to="shares", axis=-1),
            node("Split", "shares", ints(*(1,) * self.experts), to=shares, axis=-1),
            *(node("Mul", f"x{index + 1}", shares[index], to=part) for index, part in enumerate(parts)),
            node("Sum", *parts),
        )
        return Lowering(LAST, nodes)
