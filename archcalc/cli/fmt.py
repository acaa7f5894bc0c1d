"""fmt: specs in their one layout."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import ArchcalcError, Diagnostic, SpecError
from ..fmt import canonical
from ..load import file_source
from ..report import diagnostics, json
from ..slides import is_slide
from ..source import Source
from .arguments import parse


def fmt(words: list[str]) -> int:
    """Lay out files in place, standard input to standard output; with --check only tell what would change."""
    given = parse("fmt", words)
    changed: list[str] = []
    failures: list[tuple[str, ArchcalcError]] = []
    for file in given.files:
        try:
            changed += [file] * _lay_out(file, given.check, given.json)
        except ArchcalcError as error:
            failures.append((file, error))
    if given.json:
        errors = [{"spec": file, **mistake.as_dict()} for file, error in failures for mistake in error.diagnostics]
        sys.stdout.write(json.document({"changed": changed, "errors": errors}))
    else:
        diagnostics.show([mistake for _, error in failures for mistake in error.diagnostics], sys.stderr)
        if given.check or "-" not in given.files:
            sys.stdout.writelines(f"{file}\n" for file in changed)
    return min((error.exit_code for _, error in failures), default=int(given.check and bool(changed)))


def _lay_out(file: str, check: bool, quiet: bool) -> bool:
    """Lay out one file; whether that changes it."""
    source = file_source(file)
    if is_slide(source.text):
        raise _slide(source)
    text = canonical(source)
    if file == "-" and not check and not quiet:
        sys.stdout.write(text)
    elif file != "-" and not check and text != source.text:
        from ..backends.files import write_whole  # noqa: PLC0415 - only to write

        write_whole(Path(file), lambda target: target.write(text.encode()))
    return text != source.text


def _slide(source: Source) -> SpecError:
    help = ("archcalc convert --to arch turns it into a spec",)
    return SpecError(Diagnostic("E126", "a slide's listing has no layout of ours", help=help, place=source.place(0, 0)))
