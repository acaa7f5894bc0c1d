"""CSV for spreadsheets: exact numbers without separators or units, a line a layer."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ..analysis.table import Table
from .columns import COLUMNS, EXACT
from .lines import lines


def report(table: Table, columns: Sequence[str] | None = None, depth: int | None = None) -> str:
    """The layers of a table; the head names the columns as JSON does."""
    keys = columns or EXACT
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([COLUMNS[key].value(line) for key in keys] for line in lines(table, depth))
    return text.getvalue()
