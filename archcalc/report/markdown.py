"""Markdown: the same table and notes, to paste into a page."""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis.table import Table
from ..screen import printable
from .columns import LEFT, column_of
from .view import WHOLE, Sheet, View, sheet


def document(table: Table, view: View = WHOLE) -> str:
    """The report in Markdown."""
    shown = sheet(table, view)
    parts = [
        *[f"## {escape(shown.title)}"] * bool(shown.title),
        escape(shown.volumes),
        "\n".join(_table(shown)),
        "\n".join(f"- {note.label}: {escape(note.text)}" for note in shown.notes),
        shown.convention,
    ]
    return "\n\n".join(parts) + "\n"


def _table(shown: Sheet) -> list[str]:
    columns = [[*map(escape, shown.cells(key)), *map(_bold, shown.feet_of(key))] for key in shown.keys]
    rule = ["---" if key in LEFT else "--:" for key in shown.keys]
    head = [column_of(key).title for key in shown.keys]
    return [_line(head), _line(rule), *map(_line, zip(*columns, strict=True))]


def _bold(cell: str) -> str:
    return f"**{escape(cell)}**" if cell else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escape(text: str) -> str:
    """The text with the signs that Markdown would take for its own."""
    for sign in "\\`*_<|[&~$":
        text = text.replace(sign, f"\\{sign}")
    return printable(text)
