"""schema: the JSON Schema of what a command prints with --json."""

from __future__ import annotations

import sys

from ..report.schemas import names, read
from .arguments import parse
from .output import save


def schema(words: list[str]) -> int:
    """One schema, or the names of all."""
    given = parse("schema", words)
    if not given.name:
        sys.stdout.writelines(f"{name}\n" for name in names())
        return 0
    save(given.output or "-", read(given.name), (), given.json)
    return 0
