"""The table as JSON: all of it, or what a view selects of it."""

from __future__ import annotations

from typing import Any

from ..analysis.table import Table
from ..symbolic import plain
from . import json
from .columns import COLUMNS, column_of
from .lines import Line
from .view import WHOLE, View, layers_of, select, sums


def document(table: Table, view: View = WHOLE) -> str:
    """The object that schemas/show.json describes."""
    return json.document(as_dict(table, view))


def as_dict(table: Table, view: View = WHOLE) -> dict[str, Any]:
    """The table; where a view says so, only some layers or keys of layers, and `shown` says which."""
    content = table.as_dict()
    if view.depth is None and not view.selects and not view.columns:
        return content
    lines = select(table, view)
    content["layers"] = [_line(line, view) for line in lines]
    content["shown"] = {
        "layers": layers_of(lines),
        "of": len(table.rows),
        "depth": view.depth,
        "where": [condition.text for condition in view.where],
        "sort": [{"by": order.key, "descending": order.backwards} for order in view.sort],
        "top": view.top,
        "totals": sums(lines, dict.fromkeys((*COLUMNS, *view.columns))),
    }
    found: dict[str, Any] = plain(content)
    return found


def _line(line: Line, view: View) -> dict[str, Any]:
    content = line.rows[0].as_dict() if view.depth is None else _block(line)
    if not view.columns:
        return content
    return {key: content[key] if key in content else column_of(key).value(line) for key in view.columns}


_ENDS = ("receptive_field", "effective_stride", "effective_padding")
_SUMS = ("params", "buffers", "macs", "connections", "activations", "activation_bytes")


def _block(line: Line) -> dict[str, Any]:
    """Several layers folded into one: how many, what goes in and comes out, and the sums."""
    last = line.rows[-1].as_dict()
    return {
        "name": line.name,
        "op": line.op or None,
        "text": line.text,
        "layers": len(line.rows),
        "inputs": [list(shape) for shape in line.inputs],
        "output": last["output"],
        **{key: column_of(key).value(line) for key in _SUMS},
        **{key: last[key] for key in _ENDS},
    }
