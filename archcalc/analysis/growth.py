"""Budgets of growth: how much more than before a network may store and compute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import floor

from ..errors import Diagnostic, UsageError
from .budget import LIMITED, amount
from .diff import COSTS, Diff


def most(text: str, what: str, before: int) -> int:
    """The most that is allowed of `what`, one of LIMITED: +1% or -5% of what was, +50k more than that, or 5M in all.

    Raises UsageError for what is no amount.

    >>> most("+1%", "params", 1050), most("-5%", "params", 1000), most("+2k", "macs", 1000), most("+0", "macs", 7)
    (1060, 950, 3000, 7)
    >>> most("64KiB", "peak", 1000)
    65536
    """
    if found := re.fullmatch(r"([+-]\d{1,6}(?:\.\d{1,6})?)%", text, re.ASCII):
        return floor(before * (1 + Fraction(found[1]) / 100))
    if text[:1] not in ("+", "-"):
        return amount(text, what)
    try:
        more = amount(text[1:], what)
    except UsageError as error:
        help = ("write +1%, -5%, +0, +50k, or 5M for a limit that does not depend on what was",)
        raise UsageError.of("E628", error.diagnostics[0].message, help=help) from None
    return before - more if text[0] == "-" else before + more


def exceeded(found: Diff, budget: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The budgets, texts by keys of LIMITED, that the second network exceeds. UsageError for what is no amount."""
    over = [_over(found, what, text) for what, text in budget.items()]
    return tuple([one for one in over if one is not None])


def _over(found: Diff, what: str, text: str) -> Diagnostic | None:
    limited = LIMITED[what]
    before, after = (getattr(table.totals, limited.key) for table in (found.before, found.after))
    if not isinstance(before, int) or not isinstance(after, int):
        most(text, what, 0)  # a wrong amount is told first
        help = ("give the free dimensions numbers: --set",)
        return Diagnostic("E404", f"{limited.what} of {after} cannot be held against {before}", help=help)
    limit = most(text, what, before)
    if after <= limit:
        return None
    note = f"{before:,}{limited.unit} before, {text} allows {limit:,}, {after:,} needed ({after - limit:+,})"
    return Diagnostic("E403", f"the budget of {limited.what} is exceeded", note, (_where(found, limited.key),))


def _where(found: Diff, key: str) -> str:
    """Where most of the growth is."""
    if key not in COSTS:
        return f"memory peaks at {found.after.peak}"
    change = max(found.changes, key=lambda change: change.cost(key))
    return f"most of it in {change.shown.name}: {change.cost(key):+,}"
