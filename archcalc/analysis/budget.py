"""Budgets: the most that a network may store and compute, for the tests of other projects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from ..errors import Diagnostic, SpecError, UsageError
from .table import Table


class Limited(NamedTuple):
    """A total that can have a budget: its key among the totals, what it is called, and its unit."""

    key: str
    what: str
    unit: str = ""


LIMITED = {
    "params": Limited("params", "parameters"),
    "macs": Limited("macs", "multiply-adds"),
    "peak": Limited("peak_bytes", "peak memory", " B"),
}

_SCALES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def amount(text: str, what: str) -> int:
    """A budget for `what`, one of LIMITED: k, M, G, T are powers of 1000; KiB, MiB, GiB, TiB of 1024, for bytes alone.

    Raises UsageError for what is no whole amount.

    >>> amount("5M", "params"), amount("4.1G", "macs"), amount("64MiB", "peak"), amount("64MB", "peak")
    (5000000, 4100000000, 67108864, 64000000)
    """
    units = "k, M, G, kB, MB, GB, KiB, MiB or GiB" if what == "peak" else "k, M or G"
    help = (f"write a whole number, or a number with {units}",)
    number = quantity(text)
    if number is None or (what != "peak" and text[-1] == "B"):
        raise UsageError.of("E628", f"{text} is no amount of {LIMITED[what].what}", help=help)
    if number.denominator > 1:
        raise UsageError.of("E628", f"{text} is no whole amount of {LIMITED[what].what}", help=help)
    return int(number)


def quantity(text: str) -> Fraction | None:
    """A number with a unit or without, exactly; None for what is none.

    >>> quantity("1.5k"), quantity("1KiB"), quantity("many")
    (Fraction(1500, 1), Fraction(1024, 1), None)
    """
    found = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)(|[kMGT]|(?:[kMGT]|[KMGT]i)?B)", text, re.ASCII)
    return Fraction(found[1]) * _SCALES[found[2].removesuffix("B")] if found else None


def check_budget(table: Table, budget: Mapping[str, int]) -> None:
    """Refuse (SpecError) a table of which a total is above its budget; `budget` has keys of LIMITED."""
    over = [found for what, most in budget.items() if (found := _over(table, LIMITED[what], most))]
    if over:
        raise SpecError(*over)


def _over(table: Table, limited: Limited, most: int) -> Diagnostic | None:
    actual = getattr(table.totals, limited.key)
    if not isinstance(actual, int):
        help = ("give the free dimensions numbers: " + " ".join(f"--set {name}=..." for name in table.graph.free),)
        return Diagnostic("E404", f"{limited.what} of {actual} cannot be held against a number", help=help)
    if actual <= most:
        return _untold(table) if limited.key == "macs" and table.uncounted else None
    note = f"{most:,}{limited.unit} allowed, {actual:,}{limited.unit} needed ({actual - most:+,})"
    where = f"memory peaks at {table.peak}" if limited.key == "peak_bytes" else _largest(table, limited.key)
    return Diagnostic("E403", f"the budget of {limited.what} is exceeded", note, (where,))


def _untold(table: Table) -> Diagnostic:
    """What is not counted must not pass for free."""
    names = ", ".join(row.name for row in table.uncounted)
    note = f"{len(table.uncounted):,} of {len(table.rows):,} layers are not counted: {names}"
    return Diagnostic("E406", "the multiply-adds are not known in full", note, ("budget parameters or memory instead",))


def _largest(table: Table, key: str) -> str:
    """Where most of it is."""
    row = max(table.rows, key=lambda row: int(getattr(row, key)))
    return f"most of it in {row.name}: {getattr(row, key):,}"
