"""Free dimensions: numbers that are not known yet, and flow through the same arithmetic as integers.

A symbol is a whole number of at least 1. What its network supposes of it (a stride that fits, groups that divide) is
noted while the network is built, and stated in reports. sympy does the algebra; it is imported when the first symbol
appears, and is never given text.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .errors import SpecError
from .unknown import OPEN, Sought

MAX_SYMBOLS = 26
"""Free dimensions of one network: as many as there are letters."""
MAX_TERMS = 2_000
"""Terms of a formula: with more of them algebra takes minutes."""


class Assumptions:
    """What one network supposes of its symbols."""

    def __init__(self) -> None:
        self._whole: dict[Any, tuple[Any, Any]] = {}
        """Quotients that must be whole, with number and divisor."""
        self._bounds: dict[tuple[Any, Any], None] = {}
        """Pairs of which the first is at least the second."""
        self._equal: dict[tuple[Any, Any], None] = {}
        """Pairs that are the same."""
        self.names: set[str] = set()

    def divides(self, number: Any, divisor: Any) -> None:
        """Note that a number is a multiple of another."""
        self._whole.setdefault(number / divisor, (number, divisor))

    def is_whole(self, quotient: Any) -> bool:
        """Whether a quotient was supposed to be whole."""
        return quotient in self._whole

    def bound(self, large: Any, small: Any) -> None:
        """Note that a number is at least as large as another."""
        self._bounds.setdefault((large, small))

    def agree(self, one: Any, other: Any) -> None:
        """Note that two sizes are the same."""
        self._equal.setdefault((one, other))

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is supposed, as text, without what follows from the rest."""
        if not self._whole and not self._bounds and not self._equal:
            return ()
        from .conditions import state  # noqa: PLC0415 - only for symbols

        return state(list(self._equal), list(self._whole.values()), list(self._bounds))


class Wrapped:
    """A number that carries more with it, such as how it came about; `value` is the number itself."""

    __slots__ = ("value",)

    value: Any

    def quotient(self, divisor: Any) -> Any:
        """What `quotient` gives."""
        raise NotImplementedError


def symbol(name: str, assumptions: Assumptions) -> Symbolic:
    """The free dimension of that name."""
    import sympy  # noqa: PLC0415 - sympy takes 200 ms to import

    assumptions.names.add(name)
    if len(assumptions.names) > MAX_SYMBOLS:
        message, help = f"there are more than {MAX_SYMBOLS} free dimensions", "give some of them numbers: --set, or let"
        raise SpecError.of("E258", message, help=(help,))
    return Symbolic(sympy.Symbol(name, integer=True, positive=True), assumptions)


def sought(name: str, least: int) -> Symbolic:
    """A number that somebody asks for, of at least 0 or 1, as a symbol."""
    import sympy  # noqa: PLC0415 - there are other symbols already

    kind = {"positive": True} if least else {"nonnegative": True}
    return Symbolic(sympy.Symbol(name, integer=True, **kind), Assumptions())


