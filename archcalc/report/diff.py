"""What changed between two networks, as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..analysis.diff import ADDED, CHANGED, MOVED, REMOVED, SAME, Diff
from ..errors import Styled
from ..screen import printable, width
from .changes import ARROW, HEADS, Entry, counted, entries, folding, same, totals
from .layout import ASCII, FANCY, Signs
from .notes import heading
from .spell import count, cut_end, cut_middle, wrap

MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~", MOVED: ">", SAME: "="}
_STYLES = {ADDED: "added", REMOVED: "removed", CHANGED: "caution", MOVED: "name", SAME: "faint"}
_LEFT = 2
"""The columns that stand at the left."""
_GAP = "  "
_PROSE = 100


def report(found: Diff, room: int | None = None, depth: int | None = None, signs: Signs = ASCII) -> list[Styled]:
    """The changes, a line a layer, and the totals. `room` is the width of the screen, None for no limit.

    `depth` folds layers whose paths agree in so many parts into one line.
    """
    if found.same:
        return [((said, "good"),) for said in wrap(same(found), room or _PROSE)]
    arrow = "→" if signs == FANCY else ARROW
    shown = entries(found, depth, arrow)
    parts = [_heading(found), _table(shown, room, signs), _totals(found, room), _summary(found, arrow, room)]
    if depth is None and (shorter := folding(found)):
        parts.append([((shorter, "faint"),)])
    return [line for part in parts if part for line in ((), *part)][1:]


def _heading(found: Diff) -> list[Styled]:
    lines: list[Styled] = []
    for status, table in ((REMOVED, found.before), (ADDED, found.after)):
        title, volumes = map(printable, heading(table.graph))
        text = f"{title}: {volumes}" if title else volumes
        lines.append(((f"{MARKS[status]} {text}", _STYLES[status]),))
    return lines


def _table(found: Sequence[Entry], room: int | None, signs: Signs) -> list[Styled]:
    """The entries that differ, with how many layers are the same between them."""
    shown = [entry for entry in found if entry.status != SAME]
    if not shown:
        return []
    cells = [HEADS, *[tuple(map(printable, entry.cells)) for entry in shown]]
    widths = _fit([max(map(width, column)) for column in zip(*cells, strict=True)], room)
    wide = _room(widths)
    lines = [_line("  ", HEADS, widths, "head", signs), ((signs.rule * wide, "faint"),)]
    for alike, group in groupby(found, lambda entry: entry.status == SAME):
        if alike:
            layers = count(sum(entry.layers for entry in group), "layer")
            lines.append(((f"{MARKS[SAME]} {layers} the same", _STYLES[SAME]),))
            continue
        for entry in group:
            mark, style = f"{MARKS[entry.status]} ", _STYLES[entry.status]
            lines.append(_line(mark, tuple(map(printable, entry.cells)), widths, style, signs))
            told = wrap(printable(entry.told), max(wide, 40) - 4)
            lines += [((f"    {text}", "faint"),) for text in told if text]
    return lines


_STEPS = ((1, 24), (0, 28), (2, 0), (1, 16), (0, 20), (5, 0), (1, 0), (0, 10))
"""What gives way where there is too little room, in turn: the column shrinks to a width, or goes (0)."""


def _fit(widths: list[int], room: int | None) -> list[int]:
    """The widths in at most `room` columns; 0 for a column that goes."""
    full = widths.copy()
    for column, least in _STEPS:
        excess = 0 if room is None else _room(widths) - room
        if excess > 0:
            widths[column] = max(min(least, widths[column]), widths[column] - excess) if least else 0
    for column in range(_LEFT):  # what has gone since may have left room
        if room is not None and widths[column]:
            widths[column] = min(full[column], widths[column] + max(0, room - _room(widths)))
    return widths


def _room(widths: Sequence[int]) -> int:
    """What the columns take, with the mark and the gaps."""
    return 2 + sum(at + len(_GAP) for at in widths if at) - len(_GAP)


def _line(mark: str, cells: Sequence[str], widths: Sequence[int], style: str, signs: Signs) -> Styled:
    pieces = [(mark, style)]
    gap = ""
    for column, (cell, at) in enumerate(zip(cells, widths, strict=True)):
        if not at:
            continue
        cut = cut_middle(cell, at, signs.cut) if column == 0 else cut_end(cell, at, signs.cut)
        blank = " " * (at - width(cut))
        text = cut + blank if column < _LEFT else blank + cut
        plain = "faint" if cut == "0" else "head" if style == "head" else ""
        pieces.append((gap + text, style if column == 0 else plain))
        gap = _GAP  # before each but the first: a blank at the edge of a screen makes a new line
    return tuple(pieces)


def _totals(found: Diff, room: int | None) -> list[Styled]:
    rows = [("", "before", "after", "change", ""), *totals(found)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if room is not None and _room(widths) - 2 > room:
        return _stacked(rows, room)
    lines: list[Styled] = []
    for index, (what, *cells) in enumerate(rows):
        text = what.ljust(widths[0]) + "".join(f"  {cell:>{at}}" for cell, at in zip(cells, widths[1:], strict=True))
        lines.append(((text, "total" if index else "head"),))
    return lines


def _stacked(rows: Sequence[tuple[str, ...]], room: int) -> list[Styled]:
    """The totals one below the other: formulas are long."""
    lines: list[Styled] = []
    for what, *cells in rows[1:]:
        lines.append(((what, "total"),))
        for head, cell in zip(rows[0][1:-1], cells, strict=False):
            first, *more = wrap(cell, room - 10)
            lines += [((f"  {head:6}  {first}", ""),), *[((f"{'':10}{text}", ""),) for text in more]]
    return lines


def _summary(found: Diff, arrow: str, room: int | None) -> list[Styled]:
    """How many layers there are of each kind, which explains the marks, and what differs at the ends."""
    wide = min(room or _PROSE, _PROSE)
    kinds = [(status, found.counts[status]) for status in (ADDED, REMOVED, CHANGED, MOVED, SAME)]
    pieces = [(f"{MARKS[status]} {number:,} {status}", _STYLES[status]) for status, number in kinds if number]
    if found.renamed:
        pieces.append((f"({found.renamed:,} under other names)", "faint"))
    lines = _beside(pieces, wide)
    ends = [f"{end.what}s: {end.before or 'none'} {arrow} {end.after or 'none'}" for end in found.ends]
    lines += [((line, "caution"),) for end in ends for line in wrap(printable(end), wide)]
    known = "caution" if found.before.uncounted or found.after.uncounted else "faint"
    return [*lines, *[((line, known),) for line in wrap(printable(counted(found)), wide)]]


def _beside(pieces: Sequence[tuple[str, str]], room: int) -> list[Styled]:
    """Pieces beside each other, in as many lines as it takes."""
    lines: list[list[tuple[str, str]]] = [[]]
    for text, style in pieces:
        taken = sum(width(piece) for piece, _ in lines[-1])
        if lines[-1] and taken + len(_GAP) + width(text) > room:
            lines.append([])
        lines[-1].append((_GAP * bool(lines[-1]) + text, style))
    return [tuple(line) for line in lines]
