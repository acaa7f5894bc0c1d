"""What layers move, and what bounds them on a device, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from ..analysis.table import Row
from ..analysis.traffic import COMPUTE, MEMORY, Bound, Roofline, Traffic, bound
from ..errors import Styled
from ..screen import printable, width
from . import stack
from .layout import ASCII, Grid, Signs
from .notes import Note, heading, written
from .spell import count, memory, thousands, without_arrays, wrap

DEFINITIONS = (
    "Moved: what a layer by itself reads (inputs, weights) and writes, each once. FLOPs: two for each multiply-add; "
    "nothing else counts. FLOP/B: one over the other, the arithmetic intensity."
)
TIME = (
    "At least: the longer of computing at the device's best and of moving at its best. Layers that are computed "
    "together move less, caches too small for a layer make it move more."
)
PROSE = 100


class Line(NamedTuple):
    """A layer, or a block: what it moves, what bounds it, the least time."""

    name: str
    text: str
    moved: Traffic
    found: Bound | None


def report(found: Roofline, room: int | None = None, depth: int | None = None, signs: Signs = ASCII) -> list[Styled]:
    """The traffic of every layer, or of blocks by `depth` parts of their paths, and its bounds on the device."""
    prose = min(max(room or PROSE, 30), PROSE)
    title, volumes = map(printable, heading(found.table.graph))
    drawn: list[Styled] = [((title, "title"),)] if title else []
    drawn += [((line, ""),) for line in wrap(f"{found.dtype}, batch {thousands(found.batch)}; {volumes}", prose)]
    drawn += [((line, ""),) for text in _device(found) for line in wrap(printable(text), prose)]
    cells = _grid(found, depth)
    words = f"{DEFINITIONS} {TIME}" if found.device else DEFINITIONS
    below = [*_notes(found, prose), (), *[((line, "faint"),) for line in wrap(words, prose)]]
    table = [*stack.shown(cells, room, signs), ()] if found.layers else []
    return [*drawn, (), *table, *below]


def _device(found: Roofline) -> Iterator[str]:
    """The device in a line."""
    if found.device is None:
        return
    flops, bandwidth, ridge = found.device.flops, found.device.bandwidth, found.device.ridge
    yield (
        f"{found.device.about}: {scaled(flops)}FLOP/s, {scaled(bandwidth)}B/s, so compute bounds what takes "
        f"{decimal(ridge)} FLOP/B or more"
    )


def _grid(found: Roofline, depth: int | None) -> Grid:
    bounds: Sequence[Bound | None] = found.bounds or [None] * len(found.layers)
    lines = [
        Line(row.name, row.text, moved, one)
        for (row, moved), one in zip(found.layers, bounds, strict=True)
        if moved.moved != 0
    ]
    if depth:
        lines = list(_folded(lines, depth))
    total = Line("total", count(len(found.layers), "layer"), found.totals, Bound("", found.seconds))
    rows = [_cells(line) for line in (*lines, total)]
    heads = ("layer", "operation", "moved", "FLOPs", "FLOP/B", "bound", "at least")
    keys = ("name", "text", "moved", "flops", "intensity", "bound", "seconds")
    shown = len(keys) if found.device else 5
    columns = tuple([head, *cells] for head, *cells in zip(heads, *rows, strict=True))[:shown]
    return Grid(keys[:shown], columns, tuple(max(map(width, column)) for column in columns))


def _cells(line: Line) -> tuple[str, ...]:
    moved, found = line.moved, line.found
    said = () if found is None else (found.bound, duration(found.seconds))
    text = printable(without_arrays(line.text))
    numbers = (memory(moved.moved), thousands(moved.flops), decimal(moved.intensity))
    return (printable(line.name), text, *numbers, *(said or ("", "")))


def _folded(lines: Sequence[Line], depth: int) -> Iterator[Line]:
    """Blocks of layers whose paths agree in so many parts; what bounds most of their time."""
    for path, group in groupby(lines, lambda line: ".".join(line.name.split(".")[:depth])):
        block = list(group)
        moved = Traffic(*(sum(column) for column in zip(*(line.moved for line in block), strict=True)))
        text = block[0].text if len(block) == 1 else count(len(block), "layer")
        bounds = [line.found for line in block if line.found is not None]
        yield Line(path, text, moved, _together(bounds) if bounds else None)


def _together(bounds: Sequence[Bound]) -> Bound:
    """The sum of the times, and what bounds the longer part of it."""
    by = {what: sum((one.seconds for one in bounds if one.bound == what), Fraction(0)) for what in (COMPUTE, MEMORY)}
    return Bound(COMPUTE if by[COMPUTE] >= by[MEMORY] else MEMORY, sum(by.values(), Fraction(0)))


def _notes(found: Roofline, prose: int) -> list[Styled]:
    totals, whole = found.totals, found.whole
    read, weights, out = (memory(size) for size in (totals.read, totals.weights, totals.written))
    notes = [Note("moved", f"{read} of volumes and {weights} of weights read, {out} written")]
    if found.device is not None:
        by = {what: [one.seconds for one in found.bounds if one.bound == what] for what in (COMPUTE, MEMORY)}
        notes += [
            Note(what, f"bounds {count(len(times), 'layer')}, {duration(sum(times, Fraction(0)))}")
            for what, times in by.items()
        ]
        least = bound(whole, found.device)
        said = f"{duration(least.seconds)} if volumes between layers never left the chip ({least.bound})"
        notes.append(Note("at best", said))
    elif not found.table.graph.free:
        notes.append(Note("at best", f"{memory(whole.moved)} if volumes between layers never left the chip"))
    return written([*notes, Note("counted", _coverage(found))], prose)


def _coverage(found: Roofline) -> str:
    missing: list[Row] = list(found.table.uncounted)
    layers = count(len(found.layers), "layer")
    if missing:
        return f"{len(found.layers) - len(missing):,} of {layers}; not: {', '.join(row.name for row in missing)}"
    still = sum(moved.moved == 0 for _, moved in found.layers)
    said = f"; {still:,} that {'moves' if still == 1 else 'move'} nothing left out above" if still else ""
    return f"{'all ' * (len(found.layers) > 1)}{layers}{said}"


def decimal(number: Fraction | int | None) -> str:
    """A quotient to three digits, or to one behind the point; a formula as it is.

    >>> decimal(Fraction(4294967296, 13631488)), decimal(Fraction(1, 3)), decimal(Fraction(0)), decimal(None)
    ('315.1', '0.333', '0', '')
    """
    if number is None:
        return ""
    if not isinstance(number, Fraction | int):
        return f"{number:,}"
    digits = 1 if number >= 10 else 2 if number >= 1 else 3
    scaled_up = int(number * 10**digits + Fraction(1, 2))
    whole, rest = divmod(scaled_up, 10**digits)
    return f"{whole:,}.{rest:0{digits}}".rstrip("0").rstrip(".") if rest else f"{whole:,}"


_TIMES = (("s", 1), ("ms", 10**3), ("µs", 10**6), ("ns", 10**9), ("ps", 10**12))


def duration(seconds: Fraction) -> str:
    """A time in the unit that suits it, rounded down to three digits: it is a bound.

    >>> duration(Fraction(1, 3)), duration(Fraction(25, 10**7)), duration(Fraction(0)), duration(Fraction(4000))
    ('333 ms', '2.50 µs', '0 s', '4,000 s')
    """
    if not seconds:
        return "0 s"
    unit, scale = next((pair for pair in _TIMES if seconds * pair[1] >= 1), _TIMES[-1])
    number = seconds * scale
    digits = 2 if number < 10 else 1 if number < 100 else 0
    whole, rest = divmod(int(number * 10**digits), 10**digits)
    return f"{whole:,}.{rest:0{digits}} {unit}" if digits else f"{whole:,} {unit}"


def scaled(number: Fraction) -> str:
    """A rate with a prefix.

    >>> scaled(Fraction(312 * 10**12)) + "FLOP/s", scaled(Fraction(2039 * 10**9)) + "B/s"
    ('312 TFLOP/s', '2.04 TB/s')
    """
    power = max((power for power in range(6) if number >= 1000**power), default=0)
    part = Fraction(number) / 1000**power
    digits = 2 if part < 10 else 1 if part < 100 else 0
    whole, rest = divmod(int(part * 10**digits + Fraction(1, 2)), 10**digits)
    text = f"{whole}.{rest:0{digits}}".rstrip("0").rstrip(".") if digits and rest else str(whole)
    return f"{text} {('', 'k', 'M', 'G', 'T', 'P')[power]}"
