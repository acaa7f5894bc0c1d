"""What notebooks show of a table: short, without a script, in the colours of the page around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..analysis.table import Table
from .columns import LEFT, column_of
from .html import escape
from .markdown import document
from .notes import coverage, short
from .view import Sheet, View, sheet

_MOST = 60
"""A table with more lines shows its first and its last ones."""


def as_html(table: Table) -> str:
    """A piece of a page; long tables are folded."""
    shown = sheet(table, _folded(table))
    title = f"<b>{escape(shown.title)}</b> " if shown.title else ""
    return "\n".join([
        f'<div class="archcalc">\n<p>{title}{escape(shown.volumes)}</p>', *_table(shown),
        f"<details><summary>counted: {escape(coverage(table))}</summary>", "<ul>",
        *[f"<li>{escape(note.label)}: {escape(note.text)}</li>" for note in shown.notes if note.label != "counted"],
        "</ul>", f"<p>{escape(shown.convention)}</p>", "</details>", "</div>", "",
    ])  # fmt: skip


def as_markdown(table: Table) -> str:
    """The report in Markdown; long tables are folded."""
    return document(table, _folded(table))


def _folded(table: Table) -> View:
    found = short(table)
    return View(depth=found[0] if found else None)


def _table(shown: Sheet) -> Iterator[str]:
    yield "<table>"
    yield f"<thead>{_row(shown.keys, [column_of(key).title for key in shown.keys], 'th')}</thead>"
    yield "<tbody>"
    for cells in zip(*[_shortened(shown.cells(key)) for key in shown.keys], strict=True):
        yield _row(shown.keys, cells, "td")
    yield "</tbody>"
    feet = zip(*[shown.feet_of(key) for key in shown.keys], strict=True)
    yield f"<tfoot>{''.join(_row(shown.keys, cells, 'th') for cells in feet)}</tfoot>"
    yield "</table>"


def _shortened(cells: list[str]) -> list[str]:
    half = _MOST // 2
    return cells if len(cells) <= _MOST else [*cells[:half], "...", *cells[-half:]]


def _row(keys: Sequence[str], cells: Sequence[str], tag: str) -> str:
    """Sides are given inline, as notebooks put everything at the right."""
    sides = ["left" if key in LEFT else "right" for key in keys]
    marked = [
        f'<{tag} style="text-align: {side}">{escape(cell)}</{tag}>' for side, cell in zip(sides, cells, strict=True)
    ]
    return f"<tr>{''.join(marked)}</tr>"
