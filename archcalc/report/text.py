"""The table as text for people. The only user of rich, and only where there are colours to show."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, TextIO

from ..analysis.table import Table
from ..errors import Styled
from ..screen import printable, width
from .layout import ASCII, FANCY, Grid, Signs, draw, fit, grid
from .notes import convention, folding, written
from .spell import wrap
from .view import WHOLE, Sheet, View, sheet

if TYPE_CHECKING:
    from rich.style import Style

PROSE = 100
"""Sentences are not set wider than this."""

STYLES = {
    "title": "bold", "head": "bold", "total": "bold", "strong": "bold", "name": "cyan", "faint": "dim",
    "answer": "bold green", "caution": "yellow", "code": "bold red", "caret": "bold red", "good": "bold green",
    "added": "green", "removed": "red", "line1": "cyan", "line2": "yellow", "line3": "green", "line4": "magenta",
    "line5": "blue", "line6": "red",
}  # fmt: skip


def report(table: Table, room: int | None = None, view: View = WHOLE, signs: Signs = ASCII) -> list[Styled]:
    """The whole report: title, table, notes, conventions. `room` is the width of the screen, None for no limit."""
    shown = sheet(table, view)
    cells = grid(shown)
    if room is not None:
        cells = fit(cells, room, signs, keep=bool(view.columns))
    prose = min(max(room or PROSE, 30), PROSE)
    below = list(shown.notes)
    if view.depth is None and not view.selects:
        below += folding(table)
    drawn = draw(cells, signs) if table.rows else []
    return _apart(_heading(shown, cells, prose), drawn, written(below, prose), _footer(cells, prose))


def document(table: Table, view: View = WHOLE) -> str:
    """The report as plain text, as wide as it is."""
    return "".join(_plain(line).rstrip() + "\n" for line in report(table, None, view))


def _apart(*parts: Sequence[Styled]) -> list[Styled]:
    """The parts that there are, with empty lines between them."""
    there = [part for part in parts if part]
    return [line for part in there for line in ((), *part)][1:]


def _heading(shown: Sheet, cells: Grid, prose: int) -> list[Styled]:
    """Title and volumes: on one line, at its ends, if they fit."""
    title, volumes = printable(shown.title), printable(shown.volumes)
    gap = max(cells.width, 40) - width(title) - width(volumes)
    if title and gap >= 2:
        return [((title, "title"), (" " * gap + volumes, ""))]
    parts = ((title, "title"), (volumes, ""))
    return [((line, style),) for text, style in parts if text for line in wrap(text, prose)]


def _footer(cells: Grid, prose: int) -> list[Styled]:
    """The conventions of what is left on a narrow screen."""
    return [((line, "faint"),) for line in wrap(convention(cells.keys), prose)]


def screen(stream: TextIO) -> tuple[int | None, Signs]:
    """How wide the stream is (None if it is no terminal), and what signs it shows."""
    if not stream.isatty():
        return None, ASCII
    fancy = (stream.encoding or "").lower().replace("-", "").startswith("utf")
    return _columns(stream), FANCY if fancy else ASCII


def _columns(stream: TextIO) -> int:
    """The width of a terminal; COLUMNS overrides what it says itself."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def write(lines: Iterable[Styled], stream: TextIO) -> None:
    """Print lines: with colours on a terminal unless NO_COLOR is set, else plain."""
    say = _coloured if _shows_colours(stream) else _plain
    stream.writelines(say(line).rstrip() + "\n" for line in lines)


def _shows_colours(stream: TextIO) -> bool:
    if os.name == "nt" and "WT_SESSION" not in os.environ:
        return False  # old consoles would print the codes
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _plain(line: Styled) -> str:
    return "".join([text for text, _ in line])


def _coloured(line: Styled) -> str:
    return "".join([_style(name).render(text) for text, name in line])


@cache
def _style(name: str) -> Style:
    from rich.style import Style  # noqa: PLC0415 - plain output saves it; rich.console would take five times as long

    return Style.parse(STYLES.get(name, ""))
