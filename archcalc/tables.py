"""The table of a network as users of the library hold it: numbers, and every form they can be handed on in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Self

from .analysis import table


class Table(table.Table):
    """A network in numbers: a row a layer, and the totals. It shows itself in notebooks.

    >>> from archcalc import load
    >>> load("lenet5").table()
    <Table of lenet5: 14 layers, 60,000 parameters, 327,256 multiply-adds>
    """

    @classmethod
    def of(cls, plain: table.Table) -> Self:
        """A table with the forms added."""
        return cls(**{field.name: getattr(plain, field.name) for field in fields(plain)})

    def report(
        self, form: str = "text", *, columns: str = "", depth: int | None = None, where: str | Sequence[str] = (),
        sort: str = "", top: int | None = None, units: str = "",
    ) -> str:  # fmt: skip
        """The table as "text", "md", "csv", "tex", "html" or "json".

        The options are those of `archcalc show`: `columns` "name,params" or "+flops", `depth` folds blocks, `where`
        one condition or several ("op=CONV", "macs>1M"), `sort` "-macs,name", `top` the first so many lines, `units`
        "full", "si" or "binary". Raises UsageError for what they don't mean.

        >>> from archcalc import load
        >>> print(load("lenet5").table().report("csv", columns="name,macs", sort="-macs", top=2), end="")
        name,macs
        c3,150000
        c1,117600
        """
        from .report.forms import write  # noqa: PLC0415 - only who reports waits for it
        from .report.view import view  # noqa: PLC0415

        conditions = (where,) if isinstance(where, str) else tuple(where)
        return write(self, form, view(columns, depth, filter(None, conditions), sort, top, units))

    def records(self) -> list[dict[str, int | str | None]]:
        """A flat dictionary a layer, for data frames: pandas.DataFrame(net.table().records()).

        Its keys are the columns of `archcalc show --columns all`; shapes and receptive fields are texts, what is not
        known is None. With free dimensions all numbers are texts, Python expressions in the symbols.

        >>> from archcalc import load
        >>> row = load("lenet5").table().records()[0]
        >>> row["name"], row["output"], row["macs"], row["receptive_field"]
        ('c1', '28x28x6', 117600, '5')
        """
        from .report.columns import COLUMNS  # noqa: PLC0415 - only who asks for it waits for it
        from .report.lines import lines  # noqa: PLC0415

        values = [{key: column.value(line) for key, column in COLUMNS.items()} for line in lines(self.rows)]
        if self.graph.free:
            return [{key: None if value is None else str(value) for key, value in row.items()} for row in values]
        return values

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        name, totals = self.graph.name, self.totals
        layers = f"{len(self.rows):,} layer{'s' * (len(self.rows) != 1)}"
        of = f" of {name}" if name else ""
        return f"<Table{of}: {layers}, {totals.params:,} parameters, {totals.macs:,} multiply-adds>"

    def _repr_html_(self) -> str:
        from .report.notebook import as_html  # noqa: PLC0415 - only in notebooks

        return as_html(self)

    def _repr_markdown_(self) -> str:
        from .report.notebook import as_markdown  # noqa: PLC0415 - only in notebooks

        return as_markdown(self)
