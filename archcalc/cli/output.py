"""-o FILE: what a command would print goes into a file, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..report import json
from ..report.spell import memory


def save(file: str, text: str, specs: Sequence[str], as_json: bool = False) -> None:
    """Write a text as UTF-8 and say so; - is standard output.

    UsageError for the file of a spec that was read, FileError if it cannot be written.
    """
    if file == "-":
        sys.stdout.write(text)
        return
    from ..backends.files import write_whole  # noqa: PLC0415 - only to write

    target = Path(file)
    check_other(file, specs)
    size = write_whole(target, lambda opened: opened.write(text.encode("utf-8", "backslashreplace")))
    said = json.document({"path": file, "bytes": size}) if as_json else f"wrote {file}: {memory(size)}\n"
    sys.stdout.write(said)


def check_other(file: str, specs: Sequence[str], example: str = "-o table.md") -> None:
    """Refuse (UsageError) to write over a spec that was read."""
    if any(_same(spec, Path(file)) for spec in specs):
        raise UsageError.of("E620", f"{file} is the spec itself", help=(f"name another file: {example}",))


def _same(spec: str, target: Path) -> bool:
    """Whether a spec is a file, and this one; texts in the place of a spec are no names at all."""
    try:
        return target.samefile(spec)
    except (OSError, ValueError):
        return False
