"""Markdown: the same table and notes, to paste into a page."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.table import Table
from ..screen import printable
from .columns import DEFAULT
from .layout import Grid, grid
from .lines import lines
from .notes import CONVENTION, FIELD, heading, notes


def report(table: Table, columns: Sequence[str] | None = None, depth: int | None = None) -> str:
    """The report in Markdown."""
    cells = grid(lines(table, depth), table.totals, len(table.rows), columns or DEFAULT)
    title, volumes = map(_escape, heading(table.graph))
    footer = f"{CONVENTION} {FIELD}" if "receptive_field" in cells.keys else CONVENTION
    parts = [
        *[f"## {title}"] * bool(title),
        volumes,
        "\n".join(_table(cells)),
        "\n".join(f"- {note.label}: {_escape(note.text)}" for note in notes(table)),
        footer,
    ]
    return "\n\n".join(parts) + "\n"


def _table(cells: Grid) -> list[str]:
    head, *rows, totals = zip(*cells.columns, strict=True)
    rule = ["---" if key in ("name", "text") else "--:" for key in cells.keys]
    bold = [f"**{_escape(cell)}**" if cell else "" for cell in totals]
    return [_line(head), _line(rule), *[_line(map(_escape, row)) for row in rows], _line(bold)]


def _line(cells: Sequence[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    """The text with the signs that Markdown would take for its own."""
    for sign in "\\`*_<|":
        text = text.replace(sign, f"\\{sign}")
    return printable(text)
