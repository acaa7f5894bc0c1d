"""A chart of lines: what is on it, its scales, and where their ticks stand. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2, log10
from typing import NamedTuple

from .units import scaled

MANY = 6
"""Ticks on an axis, about."""


class Line(NamedTuple):
    """One line of a chart."""

    label: str
    points: tuple[tuple[float, float], ...]


class Tick(NamedTuple):
    """A mark on an axis."""

    at: float
    text: str


class Axis(NamedTuple):
    """An axis: what it shows, from where to where, and its ticks."""

    title: str
    low: float
    high: float
    ticks: tuple[Tick, ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, from 0 at the low end to 1 at the high one."""
        if self.low == self.high:
            return 0.5
        if self.log:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


class Chart(NamedTuple):
    """Lines over two axes; `size` says that they go up in bytes."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    size: bool = False


def axis(title: str, values: Sequence[float], *, size: bool = False, log: bool = False) -> Axis:
    """The axis for some values, from one round number to another; round in powers of 2 for a `size` in bytes.

    A linear axis begins at 0 unless that wastes half of it. A log axis needs positive values.

    >>> [tick.text for tick in axis("macs", [3e9, 11.4e9]).ticks]
    ['0', '2G', '4G', '6G', '8G', '10G', '12G']
    """
    low, high = min(values), max(values)
    if log:
        marks = _log_marks(low, high, size)
    else:
        low = 0 if 0 < low < high / 2 or low == high > 0 else low
        marks = _marks(low, high, MANY, size)
    return Axis(title, marks[0], marks[-1], tuple(Tick(mark, tick_text(mark, size)) for mark in marks), log)


def tight_axis(title: str, values: Sequence[float], *, log: bool = False) -> Axis:
    """An axis that begins and ends with the values; its ticks are the round numbers between."""
    low, high = min(values), max(values)
    marks = _log_marks(low, high, False) if log else _marks(low, high, MANY + 2, False)
    return Axis(title, low, high, tuple(Tick(mark, tick_text(mark)) for mark in marks if low <= mark <= high), log)


def given_axis(title: str, values: Sequence[float], texts: Sequence[str], *, log: bool = False) -> Axis:
    """An axis with a tick at every value: there are few, and somebody chose them."""
    ticks = tuple(Tick(at, text) for at, text in sorted(set(zip(values, texts, strict=True))))
    return Axis(title, min(values), max(values), ticks, log)


def _marks(low: float, high: float, many: int, size: bool) -> list[float]:
    """Multiples of a round number that reach from below the one value to above the other."""
    step = _step((high - low) / many or 1, size)
    first = floor(low / step)
    last = max(ceil(high / step), first + 1)
    return [place * step for place in range(first, last + 1)]


def _step(least: float, size: bool) -> float:
    """The next round number: 1, 2 or 5 times a power of 10, or a power of 2."""
    if size:
        return 2.0 ** max(ceil(log2(least)), 0)
    power = 10.0 ** floor(log10(least))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))


def _log_marks(low: float, high: float, size: bool) -> list[float]:
    """Powers of 10 (or of 2), and 2 and 5 times them where there is room, around the values."""
    base, log = (2, log2) if size else (10, log10)
    powers = range(floor(log(low) + 1e-9), ceil(log(high) - 1e-9) + 1)
    fine = [float(base) ** power * times for power in powers for times in ((1,) if size else (1, 2, 5))]
    coarse = [float(base) ** power for power in powers]
    marks = next((marks for marks in (_between(fine, low, high), coarse) if len(marks) <= 2 * MANY), coarse)
    if len(marks) < 2:
        marks = [*marks, marks[-1] * base]
    every = ceil(len(marks) / (2 * MANY))
    return [*marks[:-1:every], marks[-1]]


def _between(marks: Sequence[float], low: float, high: float) -> list[float]:
    """The marks from the last below a value to the first above the other."""
    start = max(mark for mark in marks if mark <= low * (1 + 1e-9))
    end = min((mark for mark in marks if mark >= high * (1 - 1e-9)), default=marks[-1])
    return [mark for mark in marks if start <= mark <= end]


_COUNTS = ("", "k", "M", "G", "T", "P", "E")
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def tick_text(value: float, size: bool = False) -> str:
    """A round number as short as it goes.

    >>> tick_text(2500000), tick_text(0), tick_text(512 * 1024, size=True), tick_text(0.5)
    ('2.5M', '0', '512 KiB', '0.5')
    """
    base, names = (1024, _BYTES) if size else (1000, _COUNTS)
    power = 0
    while power < len(names) - 1 and abs(value) >= base ** (power + 1):
        power += 1
    text = f"{value / base**power:.4g}"
    return "0" if text == "0" else f"{text}{' ' * size}{names[power]}"


def value_text(value: float, size: bool = False) -> str:
    """A value to three digits.

    >>> value_text(4089184256), value_text(97.5 * 2**20, size=True)
    ('4.09 G', '97.5 MiB')
    """
    return scaled(round(value), 1024, _BYTES) if size else scaled(round(value), 1000, _COUNTS)
