"""A grid whose formulas are too long for the screen: each layer on a line, what is known of it below."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Styled
from .layout import GAP, Grid, Signs, draw, fit
from .spell import wrap


def shown(cells: Grid, room: int | None, signs: Signs) -> list[Styled]:
    """The grid, fitted to the room that there is; in a stack where numbers alone are too wide."""
    if room is None:
        return draw(cells, signs)
    fitted = fit(cells, room, signs)
    return draw(fitted, signs) if fitted.width <= room else list(_stack(cells, room))


def _stack(cells: Grid, room: int) -> Iterator[Styled]:
    """Name and text of each row, then a line for every other column."""
    heads, *rows = zip(*cells.columns, strict=True)
    margin = max(map(len, heads[2:])) + 2 + len(GAP)
    for name, text, *values in rows:
        yield (name, "name"), (f"{GAP}{text}", "")
        for head, value in zip(heads[2:], values, strict=True):
            for place, line in enumerate(wrap(value, max(room - margin, 24))):
                label = "" if place else f"  {head}"
                yield (label.ljust(margin), "faint"), (line, "")