class Symbolic:
    """A number with free dimensions in it.

    Comparisons and divisions that depend on the symbols are answered as a network that works needs them (checks ask
    for the bad case), and noted as assumptions.
    """

    __slots__ = ("assumptions", "expr")

    def __init__(self, expr: Any, assumptions: Assumptions) -> None:
        self.expr = expr
        self.assumptions = assumptions

    def _number(self, expr: Any) -> Any:
        """Back to a plain number where the symbols have cancelled."""
        if expr.is_Integer:
            return int(expr)
        if expr.is_Rational:
            return Fraction(int(expr.p), int(expr.q))
        from .algebra import terms  # noqa: PLC0415 - only for symbols

        if terms(expr, MAX_TERMS) > MAX_TERMS:
            help = ("give some of its symbols numbers: --set, or let",)
            raise SpecError.of("E257", "a formula is too long to be worked out", f"more than {MAX_TERMS:,} terms", help)
        return Symbolic(expr, self.assumptions)

    def __add__(self, other: Any) -> Any:
        return OPEN if isinstance(other, Sought) else self._number(self.expr + _expr(other))

    def __sub__(self, other: Any) -> Any:
        return OPEN if isinstance(other, Sought) else self._number(self.expr - _expr(other))

    def __rsub__(self, other: Any) -> Any:
        return self._number(_expr(other) - self.expr)

    def __mul__(self, other: Any) -> Any:
        return OPEN if isinstance(other, Sought) else self._number(self.expr * _expr(other))

    def __truediv__(self, other: Any) -> Any:
        return OPEN if isinstance(other, Sought) else self._number(self.expr / _expr(other))

    def __rtruediv__(self, other: Any) -> Any:
        return self._number(_expr(other) / self.expr)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Any:
        return self._number(-self.expr)

    def __pow__(self, other: Any) -> Any:
        return self._number(self.expr ** _expr(other))

    def __floordiv__(self, other: Any) -> Any:
        return OPEN if isinstance(other, Sought) else self._quotient(self.expr, _expr(other))

    def __rfloordiv__(self, other: Any) -> Any:
        return self._quotient(_expr(other), self.expr)

    def __mod__(self, other: Any) -> Any:
        return 0 if isinstance(other, Sought) else self._remainder(self.expr, _expr(other))

    def __rmod__(self, other: Any) -> Any:
        return self._remainder(_expr(other), self.expr)

    def __divmod__(self, other: Any) -> Any:
        remainder = self % other
        return self // other, remainder

    def __rdivmod__(self, other: Any) -> Any:
        remainder = other % self
        return other // self, remainder

    def _quotient(self, number: Any, divisor: Any) -> Any:
        """Whole where that is known or was supposed, else rounded down."""
        import sympy  # noqa: PLC0415 - it has been imported for the symbol

        number = _unrounded(number, divisor)
        quotient = sympy.cancel(number / divisor)
        if self.assumptions.is_whole(number / divisor) or quotient.is_integer:
            return self._number(quotient)
        # -(-a // b) is how sizes are rounded up
        up = quotient.could_extract_minus_sign()
        return self._number(-sympy.ceiling(-quotient) if up else sympy.floor(quotient))

    def _remainder(self, number: Any, divisor: Any) -> Any:
        """The remainder if it is certain, else 0: the network supposes that it divides."""
        import sympy  # noqa: PLC0415 - it has been imported for the symbol

        remainder = sympy.Mod(number, divisor)
        if remainder.is_Integer or sympy.cancel(number / divisor).is_integer:
            return int(remainder) if remainder.is_Integer else 0
        self.assumptions.divides(number, divisor)
        return 0

    def _compare(self, other: Any, certain: str, sign: str) -> bool:
        """Whether a comparison is certain; else the network supposes its contrary (for > and <, what checks ask)."""
        if isinstance(other, Sought):
            return False
        difference = (self.expr - _expr(other)).expand()
        answer = getattr(difference, certain)
        if answer is None:
            pair = (_expr(other), self.expr) if sign in (">", ">=") else (self.expr, _expr(other))
            self.assumptions.bound(*pair)
        return bool(answer)

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, "is_positive", ">")

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, "is_negative", "<")

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, "is_nonnegative", ">=")

    def __le__(self, other: Any) -> bool:
        return self._compare(other, "is_nonpositive", "<=")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sought):
            return True
        expr = _expr(other)
        return expr is not None and bool(self.expr == expr or (self.expr - expr).expand() == 0)

    def __hash__(self) -> int:
        return hash(self.expr.expand())

    def __bool__(self) -> bool:
        return True

    def simple(self) -> Symbolic:
        """The shortest of the usual forms."""
        from .algebra import shortest  # noqa: PLC0415 - only for symbols

        return Symbolic(shortest(self.expr), self.assumptions)

    def __str__(self) -> str:
        """A Python expression in the symbols: 49*C**2."""
        from .algebra import text  # noqa: PLC0415 - only for symbols

        return text(self.expr)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        """For people: 49·C². Widths and alignments of the format apply, signs and separators do not."""
        return format(pretty(self), spec.replace(",", "").replace("+", ""))


def _expr(value: Any) -> Any:
    """The value for sympy, or None if it is no number."""
    value = _bare(value)
    if isinstance(value, Symbolic):
        return value.expr
    if isinstance(value, Fraction):
        import sympy  # noqa: PLC0415 - it has been imported for the symbol

        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, int):
        import sympy  # noqa: PLC0415 - it has been imported for the symbol

        return sympy.Integer(value)
    return None


_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def pretty(value: Any) -> str:
    """A number or formula for people: 49·H·W·C²."""
    if isinstance(value, int | Fraction):
        return str(value)
    from .algebra import text  # noqa: PLC0415 - only for symbols

    return familiar(text(getattr(value, "expr", value)))


def familiar(text: object) -> str:
    """A Python expression as people write it: 49·C²."""
    import re  # noqa: PLC0415 - only for symbols

    said = re.sub(r"\*\*(\d+)", lambda match: match[1].translate(_SUPERSCRIPTS), str(text))
    for name, familiar in (("*", "·"), ("ceiling(", "ceil("), ("Max(", "max("), ("Min(", "min(")):
        said = said.replace(name, familiar)
    return said


