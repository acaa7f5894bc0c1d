"""From words to an exit code. Whatever goes wrong becomes a diagnostic on standard error here."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TextIO

from ..errors import ArchcalcError, Diagnostic, FileError, MissingError
from ..report import diagnostics, json
from . import help, models, tables
from .words import command_of

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "show": tables.show,
    "check": tables.check,
    "list": tables.list_specs,
    "export": models.export,
    "run": models.run,
    "verify": models.verify,
}

BUG, INTERRUPTED, PIPE_CLOSED = 70, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 fine, 1 the spec is wrong, 2 usage, 3 files, 4 environment, 5 limits, 70 bugs.

    >>> main(["check", "alexnet"])
    0
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    try:
        return _guarded(words)
    except BrokenPipeError:
        _abandon(sys.stdout, sys.stderr)
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED


def _guarded(words: list[str]) -> int:
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except ArchcalcError as error:
        return _fail(error, words)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except MemoryError:
        return _fail(MissingError(Diagnostic("E704", "there is not enough memory for this")), words)
    except OSError as error:
        return _fail_to_write(error, words)
    except Exception as error:
        return _own_bug(error, words)


def _run(words: list[str]) -> int:
    if not words:
        sys.stderr.write(help.OVERVIEW)
        return 2
    name, rest = command_of(words)
    if name == "help":
        sys.stdout.write(help.text(rest))
        return 0
    if name == "version":
        sys.stdout.write(help.version())
        return 0
    return COMMANDS[name](rest)


def _fail(error: ArchcalcError, words: list[str]) -> int:
    sys.stdout.flush()
    if "--json" in words:
        sys.stdout.write(json.errors(error.diagnostics))
        sys.stdout.flush()
    else:
        diagnostics.show(error.diagnostics, sys.stderr)
    return error.exit_code


def _fail_to_write(error: OSError, words: list[str]) -> int:
    """Mostly standard output on a full disk: what it still holds is given up."""
    if error.filename is None:
        _abandon(sys.stdout)
    what = error.filename or "standard output"
    return _fail(FileError(Diagnostic("E610", f"{what} cannot be written: {error.strerror or error}")), words)


def _own_bug(error: Exception, words: list[str]) -> int:
    if "--debug" in words:
        traceback.print_exception(error)
    said = str(error).splitlines()[:1] or ["no message"]
    help = () if "--debug" in words else ("please report the command; with --debug it shows where this happened",)
    bug = ArchcalcError(Diagnostic("E900", f"a bug of ours: {type(error).__name__}: {said[0][:200]}", help=help))
    _fail(bug, words)
    return BUG


def _open_streams() -> None:
    """Standard streams that always take text: closed ones lead nowhere, unknown signs are written as escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _abandon(*streams: TextIO) -> None:
    """Let the streams lead nowhere, so that nothing complains about what they still hold."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
