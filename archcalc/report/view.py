"""What of a table is shown and how, and the cells, notes and sums that every format then writes down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..analysis.table import Row, Table
from ..errors import UsageError
from ..screen import printable
from ..symbolic import simple
from .columns import COLUMNS, DEFAULT, Column, chosen, column_of
from .lines import Line, lines
from .notes import Note, convention, heading, notes
from .spell import count
from .units import READABLE, Units, units

if TYPE_CHECKING:
    from .select import Condition, Order


class View(NamedTuple):
    """What is asked for: columns (by their keys), folds, conditions, order, how many lines, how numbers are written."""

    columns: tuple[str, ...] = ()
    depth: int | None = None
    where: tuple[Condition, ...] = ()
    sort: tuple[Order, ...] = ()
    top: int | None = None
    units: Units = READABLE

    @property
    def selects(self) -> bool:
        """Whether layers are left out or sorted."""
        return bool(self.where or self.sort or self.top)


WHOLE = View()


def view(
    columns: str = "", depth: int | None = None, where: Iterable[str] = (), sort: str = "", top: int | None = None,
    units_name: str = "",
) -> View:  # fmt: skip
    """A view from words, as the command line has them. UsageError for what they don't mean."""
    shown = View(chosen(columns) if columns else (), depth, units=units(units_name) if units_name else READABLE)
    conditions = tuple(where)
    if not (conditions or sort) and top is None:
        return shown
    from .select import condition, order  # noqa: PLC0415 - start-up time counts

    if top is not None and top < 1:
        raise UsageError.of("E676", f"--top {top} shows nothing", help=("it must be at least 1",))
    orders = order(sort) if sort else order("-macs") if top else ()
    return shown._replace(where=tuple(map(condition, conditions)), sort=orders, top=top)


class Sheet(NamedTuple):
    """Everything that a format writes: chosen lines, written cells, sums, and what is said around them."""

    table: Table
    view: View
    lines: list[Line]
    title: str
    volumes: str
    notes: list[Note]
    feet: tuple[tuple[str, str, dict[str, str]], ...]
    """The lines of sums: label, what is summed, and the cells by their columns."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns."""
        return self.view.columns or DEFAULT

    @property
    def convention(self) -> str:
        """What the numbers mean."""
        return convention(self.keys)

    def cells(self, key: str, lines: Sequence[Line] | None = None) -> list[str]:
        """The written cells of a column, an entry a line: of these lines, or of those that are shown."""
        column = column_of(key)
        write = self.view.units.writer(column.write)
        found = self.lines if lines is None else lines
        values = [column.value(line) for line in found]
        return [
            printable("?" if value is None else write(value) + (_more(column, line.rows) if len(line.rows) > 1 else ""))
            for value, line in zip(values, found, strict=True)
        ]

    def feet_of(self, key: str) -> list[str]:
        """What the lines of sums hold in a column."""
        if key in ("name", "text"):
            return [label if key == "name" else what for label, what, _ in self.feet]
        return [cells.get(key, "") for _, _, cells in self.feet]


def select(table: Table, view: View) -> list[Line]:
    """The lines that a view shows: the layers that fulfil every condition, folded, sorted, the first so many."""
    if not view.selects:
        return lines(table.rows, view.depth)
    from .select import arrange  # noqa: PLC0415 - start-up time counts

    rows = [line.rows[0] for line in lines(table.rows) if all(one.holds(line) for one in view.where)]
    return arrange(lines(rows, view.depth), view.sort, view.top)


def sheet(table: Table, view: View = WHOLE) -> Sheet:
    """What the formats write about a table."""
    shown = select(table, view)
    rows = [row for line in shown for row in line.rows] if view.where or view.top else None
    said = [*selection(table, view, shown), *notes(table, view.units, rows), *_counted_otherwise(view)]
    title, volumes = heading(table.graph)
    return Sheet(table, view, shown, title, volumes, said, tuple(_feet(table, view, shown)))


def _counted_otherwise(view: View) -> Iterable[Note]:
    """What the columns of other tools count."""
    for key in view.columns:
        if key not in COLUMNS:
            from .tools import about  # noqa: PLC0415 - few ask for them

            yield Note(key, about(key))


def _feet(table: Table, view: View, shown: Sequence[Line]) -> Iterable[tuple[str, str, dict[str, str]]]:
    """The sum of what is shown, where that is not everything, and the sum of all layers."""
    layers, whole = layers_of(shown), len(table.rows)
    if layers != whole:
        part = sums(shown, view.columns or DEFAULT)
        rows = [row for line in shown for row in line.rows]
        yield "shown", f"{layers:,} of {count(whole, 'layer')}", _written(part, rows, view.units)
    columns = {key: column_of(key) for key in view.columns or DEFAULT}
    numbers = {key: total(table, column) for key, column in columns.items() if column.sums}
    yield "total", count(whole, "layer"), _written(numbers, table.rows, view.units)


def total(table: Table, column: Column) -> int:
    """The total of a column that has one."""
    return column.total(table.totals) if column.total else _sum(column, lines(table.rows))


def _written(numbers: dict[str, int], rows: Sequence[Row], units: Units) -> dict[str, str]:
    columns = {key: column_of(key) for key in numbers}
    return {key: units.writer(column.write)(numbers[key]) + _more(column, rows) for key, column in columns.items()}


def _more(column: Column, rows: Sequence[Row]) -> str:
    """What stands behind a sum of which not every part is known."""
    return " + ?" if column.partial and any([column.value(line) is None for line in lines(rows)]) else ""


def sums(shown: Sequence[Line], keys: Iterable[str] = COLUMNS) -> dict[str, int]:
    """The sums over some lines, of what is known, by the columns that can be summed up."""
    columns = {key: column_of(key) for key in keys}
    return {key: _sum(column, shown) for key, column in columns.items() if column.sums}


def _sum(column: Column, shown: Sequence[Line]) -> int:
    numbers = [column.value(line) for line in shown]
    found: int = simple(sum([number for number in numbers if not isinstance(number, str | None)]))
    return found


def layers_of(shown: Sequence[Line]) -> int:
    """How many layers the lines stand for."""
    return sum([len(line.rows) for line in shown])


def selection(table: Table, view: View, shown: Sequence[Line]) -> Iterable[Note]:
    """What was left out, and how the rest is sorted."""
    if not view.selects:
        return
    parts = [f"{layers_of(shown):,} of {count(len(table.rows), 'layer')}"]
    if view.where:
        parts[0] += f" where {' and '.join(one.text for one in view.where)}"
    if view.sort:
        parts.append(f"by {', then '.join(map(str, view.sort))}")
    if view.top:
        parts.append(f"the first {view.top:,}")
    if not shown and view.where:
        from .select import nearly  # noqa: PLC0415 - start-up time counts

        near = nearly(view.where, lines(table.rows))
        parts += [f"did you mean {' or '.join(near)}?"] * bool(near)
    yield Note("shown", "; ".join(parts), "" if shown else "caution")
