"""What the commands share: the network that is asked for, tables on the screen, progress."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from shutil import get_terminal_size

from ..analysis.table import Table
from ..errors import FileError, UsageError
from ..load import read_spec
from ..network import Network
from ..report import text
from ..report.view import WHOLE, View
from ..words import nearest
from .arguments import options_of
from .commands import NAMES
from .words import one_spec


def network(given: Namespace, command: str, input: Sequence[str] = ()) -> Network:
    """The network of the one SPEC; `input` are the shapes given for its first INPUT, at most one."""
    if len(input) > 1:
        raise UsageError.of("E625", "--input is given twice", " ".join(input), ("one shape: --input 224x224x3",))
    spec = one_spec(given.spec, command)
    options = options_of(given, input[0] if input else None)
    try:
        return Network(read_spec(spec, options))
    except FileError as error:
        near = nearest(spec, NAMES, 1)
        if near and error.diagnostics[0].code == "E601":
            help = f"did you mean the command {near[0]}? it needs a SPEC" if near[0] != "list" else "did you mean list?"
            raise FileError(replace(error.diagnostics[0], help=(help,))) from None
        raise


def print_table(table: Table, view: View = WHOLE) -> None:
    """The report, fitted to the screen."""
    room, signs = text.screen(sys.stdout)
    text.write(text.report(table, room, view, signs), sys.stdout)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what takes long, and take it back when it is done. Gives a way to say how far it is."""
    if not sys.stderr.isatty():
        yield lambda far: None
        return
    sys.stdout.flush()
    room = get_terminal_size().columns - 1
    longest = 0

    def say(far: str) -> None:
        nonlocal longest
        line = f"{what} ... {far}"[:room]
        longest = max(longest, len(line))
        sys.stderr.write(f"\r{line:{longest}}")
        sys.stderr.flush()

    say("")
    try:
        yield say
    finally:
        sys.stderr.write("\r" + " " * longest + "\r")
        sys.stderr.flush()
