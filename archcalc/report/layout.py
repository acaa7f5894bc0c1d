"""Lines and columns laid out as a grid: cells are written once, then fitted to the room that there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import Styled
from ..screen import width
from .columns import LEFT, column_of
from .spell import cut_end, cut_middle
from .view import Sheet

GAP = "  "
REPEAT = 40
"""A table with more lines than this shows its head once more above the totals."""


class Signs(NamedTuple):
    """What rules are drawn with, and what stands for text that is cut out."""

    rule: str
    cut: str


FANCY, ASCII = Signs("─", "…"), Signs("-", "...")


class Grid(NamedTuple):
    """The written cells, a list a column; the first of each is its title, the last `feet` are sums."""

    keys: tuple[str, ...]
    columns: tuple[list[str], ...]
    widths: tuple[int, ...]
    feet: int = 1

    @property
    def width(self) -> int:
        """From the left edge to the right."""
        return sum(self.widths) + len(GAP) * (len(self.widths) - 1)


def grid(sheet: Sheet) -> Grid:
    """The cells of the chosen columns."""
    columns = tuple([[column_of(key).title, *sheet.cells(key), *sheet.feet_of(key)] for key in sheet.keys])
    return Grid(sheet.keys, columns, tuple([max(map(width, column)) for column in columns]), len(sheet.feet))


_STEPS: tuple[tuple[str, int], ...] = (
    ("effective_padding", 0), ("effective_stride", 0), ("receptive_field", 0), ("text", 18), ("name", 28),
    ("activation_bytes", 0), ("text", 12), ("name", 20), ("text", 0), ("name", 12), ("macs", 0), ("name", 6),
)  # fmt: skip
"""What gives way where there is too little room, in turn: the column shrinks to a width, or goes (0)."""


def fit(grid: Grid, room: int, signs: Signs, keep: bool = False) -> Grid:
    """The grid in at most `room` columns, as far as names and texts can shrink; numbers are never cut.

    `keep` lets every column stay.
    """
    widths = dict(zip(grid.keys, grid.widths, strict=True))
    for key, least in _STEPS:
        excess = _room(widths) - room
        if excess <= 0:
            break
        if key in widths and least:
            widths[key] = max(min(least, widths[key]), widths[key] - excess)
        elif key in widths and not keep:
            del widths[key]
    for key in ("name", "text"):
        if key in widths:  # what has gone since may have left room
            full = grid.widths[grid.keys.index(key)]
            widths[key] = min(full, widths[key] + max(0, room - _room(widths)))
    cells = dict(zip(grid.keys, grid.columns, strict=True))
    columns = tuple([_cut(key, cells[key], widths[key], signs) for key in widths])
    return Grid(tuple(widths), columns, tuple(widths.values()), grid.feet)


def _room(widths: dict[str, int]) -> int:
    """What the columns take, with the gaps between them."""
    return sum(widths.values()) + len(GAP) * (len(widths) - 1)


def _cut(key: str, cells: list[str], room: int, signs: Signs) -> list[str]:
    if key == "name":
        return [cut_middle(cell, room, signs.cut) for cell in cells]
    return [cut_end(cell, room, signs.cut) for cell in cells] if key == "text" else cells


def draw(grid: Grid, signs: Signs) -> list[Styled]:
    """The grid as lines of text."""
    head, *rest = zip(*grid.columns, strict=True)
    lines, feet = rest[: -grid.feet], rest[-grid.feet :]
    rule: Styled = ((signs.rule * grid.width, "faint"),)
    drawn = [_line(grid, head, "head"), rule, *[_line(grid, line) for line in lines], rule]
    if len(lines) > REPEAT:
        drawn.append(_line(grid, head, "head"))
    return [*drawn, *[_line(grid, foot, "total") for foot in feet]]


def _line(grid: Grid, cells: Sequence[str], style: str = "") -> Styled:
    pieces: list[tuple[str, str]] = []
    for key, cell, room in zip(grid.keys, cells, grid.widths, strict=True):
        blank = " " * (room - width(cell))
        text = cell + blank if key in LEFT else blank + cell
        # the gap stands before: a blank at the edge of a screen makes a new line
        pieces.append((GAP * bool(pieces) + text, style or _style(key, cell)))
    return tuple(pieces)


def _style(key: str, cell: str) -> str:
    if key == "name":
        return "name"
    return "faint" if cell in ("0", "0 B") else ""
