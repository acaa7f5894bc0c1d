"""Layers that the language has no word for: an ONNX operator with its output, what it stores and what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..ops.base import Lowering, Op, Weight
from ..ops.fields import Kind, argument, hidden
from ..shape import Shape, Window

NAME = Kind("the name of an operator", str)


@dataclass(frozen=True)
class Foreign(Op):
    """An operator of a model that other software wrote, counted but without a layer of ours.

    `operations` is None where what it computes is not known.
    """

    word: ClassVar[str] = "ONNX"
    arity: ClassVar[int | None] = None

    operator: str = argument(NAME)
    shape: Shape = hidden()
    operations: tuple[tuple[str, int], ...] | None = hidden(())
    stored: tuple[tuple[str, Weight], ...] = hidden(())
    local: bool = hidden(False)
    """Whether every number depends on the one at its own position alone."""

    def output(self, *x: Shape) -> Shape:
        return self.shape

    def weights(self, *x: Shape) -> dict[str, Weight]:
        return dict(self.stored)

    def work(self, *x: Shape) -> dict[str, int] | None:
        return None if self.operations is None else dict(self.operations)

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return () if self.local else None

    def onnx(self, *x: Shape) -> Lowering:
        from ..errors import SpecError  # noqa: PLC0415 - rarely needed

        help = ("run and verify take the .onnx file itself",)
        raise SpecError.of("E668", f"there is no layer for ONNX's {self.operator}, so it cannot be written", help=help)
