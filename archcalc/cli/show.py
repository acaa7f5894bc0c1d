"""show: the table of a network."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..errors import UsageError
from ..network import Network
from ..report.view import View, view
from .arguments import parse
from .common import network, print_table

_CHOICES = ("md", "csv", "tex", "html", "output", "columns", "depth", "where", "sort", "top", "units")
"""What a table in another tool's convention becomes an ordinary one with."""
FORMS = ("json", "md", "csv", "tex", "html")


def show(words: list[str]) -> int:
    """The table."""
    given = parse("show", words)
    plain = given.as_ and not any(getattr(given, option) for option in _CHOICES)
    form, shown = _form(given), _view(given)
    net = network(given, "show", given.input)
    if plain:
        from .compare_tools import show_as  # noqa: PLC0415 - rarely needed

        return show_as(net, given)
    if given.output:
        _save(net, given, form, shown)
    elif not form:
        print_table(net.table(), shown)
    else:
        if form == "json":
            net.check()  # before anything is printed: it is the table or the errors
        sys.stdout.write(_written(net, form, shown))
    net.check()
    return 0


def _form(given: Namespace) -> str:
    """The format that is asked for, if any."""
    asked = [form for form in FORMS if getattr(given, form)]
    if len(asked) > 1:
        raise UsageError.of("E620", f"--{asked[0]} and --{asked[1]} ask for two formats", help=("choose one",))
    return asked[0] if asked else ""


def _view(given: Namespace) -> View:
    columns, sort = given.columns or "", given.sort or ""
    if given.as_:
        from ..conventions.tools import tool  # noqa: PLC0415 - rarely needed

        columns = columns or f"name,text,output,{tool(given.as_).name}"
        sort = sort or given.as_ * bool(given.top)
    return view(columns, given.depth, given.where, sort, given.top, given.units or "")


def _written(net: Network, form: str, shown: View) -> str:
    from ..report.forms import write  # noqa: PLC0415 - the table in the terminal needs none of them

    return write(net.table(), form, shown)


def _save(net: Network, given: Namespace, form: str, shown: View) -> None:
    """Write a file, if the network holds what it claims; its name tells the format unless an option does."""
    from ..report.forms import form_of  # noqa: PLC0415 - only to write
    from .output import save  # noqa: PLC0415

    net.check()
    save(given.output, _written(net, form or form_of(given.output), shown), given.spec, given.json)
