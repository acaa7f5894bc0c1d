"""How arithmetic is written: for people, as Python, in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ..arithmetic import (
    Constant,
    Cross,
    Given,
    Negative,
    Node,
    Power,
    Product,
    Quotient,
    Remainder,
    Rounded,
    Sum,
)
from ..symbolic import Symbolic, pretty, simple

SUM, PRODUCT, ATOM = range(3)
"""How tightly a piece holds together: looser ones stand in brackets among tighter ones."""

Piece = tuple[str, int]

FROM = 10_000
"""Numbers in a formula have separators from here on."""


class Notation:
    """A way to write arithmetic; this one is for people: 96 x (11*11*3 + 1)."""

    times, cross, mod, power = "*", " x ", " mod ", "**"

    def write(self, node: Node) -> str:
        """The arithmetic as text."""
        return self.piece(node)[0]

    def result(self, value: Any) -> str:
        """A result as text: 34,944."""
        return f"{value:,}" if isinstance(value, int) else pretty(simple(value))

    def piece(self, node: Node) -> Piece:
        """The arithmetic as text, and how tightly it holds together."""
        match node:
            case Given(value) | Constant(value):
                return self.number(value)
            case Sum(terms):
                return self._sum(terms), SUM
            case Negative(term):
                return "-" + self._inside(term, PRODUCT), SUM
            case Product(factors):
                return self.times.join(self._factors(factors)), PRODUCT
            case Cross(parts):
                return self.cross.join(self._inside(part, PRODUCT) for part in parts), PRODUCT
            case Quotient(top, bottom):
                return self.quotient(top, bottom)
            case Remainder(top, bottom):
                return f"{self._inside(top, ATOM)}{self.mod}{self._inside(bottom, ATOM)}", SUM
            case Rounded(word, inner):
                return self.rounded(word, inner)
            case Power(base, exponent):
                return self.raised(base, exponent)
        raise TypeError(node)

    def number(self, value: Any) -> Piece:
        """A number, or a formula as Python writes it."""
        if isinstance(value, Symbolic):
            return self.formula(value.simple())
        if isinstance(value, Fraction):
            return f"{value.numerator}/{value.denominator}", SUM if value < 0 else PRODUCT
        return self.whole(value), SUM if value < 0 else ATOM

    def formula(self, value: Symbolic) -> Piece:
        """A formula in free dimensions."""
        text = str(value)
        return _familiar(text), _holds(value, text)

    def whole(self, value: int) -> str:
        """A whole number."""
        return f"{value:,}" if value >= FROM else str(value)

    def quotient(self, top: Node, bottom: Node) -> Piece:
        """A division."""
        return f"{self._inside(top, PRODUCT)}/{self._inside(bottom, ATOM)}", PRODUCT

    def rounded(self, word: str, inner: Node) -> Piece:
        """A number rounded."""
        return f"{word}({self.write(inner)})", ATOM

    def raised(self, base: Node, exponent: Node) -> Piece:
        """A power."""
        return f"{self._inside(base, ATOM)}{self.power}{self._inside(exponent, ATOM)}", PRODUCT

    def _sum(self, terms: Iterable[Node]) -> str:
        text = ""
        for term in terms:
            sign, term = ("-", term.term) if isinstance(term, Negative) else ("+", term)
            shown = self._inside(term, PRODUCT) if text or sign == "-" else self.write(term)
            text += f" {sign} {shown}" if text else shown if sign == "+" else f"-{shown}"
        return text

    def _factors(self, factors: Iterable[Node]) -> list[str]:
        """Factors; divisions among them stand in brackets, too."""
        return [self.brackets(factor) if self._divides(factor) else self._inside(factor, PRODUCT) for factor in factors]

    def _divides(self, node: Node) -> bool:
        return isinstance(node, Quotient) or (isinstance(node, Given) and isinstance(node.value, Fraction))

    def _inside(self, node: Node, least: int) -> str:
        """A piece of another, in brackets if it holds together less than needed."""
        text, level = self.piece(node)
        return text if level >= least else self.brackets(node)

    def brackets(self, node: Node) -> str:
        """A piece in brackets."""
        return f"({self.write(node)})"


class Python(Notation):
    """An expression that Python reads; / is exact, as of fractions."""

    cross, mod = "*", " % "

    def formula(self, value: Symbolic) -> Piece:
        return str(value), _holds(value, str(value))

    def whole(self, value: int) -> str:
        return str(value)

    def rounded(self, word: str, inner: Node) -> Piece:
        return f"{'ceiling' if word == 'ceil' else word}({self.write(inner)})", ATOM


class Latex(Notation):
    """The inside of a formula in LaTeX."""

    times, cross, mod, power = r" \cdot ", r" \times ", r" \bmod ", "^"

    def result(self, value: Any) -> str:
        return f"{value:,}".replace(",", "{,}") if isinstance(value, int) else self.number(simple(value))[0]

    def formula(self, value: Symbolic) -> Piece:
        from ..algebra import latex  # noqa: PLC0415 - only for symbols

        return latex(value.expr), _holds(value, str(value))

    def number(self, value: Any) -> Piece:
        if isinstance(value, Fraction):
            sign = "-" * (value < 0)
            return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", SUM if sign else ATOM
        return super().number(value)

    def whole(self, value: int) -> str:
        return super().whole(value).replace(",", "{,}")

    def quotient(self, top: Node, bottom: Node) -> Piece:
        return rf"\frac{{{self.write(top)}}}{{{self.write(bottom)}}}", ATOM

    def rounded(self, word: str, inner: Node) -> Piece:
        return rf"\left\l{word} {self.write(inner)} \right\r{word}", ATOM

    def raised(self, base: Node, exponent: Node) -> Piece:
        return f"{self._inside(base, ATOM)}^{{{self.write(exponent)}}}", PRODUCT

    def brackets(self, node: Node) -> str:
        return rf"\left({self.write(node)}\right)"

    def _divides(self, node: Node) -> bool:
        return False


def _familiar(text: str) -> str:
    """Functions as people and spreadsheets call them."""
    return text.replace("ceiling(", "ceil(").replace("Max(", "max(").replace("Min(", "min(")


def _holds(value: Symbolic, text: str) -> int:
    """How tightly a formula holds together."""
    if value.expr.is_Add or text.startswith("-"):
        return SUM
    return PRODUCT if value.expr.is_Mul or value.expr.is_Pow else ATOM


TEXT, PYTHON, LATEX = Notation(), Python(), Latex()
