"""From words to an exit code. Whatever goes wrong becomes a diagnostic on standard error here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TextIO

from ..errors import ArchcalcError, Diagnostic, FileError, MissingError
from .commands import EVERY
from .words import command_of

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
        return _fail_to_write(error)
    except Exception as error:
        return _own_bug(error, words)


def _run(words: list[str]) -> int:
    if not words:
        from .help import overview  # noqa: PLC0415 - start-up time counts

        sys.stderr.write(overview())
        return 2
    name, rest = command_of(words)
    command = EVERY[name]
    return int(getattr(import_module(f".{command.file}", __package__), command.function)(rest))


def _fail(error: ArchcalcError, words: list[str]) -> int:
    sys.stdout.flush()
    if "--json" not in words:
        _show(*error.diagnostics)
        return error.exit_code
    from ..report import json  # noqa: PLC0415 - only when something went wrong

    sys.stdout.write(json.errors(error.diagnostics))
    sys.stdout.flush()
    return error.exit_code


def _show(*mistakes: Diagnostic) -> None:
    from ..report import diagnostics  # noqa: PLC0415 - only when something went wrong

    diagnostics.show(mistakes, sys.stderr)


def _fail_to_write(error: OSError) -> int:
    """Mostly standard output, on a full disk or closed: what it still holds is given up."""
    _abandon(sys.stdout)
    what = error.filename or "standard output"
    _show(Diagnostic("E610", f"{what} cannot be written: {error.strerror or error}"))
    return FileError.exit_code


def _own_bug(error: Exception, words: list[str]) -> int:
    if "--debug" in words:
        import traceback  # noqa: PLC0415 - only when something went wrong

        traceback.print_exception(error)
    said = (str(error).splitlines() or ["no message"])[0][:200]
    where = "" if "--debug" in words else " (--debug shows where)"
    bug = ArchcalcError(Diagnostic("E900", f"a bug of ours: {type(error).__name__}: {said}{where}"))
    _fail(bug, words)
    return BUG


def _open_streams() -> None:
    """Standard streams that take every text: signs that their encoding lacks are written as escapes.

    Where one is closed, nobody reads the diagnostics, and results cannot be written (a file open for reading refuses).
    """
    sys.stdout = sys.stdout or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _abandon(*streams: TextIO) -> None:
    """Let the streams lead nowhere, so that nothing complains about what they still hold."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
