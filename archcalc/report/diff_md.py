"""What changed between two networks, in Markdown: for a page, or a comment on a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..analysis.diff import SAME, Diff
from ..analysis.table import Table
from ..screen import printable
from .changes import HEADS, counted, entries, same, totals
from .notes import heading

_TEXTS = ("", "layer", "operation", "what differs")
"""The columns that stand at the left; the others hold numbers and sizes."""


def report(found: Diff, depth: int | None = None) -> str:
    """The changes and the totals; `depth` folds layers into blocks."""
    if found.same:
        return f"{_escape(same(found))}\n"
    return "\n\n".join([part for part in _parts(found, depth) if part]) + "\n"


def _parts(found: Diff, depth: int | None) -> Iterator[str]:
    yield f"From {_named(found.before)}\\\nto {_named(found.after)}"
    yield _table(("", "before", "after", "change", "in %"), totals(found))
    rows = [(entry.status, *entry.cells, entry.told) for entry in entries(found, depth) if entry.status != SAME]
    if rows:
        yield _table(("", *HEADS, "what differs"), rows)
    kinds = [f"{number:,} {status}" for status, number in found.counts.items() if number]
    yield f"Layers: {', '.join(kinds)}; {_escape(counted(found))}."


def _named(table: Table) -> str:
    title, volumes = map(_escape, heading(table.graph))
    return f"**{title}**: {volumes}" if title else volumes


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---" if title in _TEXTS else "--:" for title in head]
    lines = [head, rule, *[list(map(_escape, row)) for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    """The text with the signs that Markdown would take for its own."""
    for sign in "\\`*_<|~":
        text = text.replace(sign, f"\\{sign}")
    return printable(text)
