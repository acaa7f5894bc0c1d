"""A chart in the terminal: dots of Braille where the terminal shows them, signs of ASCII elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..errors import Styled
from ..screen import width
from .chart import Axis, Chart, Line
from .layout import ASCII, FANCY, Signs
from .spell import cut_end

HEIGHT = 16
"""Rows of the chart, without the axis below it."""

COLOURS = ("line1", "line2", "line3", "line4", "line5", "line6")
"""Styles of lines, in turn."""

_MARKS = "*o+x#@%&"
_LABEL = 24
"""Labels at the ends of lines are cut to this."""


def draw(chart: Chart, room: int | None = None, signs: Signs = ASCII) -> list[Styled]:
    """The chart in at most `room` columns (80 if None), with a label at the end of every line."""
    labels = [cut_end(line.label, _LABEL, signs.cut) for line in chart.lines]
    margin = max(width(tick.text) for tick in chart.y.ticks)
    canvas = (_Braille if signs == FANCY else _Signs)(HEIGHT)
    right = max(map(width, labels), default=0) + width(canvas.mark(0)) + 1
    canvas.columns = columns = max(min(room or 80, 100) - margin - 2 - right, 20)
    for number, line in enumerate(chart.lines):
        canvas.add(_placed(chart, line), number)
    heights = [chart.y.place(line.points[-1][1]) for line in chart.lines]
    wanted = [(canvas.row_of(height), -height, number) for number, height in enumerate(heights)]
    rows = _apart(wanted) if len(wanted) > 1 else {}
    ends = {row: (canvas.mark(number) + labels[number], _colour(number)) for row, number in rows.items()}
    ticks = {canvas.row_of(chart.y.place(tick.at)): tick.text for tick in chart.y.ticks}
    bar, knot, corner, rule = ("│", "┤", "└", "─") if signs == FANCY else ("|", "+", "+", "-")
    lines: list[Styled] = [((f"{'':{margin}}  {chart.y.title}", "head"),)]
    for row in range(HEIGHT):
        text, style = ends.get(row, ("", ""))
        left = (f"{ticks.get(row, ''):>{margin}} {knot if row in ticks else bar}", "faint")
        lines.append((left, *canvas.row(row), (f" {text}", style)))
    lines.append(((f"{'':{margin}} {corner}{rule * columns}", "faint"),))
    lines.append((("".join(_below(chart.x, columns, margin + 2)), "faint"),))
    lines.append(((f"{'':{margin}}  {chart.x.title.center(columns).rstrip()}", "head"),))
    return lines


def _placed(chart: Chart, line: Line) -> list[tuple[float, float]]:
    """The points of a line, from 0 to 1 along both axes, upwards."""
    return [(chart.x.place(x), chart.y.place(y)) for x, y in line.points]


def _apart(wanted: list[tuple[int, float, int]]) -> dict[int, int]:
    """The rows of the labels, in the order of the lines' ends: each beside its line's, or as near as there is room."""
    rows: list[int] = []
    for row, _, _ in sorted(wanted):
        rows.append(max(row, rows[-1] + 1) if rows else row)
    limit = HEIGHT
    for place in reversed(range(len(rows))):
        limit = rows[place] = min(rows[place], limit - 1)
    return {row: number for row, (_, _, number) in zip(rows, sorted(wanted), strict=True) if row >= 0}


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _below(axis: Axis, columns: int, margin: int) -> str:
    """The ticks of the axis below; those that would touch the one before are left out."""
    text = " " * margin
    for tick in axis.ticks:
        middle = margin + round(axis.place(tick.at) * (columns - 1))
        start = max(middle - len(tick.text) // 2, 0)
        if text.strip() and start < len(text) + 2:
            continue
        text = text.ljust(start)[:start] + tick.text
    return text


class _Signs:
    """A canvas of characters; a sign for every line."""

    def __init__(self, rows: int) -> None:
        self.columns, self.rows = 0, rows
        self.cells: dict[tuple[int, int], tuple[str, int]] = {}

    def mark(self, number: int) -> str:
        """What goes before the label of a line."""
        return f"{_MARKS[number % len(_MARKS)]} "

    def row_of(self, height: float) -> int:
        """The row of a height from 0 to 1."""
        return round((1 - height) * (self.rows - 1))

    def add(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """A line, with a sign at every point and dots between."""
        spots = [(round(x * (self.columns - 1)), round((1 - y) * (self.rows - 1))) for x, y in points]
        for start, end in pairwise(spots):
            for spot in _between(start, end):
                self.cells.setdefault(spot, (".", number))
        for spot in spots:
            self.cells[spot] = (_MARKS[number % len(_MARKS)], number)

    def row(self, row: int) -> Styled:
        """One row, in pieces of one colour."""
        return tuple(
            (sign, _colour(number)) if number >= 0 else (sign, "")
            for sign, number in (self.cells.get((column, row), (" ", -1)) for column in range(self.columns))
        )


_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bits of Braille's two columns of four dots."""


class _Braille:
    """A canvas of Braille: two dots across and four down in every character."""

    def __init__(self, rows: int) -> None:
        self.columns, self.rows = 0, rows
        self.dots: dict[tuple[int, int], int] = {}
        self.owner: dict[tuple[int, int], int] = {}
        self.points: set[tuple[int, int]] = set()

    def mark(self, number: int) -> str:
        """Colours tell lines apart."""
        return ""

    def row_of(self, height: float) -> int:
        """The row of a height from 0 to 1."""
        return round((1 - height) * (self.rows * 4 - 1)) // 4

    def add(self, points: Sequence[tuple[float, float]], number: int) -> None:
        """A line, with a disc at every point where there are few."""
        wide, high = self.columns * 2 - 1, self.rows * 4 - 1
        spots = [(round(x * wide), round((1 - y) * high)) for x, y in points]
        ways = [_between(start, end) for start, end in pairwise(spots)] or [iter(spots)]
        for way in ways:
            for x, y in way:
                cell = (x // 2, y // 4)
                self.dots[cell] = self.dots.get(cell, 0) | _DOTS[x % 2][y % 4]
                self.owner.setdefault(cell, number)
        if len(spots) <= self.columns // 4:
            for x, y in spots:
                self.points.add((x // 2, y // 4))
                self.owner[x // 2, y // 4] = number

    def row(self, row: int) -> Styled:
        """One row, in pieces of one colour."""
        pieces = []
        for column in range(self.columns):
            cell = (column, row)
            sign = "●" if cell in self.points else chr(0x2800 + self.dots[cell]) if cell in self.dots else " "
            pieces.append((sign, _colour(self.owner[cell]) if cell in self.owner else ""))
        return tuple(pieces)


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The spots of a straight line, both ends included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        yield tuple(round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))  # type: ignore[misc]
