"""Totals that the text pins with `check`."""

from __future__ import annotations

from ..errors import Diagnostic, SpecError
from .stated import check_stated
from .table import Table


def check_pins(table: Table) -> None:
    """Refuse a table whose totals are not the pinned ones, or whose rows are not what a slide states of them."""
    wrong = list(check_stated(table))
    for pin in table.graph.pins:
        actual = getattr(table.totals, pin.key)
        if actual != pin.value:
            numbers = isinstance(actual, int) and isinstance(pin.value, int)
            more = f" ({actual - pin.value:+,})" if numbers else ""
            note = f"{pin.value:,} claimed, {actual:,} computed{more}"
            written = actual if isinstance(actual, int) else "(" + str(actual) + ")"
            help = (f"check {pin.key}={written} if the text is right",)
            wrong.append(Diagnostic("E402", f"the {pin.key} are not what is claimed", note, help, place=pin.place))
    if wrong:
        raise SpecError(*wrong)
