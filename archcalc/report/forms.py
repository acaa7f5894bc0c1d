"""The formats that a table can be handed on in, and which one a file's name asks for."""

from __future__ import annotations

from importlib import import_module

from ..analysis.table import Table
from ..errors import UsageError
from ..words import nearest
from .units import READABLE
from .view import WHOLE, View

FORMS = {"text": "text", "md": "markdown", "csv": "csv", "tex": "tex", "html": "html", "json": "layers_json"}
"""The formats, and the module that writes each. It is imported when it is used: start-up time counts."""

_EXACT = ("csv", "json")
_SUFFIXES = {"txt": "text", "markdown": "md", "htm": "html", "latex": "tex"}


def write(table: Table, form: str, view: View = WHOLE) -> str:
    """The report in a format. UsageError for one that there is not, and for scaled numbers where programs read them."""
    if form not in FORMS:
        near = nearest(form, FORMS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FORMS)}"
        raise UsageError.of("E679", f"there is no format {form}", help=(hint,))
    if form in _EXACT and view.units is not READABLE:
        help = ("leave --units out, or write text, md, tex or html",)
        raise UsageError.of("E620", f"{form} holds exact numbers only", help=help)
    module = import_module(f".{FORMS[form]}", __package__)
    written: str = module.document(table, view)
    return written


def form_of(file: str) -> str:
    """The format that the name of a file asks for.

    >>> form_of("net.htm"), form_of("net.out")
    ('html', 'text')
    """
    suffix = file.rpartition(".")[2].lower()
    form = _SUFFIXES.get(suffix, suffix)
    return form if form in FORMS else "text"
