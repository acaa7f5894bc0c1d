"""HTML: one page that needs nothing else. Without its script it shows every layer; with it, it folds, sorts, finds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape as escape_html
from itertools import groupby
from os.path import dirname, join
from typing import NamedTuple

from ..analysis.table import Table
from ..screen import printable
from .columns import LEFT, column_of
from .lines import Line, block
from .view import WHOLE, Sheet, View, sheet, total

_OPEN = 60
"""Rows of a page as it opens: blocks with more in them are closed."""
_BARS = ("params", "macs", "flops", "activations", "activation_bytes")
"""Columns with bars behind the numbers: the share of the total."""
_LONG = 28
"""Longer texts of operations may be broken."""


class Entry(NamedTuple):
    """A row of the page: a layer, or the head of a block; how deep it lies in blocks, and what it stands for."""

    line: Line
    level: int = 0
    is_block: bool = False


def document(table: Table, view: View = WHOLE) -> str:
    """The whole page."""
    shown = sheet(table, view)
    title = escape(shown.title or table.graph.name or "A network")
    style, script = _read("page.css"), _read("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return "\n".join([
        "<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; '
        f"script-src 'sha256-{digest}'\">",
        f"<title>{title}</title>", f"<style>\n{style}</style>", "</head>", "<body>",
        f"<header>\n<h1>{title}</h1>\n<p>{escape(shown.volumes)}</p>\n</header>",
        *_totals(shown),
        '<p class="tools"><input type="search" placeholder="find layers" aria-label="find layers">'
        '<button type="button">open or close all blocks</button></p>',
        '<div class="wide">', *_table(shown), "</div>", *_notes(shown),
        f"<footer><p>{escape(shown.convention)}</p></footer>", f"<script>{script}</script>", "</body>", "</html>", "",
    ])  # fmt: skip


def escape(text: str) -> str:
    """A text with nothing in it that a browser would take for its own.

    >>> escape('<b onclick="x">')
    '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return escape_html(printable(text), quote=True)


def _read(name: str) -> str:
    with open(join(dirname(__file__), name), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - see resources
        return file.read()


def _totals(shown: Sheet) -> Iterator[str]:
    """The four figures that most people look for."""
    totals, units = shown.table.totals, shown.view.units
    figures = (
        ("parameters", units.number(totals.params)), ("multiply-adds", units.number(totals.macs)),
        ("weights", units.size(totals.weight_bytes)), ("peak memory", units.size(totals.peak_bytes)),
    )  # fmt: skip
    yield '<dl class="totals">'
    yield from (f"<div><dt>{what}</dt><dd>{escape(number)}</dd></div>" for what, number in figures)
    yield "</dl>"


def _table(shown: Sheet) -> Iterator[str]:
    entries = list(_entries(shown.lines)) if not shown.view.sort else [Entry(line) for line in shown.lines]
    closed = _closed_from(entries)
    columns = [_cells(shown, key, [entry.line for entry in entries]) for key in shown.keys]
    yield "<table>"
    heads = (f'<th scope="col" tabindex="0"{_class(key)}>{column_of(key).title}</th>' for key in shown.keys)
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    for number, entry in enumerate(entries):
        cells = "".join([column[number] for column in columns])
        if entry.is_block:
            button = f'<button type="button" aria-expanded="{"false" if entry.level >= closed else "true"}"></button>'
            cells = cells.replace(">", f">{button}", 1)
        kind = ' class="block"' if entry.is_block else ""
        yield f'<tr{kind} data-level="{entry.level}" style="--level:{entry.level}">{cells}</tr>'
    yield "</tbody>"
    yield "<tfoot>"
    for sums in zip(*(shown.feet_of(key) for key in shown.keys), strict=True):
        marked = zip(shown.keys, sums, strict=True)
        yield f"<tr>{''.join(f'<td{_class(key)}>{escape(cell)}</td>' for key, cell in marked)}</tr>"
    yield "</tfoot>"
    yield "</table>"


def _class(key: str, *more: str) -> str:
    names = " ".join([*["left"] * (key in LEFT), *more])
    return f' class="{names}"' if names else ""


def _entries(lines: Sequence[Line], depth: int = 0, level: int = 0) -> Iterator[Entry]:
    """The lines, with the head of a block before those whose paths agree; blocks lie in blocks."""
    for path, group in groupby(lines, lambda line: ".".join(line.name.split(".")[: depth + 1])):
        inside = list(group)
        if len(inside) == 1:
            yield Entry(inside[0], level)
        elif len(inside) == len(lines) or any(line.name == path for line in inside):
            yield from _deeper(inside, path, depth, level)
        else:
            yield Entry(block(path, tuple(row for line in inside for row in line.rows)), level, True)
            yield from _deeper(inside, path, depth, level + 1)


def _deeper(inside: Sequence[Line], path: str, depth: int, level: int) -> Iterable[Entry]:
    """What lies in a block; a block around everything gets no head, for it would say nothing."""
    if any(line.name == path for line in inside):
        return [Entry(line, level) for line in inside]
    return _entries(inside, depth + 1, level)


def _closed_from(entries: Sequence[Entry]) -> int:
    """From which level on blocks are closed as the page opens: as deep as there are not too many rows."""
    levels = range(1, max((entry.level for entry in entries), default=0) + 1)
    return max((level for level in levels if sum(e.level <= level for e in entries) <= _OPEN), default=0)


def _cells(shown: Sheet, key: str, lines: Sequence[Line]) -> list[str]:
    written = shown.cells(key, lines)
    if key == "name":
        return [f'<th scope="row"{_class(key)}>{_path(cell)}</th>' for cell in written]
    column = column_of(key)
    whole = total(shown.table, column) if key in _BARS else None
    return [_cell(key, cell, column.value(line), whole) for cell, line in zip(written, lines, strict=True)]


def _path(name: str) -> str:
    before, dot, last = name.rpartition(".")
    return f"<span>{escape(before + dot)}</span>{escape(last)}" if dot else escape(last)


def _cell(key: str, cell: str, value: object, whole: int | None) -> str:
    if not isinstance(value, int):
        return f"<td{_class(key, *['long'] * (len(cell) > _LONG))}>{escape(cell)}</td>"
    share = f' style="--share:{value / whole:.4f}"' if isinstance(whole, int) and value else ""
    return f'<td{_class(key, *["zero"] * (not value))} data-value="{value}"{share}>{escape(cell)}</td>'


def _notes(shown: Sheet) -> Iterator[str]:
    yield '<dl class="notes">'
    for note in shown.notes:
        style = f' class="{note.style}"' if note.style else ""
        yield f"<dt>{escape(note.label)}</dt><dd{style}>{escape(note.text)}</dd>"
    yield "</dl>"
