"""Helpers of generated code: those that it names are copied into it, with the helpers that they need."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "helpers"


@cache
def _helpers(framework: str) -> dict[str, str]:
    """The source of every helper, by its name, in the order of the file."""
    source = (_FOLDER / f"{framework}.txt").read_text(encoding="utf-8")
    found = {}
    for item in ast.parse(source).body:
        if isinstance(item, ast.FunctionDef | ast.ClassDef):
            start = min([item.lineno, *(mark.lineno for mark in item.decorator_list)])
            found[item.name] = "\n".join(source.splitlines()[start - 1 : item.end_lineno])
    return found


def names(framework: str) -> tuple[str, ...]:
    """The names that helpers have."""
    return tuple(_helpers(framework))


def needed(framework: str, code: str) -> list[str]:
    """The helpers that some code names, and those that they name."""
    helpers = _helpers(framework)
    wanted: set[str] = set()
    waiting = [code]
    while waiting:
        text = waiting.pop()
        fresh = [name for name in helpers if name not in wanted and re.search(rf"(?<![.\w]){name}\(", text)]
        wanted.update(fresh)
        waiting += [helpers[name] for name in fresh]
    return [text for name, text in helpers.items() if name in wanted]
