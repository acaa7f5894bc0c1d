"""A family of networks for pages and spreadsheets: Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..screen import printable
from .family import DEFAULT, cells, coverage, title

if TYPE_CHECKING:
    from ..sweeping import Family


def markdown(found: Family, keys: Sequence[str] = DEFAULT) -> str:
    """The table in Markdown."""
    misfits = any(variant.error for variant in found)
    head = [*found.names, *map(title, keys), *["does not fit"] * misfits]
    rule = [*["--:"] * (len(found.names) + len(keys)), *["---"] * misfits]
    rows = [[*cells(variant, keys), *[variant.reason] * misfits] for variant in found]
    lines = [head, rule, *[list(map(_escape, row)) for row in rows]]
    above = [f"## {_escape(found.title)}", ""] if found.title else []
    below = ["", f"{_escape(coverage(found))}."]
    return "\n".join([*above, *[f"| {' | '.join(line)} |" for line in lines], *below]) + "\n"


def _escape(text: str) -> str:
    """The text with the signs that Markdown would take for its own."""
    for sign in "\\`*_<|":
        text = text.replace(sign, f"\\{sign}")
    return printable(text)


def sheet(found: Family, keys: Sequence[str] | None = None) -> str:
    """CSV: exact numbers, a line a variant, with the reason at the end."""
    records = found.records()
    heads = list(records[0])
    if keys is not None:
        heads = [*heads[: len(found.names)], *keys, "error"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([["" if record[head] is None else record[head] for head in heads] for record in records])
    return text.getvalue()
