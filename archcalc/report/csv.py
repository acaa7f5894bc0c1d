"""CSV for spreadsheets: exact numbers without separators or units, a line a layer."""

from __future__ import annotations

import csv
import io

from ..analysis.table import Table
from .columns import EXACT, column_of
from .view import WHOLE, View, select


def document(table: Table, view: View = WHOLE) -> str:
    """The layers of a table; the head names the columns as JSON does. What is not known is left empty."""
    columns = [column_of(key) for key in view.columns or EXACT]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(view.columns or EXACT)
    writer.writerows([column.value(line) for column in columns] for line in select(table, view))
    return text.getvalue()
