"""What other tools print, as text and for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ..analysis.table import Table
from ..conventions.tools import Compared, Figure, Step, by_layer, figure
from ..errors import Styled
from ..screen import printable
from ..shape import show
from .notes import coverage
from .spell import thousands


def waterfall(table: Table, compared: Compared, room: int | None = None) -> list[Styled]:
    """The multiply-adds, and for every tool the steps from there to what it prints."""
    names = [len(row.tool.name) for row in compared.figures]
    margin, digits = max(names), max(_digits(row) for row in compared.figures)
    base = f"{'multiply-adds':{margin}}  {compared.base:>{digits},}"
    lines: list[Styled] = [*_title(table), ((base, "total"),)]
    for row in compared.figures:
        total = (f"{row.tool.name:{margin}}  {row.total:>{digits},}  ", "total")
        lines += [(), *_beside(total, ((row.tool.about, "faint"),), room)]
        lines += [line for step in _steps(row) for line in _step(step, margin, digits, room)]
        missing = [kind for kind in row.unknown if kind not in compared.unweighed]
        lines += _unknown(f"its rule is not known for {', '.join(missing)}", margin, digits, room) if missing else []
    return [*lines, (), *_coverage(table, compared.unweighed, room)]


def _digits(row: Figure) -> int:
    """The room for the numbers of a figure, with the signs of its steps."""
    return max(len(thousands(row.total)), *(len(f"{step.total:+,}") for step in row.steps))


def _title(table: Table) -> list[Styled]:
    return [((printable(table.graph.title), "title"),), ()] if table.graph.title else []


def _coverage(table: Table, unknown: Sequence[str], room: int | None) -> Iterator[Styled]:
    """How many layers were counted, and of which no tool's count is known."""
    yield from _beside(("counted: ", "faint"), ((coverage(table), "caution" if table.uncounted else ""),), room)
    if unknown:
        said = f"no tool's rule is known for {', '.join(unknown)}: their multiply-adds count, and nothing else"
        yield from _beside(("", ""), ((said, "caution"),), room)


def _unknown(said: str, margin: int, digits: int, room: int | None) -> list[Styled]:
    return _beside((" " * (margin + digits + 4), ""), ((said, "caution"),), room)


def _steps(row: Figure) -> Sequence[Step]:
    """The steps worth telling: the bare multiply-adds are not, nor that they are left out."""
    return row.steps[1:] if row.steps[0].times in (0, 1) else row.steps


def _step(step: Step, margin: int, digits: int, room: int | None) -> list[Styled]:
    size = f"{'':{margin}}  {step.total:>+{digits},}  "
    times = f"{step.times} x " if abs(step.times) > 1 else ""
    what = f"{times}{step.number:,} {step.quantity}"
    said = ((f"{what}:", "name"), (step.defect, "caution")) if step.defect else ((what, "name"),)
    return _beside((size, ""), said, room)


def _beside(first: tuple[str, str], parts: Sequence[tuple[str, str]], room: int | None) -> list[Styled]:
    """Texts beside a margin, each broken where the screen ends and continued below itself."""
    margin = len(first[0])
    space = max((room or 1_000) - margin, 20)
    lines: list[list[tuple[str, str]]] = [[first]]
    used = 0
    for text, style in parts:
        for word in text.split(" "):
            if used and used + len(word) > space:
                lines.append([(" " * margin, "")])
                used = 0
            lines[-1].append((f"{word} ", style))
            used += len(word) + 1
    return [tuple(_joined(line)) for line in lines]


def _joined(line: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Neighbours of one style as one, without blanks at the end."""
    for style, pieces in groupby(line, key=lambda piece: piece[1]):
        yield "".join(text for text, _ in pieces), style


def layers(table: Table, row: Figure, room: int | None = None) -> list[Styled]:
    """A network in the convention of one tool, a line a layer, then the steps to the total."""
    lines = [(name, text, show(shape), thousands(number)) for name, text, shape, number in _layers(table, row)]
    total = ("total", "", "", thousands(row.total))
    heads = ("layer", "operation", "output", row.tool.name)
    widths = [max(map(len, column)) for column in zip(heads, *lines, total, strict=True)]
    drawn = [_line(cells, widths, style) for cells, style in ((heads, "head"), *((line, "") for line in lines))]
    below = [line for step in _steps(row) for line in _step(step, 0, widths[3], room)]
    about = _beside(("", ""), ((row.tool.about, "faint"),), room)
    drawn += [_line(total, widths, "total"), (), *about, *below, (), *_coverage(table, (), room)]
    missing = _unknown(f"its rule is not known for {', '.join(row.unknown)}", 0, -4, room) if row.unknown else []
    return [*_title(table), *drawn, *missing]


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
    return {
        "convention": row.tool.name,
        "about": row.tool.about,
        "total": row.total,
        "steps": steps,
        "unknown": list(row.unknown),
    }
