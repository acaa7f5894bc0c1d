"""How numbers, sizes and long names are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from ..screen import width
from ..shape import Window

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def thousands(number: int) -> str:
    """A count with separators.

    >>> thousands(62378344)
    '62,378,344'
    """
    return f"{number:,}"


def memory(size: int) -> str:
    """Bytes in units of 1024, to one decimal.

    >>> memory(96), memory(1161600), memory(249513376)
    ('96 B', '1.1 MiB', '238.0 MiB')
    """
    if not isinstance(size, int):
        return f"{size:,} B"  # a formula
    power = 0
    while power < len(_UNITS) - 1 and size * 20 >= (20 * 1024 - 1) * 1024**power:
        power += 1
    if not power:
        return f"{size} B"
    tenths = (size * 20 + 1024**power) // (2 * 1024**power)
    return f"{tenths // 10:,}.{tenths % 10} {_UNITS[power]}"


def each(sizes: Sequence[object]) -> str:
    """One number where all axes agree, else one an axis.

    >>> each((11, 11)), each((3, 1))
    ('11', '3x1')
    """
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def pads(windows: Sequence[Window]) -> str:
    """Pads as the language writes them.

    >>> pads([Window(before=1, after=1)] * 2), pads([Window(after=1)] * 2), pads([Window(before=1, after=1), Window()])
    ('1', '0:1', '1x0')
    """
    axes = [str(w.before) if w.before == w.after else f"{w.before}:{w.after}" for w in windows]
    return each(axes) if axes else ""


def count(number: int, what: str) -> str:
    """A number of things.

    >>> count(1, "layer"), count(21, "layer")
    ('1 layer', '21 layers')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


_ARRAY = re.compile(r"\[[\[\]\d,()/. +-]{16,}\]")


def without_arrays(text: str) -> str:
    """A layer's text with long arrays of weights left out.

    >>> without_arrays("CONV 1 3x3 w=[[1,1,1],[1,1,1],[1,1,1]] nobias")
    'CONV 1 3x3 w=[...] nobias'
    """
    return _ARRAY.sub("[...]", text) if "[" in text else text


def setting(value: object) -> str:
    """A value that a name has, as --set takes it.

    >>> setting(64), setting(Fraction(3, 4)), setting((3, 3))
    ('64', '0.75', '3x3')
    """
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def cut_end(text: str, room: int, sign: str) -> str:
    """The text, its end replaced by a sign where it is too wide.

    >>> cut_end("CONV 64 7x7 s2 p3 nobias", 15, "...")
    'CONV 64 7x7 ...'
    """
    return text if width(text) <= room else _narrow(text, room - len(sign)) + sign


def cut_middle(text: str, room: int, sign: str) -> str:
    """The text, its middle replaced by a sign where it is too wide; more is kept of its end.

    >>> cut_middle("features.denseblock4.denselayer16.conv2", 24, "...")
    'feature...elayer16.conv2'
    """
    if width(text) <= room:
        return text
    tail = _narrow(text[::-1], (room - len(sign)) * 2 // 3)[::-1]
    return _narrow(text, room - len(sign) - width(tail)) + sign + tail


def _narrow(text: str, room: int) -> str:
    """As much of the beginning as fits."""
    text = text[: max(room, 0)]
    while width(text) > room:
        text = text[:-1]
    return text


def wrap(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` columns, broken at blanks.

    >>> wrap("one per multiply-accumulate", 12)
    ['one per', 'multiply-accumulate']
    """
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and width(lines[-1]) + 1 + width(word) > room:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines
