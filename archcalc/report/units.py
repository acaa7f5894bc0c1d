"""Numbers in full or scaled: a name for each way of writing counts and bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..errors import UsageError
from ..words import nearest
from .spell import memory, thousands

_COUNTS = ("", "k", "M", "G", "T", "P", "E")
_BYTES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


class Units(NamedTuple):
    """How counts and bytes are written."""

    number: Callable[[int], str]
    size: Callable[[int], str]

    def writer(self, plain: Callable[[Any], str]) -> Callable[[Any], str]:
        """What stands for one of the plain writers, `thousands` and `memory`."""
        return self.number if plain is thousands else self.size if plain is memory else plain


def scaled(number: int, base: int, names: Sequence[str]) -> str:
    """A number to three digits in the unit that suits it; a formula as it is.

    >>> scaled(4089184256, 1000, _COUNTS), scaled(999_999, 1000, _COUNTS), scaled(102228128, 1024, _BINARY)
    ('4.09 G', '1.00 M', '97.5 MiB')
    """
    if not isinstance(number, int):
        return f"{number:,} {names[0]}".rstrip()
    power = 0
    while power < len(names) - 1 and 2 * number >= (2 * base - 1) * base**power:
        power += 1
    if not power:
        return f"{number} {names[0]}".rstrip()
    unit = base**power
    digits = 2 if _rounded(number * 100, unit) < 1000 else 1 if _rounded(number * 10, unit) < 1000 else 0
    whole, rest = divmod(_rounded(number * 10**digits, unit), 10**digits)
    return f"{whole:,}{f'.{rest:0{digits}}' if digits else ''} {names[power]}"


def _rounded(number: int, divisor: int) -> int:
    """The nearest whole number, halves up."""
    return (2 * number + divisor) // (2 * divisor)


def _exact_bytes(size: int) -> str:
    return f"{size:,} B"


def _count(number: int) -> str:
    return scaled(number, 1000, _COUNTS)


READABLE = Units(thousands, memory)
"""Counts in full, bytes to one decimal: what reports show unless another way is asked for."""

UNITS = {
    "full": Units(thousands, _exact_bytes),
    "si": Units(_count, lambda size: scaled(size, 1000, _BYTES)),
    "binary": Units(_count, lambda size: scaled(size, 1024, _BINARY)),
}
"""By their names on the command line. Counts have no binary units: 4.09 G beside 97.5 MiB."""


def units(name: str) -> Units:
    """The way of that name. UsageError if there is none.

    >>> units("si").size(1161600), units("full").size(1161600), units("binary").number(25557032)
    ('1.16 MB', '1,161,600 B', '25.6 M')
    """
    if name in UNITS:
        return UNITS[name]
    near = nearest(name.lower(), UNITS, 1, 0.4)
    help = f"did you mean {near[0]}?" if near else f"there are {', '.join(UNITS)}"
    raise UsageError.of("E678", f"there are no units {name}", help=(help,))
