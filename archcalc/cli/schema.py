"""schema: the JSON Schema of what a command prints with --json."""

from __future__ import annotations

import json
import sys

from ..report.schemas import names
from ..report.schemas import schema as find
from .arguments import parse
from .output import save


def schema(words: list[str]) -> int:
    """One schema, or the names of all."""
    given = parse("schema", words)
    if not given.name:
        sys.stdout.writelines(f"{name}\n" for name in names())
        return 0
    save(given.output or "-", json.dumps(find(given.name), indent=2) + "\n", (), given.json)
    return 0