def distinct(sizes: Iterable[Any]) -> set[Any]:
    """The different sizes; where only symbols make them differ, the network supposes that they agree."""
    found = list(dict.fromkeys(size for size in sizes if size is not OPEN))
    if any(isinstance(size, Sought | Wrapped) for size in found):
        # their hashes are not those of the same plain numbers
        found = [size for index, size in enumerate(found) if not any(size == other for other in found[:index])]
    known = _with_symbols(*found)
    if known is None or len(found) == 1:
        return set(found)
    numbers = [size for size in found if not has_symbols(size)]
    first = (numbers or found)[0]
    for size in found:
        if has_symbols(size) and size != first:
            known.assumptions.agree(_expr(size), _expr(first))
    return {first, *numbers}


def differ(*sizes: Any) -> bool:
    """Whether sizes are not all the same; where only symbols make them differ, the network supposes that they agree."""
    return len(distinct(sizes)) > 1


def quotient(number: Any, divisor: Any) -> Any:
    """number // divisor, supposing nothing of symbols."""
    known = _with_symbols(number, divisor)
    if known is None:
        return number // divisor
    if number is OPEN or divisor is OPEN:
        return OPEN
    if isinstance(number, Wrapped):
        return number.quotient(divisor)
    import sympy  # noqa: PLC0415 - it has been imported for the symbol

    top, bottom = _expr(number), _expr(divisor)
    return known._number(sympy.floor(_unrounded(top, bottom) / bottom))


def _unrounded(number: Any, divisor: Any) -> Any:
    """A sum without the rounding in it, where it is to be divided and rounded down again: that makes no difference."""
    import sympy  # noqa: PLC0415 - it has been imported for the symbol

    rounded = [term for term in sympy.Add.make_args(number) if isinstance(term, sympy.floor)]
    if len(rounded) != 1 or not (divisor.is_Integer and divisor.is_positive) or not (number - rounded[0]).is_integer:
        return number
    return number - rounded[0] + rounded[0].args[0]


def remainder(number: Any, divisor: Any) -> Any:
    """number % divisor, supposing nothing of symbols."""
    if _with_symbols(number, divisor) is None:
        return number % divisor
    return number - quotient(number, divisor) * divisor


def extreme(name: str, *numbers: Any) -> Any:
    """min, max, floor, ceil or sqrt, supposing nothing of symbols."""
    import sympy  # noqa: PLC0415 - it has been imported for the symbol

    known = _with_symbols(*numbers)
    assert known is not None
    if any(number is OPEN for number in numbers):
        return OPEN
    function = getattr(sympy, _FUNCTIONS[name])
    return known._number(function(*map(_expr, numbers)))


_FUNCTIONS = {"min": "Min", "max": "Max", "floor": "floor", "ceil": "ceiling", "sqrt": "sqrt"}


def _with_symbols(*numbers: Any) -> Symbolic | None:
    """The first number that has symbols, or None."""
    return next((number for number in map(_bare, numbers) if isinstance(number, Symbolic)), None)


def has_symbols(number: Any) -> bool:
    """Whether a number depends on free dimensions."""
    return isinstance(_bare(number), Symbolic)


def _bare(number: Any) -> Any:
    return number.value if isinstance(number, Wrapped) else number


def largest(values: list[Any]) -> Any:
    """The largest of several numbers: max(...) where it depends on the symbols."""
    known = _with_symbols(*values)
    if known is None:
        return max(values)
    import sympy  # noqa: PLC0415 - it has been imported for the symbol

    kept: dict[Any, Any] = {}
    for given in dict.fromkeys(map(_expr, values)):
        expr = given.expand()
        if not any(_covers(other, expr) for other in kept):
            kept = {other: shown for other, shown in kept.items() if not _covers(expr, other)} | {expr: given}
    # comparing every two of many formulas takes sympy minutes
    return known._number(sympy.Max(*kept.values(), evaluate=len(kept) <= _COMPARED))


_COMPARED = 6
"""Formulas that sympy compares two by two."""


def _covers(one: Any, other: Any) -> bool:
    """Whether a sum is plainly at least as large as another: it has all its terms, as often or more often."""
    counts = (one - other).as_coefficients_dict()
    return all(term.is_nonnegative and count >= 0 for term, count in counts.items())


def plain(value: Any) -> Any:
    """The value for JSON: formulas as text, inside lists and dictionaries too."""
    if isinstance(value, Symbolic):
        return str(value.simple())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def simple(value: Any) -> Any:
    """A formula in its shortest form; a number as it is."""
    return value.simple() if isinstance(value, Symbolic) else value
