"""The published JSON Schemas (draft 2020-12): what --json prints, for programs that read it."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..resources import folder
from ..words import nearest


def names() -> tuple[str, ...]:
    """The schemas that there are, by the commands that print such objects.

    >>> "show" in names(), "errors" in names()
    (True, True)
    """
    return tuple(sorted(file.stem for file in Path(folder("schemas")).glob("*.json")))


def read(name: str) -> str:
    """The text of a schema. UsageError if there is none of that name."""
    if name not in names():
        near = nearest(name, names(), 1)
        help = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise UsageError.of("E675", f"there is no schema {name}", help=(help,))
    return Path(folder("schemas"), f"{name}.json").read_text(encoding="utf-8")
