"""show: the table of a network."""

from __future__ import annotations

import sys
from importlib import import_module

from ..report.columns import chosen
from .arguments import parse
from .common import network, print_table


def show(words: list[str]) -> int:
    """The table."""
    given = parse("show", words)
    columns = chosen(given.columns) if given.columns else None
    net = network(given, "show", given.input)
    if given.as_:
        from .compare_tools import show_as  # noqa: PLC0415 - rarely needed

        return show_as(net, given)
    if given.json:
        net.check()  # before anything is printed: it is the table or the errors
        from ..report import json  # noqa: PLC0415 - start-up time counts

        sys.stdout.write(json.document(net.as_dict()))
    elif given.csv or given.md:
        form = import_module("..report.csv" if given.csv else "..report.markdown", __package__)
        sys.stdout.write(form.report(net.table(), columns, given.depth))
    else:
        print_table(net.table(), columns, given.depth)
    net.check()
    return 0
