"""EINSUM: products of two volumes over named axes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import prod
from string import ascii_letters
from typing import ClassVar, NamedTuple

from ..errors import SpecError
from ..shape import Shape, Window, show
from ..symbolic import differ
from .base import LAST, Lowering, Op, node
from .fields import TEXT, argument


class Formula(NamedTuple):
    """The names of the axes of both volumes and of the product."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    product: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name once."""
        return tuple(dict.fromkeys((*self.left, *self.right)))


_EXAMPLE = 'EINSUM "h t d, s h d -> h t s" [a, b]'


@cache
def read(text: str) -> Formula:
    """The formula in a text; names are divided by blanks."""
    match = re.fullmatch(r"([\w\s]*),([\w\s]*)->([\w\s]*)", text)
    if match is None:
        raise SpecError.of("E347", "EINSUM multiplies two volumes", f'"{text}"', (_EXAMPLE,))
    formula = Formula(*(tuple(part.split()) for part in match.groups()))
    for names in formula:
        if not names or len(set(names)) < len(names):
            part = " ".join(names)
            help = (f"name every axis once in each volume: {_EXAMPLE}",)
            raise SpecError.of("E347", "EINSUM needs names that differ", f'"{part}" in "{text}"', help)
    unknown = [name for name in formula.product if name not in formula.names]
    if unknown:
        raise SpecError.of(
            "E347", f"no volume has an axis {unknown[0]}", f'"{text}"', (f"there are {', '.join(formula.names)}",)
        )
    if len(formula.names) >= len(ascii_letters):
        raise SpecError.of("E347", "EINSUM has too many axes", f"{len(formula.names)} names", ("51 at most",))
    return formula


@dataclass(frozen=True)
class Einsum(Op):
    """The product of two volumes: same names go together, names that the product lacks are summed over."""

    word: ClassVar[str] = "EINSUM"
    arity: ClassVar[int | None] = 2
    joins: ClassVar[bool] = True

    formula: str = argument(TEXT)

    def sizes(self, *x: Shape) -> dict[str, int]:
        """The size of every named axis, after every check."""
        formula = read(self.formula)
        if len(x) != 2:
            raise SpecError.of("E320", "EINSUM needs two volumes", f"{len(x)} given", (_EXAMPLE,))
        sizes: dict[str, int] = {}
        for names, shape in zip(formula, x, strict=False):
            if len(names) != len(shape):
                note = f'"{" ".join(names)}" for {show(shape)}'
                raise SpecError.of("E347", "EINSUM needs a name for every axis", note, (f"{len(shape)} names",))
            for name, size in zip(names, shape, strict=True):
                if differ(sizes.setdefault(name, size), size):
                    note = f"{sizes[name]} against {size} in {show(x[0])} and {show(x[1])}"
                    raise SpecError.of("E347", f"the axis {name} has two sizes", note, ("axes of one name must agree",))
        return sizes

    def output(self, *x: Shape) -> Shape:
        sizes = self.sizes(*x)
        return tuple(sizes[name] for name in read(self.formula).product)

    def work(self, *x: Shape) -> dict[str, int]:
        return {"macs": prod(self.sizes(*x).values())}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        formula = read(self.formula)
        batch = ascii_letters[0]
        letter = dict(zip(formula.names, ascii_letters[1:], strict=False))
        left, right, product = (batch + "".join(letter[name] for name in names) for names in formula)
        return Lowering(LAST, (node("Einsum", "x0", "x1", equation=f"{left},{right}->{product}"),))
