"""What other tools print, as text and for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..analysis.table import Table
from ..conventions.tools import Compared, Figure, Step, by_layer, figure
from ..errors import Styled
from ..shape import show
from .spell import thousands


def waterfall(title: str, compared: Compared) -> list[Styled]:
    """The multiply-adds, and for every tool the steps from there to what it prints."""
    names = [len(row.tool.name) for row in compared.figures]
    room, digits = max(names), max(len(thousands(row.total)) for row in compared.figures)
    base = f"{'multiply-adds':{room}}  {compared.base:>{digits},}"
    lines: list[Styled] = [((title, "title"),), (), ((base, "total"),)]
    for row in compared.figures:
        lines += [(), ((f"{row.tool.name:{room}}  {row.total:>{digits},}", "total"), (f"  {row.tool.about}", "faint"))]
        lines += [_step(step, room, digits) for step in _steps(row)]
    if compared.unweighed:
        lines += [(), ((f"no tool's rule is known for {', '.join(compared.unweighed)}", "caution"),)]
    return lines


def _steps(row: Figure) -> Sequence[Step]:
    """The steps worth telling: the bare multiply-adds are not, nor that they are left out."""
    return row.steps[1:] if row.steps[0].times in (0, 1) else row.steps


def _step(step: Step, room: int, digits: int) -> Styled:
    size = f"{'':{room}}  {step.total:>+{digits},}"
    times = f"{abs(step.times)} x " if abs(step.times) > 1 else ""
    what = f"  {times}{step.number:,} {step.quantity}"
    return ((size, ""), (what, "name"), (f": {step.defect}" if step.defect else "", "caution"))


def layers(title: str, table: Table, row: Figure) -> list[Styled]:
    """A network in the convention of one tool, a line a layer, then the steps to the total."""
    lines = [(name, text, show(shape), thousands(number)) for name, text, shape, number in _layers(table, row)]
    total = ("total", "", "", thousands(row.total))
    heads = ("layer", "operation", "output", row.tool.name)
    widths = [max(map(len, column)) for column in zip(heads, *lines, total, strict=True)]
    drawn = [_line(cells, widths, style) for cells, style in ((heads, "head"), *((line, "") for line in lines))]
    below = [_step(step, 0, widths[3]) for step in _steps(row)]
    return [((title, "title"),), (), *drawn, _line(total, widths, "total"), (), ((row.tool.about, "faint"),), *below]


def _line(cells: Sequence[str], widths: Sequence[int], style: str) -> Styled:
    name, text, output, number = cells
    written = f"{name:{widths[0]}}  {text:{widths[1]}}  {output:>{widths[2]}}  {number:>{widths[3]}}"
    return ((written, style),)


def _layers(table: Table, row: Figure) -> Iterator[tuple[str, str, tuple[int, ...], int]]:
    found = by_layer(table)
    for layer in table.rows:
        yield layer.name, layer.text, layer.output, figure(row.tool, found[layer.name]).total


def as_dict(compared: Compared) -> dict[str, Any]:
    """The comparison for JSON."""
    figures = [_figure(row) for row in compared.figures]
    return {"schema": 1, "macs": compared.base, "tools": figures, "unweighed": list(compared.unweighed)}


def layers_dict(table: Table, row: Figure) -> dict[str, Any]:
    """One tool's figure for JSON, a layer each."""
    found = [{"name": name, "text": text, "count": number} for name, text, _, number in _layers(table, row)]
    return {"schema": 1, "name": table.graph.name, **_figure(row), "layers": found}


def _figure(row: Figure) -> dict[str, Any]:
    steps = [{**step._asdict(), "total": step.total} for step in row.steps]
    return {"convention": row.tool.name, "about": row.tool.about, "total": row.total, "steps": steps}
