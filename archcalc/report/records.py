"""CSV of the layers of a report: exact numbers, a line a layer, headed by the keys that JSON has."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..shape import show


def document(layers: Sequence[Mapping[str, Any]]) -> str:
    """The layers as JSON has them; shapes are written as the language does, what is not known is left empty.

    Fractions become decimal numbers, since spreadsheets take 6/19 for a day in June.

    >>> print(document([{"name": "fc1", "output": [6, 10], "macs": 60, "intensity": "3/8"}]), end="")
    name,output,macs,intensity
    fc1,6x10,60,0.375
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(layers[0] if layers else ())
    writer.writerows([_cell(value) for value in layer.values()] for layer in layers)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d+/\d+", value):
        return float(Fraction(value))
    return show(tuple(value)) if isinstance(value, list) else value
